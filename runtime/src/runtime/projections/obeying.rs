//! What a projection does when it is told to: end, start again, redrive, pass an event, begin anew.

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::{Fault, whole};
use crate::runtime::projections::keeper::follows;
use crate::runtime::projections::runner::{Next, Order, Runner};
use crate::runtime::projections::unit::Unit;
use crate::runtime::verbs::{Done, Verb, VerbError};
use crate::store::{Checkpoint, CheckpointStore, DeadLetter, EventStore, PartId};

impl Runner {
    /// Does what it was told.
    pub(super) async fn obey(&mut self, order: Option<Order>) -> ControlFlow<()> {
        match order {
            None => {
                self.rest().await;
                ControlFlow::Break(())
            }
            Some(Order::ShutDown(done)) => {
                self.rest().await;
                self.say(&Next::Stop(StopReason::ShutDown));
                let _nobody_waits = done.send(());
                ControlFlow::Break(())
            }
            Some(Order::Do(verb, answer)) => {
                let done = self.act(verb).await;
                let _nobody_waits = answer.send(done.map_err(failed));
                ControlFlow::Continue(())
            }
        }
    }

    async fn act(&mut self, verb: Verb) -> Result<Done, Next> {
        // Where it stands is forgotten when it is opened again.
        let at_barrier = self.barrier.as_ref().map(|barrier| barrier.part);
        if !self.keeper.is_open() {
            self.open().await?;
        }
        match verb {
            Verb::Restart => {
                self.barrier = None;
                Ok(Done::default())
            }
            Verb::Redrive { key } => self.redrive(&key).await,
            Verb::Waive {
                position,
                reason,
                actor,
            } => {
                let mut parts: Vec<PartId> = self.parked.of(position);
                parts.extend(at_barrier.filter(|part| part.position == position));
                if parts.is_empty() {
                    parts.push(PartId::new(position, 0));
                }
                self.waive(parts, &reason, &actor).await
            }
            Verb::Reset => self.reset().await,
        }
    }

    async fn redrive(&mut self, key: &str) -> Result<Done, Next> {
        // What is set aside has to be readable from where it is kept, and what fails is undone to what is shown.
        self.target.publish();
        self.save().await?;
        let mut done = Done::default();
        'key: loop {
            let letters = self.keeper.letters(key).await.map_err(follows)?;
            if letters.is_empty() {
                break;
            }
            for letter in letters {
                if letter.part.position > self.target.shown().position() {
                    // It comes again by itself, behind what is set aside now.
                    break 'key;
                }
                if let Err(reason) = self.redo(&letter).await? {
                    done.because = Some(whole(&reason));
                    break 'key;
                }
                Arc::make_mut(&mut self.parked).0.remove(&letter.part);
                self.keeper.redrive(letter.part);
                done.handled += 1;
                // Shown one by one, so that the next one's failure undoes no more than its own.
                self.target.publish();
            }
            self.save().await?;
        }
        self.save().await?;
        self.say(&Next::More);
        Ok(done)
    }

    /// Hands over what was set aside, unless it is waived meanwhile; why it still fails.
    async fn redo(&mut self, letter: &DeadLetter) -> Result<Result<(), StopReason>, Next> {
        if self.waived.contains(&letter.part) {
            return Ok(Ok(()));
        }
        let parts = self.target.keys(&letter.event.borrowed()).unwrap_or_default();
        let unit = Unit::letter(letter, parts.into_iter().map(|(part, _)| part));
        match self.target.redo(unit).await {
            Ok(()) => Ok(Ok(())),
            Err(Fault::Event(bad)) => Ok(Err(bad.reason)),
            Err(Fault::Stop(reason)) => Err(Next::Stop(reason)),
            Err(Fault::Passing(error)) => Err(Next::Retry(error)),
        }
    }

    async fn waive(&mut self, parts: Vec<PartId>, reason: &str, actor: &str) -> Result<Done, Next> {
        for part in parts {
            let waived = self
                .keeper
                .store
                .waive(&self.keeper.consumer, part, reason, actor)
                .await;
            waived.map_err(follows)?;
        }
        self.waived = self.keeper.waived().await.map_err(follows)?;
        self.barrier = None;
        Ok(Done::default())
    }

    async fn reset(&mut self) -> Result<Done, Next> {
        let start = Checkpoint::start(self.keeper.consumer.clone(), self.store.identity());
        self.keeper.reset(&start).await.map_err(follows)?;
        self.target.restore(None, start).map_err(Next::Stop)?;
        (self.parked, self.barrier, self.feed) = (Arc::default(), None, None);
        self.say(&Next::More);
        Ok(Done::default())
    }
}

fn failed(next: Next) -> VerbError {
    let error: Arc<dyn Error + Send + Sync> = match next {
        Next::Stop(StopReason::ShutDown) | Next::More | Next::Live | Next::Told(_) => return VerbError::ShutDown,
        Next::Stop(reason) | Next::Hold(reason) => Arc::new(reason),
        Next::Retry(error) => error,
    };
    VerbError::Failed(error)
}
