//! Between callers and the writer: two buffers behind one lock, so that callers fill one while the writer works on the other.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::oneshot;

use super::known::Marks;
use crate::store::{AppendError, Batch, Committed, Refusal};

/// An append on its way: once it is in the queue it belongs to the writer, and dropping the caller's future abandons only the answer.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) batch: Arc<Batch>,
    /// About how many bytes it adds to a frame.
    pub(crate) room: usize,
    pub(crate) marks: Marks,
    /// Where appends begin that have one of its marks and were found to be others.
    pub(crate) passed: Vec<u64>,
    pub(crate) answer: oneshot::Sender<Outcome>,
    /// Given back with the answer: bounds the memory of all appends in flight.
    pub(crate) permit: OwnedSemaphorePermit,
}

/// What comes back of a request.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answered(Result<Committed, AppendError>),
    /// An append with one of its marks begins at this position. The writer reads no file, so the caller's side compares the two.
    Compare(u64),
}

impl Request {
    /// Answers; a caller that has gone away is no error.
    pub(crate) fn answer(self, answer: Result<Committed, AppendError>) {
        drop(self.permit);
        let _gone = self.answer.send(Outcome::Answered(answer));
    }

    /// Has it compared with the append that begins here.
    pub(crate) fn compare(self, position: u64) {
        drop(self.permit);
        let _gone = self.answer.send(Outcome::Compare(position));
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
    /// Those who wait until all that was handed over before them is decided.
    fences: Vec<oneshot::Sender<()>>,
    poisoned: bool,
    closed: bool,
    writer_waits: bool,
}

/// What the writer takes at once, in buffers that are used again.
#[derive(Debug, Default)]
pub(crate) struct Taking {
    pub(crate) requests: Vec<Request>,
    pub(crate) fences: Vec<oneshot::Sender<()>>,
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
            fences: Vec::new(),
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

    /// Hands an append to the writer, or gives it back with the reason why not.
    pub(crate) fn push(&self, request: Request) -> Option<(Request, Refusal)> {
        let mut state = self.lock();
        match state.phase() {
            Phase::Open if std::process::id() == self.pid => {
                state.pending.push(request);
                self.wake_writer(state);
                None
            }
            Phase::Open | Phase::Poisoned => Some((request, Refusal::Poisoned)),
            Phase::Closed => Some((request, Refusal::Closed)),
        }
    }

    fn wake_writer(&self, mut state: MutexGuard<'_, State>) {
        if std::mem::take(&mut state.writer_waits) {
            drop(state);
            self.wake.notify_one();
        }
    }

    /// Waits until the writer has decided everything that was handed over before; `false` if it has stopped deciding.
    pub(crate) async fn settled(&self) -> bool {
        let (fence, passed) = oneshot::channel();
        {
            let mut state = self.lock();
            if state.phase() != Phase::Open {
                return false;
            }
            state.fences.push(fence);
            self.wake_writer(state);
        }
        passed.await.is_ok()
    }

    /// Swaps the filled buffers for the empty ones; waits until there is something, or for so long.
    pub(crate) fn take(&self, empty: &mut Taking, wait: Option<Duration>) -> Taken {
        let mut state = self.lock();
        loop {
            if !state.pending.is_empty() || !state.fences.is_empty() {
                std::mem::swap(&mut state.pending, &mut empty.requests);
                std::mem::swap(&mut state.fences, &mut empty.fences);
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

    /// Takes no more appends, and gives back those that wait here. Nobody waits at a fence any more.
    pub(crate) fn poison(&self) -> Vec<Request> {
        let mut state = self.lock();
        state.poisoned = true;
        state.fences.clear();
        std::mem::take(&mut state.pending)
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
