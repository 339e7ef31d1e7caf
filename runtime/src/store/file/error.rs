//! Why a file store cannot be opened, and what to do about it.

use std::io;

use crate::stream::Position;

/// Why [`FileStore::open`](super::FileStore::open) gave no store. No event was changed: segments, identity and watermark are as they were.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Another handle has the store open, in this process or another: share that one, or close it first.
    #[error("the store is open elsewhere ({holder}): share that handle, or close it first")]
    Locked {
        /// What the holder wrote of itself; for messages only.
        holder: String,
    },
    /// The directory lies on a file system whose syncs or locks cannot be relied on: use a local disk, or name the file system in
    /// [`Options::allow_file_system`](super::Options::allow_file_system).
    #[error(
        "the store lies on `{name}`, where a lock or a sync may mean nothing: use a local disk, or allow `{name}` by name"
    )]
    UnsafeFileSystem {
        /// The kind of file system.
        name: &'static str,
    },
    /// A file of the store is a link, a directory or a device, or has a second name: move it away, or restore the file itself.
    #[error("`{file}` is {what}, and a store writes only to plain files of its own: put the file itself in its place")]
    NotPlain {
        /// The file's name in the store's directory.
        file: String,
        /// What it is.
        what: &'static str,
    },
    /// A file belongs to another store or to another history of this one: put the right file in its place.
    #[error("`{file}` belongs to another store or to another history of this one: put back the file of this store")]
    Foreign {
        /// The file's name in the store's directory.
        file: String,
    },
    /// A newer recount wrote the store: open it with that one.
    #[error(
        "`{file}` has format {format} (features {features:#x}), this version of recount reads format 1: open it with a newer one"
    )]
    FormatTooNew {
        /// The file's name in the store's directory.
        file: String,
        /// Its format.
        format: u32,
        /// The features that are not known here, one bit each.
        features: u32,
    },
    /// A segment is not there, or not readable as one: restore it from a backup.
    #[error(
        "segment {segment} is missing: restore `seg-{segment:010}.log` from a backup, the events in it are nowhere else"
    )]
    SegmentMissing {
        /// The number of the segment.
        segment: u32,
    },
    /// Something that was written and may have been acknowledged is damaged. Nothing was cut off or repaired: keep a copy of the
    /// directory, then restore the file from a backup.
    #[error("`{file}` is damaged at byte {offset}: {what}{}; nothing was changed: copy the directory, then restore from a backup", affected(*.positions))]
    Corrupt {
        /// The file's name in the store's directory.
        file: String,
        /// The segment, if it is one.
        segment: Option<u32>,
        /// Where the first byte that cannot be trusted stands.
        offset: u64,
        /// The first position that is affected, and the last where it is known.
        positions: Option<(Position, Option<Position>)>,
        /// What is wrong there.
        what: &'static str,
    },
    /// The log ends before what was acknowledged: the disk lost synced writes, or an older copy of a file was put back.
    #[error(
        "acknowledged events are gone: segment {segment} should hold everything up to position {through}, and ends at byte {offset} with \
         position {last}; the disk lost synced writes or an older copy was put back: copy the directory, then restore from a backup"
    )]
    LostAcknowledged {
        /// The segment that is too short.
        segment: u32,
        /// Where the log ends.
        offset: u64,
        /// The last position that is there.
        last: Position,
        /// The last position that was acknowledged for certain.
        through: Position,
    },
    /// The end of the log is damaged, and nothing proves that it was never acknowledged.
    #[error(
        "the last {bytes} bytes of segment {segment}, from byte {offset}, are no whole frame, and {why}: copy the directory; then \
         restore from a backup, or open without `strict_tail` if the last append may be lost"
    )]
    AmbiguousTail {
        /// The segment.
        segment: u32,
        /// Where the damage begins.
        offset: u64,
        /// How far it reaches.
        bytes: u64,
        /// Why it is not set aside.
        why: &'static str,
    },
    /// There is no store in the directory: put the copy there first.
    #[error("there is no store to restore: put the copy in its place first")]
    NothingToRestore,
    /// An option has a value that cannot be.
    #[error("the option `{option}` {what}")]
    Option {
        /// The name of the option.
        option: &'static str,
        /// What it has to be.
        what: &'static str,
    },
    /// The system refused something.
    #[error("could not {doing}")]
    Io {
        /// What was being done, and to which file.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
}

fn affected(positions: Option<(Position, Option<Position>)>) -> String {
    match positions {
        None => String::new(),
        Some((first, Some(last))) if last == first => format!(" (position {first})"),
        Some((first, Some(last))) => format!(" (positions {first} to {last})"),
        Some((first, None)) => format!(" (position {first} and after)"),
    }
}

/// Gives a failed operation its words.
pub(crate) trait Doing<T> {
    fn doing(self, doing: &str, file: &str) -> Result<T, OpenError>;
}

impl<T> Doing<T> for io::Result<T> {
    fn doing(self, doing: &str, file: &str) -> Result<T, OpenError> {
        self.map_err(|source| OpenError::Io {
            doing: format!("{doing} `{file}`"),
            source,
        })
    }
}
