//! `cargo recount lock seal`: drafts become sealed.

use std::env;
use std::ffi::OsStr;
use std::io::Write;

use recount::schema::Status;

use crate::args::{Packages, Test};
use crate::failure::Failure;
use crate::paint::{BAD, GOOD, painted};
use crate::report::Problem;
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
        let built = SchemaTest::build(&package, test)?;
        let name = &package.name;
        // First without writing: where something is wrong, the goldens stay as they are too.
        let now = built.run("no", &[], None)?.reports;
        let wrong: Vec<&Problem> = now.all().filter(|problem| !problem.is_acceptable).collect();
        if !wrong.is_empty() {
            is_sealed = false;
            for problem in wrong {
                show::problem(out, problem)?;
                writeln!(out)?;
            }
            writeln!(out, "{name}: {}", painted(BAD, "not ready to be sealed"))?;
            continue;
        }
        let ran = built.run("seal", &release, None)?;
        let after = lock_file::read(&now.path)?;
        let mut count = 0;
        for entry in after.events.iter().filter(|entry| entry.status == Status::Sealed) {
            let before = now.lock.find(&entry.context, &entry.name, entry.version);
            if before.is_none_or(|before| before.status == Status::Draft) {
                writeln!(out, "  {} {} v{}", painted(GOOD, "sealed"), entry.name, entry.version)?;
                count += 1;
            }
        }
        for stamp in after.releases.iter().filter(|stamp| !now.lock.releases.contains(stamp)) {
            writeln!(out, "  {} {}", painted(GOOD, "release"), stamp.name)?;
        }
        writeln!(out, "{name}: {} sealed", show::count(count, "draft", "drafts"))?;
        if !ran.status.success() {
            is_sealed = false;
            writeln!(
                out,
                "{name}: {}\n\n{}",
                painted(BAD, "the schema test fails all the same:"),
                ran.output
            )?;
        }
    }
    Ok(is_sealed)
}
