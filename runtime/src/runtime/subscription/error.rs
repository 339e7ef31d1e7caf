//! What can go wrong with a subscription: before its first event, and where it ends.

use crate::runtime::feed::FeedError;
use crate::runtime::reason::Unreadable;
use crate::store::ReadError;
use crate::stream::{InvalidName, Position};

/// Why a subscription did not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// The runtime does not know the aggregate: add `.aggregate::<A>()` where it is built.
    #[error("the runtime does not know the aggregate `{aggregate}`: add `.aggregate::<..>()` where it is built")]
    NotRegistered {
        /// The declared name of the aggregate.
        aggregate: &'static str,
    },
    /// The id cannot name a stream.
    #[error(transparent)]
    InvalidName(#[from] InvalidName),
    /// The store could not be read.
    #[error("the log could not be read")]
    Store(#[from] ReadError),
}

/// Why a subscription has ended. Nothing was passed over: [`Subscription::position`](crate::Subscription::position) says what was served,
/// and a new subscription goes on after it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SubscriptionError {
    /// This build cannot read an event; here are its bytes. Deploy a build that can, and go on from before it.
    #[error(transparent)]
    Unreadable(Box<Unreadable>),
    /// The log is shorter than the position that was given: it is of another store, or of one that was restored from a backup.
    #[error("the log ends at position {head}, and was to be read after {after}")]
    PositionAhead {
        /// The position that was given.
        after: Position,
        /// How far the log goes.
        head: Position,
    },
    /// The log could not be read, or nothing new will come: [`ReadError::Closed`], [`ReadError::Poisoned`].
    #[error("the log could not be read after position {after}")]
    Store {
        /// Everything up to here was served.
        after: Position,
        /// What the store said.
        source: ReadError,
    },
}

impl From<FeedError> for SubscriptionError {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::Ahead { after, head } => Self::PositionAhead { after, head },
            FeedError::Store { after, source } => Self::Store { after, source },
        }
    }
}
