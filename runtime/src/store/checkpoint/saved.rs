//! What a consumer keeps: its checkpoint with the state that belongs to it, and what changes in one step.

use crate::schema::Fingerprint;
use crate::store::checkpoint::{Checkpoint, ConsumerName, DeadLetter, PartId};
use crate::stream::Position;

/// How far a consumer has come, and what it has made of the events up to there. Both are kept and lost together (rule 8.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// How far it has come.
    pub checkpoint: Checkpoint,
    /// What the state was made by: of the shapes that are consumed, of the shape of the state, and of a revision. Of another identity it is
    /// never gone on with (rule 8.7).
    pub identity: Fingerprint,
    /// The state; opaque to the store, and empty for a consumer that keeps none here.
    pub state: Vec<u8>,
}

/// What [`CheckpointStore::save`](crate::store::CheckpointStore::save) does: all of it or nothing.
///
/// ```
/// use recount::schema::Fingerprint;
/// use recount::store::{Change, Checkpoint, CheckpointStore, ConsumerName, EventStore, LogRead, Saved};
/// use recount::{MemoryStore, Position};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let (consumers, name) = (store.checkpoints(), ConsumerName::new("balances")?);
/// let lease = consumers.claim(&name, Duration::from_secs(30)).await?;
///
/// let mut checkpoint = Checkpoint::start(name.clone(), store.identity());
/// checkpoint.advance(&store.read_log(LogRead::after(Position::START)).await?)?;
/// let saved = Saved { checkpoint, identity: Fingerprint(7), state: b"{}".to_vec() };
/// consumers.save(&lease, Change::to(None, saved.clone())).await?;
/// assert_eq!(consumers.load(&name).await?, Some(saved));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Where the checkpoint has to be before (`None`: nowhere yet), and what is kept from then on. Without it the checkpoint and its
    /// state stay.
    pub saved: Option<(Option<Position>, Saved)>,
    /// Events that are parked. One that is parked already stays as it is.
    pub parked: Vec<DeadLetter>,
    /// Letters that have been handled after all, and are gone. One that is not there is no error.
    pub redriven: Vec<PartId>,
}

impl Change {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The checkpoint moves from a position (`None`: there is none yet) to what is saved. It may stay where it is.
    #[must_use]
    pub fn to(previous: Option<Position>, saved: Saved) -> Self {
        Self {
            saved: Some((previous, saved)),
            ..Self::default()
        }
    }

    /// Parks these events too.
    #[must_use]
    pub fn park(mut self, letters: impl IntoIterator<Item = DeadLetter>) -> Self {
        self.parked.extend(letters);
        self
    }

    /// Takes these letters out of their queues too.
    #[must_use]
    pub fn redrive(mut self, letters: impl IntoIterator<Item = PartId>) -> Self {
        self.redriven.extend(letters);
        self
    }
}

/// Which generation of a consumer is live.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Live {
    /// The generation whose view answers. It has the consumer's own name until another one was switched to.
    pub generation: ConsumerName,
    /// The generation that was live before, and can be switched back to until it is removed.
    pub before: Option<ConsumerName>,
}

impl Live {
    /// This generation is live, and this one was before.
    #[must_use]
    pub const fn new(generation: ConsumerName, before: Option<ConsumerName>) -> Self {
        Self { generation, before }
    }
}
