//! `Reports`: what each test of a schema test has found, as it wrote it into the folder of `RECOUNT_REPORT`.

use std::path::{Path, PathBuf};
use std::{fs, io};

use recount::schema::Lock;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::failure::Failure;
use crate::lock_file;

/// What the tests of one run have found.
#[derive(Debug)]
pub(crate) struct Reports {
    /// Where `events.lock` is, or will be.
    pub(crate) path: PathBuf,
    /// What lay there before the run.
    pub(crate) lock: Lock,
    /// Every entry as the types are today, accepted or not.
    pub(crate) today: Lock,
    /// Of the test `lock`.
    pub(crate) problems: Vec<Problem>,
    /// Of the other tests.
    pub(crate) others: Vec<Problem>,
}

/// One thing that is wrong.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Problem {
    pub(crate) code: String,
    /// Whose event it is; empty where all events of today are of one context.
    pub(crate) context: String,
    /// The stored name; empty where it is about no event.
    pub(crate) event: String,
    /// `None` where it is about all versions.
    pub(crate) version: Option<u32>,
    /// A payload that shows it.
    pub(crate) witness: Option<String>,
    /// Whether `RECOUNT_UPDATE=always` mends it.
    pub(crate) is_acceptable: bool,
    /// All of it, as the test prints it.
    pub(crate) text: String,
}

/// The report of one test: `lock.json` and so on.
#[derive(Deserialize)]
struct Found {
    problems: Vec<Problem>,
}

/// What the test `lock` has compared: `locks.json`.
#[derive(Deserialize)]
struct Locks {
    path: PathBuf,
    lock: String,
    today: String,
}

impl Reports {
    /// Reads a folder of reports; `None` if the test `lock` has not written its own.
    ///
    /// # Errors
    /// If one cannot be read, or the test could not look.
    pub(crate) fn read(folder: &Path) -> Result<Option<Self>, Failure> {
        let Some(Found { problems }) = find(&folder.join("lock.json"))? else {
            return Ok(None);
        };
        let Some(Locks { path, lock, today }) = find(&folder.join("locks.json"))? else {
            let texts: Vec<String> = problems.into_iter().map(|problem| problem.text).collect();
            return Err(Failure::CannotCheck(texts.join("\n\n")));
        };
        let mut others = Vec::new();
        for test in ["goldens", "payloads", "floors", "honesty"] {
            if let Some(Found { problems }) = find(&folder.join(format!("{test}.json")))? {
                others.extend(problems);
            }
        }
        let read = |text: &str| lock_file::parse(&path, text);
        Ok(Some(Self {
            lock: read(&lock)?,
            today: read(&today)?,
            path,
            problems,
            others,
        }))
    }

    /// Of all tests.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Problem> + Clone {
        self.problems.iter().chain(&self.others)
    }
}

fn find<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(Failure::ReportForm),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("reading", path)(error)),
    }
}
