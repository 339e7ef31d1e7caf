//! Reading a view: a few connections that never wait for the one that writes, nor it for them.

use std::fmt;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::Setup;
use super::file::connect;

/// How many reads are done at once; more wait for their turn.
const READS: usize = 4;

/// What queries are asked of: connections that only read, one generation of a view.
pub struct SqliteReader {
    path: PathBuf,
    setup: Option<Arc<Setup>>,
    turns: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl SqliteReader {
    pub(super) fn new(path: PathBuf, setup: Option<Arc<Setup>>) -> Self {
        Self {
            path,
            setup,
            turns: Arc::new(Semaphore::new(READS)),
            idle: Arc::default(),
        }
    }

    /// The file, for other programs that read it. Which one answers changes with a switch, so ask again.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads in one transaction, so that all of it sees the view at one moment, between two decisions (rule 8.3). It runs on a thread that may
    /// block; up to 4 run at once, and they neither wait for the projection nor hold it up.
    ///
    /// # Errors
    /// SQLite's: also an attempt to write.
    ///
    /// # Panics
    /// If `read` panics.
    ///
    /// # Cancel safety
    /// Reading changes nothing. A read that was begun goes on to its end, and nobody sees its answer.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> rusqlite::Result<T> {
        let turn = Arc::clone(&self.turns)
            .acquire_owned()
            .await
            .map_err(|_| interrupted())?;
        let (path, setup, idle) = (self.path.clone(), self.setup.clone(), Arc::clone(&self.idle));
        let reading = spawn_blocking(move || {
            let _turn = turn;
            let found = idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
            let mut connection = match found {
                Some(connection) => connection,
                None => connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY, setup.as_deref())?,
            };
            let answer = connection.transaction().and_then(|tx| read(&tx));
            idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            answer
        });
        match reading.await {
            Ok(answer) => answer,
            Err(ended) => match ended.try_into_panic() {
                Ok(panic) => resume_unwind(panic),
                Err(_) => Err(interrupted()),
            },
        }
    }
}

/// The async runtime is shutting down.
fn interrupted() -> rusqlite::Error {
    let code = ffi::Error {
        code: ErrorCode::OperationInterrupted,
        extended_code: ffi::SQLITE_INTERRUPT,
    };
    rusqlite::Error::SqliteFailure(code, None)
}

impl fmt::Debug for SqliteReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteReader")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
