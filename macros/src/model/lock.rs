//! What `events.lock` says of one event.

use crate::lock::{Entry, Outline};

/// The lock of the package, as far as it concerns one event.
pub(crate) struct InLock {
    /// Where it lies, below the folder of the package's manifest: `/events.lock`, `/../events.lock`.
    pub(crate) path: String,
    /// Its entries for this event, by version; or what is wrong with the file.
    pub(crate) entries: Result<Vec<Entry>, String>,
    /// Whether it has an entry of the event's context at all: if not, nothing is asked of its events.
    pub(crate) knows_context: bool,
}

/// A version whose struct comes from the lock.
pub(crate) struct LockedVersion {
    pub(crate) version: u32,
    pub(crate) shape: Outline,
}

impl InLock {
    pub(crate) fn entry(&self, version: u32) -> Option<&Entry> {
        let entries = self.entries.as_ref().ok()?;
        entries.iter().find(|entry| entry.version == version)
    }
}
