//! One file of a view: how it is made, the connection that writes, and the commit of changes with their mark.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use super::Setup;
use super::error::{SqliteError, failed};
use super::reader::SqliteReader;
use crate::projection::{DatabaseError, NotCommitted};

/// What says in the file's head that it is a view of recount: the bytes `rcnt`.
const APPLICATION: i32 = i32::from_be_bytes(*b"rcnt");
/// How long a connection waits for another one before it says that the database is busy.
const BUSY: Duration = Duration::from_secs(5);
/// How many prepared statements a connection keeps.
const STATEMENTS: usize = 128;

pub(super) const MARK: &str =
    "CREATE TABLE recount_mark (one INTEGER PRIMARY KEY CHECK (one = 1), mark TEXT NOT NULL) STRICT";
const SET_MARK: &str =
    "INSERT INTO recount_mark (one, mark) VALUES (1, ?1) ON CONFLICT (one) DO UPDATE SET mark = excluded.mark";
/// What can be dropped next; a virtual table before others, because it drops those that it is made of.
const NEXT: &str = "SELECT type, name FROM sqlite_schema WHERE type IN ('view', 'trigger', 'table') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' \
    ORDER BY type = 'table', sql NOT LIKE 'CREATE VIRTUAL%' LIMIT 1";

/// A generation of a view that is open.
pub struct SqliteFile(pub(super) File);

impl fmt::Debug for SqliteFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SqliteFile").field(&self.0.path).finish()
    }
}

/// A file that is open.
pub(super) struct File {
    path: PathBuf,
    tables: Arc<str>,
    writer: Mutex<Connection>,
    pub(super) reader: Arc<SqliteReader>,
}

/// A connection as each one is made.
pub(super) fn connect(path: &Path, flags: OpenFlags, setup: Option<&Setup>) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    set_up(&connection, setup)?;
    Ok(connection)
}

/// What is done with each connection before it is used.
pub(super) fn set_up(connection: &Connection, setup: Option<&Setup>) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    if let Some(setup) = setup {
        setup(connection)?;
    }
    Ok(())
}

impl File {
    pub(super) fn open(path: PathBuf, tables: Arc<str>, setup: Option<Arc<Setup>>) -> Result<Self, DatabaseError> {
        if let Some(folder) = path.parent() {
            #[expect(
                clippy::disallowed_methods,
                reason = "the files are SQLite's, which goes past every stand-in for the disk"
            )]
            let made = std::fs::create_dir_all(folder);
            made.map_err(|source| {
                let path = path.clone();
                DatabaseError::Passing(Box::new(SqliteError::Folder { path, source }))
            })?;
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let opened = connect(&path, flags, setup.as_deref()).and_then(|mut connection| {
            let is_ours = prepare(&mut connection, &tables)?;
            Ok(is_ours.then_some(connection))
        });
        let Some(writer) = opened.map_err(|error| failed(&path, error))? else {
            return Err(DatabaseError::Lasting(Box::new(SqliteError::Foreign { path })));
        };
        Ok(Self {
            reader: Arc::new(SqliteReader::new(path.clone(), setup)),
            writer: Mutex::new(writer),
            tables,
            path,
        })
    }

    // A panic has left no transaction open: its guard was dropped.
    fn writer(&self) -> MutexGuard<'_, Connection> {
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self, error: rusqlite::Error) -> DatabaseError {
        failed(&self.path, error)
    }

    pub(super) fn mark(&self) -> Result<Option<String>, DatabaseError> {
        mark(&self.writer()).map_err(|error| self.failed(error))
    }

    pub(super) fn commit<F>(
        &self,
        from: Option<&str>,
        to: &str,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<(), F>,
    ) -> Result<(), NotCommitted<F>> {
        let mut writer = self.writer();
        let begun = writer.transaction_with_behavior(TransactionBehavior::Immediate);
        let mut tx = begun.map_err(|error| self.failed(error))?;
        if mark(&tx).map_err(|error| self.failed(error))?.as_deref() != from {
            return Err(NotCommitted::Moved);
        }
        change(&mut tx).map_err(NotCommitted::Change)?;
        if tx.is_autocommit() {
            let path = self.path.clone();
            return Err(DatabaseError::Lasting(Box::new(SqliteError::Ended { path })).into());
        }
        let set = tx.prepare_cached(SET_MARK).and_then(|mut set| set.execute([to]));
        set.map_err(|error| self.failed(error))?;
        tx.commit().map_err(|error| {
            if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
                let path = self.path.clone();
                return NotCommitted::Refused(Box::new(SqliteError::Sqlite { path, source: error }));
            }
            self.failed(error).into()
        })
    }

    pub(super) fn empty(&self) -> Result<(), DatabaseError> {
        let mut writer = self.writer();
        emptied(&mut writer, &self.tables).map_err(|error| self.failed(error))
    }
}

