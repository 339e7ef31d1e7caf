//! Views in a database of SQLite, one file for each generation: [`SqliteView`].

mod error;
mod file;
mod reader;
mod script;

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use error::SqliteError;
pub use reader::SqliteReader;
pub use rusqlite;
use rusqlite::{Connection, Transaction};

use crate::projection::{DatabaseError, NotCommitted, ViewDatabase, ViewStore};
use error::is_passing;
use file::File;
pub use file::SqliteFile;

type Setup = dyn Fn(&Connection) -> rusqlite::Result<()> + Send + Sync;

/// The view of one projection, in a database of SQLite of its own. Feature `sqlite`.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::sqlite::{SqliteView, rusqlite};
/// use recount::{MemoryStore, Meta, Projection, Runtime};
///
/// #[derive(Projection, Default)]
/// #[projection(name = "balances", reads(Account), view = SqliteView)]
/// struct Balances;
///
/// #[recount::handlers]
/// impl Balances {
///     #[on]
///     fn deposited(&self, tx: &mut rusqlite::Transaction<'_>, event: &Deposited, meta: &Meta) -> rusqlite::Result<()> {
///         let sql = "INSERT INTO balance VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET amount = amount + ?2";
///         tx.prepare_cached(sql)?.execute((meta.id(), event.amount))?;
///         Ok(())
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("balances.sqlite");
/// let view = SqliteView::new(path, "CREATE TABLE balance (account TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT");
/// let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>();
/// let runtime = runtime.projection_in::<Balances>(view).start().await?;
///
/// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
/// let receipt = runtime.execute("acc-101", Deposit { amount: 1000 }).await?;
/// let view = runtime.view::<Balances>().after(&receipt).await?;
/// let balance: u64 = view.read(|db| db.query_one("SELECT amount FROM balance WHERE account = 'acc-101'", (), |row| row.get(0))).await?;
/// assert_eq!(balance, 1000);
/// # runtime.shutdown().await;
/// # Ok(())
/// # }
/// ```
///
/// # What a commit survives
/// The file is in WAL mode with `synchronous = FULL`: what a commit holds (the changes of whole decisions, and how far the view has come) is
/// there after the process was killed and after the power was lost, as far as the disk keeps what it says it has kept. After a crash the view
/// stands at a commit, and goes on from there: every event has its effect exactly once.
///
/// # Generations
/// The first one is the file of the path; others are beside it, as `balances@` followed by their identity, with the extension of the path. A
/// changed script, `rev` or event makes a new one, and until it has caught up the old one answers. An old one stays, to be gone back to, until
/// [`Runtime::drop_view`](crate::Runtime::drop_view) deletes it.
///
/// # Handlers
/// They work in the transaction that they are given, hand its errors on with `?`, and do not end it. Errors that say nothing about the event
/// (locked, disk full, input and output, a damaged file) are tried again, with growing delay; all others, such as a constraint, are the
/// event's. A constraint that is deferred is checked when a decision is committed: it has to hold after each one.
#[derive(Clone)]
pub struct SqliteView {
    path: PathBuf,
    tables: Arc<str>,
    setup: Option<Arc<Setup>>,
}

impl SqliteView {
    /// A view in the file of this path, which is made when it is not there, with its folder. The script makes its tables and indexes, in an
    /// empty database; it is run once, in a transaction. A script that SQLite does not take fails the start of the runtime: it is tried there, in
    /// memory. Names that begin with `recount_` are recount's.
    pub fn new(path: impl Into<PathBuf>, tables: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            tables: tables.into().into(),
            setup: None,
        }
    }

    /// Does this with each connection before it is used: functions, collations, a cache size.
    #[must_use]
    pub fn each_connection(
        mut self,
        setup: impl Fn(&Connection) -> rusqlite::Result<()> + Send + Sync + 'static,
    ) -> Self {
        self.setup = Some(Arc::new(setup));
        self
    }

    /// The file of a generation.
    fn file(&self, generation: Option<&str>) -> PathBuf {
        let Some(generation) = generation else {
            return self.path.clone();
        };
        let mut name = self.path.file_stem().map_or_else(OsString::new, ToOwned::to_owned);
        name.push("@");
        name.push(generation);
        if let Some(extension) = self.path.extension() {
            name.push(".");
            name.push(extension);
        }
        self.path.with_file_name(name)
    }

    /// Where the first generation is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for SqliteView {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteView")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl ViewStore for SqliteView {
    type Tx<'a> = Transaction<'a>;
    type Shown = SqliteReader;
    type Error = rusqlite::Error;
}

impl ViewDatabase for SqliteView {
    type Generation = SqliteFile;

    fn layout(&self) -> String {
        self.tables.to_string()
    }

    fn check(&self) -> Result<(), DatabaseError> {
        script::check(&self.path, &self.tables, self.setup.as_deref())
    }

    fn open(&self, generation: Option<&str>) -> Result<SqliteFile, DatabaseError> {
        File::open(self.file(generation), Arc::clone(&self.tables), self.setup.clone()).map(SqliteFile)
    }

    fn shown(&self, generation: &SqliteFile) -> Arc<SqliteReader> {
        Arc::clone(&generation.0.reader)
    }

    fn mark(&self, generation: &SqliteFile) -> Result<Option<String>, DatabaseError> {
        generation.0.mark()
    }

    fn commit<F>(
        &self,
        generation: &SqliteFile,
        from: Option<&str>,
        to: &str,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<(), F>,
    ) -> Result<(), NotCommitted<F>> {
        generation.0.commit(from, to, change)
    }

    fn empty(&self, generation: &SqliteFile) -> Result<(), DatabaseError> {
        generation.0.empty()
    }

    fn remove(
        &self,
        generation: Option<&str>,
        is_its: &dyn Fn(Option<&str>) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        file::remove(&self.file(generation), self.setup.as_deref(), is_its)
    }

    fn is_passing(error: &rusqlite::Error) -> bool {
        is_passing(error) || error::is_damage(error)
    }
}
