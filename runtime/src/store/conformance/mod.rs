//! The suite that every store passes (feature `conformance`): the cases of `docs/semantics.md` section 11, for authors of stores.
//!
//! Implement [`Subject`] for a place where your store lives, then run the suite in a test and keep its report:
//!
//! ```
//! use recount::store::conformance::{self, OpenError, Subject};
//! use recount::{AnyStore, MemoryStore};
//!
//! struct Memory;
//!
//! impl Subject for Memory {
//!     fn fresh(&self) -> Self {
//!         Memory
//!     }
//!
//!     async fn open(&self) -> Result<AnyStore, OpenError> {
//!         Ok(AnyStore::new(MemoryStore::new()))
//!     }
//! }
//!
//! let case = conformance::run_case(&Memory, "stale_exact_is_conflict", 1).expect("a case of this name");
//! assert_eq!(case.outcome, conformance::Outcome::Passed);
//! ```

mod bed;
mod cases;
mod feeds;
pub mod history;
mod kit;
mod report;
pub mod snapshots;
mod subject;
mod waking;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

pub use report::{Case, Outcome, Report};
pub use subject::{Hook, OpenError, Subject};

use crate::store::conformance::bed::{Bed, Stop, Verdict};
use crate::store::conformance::subject::Staged;
use crate::store::{Capabilities, EventStore, Limits};

/// One line of the table of cases.
struct Entry {
    name: &'static str,
    rules: &'static [&'static str],
    run: fn(Bed) -> Pin<Box<dyn Future<Output = Verdict> + Send>>,
}

/// The names of all cases, in the order of a report.
pub fn names() -> impl Iterator<Item = &'static str> {
    cases::TABLE.iter().map(|entry| entry.name)
}

/// The rules of the contract that the case of this name tests; `None` if there is no such case.
#[must_use]
pub fn rules(name: &str) -> Option<&'static [&'static str]> {
    cases::TABLE
        .iter()
        .find(|entry| entry.name == name)
        .map(|entry| entry.rules)
}

/// Runs every case on stores of this kind, each in a place of its own. It blocks, so that a store which blocks a thread for ever fails
/// too.
///
/// The seed makes the random choices; which of two tasks goes first it does not decide.
#[must_use]
pub fn run<S: Subject>(subject: &S, seed: u64) -> Report {
    let capabilities = declared(Arc::new(subject.fresh()), subject.patience());
    let cases = cases::TABLE.iter().map(|entry| one(entry, subject, seed)).collect();
    Report {
        capabilities,
        seed,
        cases,
    }
}

/// Runs the case of this name; `None` if there is none.
#[must_use]
pub fn run_case<S: Subject>(subject: &S, name: &str, seed: u64) -> Option<Case> {
    let entry = cases::TABLE.iter().find(|entry| entry.name == name)?;
    Some(one(entry, subject, seed))
}

fn one<S: Subject>(entry: &Entry, subject: &S, seed: u64) -> Case {
    let run = (entry.run)(Bed::new(Arc::new(subject.fresh()), seed));
    let outcome = match on_a_thread(run, subject.patience()) {
        Ok(Ok(())) => Outcome::Passed,
        Ok(Err(Stop::NotRun(missing))) => Outcome::NotRun(missing),
        Ok(Err(Stop::Failed(why))) | Err(why) => Outcome::Failed(format!("{why} (seed {seed})")),
    };
    Case {
        name: entry.name,
        rules: entry.rules,
        outcome,
    }
}

/// What a store says of itself; nothing at all of one that cannot be opened, whose cases then say why.
fn declared(subject: Arc<dyn Staged>, patience: Duration) -> Capabilities {
    let least = Capabilities::full(crate::store::Durability::None, Limits::LEAST);
    let opening = async move { subject.open().await.map(|store| store.capabilities()) };
    on_a_thread(opening, patience)
        .ok()
        .and_then(Result::ok)
        .unwrap_or(least)
}

/// Runs a future on a thread and a runtime of its own. One that hangs is left behind: even a blocked thread cannot block the suite.
fn on_a_thread<T: Send + 'static>(
    future: impl Future<Output = T> + Send + 'static,
    patience: Duration,
) -> Result<T, String> {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_time()
            .build()
            .expect("a runtime of two threads");
        let output = runtime.block_on(future);
        // The receiver is gone only after the watchdog has spoken.
        let _ = sender.send(output);
        runtime.shutdown_background();
    });
    match receiver.recv_timeout(patience) {
        Ok(output) => Ok(output),
        Err(RecvTimeoutError::Timeout) => Err(format!("it was expected to end, and hung for {patience:?}")),
        Err(RecvTimeoutError::Disconnected) => Err(panicked(thread)),
    }
}

fn panicked(thread: thread::JoinHandle<()>) -> String {
    let panic = thread.join().err();
    let text = panic.as_ref().and_then(|panic| {
        let text = panic.downcast_ref::<&str>().copied();
        text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
    });
    format!("panicked: {}", text.unwrap_or("without a text"))
}
