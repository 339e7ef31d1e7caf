//! `cargo recount lock merge`: two branches of a lock put together, for git.

use std::fs;
use std::io::Write;
use std::path::Path;

use recount::schema::Lock;

use crate::failure::Failure;
use crate::lock_file;

/// Writes what both branches did since `base` over `ours`; whether nothing was left to a person.
///
/// # Errors
/// If one of the three cannot be read.
pub(crate) fn run(base: &Path, ours: &Path, theirs: &Path) -> Result<bool, Failure> {
    // git hands over an empty file where both branches have added the lock.
    let text = fs::read_to_string(base).map_err(Failure::file("reading", base))?;
    let since = (!text.trim().is_empty())
        .then(|| lock_file::parse(base, &text))
        .transpose()?;
    match Lock::merge(since.as_ref(), lock_file::read(ours)?, lock_file::read(theirs)?) {
        Ok(merged) => {
            fs::write(ours, merged.to_text()).map_err(Failure::file("writing", ours))?;
            Ok(true)
        }
        Err(conflict) => {
            let _ = writeln!(anstream::stderr(), "{}: {conflict}", ours.display());
            Ok(false)
        }
    }
}
