//! The one task of a runtime that writes snapshots, and the bounded queue before it.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::{JoinHandle, spawn};
use tokio::time::timeout;

use crate::runtime::snapshots::{Counts, count};
use crate::snapshot::{AnySnapshots, Snapshot, SnapshotError, SnapshotStore};
use crate::stream::StreamId;

/// How many states wait at most; each is shared with whoever keeps it.
const WAITING: usize = 16;
/// How long a runtime that shuts down waits for the snapshots that were taken before.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is to be done.
pub(super) enum Job {
    /// The state is encoded where it is written, and not where it was committed.
    Put(Box<dyn FnOnce() -> Option<Snapshot> + Send>),
    Remove(StreamId),
}

/// The way to the task. Without one everything is refused.
pub(super) struct Writer {
    queue: Mutex<Option<Sender<Job>>>,
    task: Mutex<Option<JoinHandle<()>>>,
    counts: Arc<Counts>,
}

impl Writer {
    pub(super) fn start(store: Option<AnySnapshots>, counts: &Arc<Counts>) -> Self {
        let started = store.map(|store| {
            let (queue, jobs) = channel(WAITING);
            (queue, spawn(write(store, jobs, Arc::clone(counts))))
        });
        let (queue, task) = started.unzip();
        Self {
            queue: Mutex::new(queue),
            task: Mutex::new(task),
            counts: Arc::clone(counts),
        }
    }

    /// Whether there was room; the job is made only then.
    pub(super) fn send(&self, job: impl FnOnce() -> Job) -> bool {
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone();
        // What is made is code of the user, so no lock is held.
        let sent = match queue.map(Sender::try_reserve_owned) {
            Some(Ok(place)) => Some(place.send(job())),
            _ => None,
        };
        if sent.is_none() {
            count(&self.counts.skipped);
        }
        sent.is_some()
    }

    /// Writes what is waiting; what takes too long is dropped.
    pub(super) async fn close(&self) {
        drop(self.queue.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut task) = task
            && timeout(PATIENCE, &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

impl fmt::Debug for Writer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").finish_non_exhaustive()
    }
}

/// Ends when the queue is closed and empty.
async fn write(store: AnySnapshots, mut jobs: Receiver<Job>, counts: Arc<Counts>) {
    while let Some(job) = jobs.recv().await {
        match job {
            Job::Put(encode) => {
                let done = match encode() {
                    Some(snapshot) => put(&store, snapshot).await.is_ok(),
                    None => false,
                };
                count(if done { &counts.written } else { &counts.unwritten });
            }
            Job::Remove(stream) => {
                let store = store.clone();
                // What stays is found to be of no use again, and counted again.
                let _removed = spawn(async move { store.remove(&stream).await }).await;
            }
        }
    }
}

/// Puts a snapshot, in a task of its own: the code of a store may panic.
pub(super) async fn put(store: &AnySnapshots, snapshot: Snapshot) -> Result<(), SnapshotError> {
    let store = store.clone();
    let done = spawn(async move { store.put(snapshot).await }).await;
    done.map_err(|error| SnapshotError::Store(error.into()))?
}
