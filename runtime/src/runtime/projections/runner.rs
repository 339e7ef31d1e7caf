//! The task of a projection: reads the log, feeds the view, and decides what becomes of what fails.

use std::error::Error;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use crate::projection::OnError;
use crate::runtime::consumers::ConsumerState;
use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::{BadEvent, Fault};
use crate::runtime::projections::letters::{Parked, PartId};
use crate::runtime::projections::progress::Saying;
use crate::runtime::projections::target::Target;
use crate::runtime::projections::unit::Unit;
use crate::store::{AnyStore, EventStore, Filter, LogRead, PageSize, ReadError};
use crate::stream::Position;

/// How long at most until it looks whether there is something new, should nobody have woken it.
const LOOK: Duration = Duration::from_secs(1);
/// How long until it tries again at an event of a newer build.
const HOLD: Duration = Duration::from_secs(5);
/// How long it waits after the first failure of the store, and at most after many.
const FIRST_DELAY: Duration = Duration::from_millis(50);
const LONGEST_DELAY: Duration = Duration::from_secs(30);

/// What the task is told from outside.
pub(super) enum Order {
    /// End.
    ShutDown(oneshot::Sender<()>),
}

/// The task of a projection.
pub(super) struct Runner {
    pub(super) store: AnyStore,
    pub(super) filter: Filter,
    pub(super) on_error: OnError,
    pub(super) target: Box<dyn Target>,
    pub(super) saying: Saying,
    pub(super) orders: Receiver<Order>,
    pub(super) parked: Arc<Parked>,
    pub(super) size: PageSize,
    /// The event that it cannot pass: it goes on to the end of the append before it, and no further.
    pub(super) barrier: Option<Box<BadEvent>>,
    pub(super) failures: u32,
}

