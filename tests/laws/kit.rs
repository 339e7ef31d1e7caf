//! What a broken law says.

use std::panic::{AssertUnwindSafe, catch_unwind};

use recount::testing::laws::Laws;

/// The message with which a law fails; the same on each run.
pub fn failure(law: impl FnOnce(&Laws)) -> String {
    let laws = Laws::new().seed(1);
    let panic = catch_unwind(AssertUnwindSafe(|| law(&laws))).expect_err("the law is broken");
    panic.downcast_ref::<String>().expect("a text").clone()
}

/// A law fails under its own name.
#[track_caller]
pub fn breaks(law: &str, aggregate: &str, run: impl FnOnce(&Laws)) {
    let (said, start) = (failure(run), format!("the law `{law}` of `{aggregate}` is broken: "));
    assert!(said.starts_with(&start), "{start:?} does not begin\n{said}");
}
