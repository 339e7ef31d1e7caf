//! `events.lock` on disk: read as a whole, and written so that a crash leaves the old file or the new one.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use recount::schema::Lock;

use crate::failure::Failure;

/// Reads a lock that has to be there.
///
/// # Errors
/// If the file cannot be read, or is no lock.
pub(crate) fn read(path: &Path) -> Result<Lock, Failure> {
    let text = fs::read_to_string(path).map_err(Failure::file("reading", path))?;
    Lock::parse(&text).map_err(|source| Failure::Lock {
        path: path.to_owned(),
        source,
    })
}

/// Reads a lock; `None` if there is no such file.
///
/// # Errors
/// If the file cannot be read, or is no lock.
pub(crate) fn find(path: &Path) -> Result<Option<Lock>, Failure> {
    match read(path) {
        Ok(lock) => Ok(Some(lock)),
        Err(Failure::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Removes a file that may not be there.
///
/// # Errors
/// If it is there and cannot be removed.
pub(crate) fn remove(path: &Path) -> Result<(), Failure> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Failure::file("removing", path)(error)),
        _ => Ok(()),
    }
}

/// Puts a lock in the place of the one that is there.
///
/// # Errors
/// If it cannot be written; the old one is then as it was.
pub(crate) fn replace(path: &Path, lock: &Lock) -> Result<(), Failure> {
    let beside = path.with_extension("lock.tmp");
    let write = || -> io::Result<()> {
        let mut file = File::create(&beside)?;
        file.write_all(lock.to_text().as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(Failure::file("writing", path))
}
