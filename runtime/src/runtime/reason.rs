//! What the errors of several verbs are made of: what is wrong with a stored event, a stream, a decision, or the user's code.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::aggregate::FoldError;
use crate::codec::{JsonError, Shown};
use crate::envelope::{Meta, Stored};
use crate::event::{DecodeError, EncodeError};
use crate::runtime::trace;
use crate::stream::{Position, StreamId, Version};

/// A stored event that this build cannot read. It is untouched, and its bytes are here; its `Debug` shows them as text, cut at 512 bytes.
#[derive(thiserror::Error)]
#[error("event {} of `{}` (position {}) cannot be read", meta.version, meta.stream, meta.position)]
#[non_exhaustive]
pub struct Unreadable {
    /// Where it stands, when it was written, and what caused it.
    pub meta: Meta,
    /// Its stored name, version and floor.
    pub stored: Stored,
    /// Its payload as it is stored.
    pub payload: Vec<u8>,
    /// Why it cannot be read.
    pub source: DecodeError,
}

impl fmt::Debug for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unreadable")
            .field("meta", &self.meta)
            .field("stored", &self.stored)
            .field("payload", &Shown(&self.payload))
            .field("source", &self.source)
            .finish()
    }
}

/// The events of a stream do not fit together. State is never guessed: nothing of the stream was used.
#[derive(Debug, thiserror::Error)]
#[error("`{stream}` is corrupt at version {version} (position {position}, `{name}` version {event_version})")]
#[non_exhaustive]
pub struct CorruptStream {
    /// The stream.
    pub stream: StreamId,
    /// The number of the event that does not fit.
    pub version: Version,
    /// Its place in the store.
    pub position: Position,
    /// Its stored name.
    pub name: String,
    /// The stored version of that name.
    pub event_version: u32,
    /// What does not fit.
    #[source]
    pub reason: CorruptReason,
}

/// What does not fit in a stream.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CorruptReason {
    /// The event creates what exists, or changes what does not.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// The versions before it are not all there.
    #[error("version {expected} should stand here")]
    Hole {
        /// The version that is missing.
        expected: Version,
    },
}

/// What a handler decided, or a command holds, and nobody can write.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BadDecision {
    /// An event does not fit the state it was decided on, or the decided events before it.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// An event cannot be written in a way that it can be read.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The command has an idempotency key, and fields that JSON cannot carry: a repeat of it could not be known.
    #[error("the command cannot be written as JSON, so it has no fingerprint for its idempotency key")]
    Fingerprint(#[source] JsonError),
}

/// User code panicked. Nothing was written, and the store and other callers go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("user code panicked: {message}")]
#[non_exhaustive]
pub struct Panicked {
    /// What it said.
    pub message: String,
}

impl Panicked {
    /// Runs user code, and has its panic as an answer. What the code had half changed is not to be used after it.
    #[inline]
    pub(crate) fn caught<T>(run: impl FnOnce() -> T) -> Result<T, Self> {
        catch_unwind(AssertUnwindSafe(run)).map_err(|panic| Self::new(&*panic))
    }

    #[cold]
    fn new(payload: &(dyn Any + Send)) -> Self {
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let message = text.unwrap_or("a value that is no text").to_owned();
        trace::panicked(&message);
        Self { message }
    }
}
