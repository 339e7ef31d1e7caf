//! What the runner of a projection drives: a view, wherever it lives.

use std::future::{Future, ready};
use std::pin::Pin;

use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::Fault;
use crate::runtime::projections::letters::Parked;
use crate::runtime::projections::unit::Unit;
use crate::store::{Checkpoint, ConsumerName, EventRef, PartId, Saved};
use crate::stream::Position;

/// What lasts as long as its borrow.
pub(super) type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where a view keeps itself, and what is known of it elsewhere.
pub(super) struct Place {
    pub(super) consumer: ConsumerName,
    pub(super) generation: ConsumerName,
    /// The generation that is live, if this one is built beside it.
    pub(super) live: Option<ConsumerName>,
    /// The number of the claim: a later owner has a greater one.
    pub(super) fence: u64,
    /// What was saved of it; `None` if it begins.
    pub(super) saved: Option<Saved>,
}

/// What a view keeps where it keeps itself.
pub(super) struct Found {
    pub(super) checkpoint: Checkpoint,
    /// It lacks events that were set aside.
    pub(super) lacks: bool,
}

/// A view that is fed in units, each of which it takes as a whole.
pub(super) trait Target: Send {
    /// How far it has been fed. After a [`Fault`] it may be further back than before.
    fn reached(&self) -> &Checkpoint;

    /// Takes the unit that begins after [`reached`](Self::reached).
    fn apply(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>>;

    /// Takes what was set aside: a unit that moves no checkpoint.
    fn redo(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>>;

    /// How far queries see, whoever feeds the view that they are asked of.
    fn shown(&self) -> Position;

    /// The generation that queries are answered by, whoever feeds it; `None` as long as none is open.
    fn answers(&self) -> Option<ConsumerName>;

    /// Shows to queries what it has taken.
    fn publish(&mut self);

    /// The key of each part of an event; `None` if nobody can tell them.
    fn keys(&self, event: &EventRef<'_>) -> Option<Vec<(u32, String)>>;

    /// Goes on from what was saved; `None` is the view before every event.
    fn restore(&mut self, state: Option<&[u8]>, checkpoint: Checkpoint) -> Result<(), StopReason>;

    /// Whether the view lives somewhere that keeps it with its checkpoint; then the methods below are called.
    fn keeps_itself(&self) -> bool {
        false
    }

    /// Opens the place where the view keeps itself, and says how far it has come there; `None` if it has to begin. Nothing is changed.
    fn open(&mut self, _place: Place) -> Doing<'_, Result<Option<Found>, Fault>> {
        Box::pin(ready(Ok(None)))
    }

    /// Becomes the only one that feeds what was opened. What it has handled of what was set aside and may
    /// still be kept as set aside.
    fn take_over(&mut self) -> Doing<'_, Result<Vec<PartId>, Fault>> {
        Box::pin(ready(Ok(Vec::new())))
    }

    /// Makes the view what it was before every event, without a checkpoint.
    fn empty(&mut self) -> Doing<'_, Result<(), Fault>> {
        Box::pin(ready(Ok(())))
    }

    /// Forgets a generation that answers no more.
    fn remove(&mut self, _consumer: &ConsumerName, _generation: &ConsumerName) -> Doing<'_, Result<(), Fault>> {
        Box::pin(ready(Ok(())))
    }

    /// All that is kept outside of the view is kept, and this is what is set aside there.
    fn saved(&mut self, _parked: &Parked) {}

    /// From now on it answers, in the place of another generation.
    fn switched(&mut self) {}

    /// The published view as bytes, with its checkpoint; for a view that keeps itself as much as tells an older copy of it.
    fn encode(&self) -> Option<Result<(Vec<u8>, Checkpoint), StopReason>>;
}
