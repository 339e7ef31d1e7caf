//! The script of a view's tables, tried in memory before a file is touched: whether SQLite takes it, and where it does not.

use std::path::Path;

use rusqlite::fallible_iterator::FallibleIterator;
use rusqlite::{Batch, Connection};

use super::Setup;
use super::error::{SqliteError, failed};
use super::file::{MARK, set_up};
use crate::projection::DatabaseError;

/// Makes the tables in a database that is gone again. Where it cannot be set up nothing is known of the script: a setup may ask for what only
/// a file has, such as WAL.
pub(super) fn check(path: &Path, tables: &str, setup: Option<&Setup>) -> Result<(), DatabaseError> {
    let connection = Connection::open_in_memory().map_err(|error| failed(path, error))?;
    if set_up(&connection, setup).is_err() {
        return Ok(());
    }
    let begun = || {
        // The script is run in a transaction, which it must not end.
        connection.execute_batch("BEGIN")?;
        connection.execute_batch(MARK)
    };
    begun().map_err(|error| failed(path, error))?;
    run(&connection, tables).map_err(|(at, source)| {
        let (line, column) = place(tables, at);
        let path = path.to_owned();
        DatabaseError::Lasting(Box::new(SqliteError::Script {
            path,
            line,
            column,
            source,
        }))
    })
}

/// One statement after the other; where it fails, the byte of the script and why.
fn run(connection: &Connection, tables: &str) -> Result<(), (usize, rusqlite::Error)> {
    let (mut batch, mut at) = (Batch::new(connection, tables), 0);
    while let Some(mut statement) = batch.next().map_err(|error| failed_at(tables, at, error))? {
        // Between two statements there may be empty ones, which are passed.
        let text = statement.expanded_sql().unwrap_or_default();
        let begins = tables.get(at..).and_then(|rest| rest.find(&text));
        at += begins.unwrap_or(0);
        let stepped = statement.raw_query().next().map(drop);
        stepped.map_err(|error| failed_at(tables, at, error))?;
        at += text.len();
    }
    let ended = connection.execute_batch("COMMIT");
    ended.map_err(|error| (tables.len(), error))
}

/// Where SQLite names a word it is that one, and else the statement that begins here. Its own text quotes the rest of the script.
fn failed_at(tables: &str, statement: usize, error: rusqlite::Error) -> (usize, rusqlite::Error) {
    match error {
        rusqlite::Error::SqlInputError {
            error,
            msg,
            sql,
            offset,
        } => {
            let begins = tables.len().saturating_sub(sql.len());
            let at = begins + usize::try_from(offset).unwrap_or(0);
            (at, rusqlite::Error::SqliteFailure(error, Some(msg)))
        }
        error => {
            let rest = tables.get(statement..).unwrap_or_default();
            (statement + rest.len() - rest.trim_start().len(), error)
        }
    }
}

/// The line and the character of it, both from 1.
fn place(tables: &str, at: usize) -> (usize, usize) {
    let before = tables.get(..at).unwrap_or(tables);
    let line = before.rsplit('\n').next().unwrap_or_default();
    (before.matches('\n').count() + 1, line.chars().count() + 1)
}
