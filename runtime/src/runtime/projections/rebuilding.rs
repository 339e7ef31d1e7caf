//! Building a view anew beside the one that is shown, and taking its place (rule 8.7).

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::{Arc, PoisonError, Weak};

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn};

use crate::projection::OnError;
use crate::runtime::projections::fault::Fault;
use crate::runtime::projections::keeper::Keeper;
use crate::runtime::projections::progress::{Progress, Saying, progress};
use crate::runtime::projections::runner::{DELAY, Order, Runner};
use crate::runtime::projections::target::Target;
use crate::runtime::projections::{Around, ORDERS, Running};
use crate::runtime::verbs::VerbError;
use crate::schema::Fingerprint;
use crate::store::{CheckpointError, CheckpointStore, ConsumerName, EventStore, Filter};

/// What the tasks of a projection are made of.
pub(super) struct Making {
    pub(super) name: &'static str,
    pub(super) around: Around,
    pub(super) consumer: ConsumerName,
    pub(super) identity: Fingerprint,
    pub(super) filter: Filter,
    pub(super) on_error: OnError,
    /// A view; with `true` one that is built beside the one that is shown.
    pub(super) target: Box<dyn Fn(bool) -> Box<dyn Target> + Send + Sync>,
}

/// A task, and where it takes orders.
pub(super) struct Hand {
    pub(super) orders: Sender<Order>,
    pub(super) task: JoinHandle<()>,
}

/// A task that builds a view beside the one that is shown.
pub(super) struct Building {
    hand: Hand,
    pub(super) progress: Progress,
}

impl Building {
    fn is_at_work(&self) -> bool {
        !self.hand.task.is_finished() && self.progress.said().stopped.is_none()
    }
}

impl Making {
    /// Begins a task: the one whose view is shown, or one that builds this generation and then takes its place.
    pub(super) fn begin(&self, saying: Saying, build: Option<(ConsumerName, Weak<Running>)>) -> Hand {
        let (orders, received) = channel(ORDERS);
        let checkpoints = self.around.store.checkpoints();
        let mut keeper = Keeper::new(checkpoints, self.consumer.clone(), self.identity);
        let is_beside = build.is_some();
        let (generation, replaces) = build.unzip();
        keeper.build = generation;
        let runner = Runner {
            name: self.name,
            store: self.around.store.clone(),
            tail: Arc::clone(&self.around.tail),
            filter: self.filter.clone(),
            on_error: self.on_error,
            target: (self.target)(is_beside),
            saying,
            orders: received,
            keeper,
            feed: None,
            parked: Arc::default(),
            waived: BTreeSet::new(),
            barrier: None,
            delay: DELAY,
            replaces,
            is_followed: false,
        };
        let task = spawn(runner.run());
        Hand { orders, task }
    }

    /// The generation that is built next: the numbers only grow, so one that is there already was not finished, and is gone on with.
    async fn next(&self) -> Result<ConsumerName, CheckpointError> {
        let live = self.around.store.checkpoints().live(&self.consumer).await?;
        let prefix = format!("{}@{}r", self.consumer.as_str(), self.identity);
        let number = |name: &ConsumerName| name.as_str().strip_prefix(&prefix)?.parse::<u64>().ok();
        let last = [Some(&live.generation), live.before.as_ref()]
            .into_iter()
            .flatten()
            .filter_map(number)
            .max();
        let name = format!("{prefix}{}", last.unwrap_or(0) + 1);
        Ok(ConsumerName::new(&name).unwrap_or_else(|_| self.consumer.clone()))
    }
}

/// What answers queries is not dropped.
#[derive(Debug, thiserror::Error)]
#[error(
    "queries of `{consumer}` are answered by `{generation}`: rebuild it, and drop this one when the new one answers"
)]
struct IsShown {
    consumer: ConsumerName,
    generation: ConsumerName,
}

fn failed<E: Error + Send + Sync + 'static>(error: E) -> VerbError {
    VerbError::Failed(Arc::new(error))
}

impl Running {
    /// Builds the view anew beside the one that is shown.
    pub(super) async fn rebuild(self: Arc<Self>) -> Result<(), VerbError> {
        let _begins = self.begins.lock().await;
        self.is_free()?;
        let generation = self.making.next().await.map_err(failed)?;
        self.build(generation);
        Ok(())
    }