/// What comes after one step.
enum Next {
    /// There is more to read.
    More,
    /// It has seen all there is.
    Wait,
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
            let store = self.store.clone();
            let after = self.target.reached();
            let told = match next {
                Next::More => {
                    self.failures = 0;
                    self.told_before(yield_now()).await
                }
                Next::Wait => {
                    self.failures = 0;
                    let woken = woken(&store, after);
                    self.told_before(async { drop(timeout(LOOK, woken).await) }).await
                }
                Next::Retry(_) => {
                    self.failures = self.failures.saturating_add(1);
                    let pause = delay(self.failures);
                    self.told_before(sleep(pause)).await
                }
                Next::Hold(_) => {
                    let told = self.told_before(sleep(HOLD)).await;
                    self.barrier.take_if(|_| told.is_none());
                    told
                }
                Next::Stop(_) => Some(self.orders.recv().await),
            };
            let Some(order) = told else { continue };
            match order {
                None => return,
                Some(Order::ShutDown(done)) => {
                    let reason = StopReason::ShutDown;
                    self.say(&Next::Stop(reason));
                    let _nobody_waits = done.send(());
                    return;
                }
            }
        }
    }

    /// An order, if one comes before the other ends; `Some(None)` if nobody is left to give one.
    async fn told_before(&mut self, other: impl Future<Output = ()>) -> Option<Option<Order>> {
        let mut other = pin!(other);
        poll_fn(|cx| {
            if let Poll::Ready(order) = self.orders.poll_recv(cx) {
                return Poll::Ready(Some(order));
            }
            other.as_mut().poll(cx).map(|()| None)
        })
        .await
    }

    async fn step(&mut self) -> Next {
        let after = self.target.reached();
        if let Some(barrier) = self.barrier.as_ref().filter(|barrier| barrier.boundary <= after) {
            let (reason, is_new) = (barrier.reason.clone(), barrier.is_new);
            self.target.publish();
            return if is_new { Next::Hold(reason) } else { Next::Stop(reason) };
        }
        let read = LogRead::after(after).filter(self.filter.clone()).size(self.size);
        let page = match self.store.read_log(read).await {
            Ok(page) => Arc::new(page),
            Err(ReadError::Closed) => return Next::Stop(StopReason::ShutDown),
            Err(error) => return Next::Retry(Arc::new(error)),
        };
        let Some(mut unit) = Unit::whole(&page, after, self.store.capabilities().dense_positions) else {
            // An append that is larger than the page.
            self.size.events = self.size.events.saturating_mul(2);
            self.size.bytes = self.size.bytes.saturating_mul(2);
            return Next::More;
        };
        self.size = PageSize::DEFAULT;
        if let Some(barrier) = &self.barrier {
            unit = unit.up_to(barrier.boundary);
        }
        unit = self.queue(unit);
        unit.skip = self.parked.within(unit.after(), unit.through());
        let is_last = unit.is_last();
        match self.target.apply(unit).await {
            Ok(()) if is_last => {
                self.target.publish();
                Next::Wait
            }
            Ok(()) => Next::More,
            Err(Fault::Passing(error)) => Next::Retry(error),
            Err(Fault::Stop(reason)) => Next::Stop(reason),
            Err(Fault::Event(bad)) => self.meet(bad),
        }
    }

    /// Sets aside what has to queue behind what is set aside already, as long as there may be more of it.
    fn queue(&mut self, unit: Unit) -> Unit {
        for (index, part, key) in self.parked.queued(&unit, &*self.target) {
            let position = part.position;
            let behind = StopReason::Behind {
                position,
                key: key.clone(),
            };
            if let Some(reason) = self.is_too_many(behind) {
                let boundary = unit.boundary(index);
                self.barrier = Some(Box::new(BadEvent {
                    part,
                    boundary,
                    reason,
                    is_new: false,
                    key: Some(key),
                }));
                return unit.up_to(boundary);
            }
            self.park(part, key);
        }
        unit
    }

    /// An event has failed, and would fail again.
    fn meet(&mut self, mut bad: Box<BadEvent>) -> Next {
        if let (OnError::Park { .. }, false, Some(key)) = (self.on_error, bad.is_new, bad.key.take()) {
            match self.is_too_many(bad.reason.clone()) {
                None if !self.parked.has(bad.part) => {
                    self.park(bad.part, key);
                    return Next::More;
                }
                None => {}
                Some(reason) => bad.reason = reason,
            }
        }
        self.barrier = Some(bad);
        Next::More
    }

    fn park(&mut self, part: PartId, key: String) {
        Arc::make_mut(&mut self.parked).0.insert(part, key);
    }

    /// Why no more may be set aside.
    fn is_too_many(&self, next: StopReason) -> Option<StopReason> {
        let OnError::Park { max } = self.on_error else {
            return None;
        };
        let next = Box::new(next);
        (self.parked.len() >= max as usize).then_some(StopReason::TooManyParked { max, next })
    }

    fn say(&self, next: &Next) {
        let (position, parked) = (self.target.shown(), Arc::clone(&self.parked));
        let because = |error: &dyn Error| whole(error);
        let (state, stopped, error) = match next {
            Next::More => (None, None, None),
            Next::Wait => (Some(ConsumerState::Live), None, None),
            Next::Retry(error) => {
                let because = because(&**error);
                (
                    Some(ConsumerState::Retrying {
                        because: because.clone(),
                    }),
                    None,
                    Some(because),
                )
            }
            Next::Hold(reason) => {
                let because = because(reason);
                (
                    Some(ConsumerState::Holding {
                        because: because.clone(),
                    }),
                    None,
                    Some(because),
                )
            }
            Next::Stop(reason) => {
                let because = because(reason);
                let state = ConsumerState::Stopped {
                    because: because.clone(),
                };
                (Some(state), Some(reason.clone()), Some(because))
            }
        };
        self.saying.say(|said| {
            said.position = position;
            said.parked = parked;
            said.stopped = stopped;
            said.last_error = error.or_else(|| said.last_error.take());
            if let Some(state) = state {
                said.state = state;
            }
        });
    }
}

/// Ends when there may be something new. Of a store where nothing will come, reading says why.
async fn woken(store: &AnyStore, after: Position) {
    if store.wait(after).await.is_err() {
        std::future::pending().await
    }
}

/// An error with all that caused it.
fn whole(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// How long to wait after so many failures in a row: twice as long each time, to a bound.
fn delay(failures: u32) -> Duration {
    let doubled = FIRST_DELAY.saturating_mul(2_u32.saturating_pow(failures.saturating_sub(1)));
    doubled.min(LONGEST_DELAY)
}
