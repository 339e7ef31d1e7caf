//! A view in a database, which commits it with how far it has come.

use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use crate::codec;
use crate::projection::{Committing, InTransaction, Mark, Projects, SinkKey, ViewDatabase, ViewError, ViewStore};
use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::{BadEvent, Fault};
use crate::runtime::projections::front::Front;
use crate::runtime::projections::handing::{Unhanded, Wanted, Why, hand, keys};
use crate::runtime::projections::identity;
use crate::runtime::projections::target::{Doing, Target};
use crate::runtime::projections::unit::Unit;
use crate::schema::Fingerprint;
use crate::store::{Checkpoint, ConsumerName, EventRef, PartId};

/// What a database keeps of a view beside it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reached {
    checkpoint: Checkpoint,
    /// What the view was made by, as 32 digits.
    identity: String,
    /// What was set aside and is in the view by now, until it is gone from where it was set aside.
    redriven: Vec<PartId>,
}

/// A generation of a view.
pub(super) struct InDatabase<P: Projects<View: ViewDatabase>> {
    wanted: Arc<Wanted>,
    database: P::View,
    front: Arc<Front<<P::View as ViewStore>::Shown>>,
    identity: Fingerprint,
    generation: Option<ConsumerName>,
    at: Checkpoint,
    /// What was committed last; in doubt after an error.
    mark: Option<Vec<u8>>,
    is_in_doubt: bool,
    redriven: Vec<PartId>,
}

type Failed<P> = Arc<Mutex<Option<Unhanded<ViewError<P>>>>>;

impl<P: Projects<View: ViewDatabase>> InDatabase<P> {
    pub(super) fn new(database: P::View, front: Arc<Front<<P::View as ViewStore>::Shown>>, start: Checkpoint) -> Self {
        Self {
            wanted: Arc::new(Wanted::of::<P>()),
            database,
            front,
            identity: identity::<P>(),
            generation: None,
            at: start,
            mark: None,
            is_in_doubt: false,
            redriven: Vec::new(),
        }
    }

    /// Goes on from what the database has; from the start where it has nothing, or something of another identity.
    async fn open(&mut self, generation: ConsumerName, start: Checkpoint) -> Result<(), Fault> {
        let (mut shown, mut mark) = self.database.open(generation.as_str()).await.map_err(passing)?;
        let reached = match &mark {
            Some(mark) => {
                Some(codec::decode::<Reached>(mark).map_err(|error| Fault::Stop(StopReason::View(Arc::new(error))))?)
            }
            None => None,
        };
        let reached = reached.filter(|reached| reached.identity == self.identity.to_string());
        if reached.is_none() && mark.is_some() {
            self.database.reset(generation.as_str()).await.map_err(passing)?;
            (shown, mark) = self.database.open(generation.as_str()).await.map_err(passing)?;
        }
        (self.at, self.redriven) = match reached {
            Some(reached) => (reached.checkpoint, reached.redriven),
            None => (start, Vec::new()),
        };
        self.front.swap(Arc::new(shown), self.at.clone());
        (self.mark, self.generation, self.is_in_doubt) = (mark, Some(generation), false);
        Ok(())
    }

