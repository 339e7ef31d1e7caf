//! A view in memory, twice: one that is shown, and one that is fed and then shown in its place.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec;
use crate::projection::{InMemory, Projection, Projects};
use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::{BadEvent, Fault};
use crate::runtime::projections::front::Front;
use crate::runtime::projections::handing::{Wanted, hand, keys};
use crate::runtime::projections::target::{Doing, Target};
use crate::runtime::projections::unit::Unit;
use crate::runtime::reason::Panicked;
use crate::store::{Checkpoint, ConsumerName, EventRef};
use crate::stream::Position;

/// How many units are kept to be handed to the other copy as well; beyond it the other copy is made anew.
const KEPT_UNITS: usize = 4;

/// A projection whose view is itself, in memory.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection with a view in memory",
    label = "cannot be registered by `.projection()`",
    note = "a view that lives in a database is registered together with it: `.projection_in::<{Self}>(database)`",
    note = "a projection in memory derives `Projection`, `Default`, `Serialize` and `Deserialize`, and has a block `#[recount::handlers] impl {Self}` with an `#[on] fn name(&mut self, event: &E, meta: &Meta)`"
)]
pub trait Kept: Projects + Projection<View = InMemory<Self>> + Default + Serialize + DeserializeOwned {}

#[diagnostic::do_not_recommend]
impl<P: Projects + Projection<View = InMemory<P>> + Default + Serialize + DeserializeOwned> Kept for P {}

/// The two copies.
pub(super) struct TwoCopies<P> {
    wanted: Wanted,
    front: Arc<Front<P>>,
    /// Where it is shown once it takes the place of the view that is shown there.
    later: Option<Arc<Front<P>>>,
    /// What is fed; `None` if it would be the same as what is shown.
    back: Option<P>,
    at: Checkpoint,
    /// What was shown before, to be fed next once no reader holds it, and the units that it lacks.
    spare: Option<(Arc<P>, Vec<Unit>)>,
    /// The units since the last publication; `None` if they are too many to be handed over twice.
    since: Option<Vec<Unit>>,
}

impl<P: Kept> TwoCopies<P> {
    pub(super) fn new(front: Arc<Front<P>>) -> Self {
        Self {
            wanted: Wanted::of::<P>(),
            at: front.shown().1,
            front,
            later: None,
            back: None,
            spare: None,
            since: Some(Vec::new()),
        }
    }

    /// A view that is built while another one is shown.
    pub(super) fn beside(shown: Arc<Front<P>>, start: Checkpoint) -> Self {
        let own = Arc::new(Front::new(Arc::new(P::default()), start));
        Self {
            later: Some(shown),
            ..Self::new(own)
        }
    }

    /// The copy that is fed, brought to where the shown one is.
    fn back(&mut self) -> Result<P, StopReason> {
        if let Some(back) = self.back.take() {
            return Ok(back);
        }
        if let Some((spare, lacks)) = self.spare.take()
            && let Ok(mut view) = Arc::try_unwrap(spare)
        {
            let mut handed = lacks
                .iter()
                .map(|unit| hand::<P>(&self.wanted, &mut view, unit, |_, _, _| {}));
            // A handler that says something else the second time is not pure; then the copy is made of what is shown.
            if handed.all(|handed| handed.is_ok()) {
                return Ok(view);
            }
        }
        copied(&*self.front.shown().0)
    }

    fn take(&mut self, unit: Unit) -> Result<(), Fault> {
        if unit.events().any(|event| self.wanted.source(&event).is_some()) {
            self.feed(unit)
        } else {
            unit.advance(&mut self.at);
            Ok(())
        }
    }

    fn feed(&mut self, unit: Unit) -> Result<(), Fault> {
        let mut view = self.back().map_err(Fault::Stop)?;
        match hand::<P>(&self.wanted, &mut view, &unit, |_, _, _| {}) {
            Ok(()) => {
                self.keep(view, unit);
                Ok(())
            }
            Err(failed) => {
                let is_clean = failed.is_clean;
                let bad = BadEvent::new::<P>(&unit, failed);
                match &bad {
                    Some(bad) if is_clean => self.keep(view, unit.up_to(bad.boundary)),
                    // The view is half changed: it is made anew of what is shown, and fed from there.
                    _ => {
                        self.at = self.front.shown().1;
                        self.since = Some(Vec::new());
                    }
                }
                bad.map_or(Ok(()), |bad| Err(Fault::Event(Box::new(bad))))
            }
        }
    }

    fn keep(&mut self, view: P, unit: Unit) {
        self.back = Some(view);
        unit.advance(&mut self.at);
        if let Some(since) = &mut self.since {
            since.push(unit);
        }
        self.since.take_if(|since| since.len() > KEPT_UNITS);
    }
}

impl<P: Kept> Target for TwoCopies<P> {
    fn reached(&self) -> &Checkpoint {
        &self.at
    }

    fn apply(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>> {
        let taken = self.take(unit);
        Box::pin(std::future::ready(taken))
    }

    fn redo(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>> {
        let taken = self.feed(unit);
        Box::pin(std::future::ready(taken))
    }

    fn shown(&self) -> Position {
        let front = self.later.as_ref().unwrap_or(&self.front);
        front.shown().1.position()
    }

    fn answers(&self) -> Option<ConsumerName> {
        let front = self.later.as_ref().unwrap_or(&self.front);
        Some(front.shown().1.consumer().clone())
    }

    fn publish(&mut self) {
        let Some(back) = self.back.take() else {
            self.front.advance(self.at.clone());
            return;
        };
        let before = self.front.swap(Arc::new(back), self.at.clone());
        let since = self.since.replace(Vec::new());
        self.spare = since.map(|lacks| (before, lacks));
    }

    fn keys(&self, event: &EventRef<'_>) -> Option<Vec<(u32, String)>> {
        keys::<P>(&self.wanted, event)
    }

    fn restore(&mut self, state: Option<&[u8]>, checkpoint: Checkpoint) -> Result<(), StopReason> {
        let view = match state {
            Some(state) => decoded(state)?,
            None => Panicked::caught(P::default).map_err(StopReason::Panicked)?,
        };
        self.front.swap(Arc::new(view), checkpoint.clone());
        (self.at, self.back, self.spare) = (checkpoint, None, None);
        self.since = Some(Vec::new());
        Ok(())
    }

    fn switched(&mut self) {
        if let Some(shown) = self.later.take() {
            let (view, checkpoint) = self.front.shown();
            shown.swap(view, checkpoint);
            self.front = shown;
        }
    }

    fn encode(&self) -> Option<Result<(Vec<u8>, Checkpoint), StopReason>> {
        let (view, checkpoint) = self.front.shown();
        Some(encoded(&*view).map(|bytes| (bytes, checkpoint)))
    }
}

fn encoded<P: Serialize>(view: &P) -> Result<Vec<u8>, StopReason> {
    let encoded = Panicked::caught(|| codec::encode(view)).map_err(StopReason::Panicked)?;
    encoded.map_err(|error| StopReason::View(Arc::new(error)))
}

pub(super) fn decoded<P: DeserializeOwned>(bytes: &[u8]) -> Result<P, StopReason> {
    let decoded = Panicked::caught(|| codec::decode_value(bytes)).map_err(StopReason::Panicked)?;
    decoded.map_err(|error| StopReason::View(Arc::new(error)))
}

fn copied<P: Kept>(view: &P) -> Result<P, StopReason> {
    match P::COPY {
        Some(copy) => Panicked::caught(|| copy(view)).map_err(StopReason::Panicked),
        None => decoded(&encoded(view)?),
    }
}
