//! What the runner of a projection drives: a view, wherever it lives.

use std::future::Future;
use std::pin::Pin;

use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::Fault;
use crate::runtime::projections::unit::Unit;
use crate::store::{Checkpoint, ConsumerName, EventRef, PartId};

/// What lasts as long as its borrow.
pub(super) type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A view that is fed in units, each of which it takes as a whole.
pub(super) trait Target: Send {
    /// How far it has been fed. After a [`Fault`] it may be further back than before.
    fn reached(&self) -> &Checkpoint;

    /// Takes the unit that begins after [`reached`](Self::reached).
    fn apply(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>>;

    /// Takes what was set aside: a unit that moves no checkpoint.
    fn redo(&mut self, unit: Unit, letter: PartId) -> Doing<'_, Result<(), Fault>>;

    /// How far queries see.
    fn shown(&self) -> Option<Checkpoint>;

    /// Shows to queries what it has taken.
    fn publish(&mut self);

    /// The key of each part of an event; `None` if nobody can tell them.
    fn keys(&self, event: &EventRef<'_>) -> Option<Vec<(u32, String)>>;

    /// Goes on from what was saved of a generation; without a state it is the view before every event. A view that keeps its own checkpoint
    /// goes on from that.
    fn restore<'a>(
        &'a mut self,
        generation: &'a ConsumerName,
        state: Option<&'a [u8]>,
        checkpoint: Checkpoint,
    ) -> Doing<'a, Result<(), Fault>>;

    /// Begins anew.
    fn reset<'a>(&'a mut self, generation: &'a ConsumerName, start: Checkpoint) -> Doing<'a, Result<(), Fault>>;

    /// Whether each unit is kept with its checkpoint when it is taken, so that what is set aside has to be kept before.
    fn commits(&self) -> bool {
        false
    }

    /// Which letters it has taken already.
    fn redriven(&self) -> &[PartId] {
        &[]
    }

    /// The published view as bytes, with its checkpoint; `None` where the view lives somewhere that keeps it.
    fn encode(&self) -> Option<Result<(Vec<u8>, Checkpoint), StopReason>>;
}
