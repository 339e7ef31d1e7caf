//! Why a command, a load, a history or a start did not give what was asked.

mod start;

use std::convert::Infallible;
use std::error::Error;

pub use start::StartError;

use crate::runtime::reason::{BadDecision, CorruptStream, Panicked, Unreadable};
use crate::store::{AppendError, Expected, ReadError, Refusal, Unknown};
use crate::stream::{InvalidName, Position, StreamId, Version};

/// Why a command gave no receipt. `R` is the domain's own error, by value; [`Infallible`](std::convert::Infallible) for a command that rejects nothing.
///
/// Every variant but [`Unknown`](Self::Unknown) is definite: nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExecuteError<R> {
    /// The domain's own answer: the handler returned this error.
    #[error(transparent)]
    Rejected(R),
    /// The command needs an existing aggregate, and there is none with this id.
    #[error("`{stream}` does not exist")]
    NotFound {
        /// The stream without events.
        stream: StreamId,
    },
    /// The command creates the aggregate, and there is one with this id.
    #[error("`{stream}` exists already")]
    AlreadyExists {
        /// The stream with events.
        stream: StreamId,
    },
    /// Others wrote to the stream again and again, or it was not at the version of
    /// [`expect_version`](crate::Execute::expect_version): load, then ask again.
    #[error("`{stream}` is {}, and not {}, after {attempts} attempts", at(*actual), at(*expected))]
    Conflict {
        /// The stream that has moved.
        stream: StreamId,
        /// The version that was decided on.
        expected: Option<Version>,
        /// The version that the stream has.
        actual: Option<Version>,
        /// How often was decided.
        attempts: u32,
    },
    /// The store's definite no: too large, hostile name, full, closed, …
    #[error("the store refused the events")]
    Refused(#[source] Refusal),
    /// Written or not, nobody can tell: [`Runtime::resolve`](crate::Runtime::resolve) it, or ask the same again under the same
    /// [idempotency key](crate::Execute::idempotency_key). Never send a new command in its place: it could be the second.
    #[error("it is not known whether the events were written")]
    Unknown {
        /// The append: a value that can be kept, and resolved after a restart.
        unknown: Box<Unknown>,
        /// What went wrong.
        source: Box<dyn Error + Send + Sync>,
    },
    /// An event of the stream cannot be read, so there is no state to decide on.
    #[error(transparent)]
    Unreadable(Box<Unreadable>),
    /// The events of the stream do not fit together.
    #[error(transparent)]
    Corrupt(Box<CorruptStream>),
    /// The handler decided what cannot be written: a mistake in the domain's code.
    #[error("the decision cannot be written")]
    BadDecision(#[source] BadDecision),
    /// The handler or an `#[apply]` panicked.
    #[error(transparent)]
    Panicked(Panicked),
    /// The time of [`timeout`](crate::Execute::timeout) passed before anything was handed to the store.
    #[error("no decision was handed to the store in time")]
    TimedOut,
    /// The runtime does not know the aggregate: add `.aggregate::<A>()` where it is built.
    #[error("the runtime does not know the aggregate `{aggregate}`: add `.aggregate::<..>()` where it is built")]
    NotRegistered {
        /// The declared name of the aggregate.
        aggregate: &'static str,
    },
    /// The store could not be read.
    #[error("the stream could not be read")]
    Store(#[source] ReadError),
}

fn at(version: Option<Version>) -> String {
    version.map_or_else(
        || "without events".to_owned(),
        |version| format!("at version {version}"),
    )
}

impl<R> ExecuteError<R> {
    /// What a state says no to: another state could say something else.
    pub(super) const fn is_from_the_state(&self) -> bool {
        matches!(
            self,
            Self::Rejected(_) | Self::NotFound { .. } | Self::AlreadyExists { .. }
        )
    }

    /// The same with another error of the domain.
    ///
    /// ```
    /// use std::convert::Infallible;
    ///
    /// use recount::ExecuteError;
    ///
    /// fn widened(error: ExecuteError<Infallible>) -> ExecuteError<String> {
    ///     error.map_rejection(|never| match never {})
    /// }
    /// ```
    pub fn map_rejection<T>(self, map: impl FnOnce(R) -> T) -> ExecuteError<T> {
        match self {
            Self::Rejected(rejection) => ExecuteError::Rejected(map(rejection)),
            Self::NotFound { stream } => ExecuteError::NotFound { stream },
            Self::AlreadyExists { stream } => ExecuteError::AlreadyExists { stream },
            Self::Conflict {
                stream,
                expected,
                actual,
                attempts,
            } => ExecuteError::Conflict {
                stream,
                expected,
                actual,
                attempts,
            },
            Self::Refused(refusal) => ExecuteError::Refused(refusal),
            Self::Unknown { unknown, source } => ExecuteError::Unknown { unknown, source },
            Self::Unreadable(unreadable) => ExecuteError::Unreadable(unreadable),
            Self::Corrupt(corrupt) => ExecuteError::Corrupt(corrupt),
            Self::BadDecision(bad) => ExecuteError::BadDecision(bad),
            Self::Panicked(panicked) => ExecuteError::Panicked(panicked),
            Self::TimedOut => ExecuteError::TimedOut,
            Self::NotRegistered { aggregate } => ExecuteError::NotRegistered { aggregate },
            Self::Store(error) => ExecuteError::Store(error),
        }
    }
}

/// Why a stream could not be folded: what loading and deciding have in common.
#[derive(Debug)]
pub(super) enum StateError {
    NotRegistered(&'static str),
    Unreadable(Box<Unreadable>),
    Corrupt(Box<CorruptStream>),
    Panicked(Panicked),
    Store(ReadError),
}

impl From<ReadError> for StateError {
    fn from(error: ReadError) -> Self {
        Self::Store(error)
    }
}

macro_rules! from_state_error {
    ($error:ty $(, $R:ident)?) => {
        impl$(<$R>)? From<StateError> for $error {
            fn from(error: StateError) -> Self {
                match error {
                    StateError::NotRegistered(aggregate) => Self::NotRegistered { aggregate },
                    StateError::Unreadable(unreadable) => Self::Unreadable(unreadable),
                    StateError::Corrupt(corrupt) => Self::Corrupt(corrupt),
                    StateError::Panicked(panicked) => Self::Panicked(panicked),
                    StateError::Store(error) => Self::Store(error),
                }
            }
        }
    };
}

from_state_error!(LoadError);
from_state_error!(ExecuteError<R>, R);

/// Why there is no state to look at.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The runtime does not know the aggregate: add `.aggregate::<A>()` where it is built.
    #[error("the runtime does not know the aggregate `{aggregate}`: add `.aggregate::<..>()` where it is built")]
    NotRegistered {
        /// The declared name of the aggregate.
        aggregate: &'static str,
    },
    /// The id cannot name a stream.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// An event of the stream cannot be read.
    #[error(transparent)]
    Unreadable(Box<Unreadable>),
    /// The events of the stream do not fit together.
    #[error(transparent)]
    Corrupt(Box<CorruptStream>),
    /// An `#[apply]` panicked.
    #[error(transparent)]
    Panicked(Panicked),
    /// The store could not be read.
    #[error("the stream could not be read")]
    Store(#[from] ReadError),
    /// The stream has not come to the version that was asked for.
    #[error("`{stream}` has no version {asked} yet")]
    VersionAhead {
        /// The stream.
        stream: StreamId,
        /// The version that was asked for.
        asked: u64,
        /// The version it has; `None` without events.
        head: Option<Version>,
    },
    /// The store has not come to the position that was asked for.
    #[error("the store has no position {asked} yet: its last is {head}")]
    PositionAhead {
        /// The position that was asked for.
        asked: Position,
        /// The last position of the store.
        head: Position,
    },
}

/// Why an event of a history is not shown, or why there are no more.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// This one event cannot be read; here are its bytes. The history goes on after it.
    #[error(transparent)]
    Unreadable(Box<Unreadable>),
    /// The versions of the stream have a hole. The history ends.
    #[error(transparent)]
    Corrupt(Box<CorruptStream>),
    /// The runtime does not know the aggregate: add `.aggregate::<A>()` where it is built. The history ends.
    #[error("the runtime does not know the aggregate `{aggregate}`: add `.aggregate::<..>()` where it is built")]
    NotRegistered {
        /// The declared name of the aggregate.
        aggregate: &'static str,
    },
    /// The id cannot name a stream. The history ends.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// The store could not be read. The history ends.
    #[error("the stream could not be read")]
    Store(#[from] ReadError),
}

impl<R> ExecuteError<R> {
    /// The domain's own answer as `Err`, and every other error as one that has none: what senders of commands go by.
    pub(crate) fn split(self) -> Result<ExecuteError<Infallible>, R> {
        Ok(match self {
            Self::Rejected(rejection) => return Err(rejection),
            Self::NotFound { stream } => ExecuteError::NotFound { stream },
            Self::AlreadyExists { stream } => ExecuteError::AlreadyExists { stream },
            Self::Conflict {
                stream,
                expected,
                actual,
                attempts,
            } => ExecuteError::Conflict {
                stream,
                expected,
                actual,
                attempts,
            },
            Self::Refused(refusal) => ExecuteError::Refused(refusal),
            Self::Unknown { unknown, source } => ExecuteError::Unknown { unknown, source },
            Self::Unreadable(unreadable) => ExecuteError::Unreadable(unreadable),
            Self::Corrupt(corrupt) => ExecuteError::Corrupt(corrupt),
            Self::BadDecision(bad) => ExecuteError::BadDecision(bad),
            Self::Panicked(panicked) => ExecuteError::Panicked(panicked),
            Self::TimedOut => ExecuteError::TimedOut,
            Self::NotRegistered { aggregate } => ExecuteError::NotRegistered { aggregate },
            Self::Store(error) => ExecuteError::Store(error),
        })
    }
}

impl<R> From<AppendError> for ExecuteError<R> {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict {
                stream,
                expected,
                actual,
            } => {
                let expected = if let Expected::Exact(version) = expected {
                    Some(version)
                } else {
                    None
                };
                Self::Conflict {
                    stream,
                    expected,
                    actual,
                    attempts: 1,
                }
            }
            AppendError::Refused(refusal) => Self::Refused(refusal),
            AppendError::Unknown { unknown, source } => Self::Unknown { unknown, source },
        }
    }
}

/// Why a stream was not read on.
pub(super) enum ReadOnError {
    TimedOut,
    State(StateError),
}

impl From<StateError> for ReadOnError {
    fn from(error: StateError) -> Self {
        Self::State(error)
    }
}

impl<R> From<ReadOnError> for ExecuteError<R> {
    fn from(error: ReadOnError) -> Self {
        match error {
            ReadOnError::TimedOut => Self::TimedOut,
            ReadOnError::State(error) => error.into(),
        }
    }
}
