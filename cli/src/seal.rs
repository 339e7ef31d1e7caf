//! `cargo recount lock seal`: drafts become sealed.

use std::env;
use std::ffi::OsStr;
use std::io::Write;

use recount::schema::Status;

use crate::args::{Packages, Test};
use crate::failure::Failure;
use crate::paint::{BAD, GOOD, painted};
use crate::schema_test::SchemaTest;
use crate::{lock_file, package, show};

/// Whether all is sealed.
///
/// # Errors
/// If a test could not run.
pub(crate) fn run(
    packages: &Packages,
    test: &Test,
    release: Option<&str>,
    out: &mut dyn Write,
) -> Result<bool, Failure> {
    let release = release.map(Into::into).or_else(|| env::var_os("RECOUNT_RELEASE"));
    let release: Vec<(&str, &OsStr)> = release
        .iter()
        .map(|name| ("RECOUNT_RELEASE", name.as_os_str()))
        .collect();
    let mut is_sealed = true;
    for package in package::with_test(packages, &test.test)? {
        let ran = SchemaTest::build(&package, test)?.run("seal", &release, None)?;
        let name = &package.name;
        let (before, after) = (&ran.reports.lock, lock_file::read(&ran.reports.path)?);
        let problems = ran.reports.problems.iter().chain(&ran.reports.others);
        for problem in problems.clone() {
            show::problem(out, problem)?;
            writeln!(out)?;
        }
        let is_draft = |context: &str, event: &str, version| {
            before
                .find(context, event, version)
                .is_none_or(|entry| entry.status == Status::Draft)
        };
        let sealed = after
            .events
            .iter()
            .filter(|entry| entry.status == Status::Sealed && is_draft(&entry.context, &entry.name, entry.version));
        let mut count = 0;
        for entry in sealed {
            writeln!(out, "  {} {} v{}", painted(GOOD, "sealed"), entry.name, entry.version)?;
            count += 1;
        }
        for stamp in after.releases.iter().filter(|stamp| !before.releases.contains(stamp)) {
            writeln!(out, "  {} {}", painted(GOOD, "release"), stamp.name)?;
        }
        let is_well = ran.status.success();
        is_sealed &= is_well;
        let entries = show::count(count, "draft", "drafts");
        match (is_well, problems.clone().next()) {
            (true, _) => writeln!(out, "{name}: {entries} sealed")?,
            (false, Some(_)) => writeln!(out, "{name}: {}", painted(BAD, "not ready to be sealed"))?,
            (false, None) => writeln!(
                out,
                "{name}: {}\n\n{}",
                painted(BAD, "the test target fails otherwise:"),
                ran.output
            )?,
        }
    }
    Ok(is_sealed)
}
