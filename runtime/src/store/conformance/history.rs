//! Whether a concurrent history has an order that explains all its answers, in O(n log n): the log itself is the witness.
//!
//! A store is linearizable if each operation can be given one moment between its call and its answer such that the operations, done one
//! by one at these moments, answer what they answered. The log fixes the order of the appends, so only conflicts and reads have to be
//! placed: each is given the earliest state of the log that explains its answer, and no state may be placed before one that was already
//! answered when the operation was called.

mod check;
mod record;

use std::fmt;

use crate::store::{EventRef, Expected};
use crate::stream::{AppendId, Position, StreamId, Version};

pub use check::check;
pub use record::Recorder;

/// One operation: when it was called and answered by a clock that all tasks share, what it asked, and what it was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Before the call.
    pub called: u64,
    /// After the answer; `None` of a call that was never answered.
    pub answered: Option<u64>,
    /// What was done.
    pub action: Action,
}

/// What an operation asked and was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// An append.
    Append {
        /// Its identity.
        append: AppendId,
        /// Of each part the stream, what was expected of it, and the count of its events.
        parts: Vec<(StreamId, Expected, u64)>,
        /// The answer.
        answer: Answer,
    },
    /// All versions of a stream were read, in one step, and this was the last; `None` without events.
    Read {
        /// The stream.
        stream: StreamId,
        /// Its last version.
        last: Option<Version>,
    },
    /// The head of the log was asked for.
    Head {
        /// What it was.
        head: Position,
    },
}

/// The answer to an append.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// It was written at these positions.
    Committed {
        /// Of its first event.
        first: Position,
        /// Of its last event.
        last: Position,
    },
    /// Nothing was written: an earlier append of the same content has its id or its key, and stands at these positions.
    Repeated {
        /// The earlier append, which may be another attempt with the same id.
        original: AppendId,
        /// Of its first event.
        first: Position,
        /// Of its last event.
        last: Position,
    },
    /// Nothing was written: another batch has the id.
    IdReused,
    /// A stream was not at the version that was expected.
    Conflict {
        /// The stream.
        stream: StreamId,
        /// The version it had.
        actual: Option<Version>,
    },
    /// Definitely not written.
    Refused,
    /// Written or not.
    Unknown,
}

/// One event of the log, as the checker needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the log.
    pub position: Position,
    /// Its stream.
    pub stream: StreamId,
    /// Its number in its stream.
    pub version: Version,
    /// The append that wrote it.
    pub append: AppendId,
}

impl From<EventRef<'_>> for Entry {
    fn from(event: EventRef<'_>) -> Self {
        Self {
            position: event.position,
            stream: event.stream.clone(),
            version: event.version,
            append: event.append,
        }
    }
}

/// What no order explains.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// The log itself is not one: a hole, an order, an append that is not side by side or not whole.
    Log(String),
    /// An answer that no state of the log explains.
    Unexplained(String),
    /// An answer that could be explained only by a state from before one that had been answered already.
    Stale(String),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Log(what) => write!(f, "the log is not sound: {what}"),
            Self::Unexplained(what) => write!(f, "no state of the log explains an answer: {what}"),
            Self::Stale(what) => write!(f, "an answer is older than one given before its call: {what}"),
        }
    }
}

impl std::error::Error for Violation {}
