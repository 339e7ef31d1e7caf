//! What the handle, the writer and the readers of one open store share, and the threads that it starts.

use std::collections::HashSet;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, mpsc};
use std::thread::Builder;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

use super::active::SegmentSizes;
use super::disk::Disk;
use super::files::CONSUMERS;
use super::format::identity::Identity;
use super::index::Index;
use super::known::Marks;
use super::open::Opened;
use super::options::Options;
use super::queue::{Queue, Request, Taken, Taking};
use super::report::RecoveryReport;
use super::spare::Spare;
use super::writer::Writer;
use crate::clock::{Clock, Timestamp};
use crate::store::arrivals::Arrivals;
use crate::store::checkpoint::Home;
use crate::store::{AppendError, Batch, Limits, Refusal, StoreId, Unknown};

/// The bytes of all appends in flight: the memory that the queue takes at most.
pub(crate) const IN_FLIGHT: usize = 8 << 20;
/// The threads that wait for the disk on behalf of readers.
const READERS: usize = 2;

/// What all parts of an open store see.
#[derive(Debug)]
pub(crate) struct Shared<D: Disk> {
    pub(crate) disk: D,
    pub(crate) dir: D::Dir,
    pub(crate) clock: SharedClock,
    pub(crate) sizes: SegmentSizes,
    pub(crate) limits: Limits,
    pub(crate) identity: Identity,
    pub(crate) id: StoreId,
    /// Which opening this is: drawn at every one, and kept nowhere.
    pub(crate) opening: Uuid,
    pub(crate) report: RecoveryReport,
    /// Only what is durable stands in it: the writer publishes after the sync.
    pub(crate) index: RwLock<Index<D::File>>,
    pub(crate) queue: Queue,
    /// Readers that wait for what is new.
    pub(crate) arrivals: Arrivals,
    /// The marks of appends that were answered with `Unknown`: a repeat of one is unknown as well, and not refused.
    doubt: Mutex<HashSet<u64>>,
    pub(crate) permits: Arc<Semaphore>,
    /// Held while files of consumers are looked at or written; false inside once the lock is let go of.
    consumers: Mutex<bool>,
    /// Becomes true when files and lock are let go of.
    pub(crate) released: watch::Sender<bool>,
}

impl<D: Disk> Shared<D> {
    /// What a caller is told of a batch whose outcome nobody knows.
    pub(crate) fn unknown(&self, batch: &Batch) -> Box<Unknown> {
        let parts = batch.parts.iter().map(|part| (part.stream.clone(), part.expected));
        Box::new(Unknown::new(batch.append, parts.collect(), self.id, self.opening))
    }

    /// Hands an append to the writer, or answers it.
    pub(crate) fn push(&self, request: Request) {
        match self.queue.push(request) {
            None => {}
            Some((request, Refusal::Poisoned)) => self.refuse(request),
            Some((request, refusal)) => request.answer(Err(refusal.into())),
        }
    }

    /// Takes no more appends, and answers those that wait.
    pub(crate) fn poison(&self) {
        for request in self.queue.poison() {
            self.refuse(request);
        }
        self.arrivals.ring();
    }

    /// Notes that nobody knows whether an append was written.
    pub(crate) fn doubt(&self, marks: Marks) {
        self.lock_doubt().extend(marks.iter());
    }

    /// Answers what a poisoned store does not write: it was definitely not written, unless an earlier attempt of it may have been.
    pub(crate) fn refuse(&self, request: Request) {
        let doubt = self.lock_doubt();
        let is_in_doubt = request.marks.iter().any(|mark| doubt.contains(&mark));
        drop(doubt);
        let answer = if is_in_doubt {
            AppendError::Unknown {
                unknown: self.unknown(&request.batch),
                source: Box::new(io::Error::other(
                    "an earlier attempt may have been written, and the store must be reopened",
                )),
            }
        } else {
            Refusal::Poisoned.into()
        };
        request.answer(Err(answer));
    }

