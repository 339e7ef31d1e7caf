//! What the runner of a projection drives: a view, wherever it lives.

use std::future::Future;
use std::pin::Pin;

use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::Fault;
use crate::runtime::projections::unit::Unit;
use crate::store::{Checkpoint, EventRef};

/// What lasts as long as its borrow.
pub(super) type Doing<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A view that is fed in units, each of which it takes as a whole.
pub(super) trait Target: Send {
    /// How far it has been fed. After a [`Fault`] it may be further back than before.
    fn reached(&self) -> &Checkpoint;

    /// Takes the unit that begins after [`reached`](Self::reached).
    fn apply(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>>;

    /// Takes what was set aside: a unit that moves no checkpoint.
    fn redo(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>>;

    /// How far queries see.
    fn shown(&self) -> Checkpoint;

    /// Shows to queries what it has taken.
    fn publish(&mut self);

    /// The key of each part of an event; `None` if nobody can tell them.
    fn keys(&self, event: &EventRef<'_>) -> Option<Vec<(u32, String)>>;

    /// Goes on from what was saved; `None` is the view before every event.
    fn restore(&mut self, state: Option<&[u8]>, checkpoint: Checkpoint) -> Result<(), StopReason>;

    /// The published view as bytes, with its checkpoint; `None` where the view lives somewhere that keeps it.
    fn encode(&self) -> Option<Result<(Vec<u8>, Checkpoint), StopReason>>;
}
