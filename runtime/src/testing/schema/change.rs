//! `Change`: what an update does to a file of the goldens.

use std::path::PathBuf;

use crate::testing::schema::files;
use crate::testing::schema::report::CannotCheck;

/// A file that is written or removed.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) path: PathBuf,
    /// What the file becomes; `None` where it goes.
    pub(super) text: Option<String>,
    pub(super) kind: ChangeKind,
}

/// What a change is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChangeKind {
    /// A file of a version that is not locked yet, or not with this shape: the test of the lock says so.
    New,
    /// A file of a locked version.
    Locked,
    /// Another result than the one that was pinned: a person should look at it.
    Pin,
    /// A proposal that has had its time.
    Proposal,
}

impl Change {
    /// Makes it.
    pub(super) fn make(&self) -> Result<(), CannotCheck> {
        files::remove(&files::suffixed(&self.path, ".new"))?;
        match &self.text {
            Some(text) => files::write(&self.path, text),
            None => files::remove(&self.path),
        }
    }

    /// Writes a new pin beside the old one.
    pub(super) fn make_beside(&self) -> Result<(), CannotCheck> {
        let is_pin = self.path.extension().is_some_and(|extension| extension == "upcast");
        let is_pin = is_pin && self.kind != ChangeKind::New;
        match &self.text {
            Some(text) if is_pin => files::write(&files::suffixed(&self.path, ".new"), text),
            None if self.kind == ChangeKind::Proposal => files::remove(&self.path),
            _ => Ok(()),
        }
    }
}
