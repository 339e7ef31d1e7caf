//! `cargo recount lock diff`: how lock and types differ, for people or as JSON.

use std::io::Write;

use recount::schema::{Cell, Change};
use serde::Serialize;

use crate::args::{Packages, Test};
use crate::difference::{Difference, Line};
use crate::failure::Failure;
use crate::package::{self, Package};
use crate::paint::{GOOD, painted};
use crate::report::Reports;
use crate::schema_test::SchemaTest;
use crate::show;

/// Whether nothing differs in any of these packages.
///
/// # Errors
/// If a test could not run.
pub(crate) fn run(packages: &Packages, test: &Test, json: bool, out: &mut dyn Write) -> Result<bool, Failure> {
    let packages = package::with_test(packages, &test.test)?;
    let mut all = Vec::new();
    for package in &packages {
        all.push((
            package,
            SchemaTest::build(package, test)?.run("no", &[], Some("lock"))?.reports,
        ));
    }
    let is_same = all.iter().all(|(_, reports)| reports.problems.is_empty());
    if json {
        let packages = all
            .iter()
            .map(|(package, reports)| PackageJson::of(package, reports))
            .collect();
        let text = serde_json::to_string_pretty(&Document { format: 1, packages }).map_err(Failure::ReportForm)?;
        writeln!(out, "{text}")?;
        return Ok(is_same);
    }
    for (package, reports) in &all {
        let name = &package.name;
        if reports.problems.is_empty() {
            writeln!(out, "{name}: {}", painted(GOOD, "nothing differs"))?;
            continue;
        }
        let count = show::count(reports.problems.len(), "difference", "differences");
        writeln!(out, "{name}: {count} to {}\n", show::path(&reports.path))?;
        for difference in Difference::all(reports) {
            show::difference(out, &difference)?;
            writeln!(out)?;
        }
    }
    Ok(is_same)
}

/// What `--json` prints. Its form is written down in docs/guide/schema-lock.md; keys are only ever added under one number.
#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    packages: Vec<PackageJson<'a>>,
}

#[derive(Serialize)]
struct PackageJson<'a> {
    package: &'a str,
    lock: String,
    differences: Vec<DifferenceJson<'a>>,
}

#[derive(Serialize)]
struct DifferenceJson<'a> {
    code: &'a str,
    acceptable: bool,
    context: Option<&'a str>,
    event: Option<&'a str>,
    version: Option<u32>,
    /// Of the entry in the lock; `null` if it is new.
    status: Option<&'static str>,
    changes: Vec<ChangeJson>,
    removed: Vec<String>,
    added: Vec<String>,
    witness: Option<&'a str>,
    text: &'a str,
}

#[derive(Serialize)]
struct ChangeJson {
    code: &'static str,
    path: String,
    reads: CellJson,
    keeps: CellJson,
    older: CellJson,
    help: Option<String>,
}

/// The witness is a text, because a JSON number would not keep all of its digits.
#[derive(Serialize)]
struct CellJson {
    ok: bool,
    witness: Option<String>,
}

impl<'a> PackageJson<'a> {
    fn of(package: &'a Package, reports: &'a Reports) -> Self {
        Self {
            package: &package.name,
            lock: reports.path.display().to_string(),
            differences: Difference::all(reports).iter().map(DifferenceJson::of).collect(),
        }
    }
}

impl<'a> DifferenceJson<'a> {
    fn of(difference: &Difference<'a>) -> Self {
        let problem = difference.problem;
        let (mut removed, mut added) = (Vec::new(), Vec::new());
        for line in difference.lines() {
            match line {
                Line::Kept(_) => {}
                Line::Removed(line) => removed.push(line),
                Line::Added(line) => added.push(line),
            }
        }
        Self {
            code: &problem.code,
            acceptable: problem.is_acceptable,
            context: difference.entry().map(|entry| entry.context.as_str()),
            event: Some(problem.event.as_str()).filter(|event| !event.is_empty()),
            version: problem.version,
            status: difference.old.map(|entry| entry.status.word()),
            changes: difference.changes().into_iter().map(ChangeJson::of).collect(),
            removed,
            added,
            witness: problem.witness.as_deref(),
            text: &problem.text,
        }
    }
}

impl ChangeJson {
    fn of(change: Change) -> Self {
        let Change {
            code,
            path,
            reads,
            keeps,
            older,
            help,
        } = change;
        Self {
            code: code.word(),
            path,
            reads: reads.into(),
            keeps: keeps.into(),
            older: older.into(),
            help,
        }
    }
}

impl From<Cell> for CellJson {
    fn from(cell: Cell) -> Self {
        match cell {
            Cell::Ok => Self {
                ok: true,
                witness: None,
            },
            Cell::No(payload) => Self {
                ok: false,
                witness: Some(payload.to_string()),
            },
            Cell::Unproven => Self {
                ok: false,
                witness: None,
            },
        }
    }
}
