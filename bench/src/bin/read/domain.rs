//! The accounts that are read, and a view of what each has, in memory and in SQLite.

use std::collections::HashMap;
use std::path::Path;

use recount::sqlite::SqliteView;
use recount::sqlite::rusqlite::{self, Transaction};
use recount::{Aggregate, EventStore, Meta, Projection, Runtime, StartError};
use serde::{Deserialize, Serialize};

/// What can happen to an account.
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AccountEvent {
    /// It is there from now on.
    Opened { owner: String },
    /// Money was paid in.
    Deposited {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
}

/// An account.
#[derive(Aggregate, Clone, Debug)]
#[aggregate(name = "account", id = String, events = AccountEvent)]
pub(crate) struct Account {
    balance: u64,
}

#[recount::handlers]
impl Account {
    #[command]
    pub(crate) fn open(owner: String) -> Opened {
        Opened { owner }
    }

    #[command]
    pub(crate) fn deposit(&self, amount: u64) -> Deposited {
        deposited(amount)
    }

    #[apply]
    fn opened(_: &Opened) -> Self {
        Self { balance: 0 }
    }

    #[apply]
    fn deposited(&mut self, event: &Deposited) {
        self.balance += event.amount;
    }
}

pub(crate) fn opened() -> Opened {
    let owner = "Ada".to_owned();
    Opened { owner }
}

pub(crate) fn deposited(amount: u64) -> Deposited {
    Deposited {
        amount,
        currency: "EUR".to_owned(),
        note: "rent of the month".to_owned(),
        teller: 7,
    }
}

/// What each account has: little work of its own, since it is what surrounds it that is measured.
#[derive(Projection, Clone, Default, Serialize, Deserialize)]
#[projection(name = "balances", reads(Account))]
pub(crate) struct Balances {
    by_account: HashMap<String, u64>,
}

#[recount::handlers]
impl Balances {
    #[on]
    fn opened(&mut self, _: &Opened, meta: &Meta) {
        self.by_account.insert(meta.id().to_owned(), 0);
    }

    #[on]
    fn deposited(&mut self, event: &Deposited, meta: &Meta) {
        if let Some(balance) = self.by_account.get_mut(meta.id()) {
            *balance += event.amount;
        }
    }

    #[query]
    pub(crate) fn sum(&self) -> u64 {
        self.by_account.values().sum()
    }
}

/// A runtime with the view in memory.
pub(crate) async fn runtime(store: impl EventStore) -> Result<Runtime, StartError> {
    let builder = Runtime::builder().store(store).aggregate::<Account>();
    builder.projection::<Balances>().start().await
}

const TABLE: &str = "CREATE TABLE balance (account TEXT PRIMARY KEY, amount INTEGER NOT NULL) STRICT";

/// The same in a table.
#[derive(Projection, Default)]
#[projection(name = "balances", reads(Account), view = SqliteView)]
pub(crate) struct InTable;

#[recount::handlers]
impl InTable {
    #[on]
    fn opened(&self, tx: &mut Transaction<'_>, _: &Opened, meta: &Meta) -> rusqlite::Result<()> {
        tx.prepare_cached("INSERT INTO balance VALUES (?1, 0)")?
            .execute((meta.id(),))?;
        Ok(())
    }

    #[on]
    fn deposited(&self, tx: &mut Transaction<'_>, event: &Deposited, meta: &Meta) -> rusqlite::Result<()> {
        let sql = "UPDATE balance SET amount = amount + ?2 WHERE account = ?1";
        tx.prepare_cached(sql)?.execute((meta.id(), event.amount))?;
        Ok(())
    }
}

/// A runtime with the view in a file of this folder.
pub(crate) async fn runtime_in(store: impl EventStore, folder: &Path) -> Result<Runtime, StartError> {
    let builder = Runtime::builder().store(store).aggregate::<Account>();
    let view = SqliteView::new(folder.join("balances.sqlite"), TABLE);
    builder.projection_in::<InTable>(view).start().await
}
