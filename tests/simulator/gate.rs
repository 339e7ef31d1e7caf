//! What stands between a runtime and its store: every call waits for some polls on both sides, is written down, and can lose its answer.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use recount::store::conformance::history::{Action, Answer, Operation};
use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, KnownKey, LogRead, Page, PageSize, ReadError,
    Resolved, StoreId, StreamRead, Unknown,
};
use recount::{AnyStore, EventStore, IdempotencyKey, Position, StreamId};
use uuid::Uuid;

/// What the scheduler and all gates of a run share. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct World(Arc<Mutex<Shared>>);

/// On whom a task waits that is inside the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    Append,
    Read,
}

#[derive(Default)]
pub(crate) struct Shared {
    ticks: u64,
    /// Of the task that is being polled.
    pub(crate) pauses: (u64, u64),
    pub(crate) page: usize,
    /// The task that was polled waits for the store itself.
    pub(crate) waiting: Option<Waiting>,
    /// An append was dropped after the store had got it.
    pub(crate) abandoned: bool,
    /// Whether the answer that is lost was committed before.
    pub(crate) loses_answer: Option<bool>,
    pub(crate) operations: Vec<Operation>,
    /// What nobody was told, and can be resolved.
    pub(crate) unknown: Vec<Unknown>,
}

impl World {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Shared> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A moment that no other call and no other answer has.
    pub(crate) fn tick(&self) -> u64 {
        let mut shared = self.lock();
        shared.ticks += 1;
        shared.ticks
    }

    /// Writes down an answer that was not written down as a call.
    pub(crate) fn add(&self, called: u64, action: Action) {
        let answered = Some(self.tick());
        self.lock().operations.push(Operation {
            called,
            answered,
            action,
        });
    }

    /// The output of a future of the store, in the second poll at the earliest: a thread of the store may be done before the first one
    /// ends or after it, and a run must not depend on that. Whether it is still waited for is seen by the scheduler.
    async fn watched<F: Future>(&self, waiting: Waiting, future: F) -> F::Output {
        let (mut future, mut output, mut first) = (pin!(future), None, true);
        poll_fn(|cx| {
            if let Some(output) = output.take() {
                return Poll::Ready(output);
            }
            let is_first = std::mem::replace(&mut first, false);
            match future.as_mut().poll(cx) {
                Poll::Ready(early) if is_first => {
                    output = Some(early);
                    cx.waker().wake_by_ref();
                }
                Poll::Ready(output) => return Poll::Ready(output),
                Poll::Pending => self.lock().waiting = Some(waiting),
            }
            Poll::Pending
        })
        .await
    }
}

/// Waits for so many polls.
async fn pause(mut polls: u64) {
    poll_fn(|_| {
        if polls == 0 {
            return Poll::Ready(());
        }
        polls -= 1;
        Poll::Pending
    })
    .await;
}

/// Says that an append was dropped in the store, unless it is defused.
struct Abandoned<'a>(Option<(&'a World, Unknown)>);

impl Drop for Abandoned<'_> {
    fn drop(&mut self) {
        if let Some((world, unknown)) = self.0.take() {
            let mut shared = world.lock();
            shared.abandoned = true;
            shared.unknown.push(unknown);
        }
    }
}

/// A store behind a gate.
#[derive(Clone)]
pub(crate) struct Gate {
    pub(crate) inner: AnyStore,
    pub(crate) world: World,
}

impl Gate {
    async fn passes<F: Future>(&self, future: F) -> F::Output {
        let (before, after) = self.world.lock().pauses;
        pause(before).await;
        let output = self.world.watched(Waiting::Read, future).await;
        pause(after).await;
        output
    }

    async fn hand_over(&self, batch: Batch) -> Result<Committed, AppendError> {
        let lost = self.world.lock().loses_answer.take();
        let parts = batch.parts.iter().map(|part| (part.stream.clone(), part.expected));
        let unknown = Unknown::new(batch.append, parts.collect(), self.identity(), self.opening());
        let mut abandoned = Abandoned(Some((&self.world, unknown.clone())));
        let answer = if lost == Some(false) {
            None
        } else {
            Some(self.world.watched(Waiting::Append, self.inner.append(batch)).await)
        };
        abandoned.0 = None;
        if lost.is_none()
            && let Some(answer) = answer
        {
            if let Err(AppendError::Unknown { unknown, .. }) = &answer {
                self.world.lock().unknown.push((**unknown).clone());
            }
            return answer;
        }
        self.world.lock().unknown.push(unknown.clone());
        Err(AppendError::Unknown {
            unknown: Box::new(unknown),
            source: "the answer was lost".into(),
        })
    }
}

impl EventStore for Gate {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn identity(&self) -> StoreId {
        self.inner.identity()
    }

    fn opening(&self) -> Uuid {
        self.inner.opening()
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.passes(self.inner.find_key(stream, key)).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.passes(self.inner.resolve(unknown)).await
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        let parts = batch.parts.iter();
        let parts = parts.map(|part| (part.stream.clone(), part.expected, part.events.len() as u64));
        let (append, parts) = (batch.append, parts.collect::<Vec<_>>());
        let action = |answer| Action::Append {
            append,
            parts: parts.clone(),
            answer,
        };
        let called = self.world.tick();
        let (place, (before, after)) = {
            let mut shared = self.world.lock();
            // Until it is answered it may or may not be written.
            shared.operations.push(Operation {
                called,
                answered: None,
                action: action(Answer::Unknown),
            });
            (shared.operations.len() - 1, shared.pauses)
        };
        pause(before).await;
        let answer = self.hand_over(batch).await;
        pause(after).await;
        let told = match &answer {
            Ok(committed) if committed.duplicate => Answer::Repeated {
                original: committed.append,
                first: committed.first_position,
                last: committed.last_position,
            },
            Ok(committed) => Answer::Committed {
                first: committed.first_position,
                last: committed.last_position,
            },
            Err(AppendError::Conflict { stream, actual, .. }) => Answer::Conflict {
                stream: stream.clone(),
                actual: *actual,
            },
            Err(AppendError::Unknown { .. }) => Answer::Unknown,
            Err(_) => Answer::Refused,
        };
        let answered = Some(self.world.tick());
        self.world.lock().operations[place] = Operation {
            called,
            answered,
            action: action(told),
        };
        answer
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        let events = self.world.lock().page.min(read.size.events);
        let size = PageSize { events, ..read.size };
        self.passes(self.inner.read_stream(read.size(size))).await
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.passes(self.inner.read_log(read)).await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.inner.wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        let called = self.world.tick();
        let head = self.passes(self.inner.head()).await?;
        self.world.add(called, Action::Head { head });
        Ok(head)
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.inner.checkpoints()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
