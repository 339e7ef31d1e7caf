//! The store on a disk of one computer: an append-only log of segments, one writer thread, recovery that never guesses.
//!
//! What is promised, and what is not, stands at [`FileStore`]; the bytes stand in `docs/file-format.md`.

mod active;
mod birth;
pub(in crate::store) mod disk;
mod encode;
pub(in crate::store) mod error;
pub(in crate::store) mod files;
pub(in crate::store) mod format;
mod headers;
mod index;
mod known;
pub(in crate::store) mod lock;
mod log;
mod mark;
mod open;
mod options;
mod original;
mod queue;
mod read;
mod real_disk;
mod recovery;
mod replay;
mod report;
mod roll;
mod scan;
mod shared;
mod spare;
mod unit;
mod wanted;
mod window;
mod writer;

#[cfg(test)]
pub(in crate::store) mod tests;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use tokio::sync::oneshot;
use uuid::Uuid;

#[doc(hidden)]
pub use disk::{Disk, FileStat};
pub use error::OpenError;
pub use options::Options;
pub use real_disk::RealDisk;
pub use report::{PreviousState, RecoveryReport, TornTail};

use crate::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, Durability, EventStore, FileCheckpoints,
    IdempotencyKey, KnownKey, LogRead, Page, ReadError, Refusal, Resolved, StoreId, StreamRead, Unknown,
};
use crate::stream::{Position, StreamId};
use known::Marks;
use open::Opening;
use original::{Found, Repeat};
use queue::{Outcome, Phase, Request};
use shared::{IN_FLIGHT, Job, Shared};
use window::{Fault, Waiting};

/// An event store in a directory of a local disk. Clones are the same store.
///
/// An answered append is on the disk: a sync that covers all of it has returned before the answer, and before any reader saw it. An
/// append is written whole or not at all, over several streams too. Damage is reported and never repaired in silence, and opening a
/// store never deletes a byte that held data.
///
/// Appends of many callers share one write and one sync. A store has one owner: a second handle, in this process or another, is
/// [`OpenError::Locked`]. Network file systems are refused.
///
/// This first form reads and verifies the whole log when it is opened, and keeps an index of it in memory: 12 bytes per event (24 at most)
/// and about 200 per stream, 16 per append and 16 per idempotency key (39 at most). Ten million events in a million streams, each appended
/// alone, take some 650 MiB, and some ten seconds to open.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let directory = folder.path().join("events");
/// use recount::store::file::FileStore;
/// use recount::store::EventStore;
///
/// let store = FileStore::open(&directory).await?;
/// assert_eq!(store.head().await?, 0);
/// store.close().await;
/// # Ok(())
/// # }
/// ```
pub struct FileStore<D: Disk = RealDisk>(Arc<Handle<D>>);

impl<D: Disk> Clone for FileStore<D> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// The last clone to go lets the writer finish; it does not wait for it.
struct Handle<D: Disk> {
    shared: Arc<Shared<D>>,
    consumers: FileCheckpoints<D>,
    jobs: mpsc::Sender<Job>,
}

impl<D: Disk> Drop for Handle<D> {
    fn drop(&mut self) {
        self.shared.queue.close();
    }
}

impl<D: Disk> fmt::Debug for FileStore<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileStore")
            .field("id", &self.0.shared.id)
            .finish_non_exhaustive()
    }
}

impl FileStore {
    /// Opens the store in this directory with the default [`Options`], and makes it where there is none.
    ///
    /// # Errors
    /// [`OpenError`]: no event was changed.
    ///
    /// # Cancel safety
    /// A dropped future opens the store and closes it again.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        Options::default().open(path).await
    }

    /// Opens the store in this directory, which was put back from a copy, with the default [`Options`]: [`Options::restore`].
    ///
    /// # Errors
    /// [`OpenError`]: no event was changed.
    ///
    /// # Cancel safety
    /// A dropped future restores the store and closes it again.
    pub async fn restore(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        Options::default().restore(path).await
    }

    /// The default options, to be changed.
    #[must_use]
    pub fn options() -> Options {
        Options::default()
    }
}

impl<D: Disk> FileStore<D> {
    async fn open_with(options: Options<D>, path: PathBuf, opening: Opening) -> Result<Self, OpenError> {
        let (answer, opened) = oneshot::channel();
        // Recovery reads files and waits for the disk, so it has a thread of its own; no runtime is needed.
        let thread = std::thread::Builder::new().name("recount-open".into()).spawn(move || {
            let store = open::open(&options, &path, opening).and_then(|opened| {
                let started = shared::start(options, opened);
                let (shared, jobs) = started.map_err(|source| io_error("start the threads of the store", source))?;
                let consumers = FileCheckpoints::at(Arc::<Shared<D>>::clone(&shared));
                Ok(Self(Arc::new(Handle {
                    shared,
                    consumers,
                    jobs,
                })))
            });
            let _dropped = answer.send(store);
        });
        thread.map_err(|source| io_error("start a thread", source))?;
        let gone = |_| io_error("open the store", io::Error::other("its thread panicked"));
        opened.await.map_err(gone)?
    }

    /// What opening the store found and did.
    #[must_use]
    pub fn recovery(&self) -> &RecoveryReport {
        &self.0.shared.report
    }