    async fn commit(&mut self, unit: Unit, next: Checkpoint, redriven: Vec<PartId>) -> Result<(), Fault> {
        let Some(generation) = self.generation.clone() else {
            return Ok(());
        };
        if self.is_in_doubt {
            // What was committed is found; the unit is read again from there.
            let start = Checkpoint::start(generation.clone(), self.at.store());
            return self.open(generation, start).await;
        }
        let reached = Reached {
            checkpoint: next,
            identity: self.identity.to_string(),
            redriven,
        };
        let bytes = codec::encode(&reached).map_err(|error| Fault::Stop(StopReason::View(Arc::new(error))))?;
        let failed = Failed::<P>::default();
        let apply: InTransaction<P::View> = {
            let (wanted, unit, failed) = (Arc::clone(&self.wanted), unit.clone(), Arc::clone(&failed));
            Box::new(move |tx| {
                let handed = hand::<P>(&wanted, tx, &unit, |tx, event, part| {
                    P::View::at(tx, SinkKey::new(event.event_id(), event.position, part));
                });
                let is_done = handed.is_ok();
                *failed.lock().unwrap_or_else(PoisonError::into_inner) = handed.err();
                is_done
            })
        };
        let mark = Mark::new(self.mark.clone(), bytes.clone());
        match self.database.commit(generation.as_str(), mark, apply).await {
            Ok(Committing::Done) => {
                (self.at, self.redriven, self.mark) = (reached.checkpoint, reached.redriven, Some(bytes));
                self.front.advance(&self.at);
                Ok(())
            }
            Ok(Committing::Undone) => {
                let failed = failed.lock().unwrap_or_else(PoisonError::into_inner).take();
                failed.map_or(Ok(()), |failed| Err(fault::<P>(&unit, failed)))
            }
            Ok(Committing::Moved) => Err(Fault::Stop(StopReason::Moved)),
            Err(error) => {
                self.is_in_doubt = true;
                Err(passing(error))
            }
        }
    }
}

fn passing<E: std::error::Error + Send + Sync + 'static>(error: E) -> Fault {
    Fault::Passing(Arc::new(error))
}

fn fault<P: Projects<View: ViewDatabase>>(unit: &Unit, failed: Unhanded<ViewError<P>>) -> Fault {
    match failed.why {
        Why::Handler(error) if P::View::is_passing(&error) => passing(error),
        why => {
            let bad = BadEvent::new::<P>(unit, Unhanded { why, ..failed });
            bad.map_or(Fault::Stop(StopReason::Moved), |bad| Fault::Event(Box::new(bad)))
        }
    }
}

impl<P: Projects<View: ViewDatabase>> Target for InDatabase<P> {
    fn reached(&self) -> &Checkpoint {
        &self.at
    }

    fn apply(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>> {
        Box::pin(async move {
            let mut next = self.at.clone();
            unit.advance(&mut next);
            if unit.events().any(|event| self.wanted.source(&event).is_some()) {
                let redriven = self.redriven.clone();
                self.commit(unit, next, redriven).await
            } else {
                // A place further on that nothing depends on: it is committed with the next event.
                self.at = next;
                self.front.advance(&self.at);
                Ok(())
            }
        })
    }

    fn redo(&mut self, unit: Unit, letter: PartId) -> Doing<'_, Result<(), Fault>> {
        let (next, mut redriven) = (self.at.clone(), self.redriven.clone());
        redriven.push(letter);
        Box::pin(self.commit(unit, next, redriven))
    }

    fn shown(&self) -> Option<Checkpoint> {
        self.front.checkpoint()
    }

    fn publish(&mut self) {
        // What is committed is shown.
    }

    fn keys(&self, event: &EventRef<'_>) -> Option<Vec<(u32, String)>> {
        keys::<P>(&self.wanted, event)
    }

    fn restore<'a>(
        &'a mut self,
        generation: &'a ConsumerName,
        _state: Option<&'a [u8]>,
        checkpoint: Checkpoint,
    ) -> Doing<'a, Result<(), Fault>> {
        let start = Checkpoint::start(generation.clone(), checkpoint.store());
        Box::pin(self.open(generation.clone(), start))
    }

    fn reset<'a>(&'a mut self, generation: &'a ConsumerName, start: Checkpoint) -> Doing<'a, Result<(), Fault>> {
        Box::pin(async move {
            self.database.reset(generation.as_str()).await.map_err(passing)?;
            self.open(generation.clone(), start).await
        })
    }

    fn commits(&self) -> bool {
        true
    }

    fn redriven(&self) -> &[PartId] {
        &self.redriven
    }

    fn encode(&self) -> Option<Result<(Vec<u8>, Checkpoint), StopReason>> {
        // The view is in its database; what is kept here is which generation it is, and about how far.
        Some(Ok((Vec::new(), self.at.clone())))
    }
}
