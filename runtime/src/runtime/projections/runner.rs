//! The task of a projection: reads the log, feeds the view, and decides what becomes of what fails.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;
use tokio::time::sleep;

use crate::projection::OnError;
use crate::runtime::consumers::ConsumerState;
use crate::runtime::delay::Delay;
use crate::runtime::feed::Feed;
use crate::runtime::policies::Redriven;
use crate::runtime::projections::fault::{BadEvent, Fault};
use crate::runtime::projections::keeper::{Keeper, follows};
use crate::runtime::projections::letters::Parked;
use crate::runtime::projections::progress::Saying;
use crate::runtime::projections::reading::told_before;
use crate::runtime::projections::target::Target;
use crate::runtime::projections::unit::Unit;
use crate::runtime::projections::{Running, StopReason};
use crate::runtime::tail::Tail;
use crate::runtime::trace;
use crate::runtime::verbs::{Verb, VerbError};
use crate::store::{AnyStore, Checkpoint, DeadLetter, EventStore, Filter, PartId, ResumeError};

/// How long until it tries again at an event of a newer build.
const HOLD: Duration = Duration::from_secs(5);
/// How long it waits after a failure of the store.
pub(super) const DELAY: Delay = Delay::new(Duration::from_millis(50), Duration::from_secs(30));

/// What the task is told from outside.
pub(super) enum Order {
    /// Save and end.
    ShutDown(oneshot::Sender<()>),
    /// Do what a person says.
    Do(Verb, oneshot::Sender<Result<(), VerbError>>),
    /// End without a word: another runner takes its place. The answer is that nothing more is shown.
    Replaced(oneshot::Sender<()>),
    /// Handle what is set aside, under a key or all of it.
    Redrive(Option<String>, oneshot::Sender<Redriven>),
}

/// The task of a projection.
pub(super) struct Runner {
    pub(super) name: &'static str,
    pub(super) store: AnyStore,
    pub(super) tail: Arc<Tail>,
    pub(super) filter: Filter,
    pub(super) on_error: OnError,
    pub(super) target: Box<dyn Target>,
    pub(super) saying: Saying,
    pub(super) orders: Receiver<Order>,
    pub(super) keeper: Keeper,
    /// `None` where it has to begin to read anew.
    pub(super) feed: Option<Feed>,
    pub(super) parked: Arc<Parked>,
    pub(super) waived: BTreeSet<PartId>,
    /// The event that it cannot pass: it goes on to the end of the append before it, and no further.
    pub(super) barrier: Option<Box<BadEvent>>,
    /// Until it tries again after the next failure.
    pub(super) delay: Delay,
    /// The projection whose view it is to take the place of, once it has come as far.
    pub(super) replaces: Option<Weak<Running>>,
    /// The task of that view has ended, so that it stands still.
    pub(super) is_followed: bool,
}

/// What comes after one step.
pub(super) enum Next {
    /// There is more to read.
    More,
    /// It has seen all there is.
    Live,
    /// Somebody says what to do; `None` if nobody is left who could.
    Told(Option<Order>),
    /// What is around it failed.
    Retry(Arc<dyn Error + Send + Sync>),
    /// It stands before an event that a newer build knows.
    Hold(StopReason),
    /// A person has to look.
    Stop(StopReason),
}

impl Runner {
    /// Runs until it is told to end, or nobody is left to tell.
    pub(super) async fn run(mut self) {
        loop {
            let next = self.step().await;
            self.say(&next);
            let told = match next {
                Next::More | Next::Live => {
                    self.delay.reset();
                    continue;
                }
                Next::Told(order) => Some(order),
                Next::Retry(_) => {
                    self.feed = None;
                    told_before(&mut self.orders, sleep(self.delay.longer())).await.err()
                }
                Next::Hold(_) => {
                    self.rest().await;
                    let told = told_before(&mut self.orders, sleep(HOLD)).await.err();
                    self.barrier.take_if(|_| told.is_none());
                    told
                }
                Next::Stop(_) => {
                    self.rest().await;
                    Some(self.orders.recv().await)
                }
            };
            if let Some(order) = told
                && self.obey(order).await.is_break()
            {
                return;
            }
        }
    }

    /// Saves what it has come to, and lets others take over.
    pub(super) async fn rest(&mut self) {
        self.target.publish();
        if let Err(next) = self.save().await {
            // What is not saved is read again.
            self.say(&next);
        }
        self.keeper.close().await;
    }

    /// One page, at most.
    async fn step(&mut self) -> Next {
        if !self.keeper.is_open()
            && let Err(next) = self.open().await
        {
            return next;
        }
        let after = self.target.reached().position();
        if let Some(barrier) = self.barrier.as_ref().filter(|barrier| barrier.boundary <= after) {
            let (reason, is_new) = (barrier.reason.clone(), barrier.is_new);
            self.target.publish();
            let is_beside = self.keeper.is_beside();
            return if is_new && !is_beside {
                Next::Hold(reason)
            } else {
                Next::Stop(reason)
            };
        }
        let page = match self.read(after).await {
            Ok(page) => page,
            Err(next) => return next,
        };
        let has_dense_positions = self.store.capabilities().dense_positions;
        let unit = match Unit::whole(page, after, has_dense_positions) {
            Some(unit) => unit,
            None => match self.read_append(after, has_dense_positions).await {
                Ok(unit) => unit,
                Err(next) => return next,
            },
        };
        self.hand_over(unit).await
    }

