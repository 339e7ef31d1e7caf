//! `cargo recount lock export`: what the lock says, in a language that others read. From the file alone, without a build.

mod braces;
mod choice;
mod json_schema;
mod scalar;

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use recount::schema::{Entry, Kind};

use crate::args::{Format, Packages};
use crate::failure::Failure;
use crate::{lock_file, package};

/// Writes the locks of these packages, or this one, into a file or to `out`.
///
/// # Errors
/// If there is no lock, one cannot be read, or two have the same event.
pub(crate) fn run(
    packages: &Packages,
    lock: Option<&Path>,
    format: Format,
    output: Option<&Path>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    // One that lies above several packages is read once.
    let locks: BTreeSet<PathBuf> = match lock {
        Some(lock) => BTreeSet::from([lock.to_owned()]),
        None => package::with_lock(packages)?
            .iter()
            .filter_map(package::Package::lock)
            .collect(),
    };
    let mut entries: Vec<Entry> = Vec::new();
    for lock in &locks {
        let lock = lock_file::read(lock)?;
        if let Some(twice) = lock
            .events
            .iter()
            .find(|entry| entries.iter().any(|other| other.key() == entry.key()))
        {
            return Err(Failure::Twice(json_schema::key(twice)));
        }
        // The state of a reader is no event, and nobody else reads it.
        entries.extend(lock.events.into_iter().filter(|entry| entry.kind != Kind::State));
    }
    let text = match format {
        Format::JsonSchema => json_schema::write(&entries),
    };
    match output {
        Some(path) => fs::write(path, text).map_err(Failure::file("writing", path)),
        None => Ok(out.write_all(text.as_bytes())?),
    }
}