/// Deletes the file of a view with what SQLite keeps beside it; any other file stays as it is. The database goes first: what would stay of a crash belongs to nothing, and SQLite begins
/// anew beside it.
#[expect(
    clippy::disallowed_methods,
    reason = "the files are SQLite's, which goes past every stand-in for the disk"
)]
pub(super) fn remove(
    path: &Path,
    setup: Option<&Setup>,
    is_its: &dyn Fn(Option<&str>) -> Result<(), DatabaseError>,
) -> Result<(), DatabaseError> {
    let undeletable = |path, source| DatabaseError::Passing(Box::new(SqliteError::Undeletable { path, source }));
    if path
        .try_exists()
        .map_err(|source| undeletable(path.to_owned(), source))?
    {
        is_its(kept(path, setup)?.as_deref())?;
    }
    for beside in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(beside);
        let path = PathBuf::from(name);
        match std::fs::remove_file(&path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                return Err(undeletable(path, source));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The mark of a file that is only looked at; an error if it is not a view's.
fn kept(path: &Path, setup: Option<&Setup>) -> Result<Option<String>, DatabaseError> {
    let looked = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, setup).and_then(|mut connection| {
        let tx = connection.transaction()?;
        Ok(match content(&tx)? {
            Content::View => Some(mark(&tx)?),
            Content::Nothing => Some(None),
            Content::Foreign => None,
        })
    });
    let foreign = || {
        let path = path.to_owned();
        DatabaseError::Lasting(Box::new(SqliteError::Foreign { path }))
    };
    looked.map_err(|error| failed(path, error))?.ok_or_else(foreign)
}

/// Whose a database is.
enum Content {
    View,
    /// Nobody's: it was made, and nothing is in it.
    Nothing,
    Foreign,
}

fn content(tx: &Transaction<'_>) -> rusqlite::Result<Content> {
    let application: i32 = tx.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let is_empty = tx.query_one("SELECT count(*) = 0 FROM sqlite_schema", (), |row| row.get(0))?;
    Ok(match (application, is_empty) {
        (APPLICATION, _) => Content::View,
        (0, true) => Content::Nothing,
        _ => Content::Foreign,
    })
}

/// Makes the tables where there is nothing; `false` if the database is not a view's.
fn prepare(connection: &mut Connection, tables: &str) -> rusqlite::Result<bool> {
    let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    match content(&tx)? {
        Content::View => {}
        Content::Nothing => {
            tx.pragma_update(None, "application_id", APPLICATION)?;
            create(&tx, tables)?;
        }
        Content::Foreign => return Ok(false),
    }
    tx.commit()?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    Ok(true)
}

fn create(tx: &Transaction<'_>, tables: &str) -> rusqlite::Result<()> {
    tx.execute_batch(MARK)?;
    tx.execute_batch(tables)
}

/// Drops everything and makes the tables anew, in one transaction.
fn emptied(connection: &mut Connection, tables: &str) -> rusqlite::Result<()> {
    let checks: bool = connection.pragma_query_value(None, "foreign_keys", |row| row.get(0))?;
    // Tables are dropped in any order, and all of them.
    connection.pragma_update(None, "foreign_keys", false)?;
    let done = (|| {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let next = || {
            let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
            tx.query_row(NEXT, (), row).optional()
        };
        while let Some((kind, name)) = next()? {
            tx.execute_batch(&format!("DROP {kind} \"{}\"", name.replace('"', "\"\"")))?;
        }
        create(&tx, tables)?;
        tx.commit()
    })();
    connection.pragma_update(None, "foreign_keys", checks)?;
    done
}

fn mark(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let mut mark = connection.prepare_cached("SELECT mark FROM recount_mark")?;
    mark.query_row((), |row| row.get(0)).optional()
}
