//! Why a consumer does not go on.

use crate::causes::with_causes;
use crate::runtime::feed::FeedError;
use crate::store::{CheckpointError, ReadError, ResumeError};

/// Why a consumer does not go on, in words without a payload.
#[derive(Clone, Debug)]
pub(in crate::runtime) enum Halt {
    /// Something that may pass: try again soon.
    Retry(String),
    /// This build does not know an event: the checkpoint stays, and somebody with a newer build may take over.
    Hold(String),
    /// Another runtime runs the consumer.
    Elsewhere(String),
    /// It stays so until a person does something.
    Stop(String),
    /// The runtime or its store is closed.
    Closed,
}

impl From<ReadError> for Halt {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Closed => Self::Closed,
            ReadError::Io { .. } => Self::Retry(with_causes(&error)),
            error => Self::Stop(with_causes(&error)),
        }
    }
}

impl From<FeedError> for Halt {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Store { source, .. } => source.into(),
            error => Self::Stop(with_causes(&error)),
        }
    }
}

impl From<ResumeError> for Halt {
    fn from(error: ResumeError) -> Self {
        match error {
            ResumeError::Read(error) => error.into(),
            error => Self::Stop(with_causes(&error)),
        }
    }
}

impl From<CheckpointError> for Halt {
    fn from(error: CheckpointError) -> Self {
        match error {
            CheckpointError::Closed => Self::Closed,
            CheckpointError::Held { .. } | CheckpointError::Fenced { .. } => Self::Elsewhere(with_causes(&error)),
            CheckpointError::Stale { .. } | CheckpointError::Store(_) => Self::Retry(with_causes(&error)),
            error => Self::Stop(with_causes(&error)),
        }
    }
}
