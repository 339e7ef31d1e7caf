//! What a store answers when it does not do what was asked.

use std::error::Error;
use std::fmt;
use std::io;

use crate::store::{CommittedPart, Expected, IdempotencyKey, StoreId, Unknown};
use crate::stream::{AppendId, InvalidName, StreamId, Version};

/// Why [`EventStore::append`](crate::store::EventStore::append) gave no receipt.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppendError {
    /// Someone else wrote first and nothing was written: load again, decide again.
    #[error("`{stream}` is not at the version that was expected")]
    Conflict {
        /// The stream that has moved.
        stream: StreamId,
        /// What the append asked of it.
        expected: Expected,
        /// The version it has, already durable; `None` without events.
        actual: Option<Version>,
    },
    /// Nothing was written, and nothing will be.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Written or not, the store cannot tell: [`EventStore::resolve`](crate::store::EventStore::resolve) it, or append the same batch
    /// again. Never send a new append in its place.
    #[error("it is not known whether append {} was written", unknown.append)]
    Unknown {
        /// The append: what finds out what became of it.
        unknown: Box<Unknown>,
        /// What went wrong.
        source: Box<dyn Error + Send + Sync>,
    },
}

/// A store's definite no: nothing was written and nothing will be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// There is nothing to write. A decision without events does not reach the store.
    #[error("a batch without events")]
    EmptyBatch,
    /// Above a limit of the store: make it smaller, or open the store with a higher limit.
    #[error("{what} has {actual}, the store takes at most {limit}")]
    TooLarge {
        /// What is too large.
        what: Limit,
        /// What the store takes.
        limit: usize,
        /// What it was given.
        actual: usize,
    },
    /// The stream's name cannot be one.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// The name, version or floor of an event cannot be one.
    #[error(
        "`{name}` version {version}, floor {floor} cannot be stored: a name has ASCII letters, digits, `.`, `_` and `-`, \
         and versions are from 1 with 1 <= floor <= version"
    )]
    BadEvent {
        /// The event's name, escaped.
        name: String,
        /// Its version.
        version: u32,
        /// Its floor.
        floor: u32,
    },
    /// One batch has two parts for one stream: put their events into one part.
    #[error("`{stream}` stands twice in one batch")]
    StreamTwice {
        /// The stream.
        stream: StreamId,
    },
    /// A metadata key of the caller begins with `$`: choose another.
    #[error("the metadata key `{key}` belongs to recount: keys of your own do not begin with `$`")]
    ReservedKey {
        /// The key.
        key: String,
    },
    /// An idempotency key without a character: leave the key out, or name the request.
    #[error("an idempotency key is not empty")]
    EmptyKey,
    /// Something else was written under this idempotency key: each request needs a key of its own.
    #[error("another request has used the idempotency key `{key}`")]
    KeyReused {
        /// The key.
        key: IdempotencyKey,
        /// What was written under it.
        parts: Vec<CommittedPart>,
    },
    /// Something else was written by an append of this id: a resend is the same batch to the byte, and a new decision has a new id.
    #[error("another batch was written as append {append}")]
    AppendIdReused {
        /// The append.
        append: AppendId,
        /// What was written by it.
        parts: Vec<CommittedPart>,
    },
    /// The store cannot do this at all.
    #[error("this store cannot do this: {what}")]
    Unsupported {
        /// What was asked.
        what: &'static str,
    },
    /// The disk is full: free space, then try again.
    #[error("the disk is full")]
    StorageFull,
    /// The process has no more file descriptors or memory: try again later.
    #[error("the process is out of {what}")]
    Resource {
        /// What there is none of.
        what: &'static str,
    },
    /// The disk could not be read where the next file of the store is made, so nothing was written: try again later.
    #[error("the disk could not be read")]
    Unread,
    /// A number of the format is used up: begin a new store.
    #[error("the store has no more {what}")]
    Exhausted {
        /// What there is no more of.
        what: &'static str,
    },
    /// An earlier write failed, so the store takes no more: reopen it.
    #[error("the store stopped writing after an error: reopen it")]
    Poisoned,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}

impl Refusal {
    /// Whether the same append can be taken later.
    #[must_use]
    pub const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::StorageFull | Self::Resource { .. } | Self::Unread | Self::Poisoned | Self::Closed
        )
    }
}

/// What a store limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// The payload of one event, bytes.
    Payload,
    /// The metadata of one event or of a batch, bytes.
    Metadata,
    /// The name of an event, bytes.
    Name,
    /// An idempotency key, bytes.
    Key,
    /// The events of a batch, a count.
    Events,
    /// Payloads, metadata and names of a batch together, those of its streams too, bytes.
    Batch,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Payload => "the payload of an event in bytes",
            Self::Metadata => "the metadata in bytes",
            Self::Name => "the name of an event in bytes",
            Self::Key => "the idempotency key in bytes",
            Self::Events => "the number of events of a batch",
            Self::Batch => "a batch in bytes",
        })
    }
}

/// Why a read gave no page. It is never the end of the stream or of the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// What is stored is damaged. Nothing was skipped and nothing repaired.
    #[error("the store is damaged at {place}: {what}")]
    Corrupt {
        /// Where: the file and offset, or the stream and version.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// The disk could not be read.
    #[error("could not read {place}")]
    Io {
        /// Where.
        place: String,
        /// What the system said.
        source: io::Error,
    },
    /// What is asked for belongs to another store: its positions and appends mean nothing here.
    #[error("this is store {}, and what was asked for belongs to store {}", store.store, asked.store)]
    OtherStore {
        /// The store that it belongs to.
        asked: StoreId,
        /// The store that was asked.
        store: StoreId,
    },
    /// The store cannot do this at all.
    #[error("this store cannot do this: {what}")]
    Unsupported {
        /// What was asked.
        what: &'static str,
    },
    /// An earlier write failed, so nothing new will come: reopen the store. What was committed before is still read.
    #[error("the store stopped writing after an error: reopen it")]
    Poisoned,
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
}
