//! Why a database of SQLite is not used, and which of its errors pass.

use std::path::PathBuf;

use rusqlite::ErrorCode;

use crate::projection::DatabaseError;

/// What is wrong with a file that a view should be in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// It is a database of something else: give the view a path of its own. Nothing in it was changed.
    #[error("`{}` is a database of something else than a view of recount: give the view a path of its own", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It is no database, or a damaged one: delete it, or put it back from a backup, and reset the projection.
    #[error("`{}` is no database of SQLite, or a damaged one: delete it and reset the projection", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The script of the tables cannot be run in an empty database: mend it at this place.
    #[error("the script of the tables of `{}` cannot be run: line {line}, column {column}", path.display())]
    Script {
        /// The file that it was for.
        path: PathBuf,
        /// The line of the script, from 1.
        line: usize,
        /// The character of the line, from 1.
        column: usize,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A handler has ended the transaction that it was given, so parts of it may be there: mend the handler and reset the projection.
    #[error("a handler has ended the transaction in `{}`: mend it and reset the projection", path.display())]
    Ended {
        /// The file.
        path: PathBuf,
    },
    /// SQLite cannot do what it was asked.
    #[error("`{}` cannot be used", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// The file cannot be deleted: mend the cause and drop the view again.
    #[error("`{}` cannot be deleted", path.display())]
    Undeletable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file or its folder cannot be made.
    #[error("`{}` cannot be made", path.display())]
    Folder {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
}

/// Whether the same can succeed later.
pub(super) fn is_passing(error: &rusqlite::Error) -> bool {
    let passes = |code| {
        matches!(
            code,
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::OutOfMemory
                | ErrorCode::OperationInterrupted
                | ErrorCode::OperationAborted
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::SchemaChanged
        )
    };
    error.sqlite_error_code().is_some_and(passes)
}

/// Whether the file is at fault.
pub(super) fn is_damage(error: &rusqlite::Error) -> bool {
    let code = error.sqlite_error_code();
    matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// An error outside of handlers.
pub(super) fn failed(path: &std::path::Path, source: rusqlite::Error) -> DatabaseError {
    let path = path.to_owned();
    if is_damage(&source) {
        DatabaseError::Lasting(Box::new(SqliteError::Damaged { path, source }))
    } else if is_passing(&source) {
        DatabaseError::Passing(Box::new(SqliteError::Sqlite { path, source }))
    } else {
        DatabaseError::Lasting(Box::new(SqliteError::Sqlite { path, source }))
    }
}