    /// Shows the view again that was shown before the last switch, once it has caught up.
    pub(super) async fn undo(self: Arc<Self>) -> Result<(), VerbError> {
        let _begins = self.begins.lock().await;
        self.is_free()?;
        let checkpoints = self.making.around.store.checkpoints();
        let consumer = &self.making.consumer;
        let live = checkpoints.live(consumer).await.map_err(failed)?;
        let nothing = || CheckpointError::NothingBefore {
            consumer: consumer.clone(),
        };
        let before = live.before.ok_or_else(nothing).map_err(failed)?;
        let saved = checkpoints.load(&before).await.map_err(failed)?;
        if saved.is_none_or(|saved| saved.identity != self.making.identity) {
            // The build that has made it goes back to it by itself.
            return Err(failed(nothing()));
        }
        checkpoints
            .switch_back(consumer, &live.generation)
            .await
            .map_err(failed)?;
        self.build(before);
        Ok(())
    }

    /// Whether a generation has a name of this projection.
    pub(super) fn is_own(&self, generation: &ConsumerName) -> bool {
        let rest = generation.as_str().strip_prefix(self.making.consumer.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('@'))
    }

    /// Removes a generation that is not shown, with what the view keeps of it elsewhere.
    pub(super) async fn drop_view(&self, generation: &ConsumerName) -> Result<(), VerbError> {
        // A rebuild that has just begun has no lease yet.
        let _begins = self.begins.lock().await;
        self.is_free()?;
        let consumer = &self.making.consumer;
        let mut target = (self.making.target)(true);
        // The store knows whose lease it is, and not what is shown after that was given back.
        if target.answers().as_ref() == Some(generation) {
            let (consumer, generation) = (consumer.clone(), generation.clone());
            return Err(failed(IsShown { consumer, generation }));
        }
        // First what is known of it: a view without a checkpoint is gone on with by nobody.
        let removed = self.making.around.store.checkpoints().remove(generation).await;
        removed.map_err(failed)?;
        match target.remove(consumer, generation).await {
            Ok(()) => Ok(()),
            Err(Fault::Passing(error)) => Err(VerbError::Failed(error)),
            Err(Fault::Stop(reason)) => Err(failed(reason)),
            Err(Fault::Event(bad)) => Err(failed(bad.reason)),
        }
    }

    /// Whether nothing is built. What has stopped has nothing to lose: the next one goes on where it was.
    fn is_free(&self) -> Result<(), VerbError> {
        let building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        if building.as_ref().is_some_and(Building::is_at_work) {
            let consumer = self.name.to_owned();
            return Err(VerbError::Busy { consumer });
        }
        Ok(())
    }

    fn build(self: &Arc<Self>, generation: ConsumerName) {
        let (saying, progress) = progress();
        let hand = self.making.begin(saying, Some((generation, Arc::downgrade(self))));
        let building = Building { hand, progress };
        *self.building.lock().unwrap_or_else(PoisonError::into_inner) = Some(building);
    }

    /// Ends the task whose view is shown, for the one that has built another.
    async fn give_over(&self) {
        let building = self.building.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(building) = building else { return };
        let mut shown_by = self.shown_by.lock().await;
        let before = std::mem::replace(&mut *shown_by, building.hand);
        let (answer, answered) = oneshot::channel();
        if before.orders.send(Order::Replaced(answer)).await.is_ok() {
            // One that has ended meanwhile shows nothing more either.
            let _ended = answered.await;
        }
    }

    /// What is built beside what is shown.
    pub(super) fn built(&self) -> Option<Progress> {
        let building = self.building.lock().unwrap_or_else(PoisonError::into_inner);
        building.as_ref().map(|building| building.progress.clone())
    }

    /// Has all of its tasks save and end.
    pub(super) async fn end(&self) {
        let building = self.building.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(building) = building {
            end(building.hand).await;
        }
        let (orders, _nobody) = channel(1);
        let none = Hand {
            orders,
            task: spawn(std::future::ready(())),
        };
        let hand = std::mem::replace(&mut *self.shown_by.lock().await, none);
        end(hand).await;
    }
}

async fn end(hand: Hand) {
    let (done, is_done) = oneshot::channel();
    if hand.orders.send(Order::ShutDown(done)).await.is_ok() {
        // A task that has ended meanwhile has nothing to save.
        let _ended = is_done.await;
    }
    let _panicked = hand.task.await;
}

impl Runner {
    /// Takes the place of the task whose view is shown. Whether it has come at least as far.
    pub(super) async fn joins(&mut self) -> bool {
        let Some(running) = self.replaces.as_ref().and_then(Weak::upgrade) else {
            return true;
        };
        if !self.is_followed {
            running.give_over().await;
            self.is_followed = true;
        }
        if self.target.reached().position() < self.target.shown() {
            return false;
        }
        self.saying = running.saying.clone();
        self.replaces = None;
        true
    }
}
