//! What the tests of views in SQLite share: the tables, projections over them, and what they read there.

use std::path::Path;

use recount::sqlite::rusqlite::{self, Transaction};
use recount::sqlite::{SqliteReader, SqliteView};
use recount::{EventStore, Meta, NoView, Position, Runtime, Token, View};

use crate::bank::{Account, Deposited, POISON, Withdrawn};

/// What the handlers' own tables look like. A position that is handled twice is an error, and so is the amount 13.
pub const TABLES: &str = "
    CREATE TABLE balance (account TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT;
    CREATE TABLE seen (position INTEGER PRIMARY KEY, amount INTEGER NOT NULL CHECK (amount <> 13)) STRICT;
";
/// An amount that the tables refuse.
pub const REFUSED: u64 = 13;

/// What every projection of these tests does with an event.
pub fn change(tx: &Transaction<'_>, meta: &Meta, amount: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO balance VALUES (?1, ?2) ON CONFLICT (account) DO UPDATE SET amount = amount + ?2";
    tx.prepare_cached(sql)?.execute((meta.id(), amount))?;
    // Half of it is done when this panics or fails.
    assert_ne!(amount.unsigned_abs(), POISON, "poison");
    let sql = "INSERT INTO seen VALUES (?1, ?2)";
    tx.prepare_cached(sql)?.execute((meta.position.get(), amount))?;
    Ok(())
}

/// A projection that changes the tables.
macro_rules! in_tables {
    ($view:ident, $database:ty, $($key:tt)*) => {
        #[derive(recount::Projection, Debug, Default)]
        #[projection(reads(Account), view = $database, $($key)*)]
        pub struct $view;

        #[recount::handlers]
        impl $view {
            #[on]
            fn deposited(&self, tx: &mut Transaction<'_>, event: &Deposited, meta: &Meta) -> rusqlite::Result<()> {
                change(tx, meta, i64::try_from(event.amount).expect("small"))
            }

            #[on]
            fn withdrawn(&self, tx: &mut Transaction<'_>, event: &Withdrawn, meta: &Meta) -> rusqlite::Result<()> {
                change(tx, meta, -i64::try_from(event.amount).expect("small"))
            }
        }
    };
}
pub(crate) use in_tables;

in_tables!(Balances, SqliteView, name = "balances");

/// The view in a folder.
pub fn database(folder: &Path) -> SqliteView {
    SqliteView::new(folder.join("views/balances.sqlite"), TABLES)
}

/// A runtime with one projection, in a folder.
pub async fn bank(store: &(impl EventStore + Clone), folder: &Path) -> Runtime {
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime.projection_in::<Balances>(database(folder));
    runtime.start().await.expect("it starts")
}

/// The whole view, once it has seen all that is there.
pub async fn all_seen<P>(runtime: &Runtime, store: &impl EventStore) -> Result<View<P>, NoView>
where
    P: recount::Projection<View: recount::ViewStore<Shown = SqliteReader>>,
{
    let token = Token::new(store.identity(), store.head().await.expect("a head"));
    runtime.view::<P>().after(token).await
}

/// What was handled: positions and amounts.
pub async fn seen(view: &SqliteReader) -> Vec<(u64, i64)> {
    let rows = view.read(|db| {
        let mut rows = db.prepare("SELECT position, amount FROM seen ORDER BY position")?;
        rows.query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    });
    rows.await.expect("rows")
}

/// The positions that were handled.
pub async fn positions(view: &SqliteReader) -> Vec<u64> {
    seen(view).await.into_iter().map(|(position, _)| position).collect()
}

/// What an account has.
pub async fn balance(view: &SqliteReader, account: &'static str) -> Option<i64> {
    let row = view.read(move |db| {
        let sql = "SELECT sum(amount) FROM balance WHERE account = ?1";
        db.prepare_cached(sql)?.query_one([account], |row| row.get(0))
    });
    row.await.expect("a row")
}

/// How far the file says that it has come.
pub async fn marked(view: &SqliteReader) -> Option<Position> {
    let mark = view.read(|db| {
        db.query_one("SELECT max(mark) FROM recount_mark", (), |row| {
            row.get::<_, Option<String>>(0)
        })
    });
    let mark: serde_json::Value = serde_json::from_str(&mark.await.expect("a row")?).expect("JSON");
    Some(Position::new(
        mark["checkpoint"]["position"].as_u64().expect("a number"),
    ))
}
