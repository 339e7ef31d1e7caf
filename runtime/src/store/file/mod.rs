//! The store on a disk of one computer: an append-only log of segments, one writer thread, recovery that never guesses.
//!
//! What is promised, and what is not, stands at [`FileStore`]; the bytes stand in `docs/file-format.md`.

mod active;
mod birth;
mod disk;
mod encode;
mod error;
mod files;
mod format;
mod headers;
mod index;
mod lock;
mod log;
mod mark;
mod open;
mod options;
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
mod window;
mod writer;

#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, mpsc};

use tokio::sync::oneshot;
use uuid::Uuid;

pub use disk::{Disk, FileStat};
pub use error::OpenError;
pub use options::Options;
pub use real_disk::RealDisk;
pub use report::{PreviousState, RecoveryReport, TornTail};

use crate::store::{
    AppendError, Batch, Capabilities, Committed, Durability, EventStore, IdempotencyKey, KeyWindow, KnownKey, LogRead,
    Page, ReadError, Refusal, Resolved, StoreId, StreamRead, Unknown,
};
use crate::stream::{Position, StreamId};
use queue::{Phase, Request};
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
/// and about 200 per stream. Ten million events in a million streams take some 400 MiB, and some ten seconds to open.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = std::env::temp_dir().join(format!("recount-doc-{}", std::process::id()));
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

    /// The default options, to be changed.
    #[must_use]
    pub fn options() -> Options {
        Options::default()
    }
}

impl<D: Disk> FileStore<D> {
    async fn open_with(options: Options<D>, path: PathBuf) -> Result<Self, OpenError> {
        let (answer, opened) = oneshot::channel();
        // Recovery reads files and waits for the disk, so it has a thread of its own; no runtime is needed.
        let thread = std::thread::Builder::new().name("recount-open".into()).spawn(move || {
            let store = open::open(&options, &path).and_then(|opened| {
                let started = shared::start(options, opened);
                let (shared, jobs) = started.map_err(|source| io_error("start the threads of the store", source))?;
                Ok(Self(Arc::new(Handle { shared, jobs })))
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

    /// Makes a page here if its bytes are in memory, else on a thread that may wait for the disk.
    async fn page<R, M>(&self, read: R, make: M) -> Result<Page, ReadError>
    where
        R: Send + 'static,
        M: Fn(&Shared<D>, &R, Waiting) -> Result<Page, Fault> + Copy + Send + 'static,
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
        let mut capabilities = Capabilities::full(Durability::Synced, self.0.shared.limits);
        (capabilities.key_window, capabilities.resolves) = (KeyWindow::None, false);
        capabilities
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
        if batch.key.is_some() {
            return Err(Refusal::Unsupported {
                what: "idempotency keys",
            }
            .into());
        }
        let room = encode::room(&batch);
        // A larger append takes all permits, and so is alone.
        let share = u32::try_from(room.min(IN_FLIGHT)).unwrap_or(u32::MAX);
        let permit = Arc::clone(&shared.permits).acquire_many_owned(share).await;
        let permit = permit.map_err(|_| Refusal::Closed)?;
        let unknown = shared.unknown(&batch);
        let (answer, answered) = oneshot::channel();
        // From here on the append belongs to the writer: dropping this future abandons only the answer.
        shared.queue.push(Request {
            batch,
            room,
            answer,
            permit,
        });
        answered.await.unwrap_or_else(|_| {
            let source = Box::new(io::Error::other("the writer of the store panicked"));
            Err(AppendError::Unknown { unknown, source })
        })
    }

    async fn find_key(&self, _: &StreamId, _: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        Err(ReadError::Unsupported {
            what: "idempotency keys",
        })
    }

    async fn resolve(&self, _: &Unknown) -> Result<Resolved, ReadError> {
        let what = "resolving an append of unknown outcome";
        Err(ReadError::Unsupported { what })
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.page(read, read::stream_page).await
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.page(read, read::log_page).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        if self.0.shared.queue.phase() == Phase::Closed {
            return Err(ReadError::Closed);
        }
        Ok(Position::new(self.0.shared.index().last_position))
    }

    async fn close(&self) {
        let mut released = self.0.shared.released.subscribe();
        self.0.shared.queue.close();
        self.0.shared.permits.close();
        let _gone = released.wait_for(|released| *released).await;
    }
}
