//! What consumers remember, in files of a folder; the bytes stand in `docs/file-format.md`.

mod files;
mod folder;
mod heads;
mod home;
mod letters;
mod names;
mod sealed;
mod table;
#[cfg(test)]
mod tests;

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::store::checkpoint::{
    Change, CheckpointError, CheckpointStore, ConsumerName, DeadLetter, Lease, LetterRead, Live, ParkedKey, PartId,
    Saved, Waiver,
};
use crate::store::file::disk::Disk;
use crate::store::file::{OpenError, RealDisk};
use folder::Folder;
use home::Alone;
pub(in crate::store) use home::Home;

/// Keeps what consumers remember in files of a folder; clones are the same store.
///
/// Each file is written whole beside the old one, synced, and takes its name in one step, so what was answered is on the disk, and after a
/// crash there is what was kept before or what was to be kept, never half of it. A file that is damaged is
/// [`CheckpointError::Damaged`], and no consumer begins anew because of it.
///
/// A save writes the whole state: keep states small, or save seldom. A consumer takes some hundred bytes of memory here, and about as much
/// for each dead letter.
///
/// A [`FileStore`](crate::FileStore) has one of these in its own folder, under its own lock. Opened by itself, it is for a store of events
/// that keeps no checkpoints.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let directory = folder.path().join("consumers");
/// use recount::store::{CheckpointStore, ConsumerName, FileCheckpoints};
///
/// let checkpoints = FileCheckpoints::open(&directory).await?;
/// assert_eq!(checkpoints.load(&ConsumerName::new("balances")?).await?, None);
/// # Ok(())
/// # }
/// ```
pub struct FileCheckpoints<D: Disk = RealDisk>(Arc<Inner<D>>);

struct Inner<D: Disk> {
    home: Arc<dyn Home<D>>,
    /// Hands work to the thread that waits for the disk; `None` before the first verb.
    jobs: Mutex<Option<mpsc::Sender<Job<D>>>>,
}

type Job<D> = Box<dyn FnOnce(&mut Folder<D>) + Send>;

impl<D: Disk> Clone for FileCheckpoints<D> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<D: Disk> fmt::Debug for FileCheckpoints<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FileCheckpoints").finish_non_exhaustive()
    }
}

impl FileCheckpoints {
    /// Opens the folder of this path, and makes it where there is none. It has one owner, in this process or another.
    ///
    /// # Errors
    /// [`OpenError`]: nothing was changed.
    ///
    /// # Cancel safety
    /// A dropped future opens the folder and closes it again.
    pub async fn open(path: impl Into<PathBuf>) -> Result<Self, OpenError> {
        let (path, (answer, opened)) = (path.into(), oneshot::channel());
        let failed = |source| OpenError::Io {
            doing: "open the folder of consumers".to_owned(),
            source,
        };
        let thread = std::thread::Builder::new().name("recount-open".into()).spawn(move || {
            let _dropped = answer.send(Alone::open(&path));
        });
        thread.map_err(failed)?;
        let opened = opened
            .await
            .map_err(|_| failed(io::Error::other("its thread panicked")))?;
        Ok(Self::at(Arc::new(opened?)))
    }
}

impl<D: Disk> FileCheckpoints<D> {
    /// The folder of this home, which is opened with the first verb.
    pub(in crate::store) fn at(home: Arc<dyn Home<D>>) -> Self {
        let jobs = Mutex::default();
        Self(Arc::new(Inner { home, jobs }))
    }

