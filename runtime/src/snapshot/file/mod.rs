//! Snapshots in files, beside the files of the events.

mod files;
mod lock;
mod record;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use crate::snapshot::{Snapshot, SnapshotError, SnapshotStore};
use crate::stream::{StreamId, Version};
use files::Files;
use lock::{Lock, Makes};

/// Keeps the newest snapshot of each stream in files `snap-<n>.log` of a directory, which may be that of a
/// [`FileStore`](crate::FileStore); clones are the same store.
///
/// The files are a cache: they can be deleted while no process uses them, with no change of any answer, and a write waits for no sync. What is damaged in them is passed over, and written anew
/// when its stream is next folded. A file begins a new one at 16 MiB, and one that is half dead is rewritten, so that all files together
/// have about twice the bytes of the living snapshots at most. In memory there is a table with the name of each stream that has a snapshot
/// and 64 bytes beside it.
///
/// Nothing is read before the first snapshot is asked for or put; then the table is made from the heads of all records, and the file
/// `snap.lock` is locked until the last clone is dropped: one process uses a directory, as of a `FileStore`, and another one is told that
/// they are [in use](SnapshotError::InUse). The file work is done on tokio's threads for blocking work.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::{FileSnapshots, FileStore, Runtime};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path();
/// let runtime = Runtime::builder()
///     .store(FileStore::open(path).await?)
///     .snapshots(FileSnapshots::new(path))
///     .aggregate::<Account>()
///     .start()
///     .await?;
/// # runtime.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct FileSnapshots(Arc<Inner>);

struct Inner {
    directory: PathBuf,
    open: Mutex<Option<Open>>,
}

/// The files, and what keeps others from them.
struct Open {
    files: Files,
    /// None while there is no directory.
    lock: Option<Lock>,
}

impl FileSnapshots {
    /// The snapshots of this directory, which is made when the first is put.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self(Arc::new(Inner {
            directory: directory.into(),
            open: Mutex::new(None),
        }))
    }

    /// The streams that have a snapshot here, whatever it was folded from, in the order of their names.
    ///
    /// # Errors
    /// [`SnapshotError`] if the files cannot be read.
    pub async fn streams(&self) -> Result<Vec<StreamId>, SnapshotError> {
        self.run(Makes::Nothing, |files| Ok(files.streams())).await
    }

    async fn run<T: Send + 'static>(
        &self,
        makes: Makes,
        work: impl FnOnce(&mut Files) -> Result<T, SnapshotError> + Send + 'static,
    ) -> Result<T, SnapshotError> {
        let inner = Arc::clone(&self.0);
        let task = tokio::task::spawn_blocking(move || {
            // What a panic left behind is read again from the files.
            let mut open = inner.open.lock().unwrap_or_else(PoisonError::into_inner);
            let mut opened = match open.take() {
                Some(opened) if opened.lock.is_some() => opened,
                _ => Open {
                    lock: Lock::take(&inner.directory, makes)?,
                    files: Files::open(&inner.directory)?,
                },
            };
            let done = work(&mut opened.files);
            *open = Some(opened);
            done
        });
        task.await.map_err(|error| SnapshotError::Store(error.into()))?
    }
}

impl SnapshotStore for FileSnapshots {
    async fn put(&self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        self.run(Makes::Directory, move |files| files.put(&snapshot)).await
    }

    async fn newest(&self, stream: &StreamId, at_most: Option<Version>) -> Result<Option<Snapshot>, SnapshotError> {
        if let Ok(open) = self.0.open.try_lock()
            && open.as_ref().is_some_and(|open| !open.files.has(stream))
        {
            // Most streams have none, and need no thread for that.
            return Ok(None);
        }
        let stream = stream.clone();
        self.run(Makes::Nothing, move |files| files.newest(&stream, at_most))
            .await
    }

    async fn remove(&self, stream: &StreamId) -> Result<(), SnapshotError> {
        let stream = stream.clone();
        self.run(Makes::Nothing, move |files| files.remove(&stream)).await
    }

    async fn remove_all(&self, category: &str) -> Result<(), SnapshotError> {
        let category = category.to_owned();
        self.run(Makes::Nothing, move |files| files.remove_all(&category)).await
    }
}

impl fmt::Debug for FileSnapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FileSnapshots").field(&self.0.directory).finish()
    }
}
