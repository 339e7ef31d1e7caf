//! What a projection does when it is told to: end, start again, redrive, pass an event, begin anew.

use std::error::Error;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::causes::with_causes;
use crate::runtime::policies::Redriven;
use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::Fault;
use crate::runtime::projections::keeper::follows;
use crate::runtime::projections::runner::{Next, Order, Runner};
use crate::runtime::projections::unit::Unit;
use crate::runtime::verbs::{Verb, VerbError};
use crate::store::{Checkpoint, CheckpointStore, DeadLetter, EventRef, EventStore, LogRead, PageSize, PartId};
use crate::stream::Position;

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
            Some(Order::Replaced(answer)) => {
                self.rest().await;
                let _nobody_waits = answer.send(());
                ControlFlow::Break(())
            }
            Some(Order::Redrive(key, answer)) => {
                // Whoever asked is told that the projection has stopped when no answer comes.
                match self.redrive(key).await {
                    Ok(redriven) => drop(answer.send(redriven)),
                    Err(next) => self.say(&next),
                }
                ControlFlow::Continue(())
            }
            Some(Order::Do(verb, answer)) => {
                let done = self.act(verb).await;
                if done.is_ok() {
                    // Whoever waits for it now does not hear of what it was stopped by.
                    self.say(&Next::More);
                }
                let _nobody_waits = answer.send(done);
                ControlFlow::Continue(())
            }
        }
    }

    async fn act(&mut self, verb: Verb) -> Result<(), VerbError> {
        // Where it stands is forgotten when it is opened again.
        let at_barrier = self.barrier.as_ref().map(|barrier| barrier.part);
        if !self.keeper.is_open() {
            match self.open().await {
                // What it cannot go on from is what a reset forgets.
                Err(Next::Stop(_)) if matches!(verb, Verb::Reset) => {
                    self.keeper.open().await.map_err(follows).map_err(failed)?;
                }
                opened => opened.map_err(failed)?,
            }
        }
        match verb {
            Verb::Restart => {
                self.barrier = None;
                Ok(())
            }
            Verb::Waive {
                position,
                reason,
                actor,
            } => {
                let mut parts: Vec<PartId> = self.parked.of(position);
                parts.extend(at_barrier.filter(|part| part.position == position));
                if parts.is_empty() {
                    self.reads_event_at(position).await?;
                    parts.push(PartId::new(position, 0));
                }
                self.waive(parts, &reason, &actor).await.map_err(failed)
            }
            Verb::Reset => self.reset().await.map_err(failed),
            // The projection does these, and not one of its tasks.
            Verb::Rebuild | Verb::Undo => Ok(()),
        }
    }

    async fn redrive(&mut self, key: Option<String>) -> Result<Redriven, Next> {
        if !self.keeper.is_open() {
            self.open().await?;
        }
        // What is set aside has to be readable from where it is kept, and what fails is undone to what is shown.
        self.target.publish();
        self.save().await?;
        let mut redriven = Redriven::default();
        let keys: Vec<String> = match key {
            Some(key) => vec![key],
            None => self.parked.keys().into_iter().map(str::to_owned).collect(),
        };
        for key in keys {
            if let Some(reason) = self.redrive_key(&key, &mut redriven.done).await? {
                redriven.failed.push((key, with_causes(&reason)));
            }
        }
        self.say(&Next::More);
        Ok(redriven)
    }

    /// In order, up to the first that fails again: why it does.
    async fn redrive_key(&mut self, key: &str, done: &mut u64) -> Result<Option<StopReason>, Next> {
        loop {
            let letters = self.keeper.letters(key).await.map_err(follows)?;
            let mut failed = None;
            for letter in &letters {
                // One that the projection has not come to comes again by itself, and queues behind what is left.
                if letter.part.position > self.target.shown() {
                    break;
                }
                failed = self.redo(letter).await?.err();
                if failed.is_some() {
                    break;
                }
                Arc::make_mut(&mut self.parked).0.remove(&letter.part);
                self.keeper.redrive(letter.part);
                *done += 1;
                // Shown one by one, so that the next one's failure undoes no more than its own.
                self.target.publish();
            }
            self.save().await?;
            let is_stuck = letters.first().is_none_or(|first| self.parked.has(first.part));
            if failed.is_some() || is_stuck {
                return Ok(failed);
            }
        }
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

    /// A word about an event that is not there would wait for whatever comes to stand there.
    async fn reads_event_at(&mut self, position: Position) -> Result<(), VerbError> {
        if let Some(before) = position.get().checked_sub(1) {
            let read = LogRead::after(Position::new(before)).size(PageSize::events(1));
            let page = self.store.read_log(read).await;
            let page = page.map_err(|error| VerbError::Failed(Arc::new(error)))?;
            let is_it = |event: EventRef<'_>| event.position == position && self.filter.takes(&event);
            if page.iter().next().is_some_and(is_it) {
                return Ok(());
            }
        }
        let consumer = self.name.to_owned();
        Err(VerbError::NoEvent { consumer, position })
    }

    async fn waive(&mut self, parts: Vec<PartId>, reason: &str, actor: &str) -> Result<(), Next> {
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
        Ok(())
    }

    async fn reset(&mut self) -> Result<(), Next> {
        let start = Checkpoint::start(self.keeper.fed().clone(), self.store.identity());
        if self.target.keeps_itself() {
            self.empty_place().await?;
        }
        self.keeper.reset(&start).await.map_err(follows)?;
        self.target.restore(None, start).map_err(Next::Stop)?;
        (self.parked, self.barrier, self.feed) = (Arc::default(), None, None);
        if self.target.keeps_itself() {
            // It is opened anew, as what is in no database yet.
            self.keeper.close().await;
        }
        self.say(&Next::More);
        Ok(())
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
