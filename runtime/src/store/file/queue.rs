//! Between callers and the writer: two buffers behind one lock, so that callers fill one while the writer works on the other.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::oneshot;

use crate::store::{AppendError, Batch, Committed, Refusal};

/// An append on its way: once it is in the queue it belongs to the writer, and dropping the caller's future abandons only the answer.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) batch: Batch,
    /// About how many bytes it adds to a frame.
    pub(crate) room: usize,
    pub(crate) answer: oneshot::Sender<Result<Committed, AppendError>>,
    /// Given back with the answer: bounds the memory of all appends in flight.
    pub(crate) permit: OwnedSemaphorePermit,
}

impl Request {
    /// Answers; a caller that has gone away is no error.
    pub(crate) fn answer(self, answer: Result<Committed, AppendError>) {
        drop(self.permit);
        let _gone = self.answer.send(answer);
    }
}

/// Whether the store takes appends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Open,
    /// A write failed: no more until it is reopened.
    Poisoned,
    Closed,
}

#[derive(Debug)]
struct State {
    pending: Vec<Request>,
    poisoned: bool,
    closed: bool,
    writer_waits: bool,
}

/// What the writer got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    Work,
    TimedOut,
    /// Closed, and nothing is left.
    Closed,
}

/// The queue.
#[derive(Debug)]
pub(crate) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
    /// A forked child has the memory and no writer thread.
    pid: u32,
}

impl Queue {
    pub(crate) fn new() -> Self {
        let state = State {
            pending: Vec::new(),
            poisoned: false,
            closed: false,
            writer_waits: false,
        };
        Self {
            state: Mutex::new(state),
            wake: Condvar::new(),
            pid: std::process::id(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics between two changes of the state.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether appends are taken now.
    pub(crate) fn phase(&self) -> Phase {
        self.lock().phase()
    }

    /// Hands an append to the writer, or answers it.
    pub(crate) fn push(&self, request: Request) {
        let mut state = self.lock();
        let refusal = match state.phase() {
            Phase::Open if std::process::id() == self.pid => {
                state.pending.push(request);
                if std::mem::take(&mut state.writer_waits) {
                    drop(state);
                    self.wake.notify_one();
                }
                return;
            }
            Phase::Open | Phase::Poisoned => Refusal::Poisoned,
            Phase::Closed => Refusal::Closed,
        };
        drop(state);
        request.answer(Err(refusal.into()));
    }

    /// Swaps the filled buffer for the empty one; waits until there is something, or for so long.
    pub(crate) fn take(&self, empty: &mut Vec<Request>, wait: Option<Duration>) -> Taken {
        let mut state = self.lock();
        loop {
            if !state.pending.is_empty() {
                std::mem::swap(&mut state.pending, empty);
                return Taken::Work;
            }
            if state.closed {
                return Taken::Closed;
            }
            state.writer_waits = true;
            match wait {
                None => state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(wait) => {
                    let (woken, timeout) = self
                        .wake
                        .wait_timeout(state, wait)
                        .unwrap_or_else(PoisonError::into_inner);
                    state = woken;
                    if timeout.timed_out() && state.pending.is_empty() && !state.closed {
                        state.writer_waits = false;
                        return Taken::TimedOut;
                    }
                }
            }
        }
    }

    /// Takes no more appends, and refuses those that wait here.
    pub(crate) fn poison(&self) {
        let mut state = self.lock();
        state.poisoned = true;
        let pending = std::mem::take(&mut state.pending);
        drop(state);
        for request in pending {
            request.answer(Err(Refusal::Poisoned.into()));
        }
    }

    /// Takes no more appends; the writer finishes those that wait here.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.wake.notify_one();
    }
}

impl State {
    fn phase(&self) -> Phase {
        if self.closed {
            Phase::Closed
        } else if self.poisoned {
            Phase::Poisoned
        } else {
            Phase::Open
        }
    }
}