    fn lock_doubt(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.doubt.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The consumers of a store lie in a folder of their own below its own, under its lock.
impl<D: Disk> Home<D> for Shared<D> {
    fn disk(&self) -> &D {
        &self.disk
    }

    fn folder(&self) -> io::Result<D::Dir> {
        self.disk.open_dir(&self.dir, CONSUMERS)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn gate(&self) -> &Mutex<bool> {
        &self.consumers
    }
}

/// A clock that can be shown in debug output.
#[derive(Clone)]
pub(crate) struct SharedClock(Arc<dyn Clock>);

impl SharedClock {
    pub(crate) fn now(&self) -> Timestamp {
        self.0.now()
    }
}

impl std::fmt::Debug for SharedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Clock")
    }
}

/// Work for a reader thread.
pub(crate) type Job = Box<dyn FnOnce() + Send>;

/// Starts the threads of a store that has been opened.
pub(crate) fn start<D: Disk>(
    options: Options<D>,
    opened: Opened<D>,
) -> io::Result<(Arc<Shared<D>>, mpsc::Sender<Job>)> {
    let Opened {
        dir,
        lock,
        identity,
        mark,
        active,
        end,
        index,
        tally,
        report,
    } = opened;
    let id = StoreId::new(Uuid::from_bytes(identity.store), identity.epoch);
    let shared = Arc::new(Shared {
        disk: options.disk,
        dir,
        clock: SharedClock(options.clock),
        sizes: options.sizes,
        limits: options.limits,
        identity,
        id,
        opening: Uuid::new_v4(),
        report,
        index: RwLock::new(index),
        queue: Queue::new(),
        arrivals: Arrivals::default(),
        doubt: Mutex::default(),
        permits: Arc::new(Semaphore::new(IN_FLIGHT)),
        consumers: Mutex::new(true),
        released: watch::Sender::new(false),
    });
    let spare = Arc::new(Spare::new());
    let (jobs, waiting) = mpsc::channel::<Job>();
    let waiting = Arc::new(Mutex::new(waiting));
    for _ in 0..READERS {
        let waiting = Arc::clone(&waiting);
        Builder::new().name("recount-reader".into()).spawn(move || {
            // The store's handle is the other end: without it there is nothing left to read.
            while let Ok(job) = next_job(&waiting) {
                // A panic ends one read: its caller sees the answer's sender gone.
                let _panicked = catch_unwind(AssertUnwindSafe(job));
            }
        })?;
    }
    let background = {
        let (shared, spare) = (Arc::clone(&shared), Arc::clone(&spare));
        Builder::new()
            .name("recount-spare".into())
            .spawn(move || spare.run(&shared.disk, &shared.dir))?
    };
    let mut writer = Writer {
        shared: Arc::clone(&shared),
        spare: Arc::clone(&spare),
        lock,
        mark,
        active,
        end,
        tally,
        buffer: Vec::new(),
        mark_since: None,
    };
    let stop = Arc::clone(&spare);
    let started = Builder::new().name("recount-writer".into()).spawn(move || {
        let shared = Arc::clone(&writer.shared);
        if catch_unwind(AssertUnwindSafe(|| writer.run())).is_err() {
            shared.poison();
        }
        // A store that no longer writes is still read, and keeps its lock until it is closed.
        while shared.queue.take(&mut Taking::default(), None::<Duration>) != Taken::Closed {}
        spare.stop();
        let _panicked = background.join();
        // No file of a consumer is written once somebody else may have the lock.
        *shared.consumers.lock().unwrap_or_else(PoisonError::into_inner) = false;
        drop(writer);
        shared.released.send_replace(true);
    });
    if let Err(error) = started {
        stop.stop();
        return Err(error);
    }
    Ok((shared, jobs))
}

fn next_job(waiting: &Mutex<mpsc::Receiver<Job>>) -> Result<Job, mpsc::RecvError> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv()
}
