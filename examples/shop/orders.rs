//! All orders and how far they are, in a table of SQLite.

use std::path::Path;

use recount::sqlite::rusqlite::{OptionalExtension, Result, Row as Columns, Transaction};
use recount::sqlite::{SqliteReader, SqliteView};
use recount::{Meta, Projection};
use serde::Serialize;

use crate::order::{Cancelled, Order, Placed, Shipped};

const TABLES: &str = "
    CREATE TABLE orders (
        id TEXT PRIMARY KEY,
        customer TEXT NOT NULL,
        total INTEGER NOT NULL,
        state TEXT NOT NULL
    ) STRICT;
    CREATE INDEX orders_by_customer ON orders (customer);
";

/// The database of the view.
pub fn table(path: &Path) -> SqliteView {
    SqliteView::new(path, TABLES)
}

/// One order, as a list shows it.
#[derive(Debug, Serialize)]
pub struct Row {
    id: String,
    customer: String,
    total: u64,
    state: String,
}

/// All orders.
#[derive(Projection, Default)]
#[projection(name = "orders", reads(Order), view = SqliteView)]
pub struct Orders;

#[recount::handlers]
impl Orders {
    #[on]
    fn placed(&self, tx: &mut Transaction<'_>, event: &Placed, meta: &Meta) -> Result<()> {
        let mut insert = tx.prepare_cached("INSERT INTO orders VALUES (?, ?, ?, 'open')")?;
        insert.execute((meta.id(), &event.customer, event.total))?;
        Ok(())
    }

    #[on]
    fn shipped(&self, tx: &mut Transaction<'_>, _: &Shipped, meta: &Meta) -> Result<()> {
        set(tx, meta.id(), "shipped")
    }

    #[on]
    fn cancelled(&self, tx: &mut Transaction<'_>, event: &Cancelled, meta: &Meta) -> Result<()> {
        set(tx, meta.id(), &format!("cancelled: {}", event.reason))
    }
}

fn set(tx: &Transaction<'_>, id: &str, state: &str) -> Result<()> {
    let mut update = tx.prepare_cached("UPDATE orders SET state = ? WHERE id = ?")?;
    update.execute((state, id))?;
    Ok(())
}

fn row(columns: &Columns<'_>) -> Result<Row> {
    Ok(Row {
        id: columns.get(0)?,
        customer: columns.get(1)?,
        total: columns.get(2)?,
        state: columns.get(3)?,
    })
}

/// All orders, of one customer if that is asked for.
pub async fn all(view: &SqliteReader, customer: Option<String>) -> Result<Vec<Row>> {
    let query = |db: &recount::sqlite::rusqlite::Connection| {
        let sql = "SELECT * FROM orders WHERE ?1 IS NULL OR customer = ?1 ORDER BY id";
        db.prepare_cached(sql)?.query_map([customer], row)?.collect()
    };
    view.read(query).await
}

/// One order.
pub async fn one(view: &SqliteReader, id: String) -> Result<Option<Row>> {
    view.read(|db| {
        let mut select = db.prepare_cached("SELECT * FROM orders WHERE id = ?")?;
        select.query_one([id], row).optional()
    })
    .await
}
