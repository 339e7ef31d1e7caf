//! A consumer at work: it claims its lease, goes on from its checkpoint, and takes page after page of the log until it is stopped.
//! Policies, processes and publishers are each a [`Work`].

mod halt;
mod handle;
mod lanes;
mod term;
pub(super) mod told;

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Weak};
use std::task::Poll;
use std::time::Duration;

use tokio::time::sleep;

pub(super) use halt::Halt;
pub(super) use handle::{Handle, Redrives};
pub(super) use lanes::{in_lanes, in_order, lane};
pub(super) use term::{Plan, Term, begin};

use crate::runtime::consumers::ConsumerState;
use crate::runtime::delay::Delay;
use crate::runtime::feed::{Feed, Served};
use crate::runtime::following::handle::Desk;
use crate::runtime::{Inner, Runtime};
use crate::stream::Position;

/// How long a consumer sleeps at most: a wake-up may be lost, and a clock may be set.
const LONGEST_REST: Duration = Duration::from_secs(1);
/// How long after an error it tries again.
const DELAY: Delay = Delay::new(Duration::from_millis(50), Duration::from_secs(30));
/// How long a consumer that met an event it does not know leaves it to a newer build.
const HOLD: Duration = Duration::from_secs(60);

/// What a consumer does.
pub(super) trait Work: Send + Sync + 'static {
    /// Who it is, and what it reads.
    fn plan(&self) -> &Plan;

    /// Takes up what was kept beside the checkpoint.
    fn resume(&mut self, term: &Arc<Term>) -> impl Future<Output = Result<(), Halt>> + Send;

    /// Completes a page with events.
    fn take(&mut self, term: &Arc<Term>, served: &Served) -> impl Future<Output = Result<(), Halt>> + Send;

    /// What is kept beside the checkpoint at a position up to which all is completed, where this was kept or noted before.
    fn state(&self, before: &[u8], completed: Position) -> Result<Vec<u8>, Halt>;

    /// Does what is to be done besides reading; `at_end` if nothing more was in the log when it was read last.
    fn tend(&mut self, term: &Arc<Term>, at_end: bool) -> impl Future<Output = Result<Tended, Halt>> + Send;
}

/// What a consumer has done besides reading.
#[derive(Clone, Debug, Default)]
pub(super) struct Tended {
    /// Something, so there may be news in the log.
    pub(super) did_something: bool,
    /// How long until there is more to do, unless something happens before.
    pub(super) rest: Option<Duration>,
    /// The keys or instances that are parked.
    pub(super) parked: Vec<String>,
}

/// A consumer that is not at work yet.
pub(super) struct Prepared {
    pub(super) plan: Plan,
    pub(super) handle: Arc<Handle>,
    launch: Box<dyn FnOnce(&Runtime) + Send>,
}

impl Prepared {
    /// What will be done; `redrives` where parked events can be delivered again.
    pub(super) fn new<W: Work>(work: W, redrives: Option<Redrives>) -> Self {
        let plan = work.plan().clone();
        let (desk, handle) = handle::desk(&plan, redrives);
        let handle = Arc::new(handle);
        let term = None;
        let follower = Follower { work, desk, term };
        let launched = Arc::clone(&handle);
        let launch = Box::new(move |runtime: &Runtime| {
            launched.runs(tokio::spawn(follower.run(Arc::downgrade(&runtime.0))));
        });
        Self { plan, handle, launch }
    }

    /// It works until it is stopped or its runtime is dropped.
    pub(super) fn launch(self, runtime: &Runtime) {
        (self.launch)(runtime);
    }
}

struct Follower<W> {
    work: W,
    desk: Desk,
    term: Option<Arc<Term>>,
}

impl<W: Work> Follower<W> {
    async fn run(mut self, runtime: Weak<Inner>) {
        let mut stop = self.desk.stop.clone();
        // A consumer may be stopped at any point: what it has done and not completed is done again under the same names.
        first(self.work_on(runtime), stop.wait_for(|stop| *stop)).await;
        self.leave().await;
    }

    async fn work_on(&mut self, runtime: Weak<Inner>) {
        let mut delay = DELAY;
        while let Some(inner) = runtime.upgrade() {
            let (before, asked) = (self.desk.position(), self.desk.asked());
            let halt = match self.terms_work(inner).await {
                Ok(never) => match never {},
                Err(halt) => halt,
            };
            self.leave().await;
            told::halted(self.work.plan().name.as_str(), &halt);
            let (state, pause) = match halt {
                Halt::Closed => return self.desk.stopped("the runtime is closed".to_owned()),
                Halt::Stop(because) => return self.desk.stopped(because),
                Halt::Hold(because) => (ConsumerState::Holding { because }, HOLD),
                Halt::Elsewhere(because) => {
                    self.desk.is_elsewhere(asked, because);
                    first(sleep(LONGEST_REST), self.desk.wake.notified()).await;
                    continue;
                }
                Halt::Retry(because) => {
                    if self.desk.position() > before {
                        delay.reset();
                    }
                    (ConsumerState::Retrying { because }, delay.longer())
                }
            };
            self.desk.says(state);
            first(sleep(pause), self.desk.wake.notified()).await;
        }
    }

    /// Works under one lease, until something is in the way.
    async fn terms_work(&mut self, inner: Arc<Inner>) -> Result<Infallible, Halt> {
        let tail = Arc::clone(&inner.tail);
        let term = Arc::new(Term::claim(&inner, self.work.plan()).await?);
        drop(inner);
        self.term = Some(Arc::clone(&term));
        self.desk.found(term.position().await);
        self.work.resume(&term).await?;
        self.desk.says(ConsumerState::CatchingUp);
        let mut feed = Feed::new(tail, self.work.plan().filter.clone(), term.position().await);
        let mut at_end = false;
        loop {
            term.renew().await?;
            if term.is_due().await {
                term.keep(|before, completed| self.work.state(before, completed))
                    .await?;
            }
            let asked = self.desk.asked();
            let tended = self.work.tend(&term, at_end).await?;
            let is_idle = at_end && !tended.did_something;
            self.desk.reports(asked, term.position().await, is_idle, tended.parked);
            let rest = tended.rest.map_or(LONGEST_REST, |rest| rest.min(LONGEST_REST));
            let woken = first(sleep(rest), self.desk.wake.notified());
            let Some(served) = first(feed.next(), woken).await.0 else {
                continue;
            };
            let served = served?;
            at_end = served.at_end();
            if served.next_at(0).is_some() {
                self.work.take(&term, &served).await?;
            } else {
                term.pass(served.page()).await?;
            }
        }
    }

    /// Keeps what is completed, and gives the lease up, so that the next runner need not wait for its end.
    async fn leave(&mut self) {
        let Some(term) = self.term.take() else { return };
        // What cannot be kept is done again.
        let _kept = term.keep(|before, completed| self.work.state(before, completed)).await;
        term.release().await;
    }
}

/// What the first of two answers that has ended; the other is dropped.
async fn first<A: Future, B: Future>(one: A, other: B) -> (Option<A::Output>, Option<B::Output>) {
    let (mut one, mut other) = (pin!(one), pin!(other));
    poll_fn(|cx| {
        if let Poll::Ready(answer) = one.as_mut().poll(cx) {
            return Poll::Ready((Some(answer), None));
        }
        other.as_mut().poll(cx).map(|answer| (None, Some(answer)))
    })
    .await
}