    /// Does one verb on the thread of the folder. It is done, or not, whether or not the caller waits.
    async fn run<T: Send + 'static>(
        &self,
        verb: impl FnOnce(&mut Folder<D>) -> Result<T, CheckpointError> + Send + 'static,
    ) -> Result<T, CheckpointError> {
        let (answer, answered) = oneshot::channel();
        let job: Job<D> = Box::new(move |folder| {
            let home = Arc::clone(&folder.home);
            let gate = home.gate().lock().unwrap_or_else(PoisonError::into_inner);
            let outcome = if *gate {
                verb(folder)
            } else {
                Err(CheckpointError::Closed)
            };
            drop(gate);
            let _gone = answer.send(outcome);
        });
        self.hand_over(job)?;
        let panicked = |_| CheckpointError::Store("the thread of the consumers panicked".into());
        answered.await.map_err(panicked)?
    }

    fn hand_over(&self, job: Job<D>) -> Result<(), CheckpointError> {
        let mut jobs = self.0.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.is_none() {
            let (sender, waiting) = mpsc::channel::<Job<D>>();
            let mut folder = Folder::new(Arc::clone(&self.0.home));
            let thread = std::thread::Builder::new().name("recount-consumers".into());
            // It ends with the last handle, which holds the other end.
            let started = thread.spawn(move || {
                while let Ok(job) = waiting.recv() {
                    if catch_unwind(AssertUnwindSafe(|| job(&mut folder))).is_err() {
                        folder.forget();
                    }
                }
            });
            started.map_err(|error| CheckpointError::Store(error.into()))?;
            *jobs = Some(sender);
        }
        let sent = jobs.as_ref().and_then(|jobs| jobs.send(job).ok());
        sent.ok_or(CheckpointError::Closed)
    }
}

impl<D: Disk> CheckpointStore for FileCheckpoints<D> {
    async fn claim(&self, consumer: &ConsumerName, ttl: Duration) -> Result<Lease, CheckpointError> {
        let consumer = consumer.clone();
        self.run(move |folder| folder.claim(&consumer, ttl)).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, CheckpointError> {
        let lease = lease.clone();
        self.run(move |folder| folder.renew(&lease, ttl)).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), CheckpointError> {
        let lease = lease.clone();
        let verb = move |folder: &mut Folder<D>| {
            folder.release(&lease);
            Ok(())
        };
        self.run(verb).await
    }

    async fn load(&self, consumer: &ConsumerName) -> Result<Option<Saved>, CheckpointError> {
        let consumer = consumer.clone();
        self.run(move |folder| folder.load(&consumer)).await
    }

    async fn save(&self, lease: &Lease, change: Change) -> Result<(), CheckpointError> {
        let lease = lease.clone();
        self.run(move |folder| folder.save(&lease, change)).await
    }

    async fn reset(&self, lease: &Lease, to: Saved) -> Result<(), CheckpointError> {
        let lease = lease.clone();
        self.run(move |folder| folder.reset(&lease, to)).await
    }

    async fn letters(&self, consumer: &ConsumerName, read: LetterRead) -> Result<Vec<DeadLetter>, CheckpointError> {
        let consumer = consumer.clone();
        self.run(move |folder| folder.letters(&consumer, &read)).await
    }

    async fn parked(&self, consumer: &ConsumerName) -> Result<Vec<ParkedKey>, CheckpointError> {
        let consumer = consumer.clone();
        self.run(move |folder| folder.parked(&consumer)).await
    }

    async fn waive(
        &self,
        consumer: &ConsumerName,
        part: PartId,
        reason: &str,
        actor: &str,
    ) -> Result<Waiver, CheckpointError> {
        let (consumer, reason, actor) = (consumer.clone(), reason.to_owned(), actor.to_owned());
        self.run(move |folder| folder.waive(&consumer, part, &reason, &actor))
            .await
    }

    async fn waivers(&self, consumer: &ConsumerName) -> Result<Vec<Waiver>, CheckpointError> {
        let consumer = consumer.clone();
        self.run(move |folder| folder.waivers(&consumer)).await
    }

    async fn live(&self, consumer: &ConsumerName) -> Result<Live, CheckpointError> {
        let consumer = consumer.clone();
        self.run(move |folder| folder.live(&consumer)).await
    }

    async fn switch(&self, lease: &Lease, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        let (lease, consumer, from) = (lease.clone(), consumer.clone(), from.clone());
        self.run(move |folder| folder.switch(&lease, &consumer, &from)).await
    }

    async fn switch_back(&self, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        let (consumer, from) = (consumer.clone(), from.clone());
        self.run(move |folder| folder.switch_back(&consumer, &from)).await
    }

    async fn remove(&self, consumer: &ConsumerName) -> Result<(), CheckpointError> {
        let consumer = consumer.clone();
        self.run(move |folder| folder.remove(&consumer)).await
    }

    async fn consumers(&self) -> Result<Vec<ConsumerName>, CheckpointError> {
        self.run(Folder::consumers).await
    }
}
