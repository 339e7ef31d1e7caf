//! Views in SQLite: a file for each generation of a view, its tables and its mark in one transaction.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};
use tokio::task::spawn_blocking;
use xxhash_rust::xxh3::xxh3_64;

use crate::projection::{Committing, InTransaction, Mark, ViewDatabase, ViewStore};

/// The table of the mark, which is none of the user's.
const MARK: &str =
    "create table if not exists recount_mark (one integer primary key check (one = 1), mark blob not null) strict";
/// How many connections of readers are kept open.
const READERS: usize = 8;

/// Views in SQLite files, fed by projections whose `view = Sqlite` (feature `sqlite`).
///
/// Each generation of a view has a file of its own in the folder, so the statements of handlers name plain tables, a rebuild fills another
/// file, and removing a view is removing a file. The file is in WAL mode: readers see one committed state each, and block nobody who
/// writes. A handler's statements, and how far the view has come, are one transaction; it is as durable as `synchronous = FULL` makes it.
#[derive(Clone)]
pub struct Sqlite(Arc<Inner>);

struct Inner {
    folder: PathBuf,
    setup: String,
    /// The one connection that writes to each file.
    writers: Mutex<Vec<(PathBuf, Writer)>>,
}

type Writer = Arc<Mutex<Connection>>;

impl Sqlite {
    /// Views in the files of a folder, which is made if it is not there. `setup` makes the tables of a new file.
    ///
    /// # Errors
    /// [`SqliteError::Folder`].
    pub fn open(folder: impl AsRef<Path>, setup: impl Into<String>) -> Result<Self, SqliteError> {
        let folder = folder.as_ref().to_owned();
        fs::create_dir_all(&folder).map_err(|source| SqliteError::Folder {
            folder: folder.clone(),
            source: Arc::new(source),
        })?;
        Ok(Self(Arc::new(Inner {
            folder,
            setup: setup.into(),
            writers: Mutex::default(),
        })))
    }

    /// The file of a generation. A name is never used as a path: what is not plain in it stands as a hash.
    #[must_use]
    pub fn file(&self, generation: &str) -> PathBuf {
        let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-' || *c == '_';
        let name: String = generation.chars().filter(plain).take(64).collect();
        self.0
            .folder
            .join(format!("{name}-{:016x}.sqlite", xxh3_64(generation.as_bytes())))
    }

    fn writer(&self, generation: &str) -> Result<Writer, SqliteError> {
        let file = self.file(generation);
        let mut writers = locked(&self.0.writers);
        if let Some((_, writer)) = writers.iter().find(|(known, _)| *known == file) {
            return Ok(Arc::clone(writer));
        }
        let mut connection = Connection::open(&file)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        connection.pragma_update(None, "synchronous", "full")?;
        self.make(&mut connection)?;
        let writer = Arc::new(Mutex::new(connection));
        writers.push((file, Arc::clone(&writer)));
        Ok(writer)
    }

    /// The tables, unless they are there.
    fn make(&self, connection: &mut Connection) -> Result<(), SqliteError> {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let is_made: bool = tx.query_row(
            "select count(*) > 0 from sqlite_master where name = 'recount_mark'",
            [],
            |row| row.get(0),
        )?;
        if !is_made {
            tx.execute_batch(MARK)?;
            tx.execute_batch(&self.0.setup)?;
        }
        tx.commit()?;
        Ok(())
    }

