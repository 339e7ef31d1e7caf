//! `events.lock` on disk, read as a whole. Only the schema test writes it: its goldens belong to it.

use std::fs;
use std::path::Path;

use recount::schema::Lock;

use crate::failure::Failure;

/// Reads a lock that has to be there.
///
/// # Errors
/// If the file cannot be read, or is no lock.
pub(crate) fn read(path: &Path) -> Result<Lock, Failure> {
    let text = fs::read_to_string(path).map_err(Failure::file("reading", path))?;
    parse(path, &text)
}

/// Reads the text of a lock that lies there, or would.
///
/// # Errors
/// If it is none.
pub(crate) fn parse(path: &Path, text: &str) -> Result<Lock, Failure> {
    Lock::parse(text).map_err(|source| Failure::Lock {
        path: path.to_owned(),
        source,
    })
}
