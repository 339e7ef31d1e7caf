//! What opening a store found and did.

use std::time::Duration;

use crate::stream::Position;

/// How the last owner of the store left it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PreviousState {
    /// There was no store: it was made now.
    New,
    /// It was closed.
    Clean,
    /// It ended without closing: a crash, a kill, a loss of power.
    Open,
    /// A write or a sync had failed.
    Poisoned,
    /// The watermark could not be read.
    Unknown,
}

/// Bytes at the end of the log that were no whole frame, and were set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TornTail {
    /// The segment that they stood in.
    pub segment: u32,
    /// Where they began.
    pub offset: u64,
    /// How many they were, up to the last that was not zero.
    pub bytes: u64,
    /// The file they were copied to, below the store's directory.
    pub moved_to: String,
    /// Nothing proves that they were never acknowledged: damage of the very last frame looks like a torn write. Empty after a clean
    /// close, and refused under `strict_tail`.
    pub ambiguous: bool,
}

/// What opening a store found and did: [`FileStore::recovery`](super::FileStore::recovery).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecoveryReport {
    /// How the last owner left the store.
    pub previous_state: PreviousState,
    /// How many segments hold the log.
    pub segments: u32,
    /// The last position in the log.
    pub last_position: Position,
    /// How many frames were read and verified.
    pub frames: u64,
    /// How many bytes that was.
    pub bytes_scanned: u64,
    /// What was set aside at the end of the log.
    pub torn: Option<TornTail>,
    /// Neither copy of the watermark could be read; it was written anew.
    pub watermark_lost: bool,
    /// The system's memory of the newest segments was dropped before they were read, so that what was read is what is on the disk.
    pub cache_dropped: bool,
    /// Damaged second copies, wider permissions than the store's own, and the like: the store works, and a person should look.
    pub warnings: Vec<String>,
    /// Names in the directory that are not the store's. They were not touched.
    pub foreign_files: Vec<String>,
    /// How long opening took.
    pub duration: Duration,
}

impl RecoveryReport {
    /// Whether the last owner closed the store and nothing had to be set aside.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        matches!(self.previous_state, PreviousState::Clean | PreviousState::New) && self.torn.is_none()
    }
}
