//! Why a projection does nothing until a person starts it again.

use std::error::Error;
use std::sync::Arc;

use crate::codec::JsonError;
use crate::runtime::reason::{Panicked, Unreadable};
use crate::store::{CheckpointError, ResumeError};
use crate::stream::{Position, StreamId, Version};

/// Why a projection has stopped. What it has shown until then it still shows.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StopReason {
    /// An event cannot be read, and its key is not known or not to be parked: deploy a build that reads it, or waive it.
    #[error(transparent)]
    Unreadable(Arc<Unreadable>),
    /// A handler failed or panicked at this event, and would fail again: mend it, or waive the event.
    #[error("`{name}`, event {version} of `{stream}` (position {position}), cannot be handled")]
    Failed {
        /// The stream of the event.
        stream: StreamId,
        /// Its number there.
        version: Version,
        /// Its place in the store.
        position: Position,
        /// Its stored name.
        name: String,
        /// What the handler said.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The database does not take what the handlers made of these events, which are of one decision: a constraint that it checks at the
    /// commit. Mend the handlers, or waive the event that it is.
    #[error("the events from position {first} to {last} cannot be handled together")]
    Refused {
        /// The place of the first one in the store.
        first: Position,
        /// The place of the last one.
        last: Position,
        /// What the database said.
        source: Arc<dyn Error + Send + Sync>,
    },
    /// This event has to wait behind one of its key that is set aside.
    #[error("position {position} has to wait behind `{key}`")]
    Behind {
        /// Its place in the store.
        position: Position,
        /// Its key.
        key: String,
    },
    /// As many events are set aside as the projection allows: mend what fails and redrive them.
    #[error("{max} events are set aside, and one more fails")]
    TooManyParked {
        /// `park(max = ..)`.
        max: u32,
        /// Why the next one failed, or had to follow.
        #[source]
        next: Box<StopReason>,
    },
    /// The view cannot be written as JSON, so it cannot be kept or copied: a float that is not finite, a map whose keys are no texts.
    #[error("the view cannot be written as JSON and read back")]
    View(#[source] Arc<JsonError>),
    /// The user's own code panicked outside a handler: in `Default`, `Clone`, `Serialize` or `Deserialize` of the view.
    #[error(transparent)]
    Panicked(Panicked),
    /// Somebody else runs the projection, or what is kept of it does not belong here: the error says what to do.
    #[error("the checkpoint cannot be gone on from")]
    Checkpoint(#[source] Arc<CheckpointError>),
    /// The checkpoint is of another history, or ahead of the log: put back the store that it belongs to, or reset the projection.
    #[error(transparent)]
    Resume(Arc<ResumeError>),
    /// The database of the view cannot be used, or what it holds does not belong here: the error says what to do.
    #[error("the database of the view cannot be gone on with")]
    Database(#[source] Arc<dyn Error + Send + Sync>),
    /// The runtime was shut down.
    #[error("the runtime was shut down")]
    ShutDown,
}