    /// In a thread that may wait for the disk.
    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, SqliteError> + Send + 'static,
    ) -> Result<T, SqliteError> {
        let this = self.clone();
        let done = spawn_blocking(move || work(&this)).await;
        done.unwrap_or(Err(SqliteError::Ended))
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic of a handler has undone its transaction.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn marked(connection: &Connection) -> Result<Option<Vec<u8>>, rusqlite::Error> {
    connection
        .query_row("select mark from recount_mark", [], |row| row.get(0))
        .optional()
}

impl ViewStore for Sqlite {
    type Tx<'a> = Transaction<'a>;
    type Shown = SqliteView;
    type Error = SqliteError;
}

impl ViewDatabase for Sqlite {
    async fn open(&self, generation: &str) -> Result<(SqliteView, Option<Vec<u8>>), SqliteError> {
        let generation = generation.to_owned();
        self.blocking(move |this| {
            let mark = marked(&locked(&*this.writer(&generation)?))?;
            let readers = Readers {
                file: this.file(&generation),
                idle: Mutex::default(),
            };
            Ok((SqliteView(Arc::new(readers)), mark))
        })
        .await
    }

    async fn commit(
        &self,
        generation: &str,
        mark: Mark,
        apply: InTransaction<Self>,
    ) -> Result<Committing, SqliteError> {
        let generation = generation.to_owned();
        self.blocking(move |this| {
            let writer = this.writer(&generation)?;
            let mut connection = locked(&writer);
            let mut tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if marked(&tx)? != mark.previous {
                return Ok(Committing::Moved);
            }
            if !apply(&mut tx) {
                return Ok(Committing::Undone);
            }
            tx.execute(
                "insert or replace into recount_mark (one, mark) values (1, ?1)",
                [&mark.next],
            )?;
            tx.commit()?;
            Ok(Committing::Done)
        })
        .await
    }

    async fn reset(&self, generation: &str) -> Result<(), SqliteError> {
        let generation = generation.to_owned();
        self.blocking(move |this| {
            let writer = this.writer(&generation)?;
            let mut connection = locked(&writer);
            let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let mut objects = tx.prepare(
                "select type, name from sqlite_master where name not like 'sqlite_%' and type in ('table', 'view')",
            )?;
            let found = objects.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            let found = found.collect::<Result<Vec<_>, _>>()?;
            drop(objects);
            for (kind, name) in found {
                tx.execute_batch(&format!("drop {kind} if exists \"{}\"", name.replace('"', "\"\"")))?;
            }
            tx.commit()?;
            this.make(&mut connection)
        })
        .await
    }

    fn is_passing(error: &SqliteError) -> bool {
        let SqliteError::Sqlite(error) = error else {
            return true;
        };
        match error.sqlite_error_code() {
            // A mistake in a statement or in its values is the same every time.
            Some(code) => !matches!(
                code,
                ErrorCode::ConstraintViolation
                    | ErrorCode::TypeMismatch
                    | ErrorCode::TooBig
                    | ErrorCode::ApiMisuse
                    | ErrorCode::ParameterOutOfRange
                    | ErrorCode::Unknown
            ),
            None => false,
        }
    }
}

/// One generation of a view, for queries.
#[derive(Clone)]
pub struct SqliteView(Arc<Readers>);

struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteView {
    /// Runs queries that all see the same committed state. It waits for the disk and for nobody who writes; whoever must not wait calls it
    /// in a thread that may.
    ///
    /// # Errors
    /// Those of the queries, and [`SqliteError::Sqlite`] if the file cannot be opened.
    pub fn read<T>(&self, queries: impl FnOnce(&Connection) -> Result<T, rusqlite::Error>) -> Result<T, SqliteError> {
        let idle = locked(&self.0.idle).pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open_with_flags(&self.0.file, OpenFlags::SQLITE_OPEN_READ_ONLY)?,
        };
        let tx = connection.transaction_with_behavior(TransactionBehavior::Deferred)?;
        let answer = queries(&tx)?;
        drop(tx);
        let mut idle = locked(&self.0.idle);
        if idle.len() < READERS {
            idle.push(connection);
        }
        Ok(answer)
    }
}

/// What went wrong in SQLite or around it.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// What SQLite said.
    #[error(transparent)]
    Sqlite(Arc<rusqlite::Error>),
    /// The folder of the files could not be made.
    #[error("the folder {} could not be made", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system said.
        source: Arc<std::io::Error>,
    },
    /// The thread that worked ended before its work did: a panic, or the end of the program.
    #[error("the thread of the database ended")]
    Ended,
}

impl From<rusqlite::Error> for SqliteError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite")
            .field("folder", &self.0.folder)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SqliteView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteView")
            .field("file", &self.0.file)
            .finish_non_exhaustive()
    }
}