    /// Hands an append to the writer and waits for what comes back; `None` if the writer panicked.
    async fn hand_over(&self, batch: Arc<Batch>, marks: Marks, passed: Vec<u64>) -> Result<Option<Outcome>, Refusal> {
        let shared = &self.0.shared;
        let room = encode::room(&batch);
        // A larger append takes all permits, and so is alone.
        let share = u32::try_from(room.min(IN_FLIGHT)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&shared.permits).acquire_many_owned(share).await;
        let permit = permit.map_err(|_| Refusal::Closed)?;
        let (answer, answered) = oneshot::channel();
        // From here on the append belongs to the writer: dropping this future abandons only the answer.
        shared.push(Request {
            batch,
            room,
            marks,
            passed,
            answer,
            permit,
        });
        Ok(answered.await.ok())
    }

    /// Reads here if the bytes are in memory, else on a thread that may wait for the disk.
    async fn read_here<R, T, M>(&self, read: R, make: M) -> Result<T, ReadError>
    where
        R: Send + 'static,
        T: Send + 'static,
        M: Fn(&Shared<D>, &R, Waiting) -> Result<T, Fault> + Copy + Send + 'static,
    {
        let shared = &self.0.shared;
        if shared.queue.phase() == Phase::Closed {
            return Err(ReadError::Closed);
        }
        match make(shared, &read, Waiting::Never) {
            Ok(page) => return Ok(page),
            Err(Fault::Failed(error)) => return Err(error),
            Err(Fault::WouldBlock) => {}
        }
        let (answer, page) = oneshot::channel();
        let shared = Arc::clone(shared);
        let job: Job = Box::new(move || {
            // A caller that has gone away while it waited for its turn costs no read.
            if answer.is_closed() {
                return;
            }
            let _gone = answer.send(make(&shared, &read, Waiting::Allowed));
        });
        let panicked = || ReadError::Io {
            place: "the store".to_owned(),
            source: io::Error::other("a reader panicked"),
        };
        self.0.jobs.send(job).map_err(|_| ReadError::Closed)?;
        match page.await {
            Ok(Ok(page)) => Ok(page),
            Ok(Err(Fault::Failed(error))) => Err(error),
            Ok(Err(Fault::WouldBlock)) | Err(_) => Err(panicked()),
        }
    }
}

fn io_error(doing: &str, source: io::Error) -> OpenError {
    OpenError::Io {
        doing: doing.to_owned(),
        source,
    }
}

impl<D: Disk> EventStore for FileStore<D> {
    fn capabilities(&self) -> Capabilities {
        Capabilities::full(Durability::Synced, self.0.shared.limits)
    }

    fn identity(&self) -> StoreId {
        self.0.shared.id
    }

    fn opening(&self) -> Uuid {
        self.0.shared.opening
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        let shared = &self.0.shared;
        batch.check(&shared.limits)?;
        let Some(marks) = Marks::of_batch(shared.identity.name_seed, &batch) else {
            return Err(Refusal::EmptyBatch.into());
        };
        let (batch, mut passed) = (Arc::new(batch), Vec::new());
        let unknown = |source| {
            let unknown = shared.unknown(&batch);
            Err(AppendError::Unknown { unknown, source })
        };
        loop {
            match self.hand_over(Arc::clone(&batch), marks, passed.clone()).await? {
                Some(Outcome::Answered(answer)) => return answer,
                Some(Outcome::Compare(position)) => {
                    let repeat = (Arc::clone(&batch), position);
                    match self.read_here(repeat, original::compare).await {
                        Ok(Repeat::Same(committed)) => return Ok(committed.as_duplicate()),
                        Ok(Repeat::Refused(refusal)) => return Err(refusal.into()),
                        Ok(Repeat::Another) => passed.push(position),
                        Err(error) => return unknown(error.into()),
                    }
                }
                None => {
                    shared.doubt(marks);
                    return unknown("the writer of the store panicked".into());
                }
            }
        }
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.read_here((stream.clone(), key.clone()), original::find_key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        let shared = &self.0.shared;
        let (asked, store) = (unknown.store, shared.id);
        if asked.store != store.store {
            return Err(ReadError::OtherStore { asked, store });
        }
        // What was handed to an earlier opening ended with it; what was handed to this one is decided when the queue is through.
        let is_settled = unknown.opening != shared.opening || shared.queue.settled().await;
        Ok(match self.read_here(unknown.clone(), original::find).await? {
            Found::Written(committed) => Resolved::Committed(committed),
            Found::Overtaken => Resolved::NotWritten,
            Found::Nothing if is_settled => Resolved::NotWritten,
            Found::Nothing => Resolved::StillUnknown,
        })
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.read_here(read, read::stream_page).await
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.read_here(read, read::log_page).await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        let shared = &self.0.shared;
        let is_there = || match shared.queue.phase() {
            Phase::Closed => Err(ReadError::Closed),
            // Looked at after the phase: what was published before the failure is still read.
            _ if shared.index().last_position > after.get() => Ok(true),
            Phase::Poisoned => Err(ReadError::Poisoned),
            Phase::Open => Ok(false),
        };
        shared.arrivals.until(is_there).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        if self.0.shared.queue.phase() == Phase::Closed {
            return Err(ReadError::Closed);
        }
        Ok(Position::new(self.0.shared.index().last_position))
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        AnyCheckpoints::new(self.0.consumers.clone())
    }

    async fn close(&self) {
        let mut released = self.0.shared.released.subscribe();
        self.0.shared.queue.close();
        self.0.shared.permits.close();
        self.0.shared.arrivals.ring();
        let _gone = released.wait_for(|released| *released).await;
    }
}
