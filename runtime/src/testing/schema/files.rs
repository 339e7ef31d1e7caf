//! The files of a lock: `events.lock`, `golden/`, and how they are written, whole or not at all.

#![expect(clippy::disallowed_methods, reason = "the files of a test are none of a store's")]

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use crate::schema::Lock;
use crate::testing::schema::report::CannotCheck;
use crate::testing::schema::settings::Update;

pub(super) const LOCK: &str = "events.lock";

/// The text of a file; `None` if there is none.
pub(super) fn text(path: &Path) -> Result<Option<String>, CannotCheck> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed("read", path, &error)),
    }
}

/// The lock of a folder; an empty one if there is none. Both sides of a merge are put together by whoever may write.
pub(super) fn lock(dir: &Path, update: Update) -> Result<Lock, CannotCheck> {
    let Some(text) = text(&dir.join(LOCK))? else {
        return Ok(Lock::default());
    };
    let Some(merged) = Lock::merge_sides(&text) else {
        return parsed(&text);
    };
    if !update.is_in_place() {
        return Err(CannotCheck(format!(
            "{LOCK} holds both sides of a merge: `RECOUNT_UPDATE=always` puts them together, entry by entry; leave its marks to it"
        )));
    }
    merged.map_err(|error| CannotCheck(error.to_string()))
}

/// The lock of a text.
pub(super) fn parsed(text: &str) -> Result<Lock, CannotCheck> {
    Lock::parse(text).map_err(|error| CannotCheck(error.to_string()))
}

/// Gives a file this text: another process sees the old text or the new one, and never a part of it.
pub(super) fn write(path: &Path, text: &str) -> Result<(), CannotCheck> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let is_so = fs::read_to_string(path).is_ok_and(|old| old == text);
    if is_so {
        return Ok(());
    }
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let beside = suffixed(path, &format!(".tmp-{}-{number}", std::process::id()));
    let written = path
        .parent()
        .map_or(Ok(()), fs::create_dir_all)
        .and_then(|()| fs::write(&beside, text))
        .and_then(|()| fs::rename(&beside, path));
    written.map_err(|error| failed("write", path, &error))
}

/// Removes a file that may be gone already.
pub(super) fn remove(path: &Path) -> Result<(), CannotCheck> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed("remove", path, &error)),
        _ => Ok(()),
    }
}

/// The names of the files in a folder, sorted; none if there is no such folder.
pub(super) fn names(folder: &Path) -> Result<Vec<String>, CannotCheck> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed("read", folder, &error)),
    };
    let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
    let mut names = names
        .collect::<io::Result<Vec<_>>>()
        .map_err(|error| failed("read", folder, &error))?;
    names.sort();
    Ok(names)
}

/// `events.lock` and `events.lock.new`.
pub(super) fn suffixed(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn failed(what: &str, path: &Path, error: &io::Error) -> CannotCheck {
    CannotCheck(format!("failed to {what} {}: {error}", path.display()))
}
