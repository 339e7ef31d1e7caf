//! `cargo recount lock check`: all tests of the schema test, nothing written.

use std::ffi::OsStr;
use std::io::Write;

use crate::args::{Packages, Test};
use crate::failure::Failure;
use crate::paint::{GOOD, painted};
use crate::schema_test::SchemaTest;
use crate::{package, show};

/// Whether nothing is wrong with any of these packages.
///
/// # Errors
/// If a test could not run.
pub(crate) fn run(packages: &Packages, test: &Test, base: Option<&str>, out: &mut dyn Write) -> Result<bool, Failure> {
    let mut is_well = true;
    let base: Vec<(&str, &OsStr)> = base
        .map(|base| ("RECOUNT_BASE", OsStr::new(base)))
        .into_iter()
        .collect();
    for package in package::with_test(packages, &test.test)? {
        let ran = SchemaTest::build(&package, test)?.run("no", &base, None)?;
        let mut problems = ran.reports.all().peekable();
        if problems.peek().is_some() {
            is_well = false;
            let count = ran.reports.all().count();
            writeln!(out, "{}: {}\n", package.name, show::count(count, "problem", "problems"))?;
            for problem in problems {
                show::problem(out, problem)?;
                writeln!(out)?;
            }
        } else if ran.status.success() {
            let entries = show::count(ran.reports.lock.events.len(), "entry", "entries");
            writeln!(
                out,
                "{}: {} ({entries})",
                package.name,
                painted(GOOD, "lock and types are one")
            )?;
        } else {
            is_well = false;
            writeln!(
                out,
                "{}: the lock is right, and the test target fails otherwise:\n\n{}",
                package.name, ran.output
            )?;
        }
    }
    Ok(is_well)
}
