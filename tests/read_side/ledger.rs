//! A view in SQLite: a row for each event that was handled.

use recount::rusqlite::Transaction;
use recount::{Sqlite, SqliteError, SqliteView};

use crate::bank::*;

/// Its tables.
pub const LEDGER: &str = "create table handled (position integer not null, account text not null, amount integer not null check (amount <> 666))";

/// Every payment, as a row.
#[derive(Debug, Default)]
pub struct Ledger;

impl Consumer for Ledger {
    const NAME: &'static str = "ledger";
    const READS: &'static [Source] = &[Source::of::<Account>()];
}

impl Projection for Ledger {
    type View = Sqlite;
    const ON_ERROR: OnError = OnError::Park { max: 1000 };
}

impl On<Deposited> for Ledger {
    fn on(view: &mut Transaction<'_>, event: &Deposited, meta: &Meta) -> Result<(), SqliteError> {
        let row = (meta.position.get(), meta.id(), event.amount);
        view.execute(
            "insert into handled (position, account, amount) values (?1, ?2, ?3)",
            row,
        )?;
        Ok(())
    }
}

impl Projects for Ledger {
    const NEEDS: &'static [EventName] = &[Deposited::NAME];

    fn project(view: &mut Transaction<'_>, event: &dyn Any, meta: &Meta) -> Result<bool, SqliteError> {
        match event.downcast_ref::<Deposited>() {
            Some(event) => Self::on(view, event, meta).map(|()| true),
            None => Ok(false),
        }
    }
}

/// The events that were handled, in the order in which they were.
pub fn positions(view: &SqliteView) -> Vec<u64> {
    let rows = view.read(|tables| {
        let mut rows = tables.prepare("select position from handled order by rowid")?;
        let rows = rows.query_map([], |row| row.get(0))?;
        rows.collect()
    });
    rows.expect("rows")
}
