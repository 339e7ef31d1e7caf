//! What a schema test tells a program that runs it, `cargo recount` first of all: files of JSON in the folder of `RECOUNT_REPORT`.

use std::path::Path;

use serde::Serialize;

use crate::codec;
use crate::schema::{Entry, Lock};
use crate::testing::schema::files;
use crate::testing::schema::report::{CannotCheck, SchemaReport};

/// The locks that were compared: `locks.json`.
#[derive(Serialize)]
struct Locks<'a> {
    /// Where `events.lock` is, or will be.
    path: &'a Path,
    lock: String,
    /// Every entry as the types are today, accepted or not.
    today: String,
}

/// What one test has found: `lock.json` and so on, also where nothing is wrong.
#[derive(Serialize)]
struct Told<'a> {
    problems: Vec<ToldProblem<'a>>,
}

#[derive(Serialize)]
struct ToldProblem<'a> {
    code: &'a str,
    context: &'a str,
    event: &'a str,
    version: Option<u32>,
    witness: Option<&'a str>,
    is_acceptable: bool,
    text: String,
}

/// Writes the locks.
pub(super) fn locks(folder: &Path, path: &Path, lock: &Lock, today: Vec<Entry>) -> Result<(), CannotCheck> {
    let all = Lock {
        events: today,
        releases: Vec::new(),
    };
    let locks = Locks {
        path,
        lock: lock.to_text(),
        today: all.to_text(),
    };
    write(&folder.join("locks.json"), &locks)
}

/// Writes what a test has found.
pub(super) fn report(folder: &Path, test: &str, found: Option<&SchemaReport>) -> Result<(), CannotCheck> {
    let problems = found.map(SchemaReport::problems).unwrap_or_default().iter();
    let problems = problems
        .map(|problem| ToldProblem {
            code: problem.code(),
            context: &problem.context,
            event: problem.event(),
            version: problem.version(),
            witness: problem.shown_by(),
            is_acceptable: problem.is_acceptable,
            text: problem.to_string(),
        })
        .collect();
    write(&folder.join(format!("{test}.json")), &Told { problems })
}

fn write(path: &Path, value: &impl Serialize) -> Result<(), CannotCheck> {
    let bytes = codec::encode(value).map_err(|error| CannotCheck(format!("{}: {error}", path.display())))?;
    files::write(path, &String::from_utf8_lossy(&bytes))
}
