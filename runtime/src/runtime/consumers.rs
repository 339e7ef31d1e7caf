//! All that reads the log beside the runtime: projections, policies, processes and publishers, behind what they have in common.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::runtime::policies::Redriven;
use crate::runtime::verbs::{Verb, VerbError};
use crate::runtime::{BoxFuture, Runtime};
use crate::store::{AnyStore, ConsumerName, EventStore, Filter, LogRead, PageSize, ReadError};
use crate::stream::Position;

/// A consumer that runs.
pub(super) trait Consuming: Send + Sync {
    /// Its declared name.
    fn name(&self) -> &str;

    /// What of the log it needs.
    fn filter(&self) -> &Filter;

    /// What it is at, as it said last. Cheap: it blocks nobody (rule 8.9).
    fn status(&self) -> ConsumerStatus;

    /// Ends when everything up to this position is done or durably set aside; at once if it cannot be, with the reason.
    fn reach(&self, position: Position) -> BoxFuture<Result<(), String>>;

    /// Delivers parked events again, of one key or of all; `None` if it parks none, and inside if it has ended.
    fn redrive(&self, _key: Option<String>) -> Option<BoxFuture<Option<Redriven>>> {
        None
    }

    /// Does what a person says.
    fn order(&self, _verb: Verb) -> BoxFuture<Result<(), VerbError>> {
        let consumer = self.name().to_owned();
        Box::pin(std::future::ready(Err(VerbError::Unsupported { consumer })))
    }

    /// Drops a generation by its name; `None` if it is not one of this consumer.
    fn drop_view(&self, _generation: &ConsumerName) -> Option<BoxFuture<Result<(), VerbError>>> {
        None
    }

    /// Saves what is to be saved and ends.
    fn stop(&self) -> BoxFuture<()>;
}

/// The consumers of a runtime, in the order of their registration.
#[derive(Default)]
pub(super) struct Consumers(pub(super) Vec<Arc<dyn Consuming>>);

impl Consumers {
    /// The one with this declared name.
    pub(super) fn named(&self, name: &str) -> Option<&Arc<dyn Consuming>> {
        self.0.iter().find(|one| one.name() == name)
    }

    /// What each is at, and how far it is behind `head`, the last event of the store.
    pub(super) async fn status(&self, head: Position, store: &AnyStore, clock: &dyn Clock) -> Vec<ConsumerStatus> {
        let mut all = Vec::with_capacity(self.0.len());
        for consumer in &self.0 {
            let mut status = consumer.status();
            if let Some(position) = status.position {
                status.behind = Some(head.get().saturating_sub(position.get()));
                status.oldest_open = oldest_open(store, clock, position..head, consumer.filter()).await;
            }
            all.push(status);
        }
        all
    }

    pub(super) async fn stop(&self) {
        for consumer in &self.0 {
            consumer.stop().await;
        }
    }
}

/// How long the first event behind a position has been there that a consumer needs. A store that does not answer says nothing of it: the
/// state of the consumer does.
async fn oldest_open(store: &AnyStore, clock: &dyn Clock, open: Range<Position>, filter: &Filter) -> Option<Duration> {
    if open.start >= open.end {
        return None;
    }
    let read = LogRead::after(open.start).filter(filter.clone());
    let page = store.read_log(read.size(PageSize::events(1))).await.ok()?;
    let first = page.iter().next()?.recorded_at;
    Some(clock.now().since(first))
}

/// What a consumer is at. Subscriptions are not among them: who reads one knows how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConsumerStatus {
    /// Its declared name.
    pub name: String,
    /// What it is doing.
    pub state: ConsumerState,
    /// Everything up to here is done, skipped by a declared rule, or set aside. `None` until this runtime has opened what is kept of the
    /// consumer: for a moment after the start, and for as long as it cannot, because another runtime has it or the store does not answer.
    pub position: Option<Position>,
    /// How many events of the store are behind `position`, whether it needs them or not; `None` as long as that is not known.
    pub behind: Option<u64>,
    /// How long the first of those that it needs has been there, by the clock of the runtime; `None` if there is none, or `position` is not
    /// known. What is set aside is not open, and neither are the commands and timers of a process.
    pub oldest_open: Option<Duration>,
    /// The keys whose events are set aside until they are redriven.
    pub parked: Vec<String>,
    /// What went wrong last, also if it is over.
    pub last_error: Option<String>,
    /// How far a view has come that is built beside the one that is shown, `None` until it is opened, and what it is at.
    pub rebuilding: Option<(Option<Position>, ConsumerState)>,
}

impl ConsumerStatus {
    /// The status of a consumer of this name that has come this far, if that is known.
    #[must_use]
    pub const fn new(name: String, state: ConsumerState, position: Option<Position>) -> Self {
        Self {
            name,
            state,
            position,
            behind: None,
            oldest_open: None,
            parked: Vec::new(),
            last_error: None,
            rebuilding: None,
        }
    }
}

/// What a consumer is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConsumerState {
    /// It opens what is kept of it, then reads what happened before.
    CatchingUp,
    /// It has seen all there is, and waits for more.
    Live,
    /// It waits for a build that knows the next event, and looks again now and then (rule 5.6).
    Holding {
        /// What it does not know.
        because: String,
    },
    /// The store, or where it writes to, does not answer; it tries again.
    Retrying {
        /// What failed.
        because: String,
    },
    /// It is built anew beside what is shown.
    Rebuilding,
    /// It does nothing until a person starts it again.
    Stopped {
        /// Why.
        because: String,
    },
}

impl fmt::Display for ConsumerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CatchingUp => f.write_str("catching up"),
            Self::Live => f.write_str("live"),
            Self::Holding { because } => write!(f, "holding: {because}"),
            Self::Retrying { because } => write!(f, "retrying: {because}"),
            Self::Rebuilding => f.write_str("rebuilding"),
            Self::Stopped { because } => write!(f, "stopped: {because}"),
        }
    }
}

/// Why not all consumers have come to the end of the log.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Unsettled {
    /// This consumer cannot come there by itself.
    #[error("`{consumer}` does not reach position {position}: {because}")]
    Cannot {
        /// Its declared name.
        consumer: String,
        /// Where it should come to.
        position: Position,
        /// Why it does not.
        because: String,
    },
    /// The store could not be read.
    #[error("the store could not be read")]
    Store(#[from] ReadError),
}

impl Runtime {
    /// Waits until every consumer has come to the last event of the store, those included that consumers have caused: what a test waits
    /// with instead of sleeping. While others go on writing it goes on waiting. Of a view that is built anew it waits for the one that queries
    /// are answered by: how far the new one has come is in the [status](ConsumerStatus::rebuilding).
    ///
    /// # Errors
    /// [`Unsettled::Cannot`] at once for a consumer that is stopped or holding; one that has set events aside has come past them.
    /// [`Unsettled::Store`] if the store does not answer.
    ///
    /// # Cancel safety
    /// Waiting changes nothing.
    pub async fn settle(&self) -> Result<(), Unsettled> {
        let mut settled = None;
        loop {
            let head = self.0.store.head().await?;
            if settled == Some(head) {
                return Ok(());
            }
            for consumer in &self.0.consumers.0 {
                let reached = consumer.reach(head).await;
                reached.map_err(|because| Unsettled::Cannot {
                    consumer: consumer.name().to_owned(),
                    position: head,
                    because,
                })?;
            }
            settled = Some(head);
        }
    }
}