    /// Goes on from what was saved, or is as closed as before.
    pub(super) async fn open(&mut self) -> Result<(), Next> {
        let opened = self.go_on().await;
        if opened.is_err() {
            self.keeper.close().await;
        }
        opened
    }

    async fn go_on(&mut self) -> Result<(), Next> {
        let found = self.keeper.open().await.map_err(follows)?;
        (self.parked, self.waived) = (Arc::new(found.parked), found.waived);
        self.feed = None;
        self.barrier = None;
        if self.target.keeps_itself() {
            self.open_place(found.saved).await?;
        } else if let Some(saved) = found.saved {
            match saved.checkpoint.check(&self.store).await {
                Ok(()) => {}
                Err(ResumeError::Read(error)) => return Err(Next::Retry(Arc::new(error))),
                Err(error) => return Err(Next::Stop(StopReason::Resume(Arc::new(error)))),
            }
            self.target
                .restore(Some(&saved.state), saved.checkpoint)
                .map_err(Next::Stop)?;
        } else {
            let start = Checkpoint::start(self.keeper.fed().clone(), self.store.identity());
            self.target.restore(None, start).map_err(Next::Stop)?;
        }
        let state = if found.is_beside {
            ConsumerState::Rebuilding
        } else {
            ConsumerState::CatchingUp
        };
        self.saying.say(|said| said.state = state);
        Ok(())
    }

    async fn hand_over(&mut self, mut unit: Unit) -> Next {
        if let Some(barrier) = &self.barrier {
            unit = unit.up_to(barrier.boundary);
        }
        unit = self.queue(unit);
        unit.skip = self.parked.within(unit.after(), unit.through());
        unit.skip.extend(&self.waived);
        if let Err(next) = self.save_letters().await {
            return next;
        }
        let (is_last, events) = (unit.is_last(), unit.events().len());
        let (from, through) = (unit.after(), unit.through());
        match trace::project(self.name, (from, through), events, self.target.apply(unit)).await {
            Ok(()) => {}
            Err(Fault::Passing(error)) => return Next::Retry(error),
            Err(Fault::Stop(reason)) => return Next::Stop(reason),
            Err(Fault::Event(bad)) => return self.meet(bad),
        }
        if events > 0 {
            self.keeper.changed(events);
        }
        if is_last || self.keeper.is_save_due() {
            self.target.publish();
        }
        let is_due = self.keeper.is_save_due() || (is_last && self.keeper.is_beside());
        if is_due && let Err(next) = self.save().await {
            return next;
        }
        if !is_last {
            return Next::More;
        }
        match self.keeper.switch().await {
            Ok(true) if self.joins().await => {
                self.target.switched();
                Next::Live
            }
            Ok(_) => Next::More,
            Err(error) => follows(error),
        }
    }

    /// Saves the published view.
    pub(super) async fn save(&mut self) -> Result<(), Next> {
        let Some(encoded) = self.target.encode() else {
            return Ok(());
        };
        let (state, checkpoint) = encoded.map_err(Next::Stop)?;
        self.keeper.save(state, &checkpoint).await.map_err(follows)?;
        self.target.saved(&self.parked);
        Ok(())
    }

    /// Sets aside what has to queue behind what is set aside already, as long as there may be more of it.
    fn queue(&mut self, unit: Unit) -> Unit {
        for (index, part, key) in self.parked.queued(&unit, &*self.target) {
            let Some(event) = unit.get(index) else { continue };
            let behind = StopReason::Behind {
                position: part.position,
                key: key.clone(),
            };
            let letter = DeadLetter::new(&event, part.part, key, behind.to_string());
            if let Some(reason) = self.is_too_many(behind) {
                let boundary = unit.boundary(index);
                let letter = Some(letter);
                self.barrier = Some(Box::new(BadEvent {
                    part,
                    letter,
                    boundary,
                    reason,
                    is_new: false,
                }));
                return unit.up_to(boundary);
            }
            self.park(letter);
        }
        unit
    }

    /// An event has failed, and would fail again.
    fn meet(&mut self, mut bad: Box<BadEvent>) -> Next {
        // Errors stop a view that is built beside another one (rule 8.7).
        let may_park = !bad.is_new && !self.keeper.is_beside();
        if let (OnError::Park { .. }, true, Some(letter)) = (self.on_error, may_park, bad.letter.take()) {
            match self.is_too_many(bad.reason.clone()) {
                None if !self.parked.has(letter.part) => {
                    self.park(letter);
                    return Next::More;
                }
                None => {}
                Some(reason) => bad.reason = reason,
            }
        }
        self.barrier = Some(bad);
        Next::More
    }

    fn park(&mut self, letter: DeadLetter) {
        Arc::make_mut(&mut self.parked)
            .0
            .insert(letter.part, letter.key.clone());
        self.keeper.park(letter);
    }

    /// Why no more may be set aside.
    fn is_too_many(&self, next: StopReason) -> Option<StopReason> {
        let OnError::Park { max } = self.on_error else {
            return None;
        };
        let next = Box::new(next);
        (self.parked.len() >= max as usize).then_some(StopReason::TooManyParked { max, next })
    }
}
