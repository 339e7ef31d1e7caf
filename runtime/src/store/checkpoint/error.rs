//! Why a checkpoint was not kept, or is no place to go on from.

use std::error::Error;

use crate::clock::Timestamp;
use crate::store::checkpoint::{Checkpoint, ConsumerName};
use crate::store::{ReadError, StoreId};
use crate::stream::{EventId, Position};

/// Why a consumer cannot go on from its checkpoint (rule 7.7). Nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// The checkpoint was made in another history: put back the store that it belongs to, or reset the consumer.
    #[error("the checkpoint of `{consumer}` belongs to another history: {what}")]
    HistoryMismatch {
        /// Whose checkpoint it is.
        consumer: ConsumerName,
        /// What differs.
        what: Mismatch,
    },
    /// The log ends before the checkpoint: put back the log that it was made of, or reset the consumer. It never waits for the log to grow.
    #[error("the checkpoint of `{consumer}` is at position {position}, and the log ends at {head}")]
    CheckpointAhead {
        /// Whose checkpoint it is.
        consumer: ConsumerName,
        /// Where it is.
        position: Position,
        /// Where the log ends.
        head: Position,
    },
    /// The store could not be asked: try again.
    #[error("the checkpoint could not be compared with the log")]
    Read(#[from] ReadError),
}

impl ResumeError {
    pub(super) fn mismatch(checkpoint: &Checkpoint, what: Mismatch) -> Self {
        let consumer = checkpoint.consumer().clone();
        Self::HistoryMismatch { consumer, what }
    }

    pub(super) fn ahead(checkpoint: &Checkpoint, head: Position) -> Self {
        Self::CheckpointAhead {
            consumer: checkpoint.consumer().clone(),
            position: checkpoint.position(),
            head,
        }
    }
}

/// What says that a checkpoint belongs to another history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Mismatch {
    /// It was made in another store, or before the store was restored from a copy.
    #[error("it was made in epoch {:016x} of store {}, this is epoch {:016x} of store {}", checkpoint.epoch, checkpoint.store, store.epoch, store.store)]
    Store {
        /// Where it was made.
        checkpoint: StoreId,
        /// What was asked.
        store: StoreId,
    },
    /// Another event stands where it was made, or none.
    #[error("at position {position} it saw event {checkpoint}, and the log has {}", shown(*store))]
    Event {
        /// Where.
        position: Position,
        /// The event that the consumer was shown there.
        checkpoint: EventId,
        /// The event that the log has there.
        store: Option<EventId>,
    },
}

fn shown(event: Option<EventId>) -> String {
    event.map_or_else(|| "none".to_owned(), |event| format!("event {event}"))
}

/// Why [`CheckpointStore`](crate::store::CheckpointStore) did not do what was asked. Nothing was changed, unless it is
/// [`Store`](Self::Store), where that is not known.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Another owner has the consumer: try again after this moment of the store's clock.
    #[error("`{consumer}` is run elsewhere, and may be claimed after {until}")]
    Held {
        /// The consumer.
        consumer: ConsumerName,
        /// When the lease of its owner ends, unless it is renewed.
        until: Timestamp,
    },
    /// Another owner has claimed the consumer, or it was given up: stop at once, and claim it before going on.
    #[error("`{consumer}` has another owner by now")]
    Fenced {
        /// The consumer.
        consumer: ConsumerName,
    },
    /// The checkpoint is not where the save believes it: load it again.
    #[error("the checkpoint of `{consumer}` is at {}, and the save expected {}", place(*actual), place(*previous))]
    Stale {
        /// The consumer.
        consumer: ConsumerName,
        /// What the save expected.
        previous: Option<Position>,
        /// Where it is; `None` if there is none.
        actual: Option<Position>,
    },
    /// A save would move the checkpoint back, or into another history: that is done by [`reset`](crate::store::CheckpointStore::reset)
    /// alone.
    #[error("a save does not move the checkpoint of `{consumer}` back or into another history; a reset does")]
    Backward {
        /// The consumer.
        consumer: ConsumerName,
    },
    /// The checkpoint is another consumer's than the lease.
    #[error("the lease is of `{lease}`, and the checkpoint of `{checkpoint}`")]
    OtherConsumer {
        /// Whose lease it is.
        lease: ConsumerName,
        /// Whose checkpoint it is.
        checkpoint: ConsumerName,
    },
    /// The generation has not come as far as the one that is live: let it catch up, then switch.
    #[error("`{generation}` has not come as far as `{live}`, which is live")]
    Behind {
        /// What was to become live.
        generation: ConsumerName,
        /// What is live.
        live: ConsumerName,
    },
    /// Another generation is live than was believed: look again.
    #[error("`{live}` is live by now")]
    NotLive {
        /// What is live.
        live: ConsumerName,
    },
    /// There is no generation to switch back to: none was live before, or it was removed.
    #[error("no other generation of `{consumer}` is left to switch back to")]
    NothingBefore {
        /// The consumer.
        consumer: ConsumerName,
    },
    /// The generation is live while another one is kept: remove that one first, or switch back to it.
    #[error(
        "`{generation}` is the live generation of `{consumer}`: switch back before it is removed, or remove the other one first"
    )]
    IsLive {
        /// The consumer.
        consumer: ConsumerName,
        /// What was to be removed.
        generation: ConsumerName,
    },
    /// What is kept of the consumer is damaged, so nobody knows how far it has come. Nothing was changed and nothing skipped: put the file
    /// back from a backup, or remove the consumer by name and declare where it starts.
    #[error(
        "what is kept of `{consumer}` is damaged: {place}, {what}; put it back from a backup, or remove the consumer and say where it starts"
    )]
    Damaged {
        /// The consumer.
        consumer: ConsumerName,
        /// Where: the file.
        place: String,
        /// What is wrong there.
        what: String,
    },
    /// The state beside the checkpoint is damaged, and the checkpoint is not: a view that is made of events alone can be reset and built
    /// again; what else hangs on the state has to be put back from a backup.
    #[error("the state of `{}` is damaged: {place}; reset it if it can be made of the events again", checkpoint.consumer())]
    DamagedState {
        /// How far the consumer has come.
        checkpoint: Box<Checkpoint>,
        /// Where: the file.
        place: String,
    },
    /// The store cannot do this at all.
    #[error("this store cannot do this: {what}")]
    Unsupported {
        /// What was asked.
        what: &'static str,
    },
    /// The store was closed.
    #[error("the store is closed")]
    Closed,
    /// The store failed: what was to be changed is changed or not. Load before going on.
    #[error("the store of checkpoints failed")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

fn place(position: Option<Position>) -> String {
    position.map_or_else(|| "nothing".to_owned(), |position| format!("position {position}"))
}
