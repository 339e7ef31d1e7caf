//! The bank on evento: in SQLite, and in fjall.

use std::fmt;
use std::path::Path;

use anyhow::Context as _;
use evento::metadata::Event;
use evento::migrator::{Migrate, Plan};
use evento::{Executor, Projection, ProjectionCursor, WriteError};
use sqlx_of_evento::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::bank::{Answer, BRANCH, Bank, CURRENCY, Fallible, NOTE, OWNER, Order, PAID_IN, TELLER};

/// Connections that read, beside the one that writes.
const READERS: u32 = 4;

/// An account.
#[evento::aggregate(name = "bank/Account")]
pub enum Account {
    Opened {
        owner: String,
        currency: String,
        branch: String,
        teller: u32,
    },
    Deposited {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
    Withdrawn {
        amount: u64,
        currency: String,
        note: String,
        teller: u32,
    },
}

/// The state of an account. Without snapshots: the streams of the measures are short, and each snapshot is a write.
#[evento::projection]
#[evento::snapshot(none)]
pub struct AccountView {
    pub owner: String,
    pub balance: u64,
}

#[evento::handler]
async fn on_opened(event: Event<Opened>, view: &mut AccountView) -> anyhow::Result<()> {
    view.owner.clone_from(&event.data.owner);
    Ok(())
}

#[evento::handler]
async fn on_deposited(event: Event<Deposited>, view: &mut AccountView) -> anyhow::Result<()> {
    view.balance += event.data.amount;
    Ok(())
}

#[evento::handler]
async fn on_withdrawn(event: Event<Withdrawn>, view: &mut AccountView) -> anyhow::Result<()> {
    view.balance -= event.data.amount;
    Ok(())
}

/// An executor on a store.
#[derive(Clone)]
pub struct Evento<E>(E);

impl<E> fmt::Debug for Evento<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evento").finish_non_exhaustive()
    }
}

impl<E: Executor> Evento<E> {
    async fn load(&self, id: &str) -> Fallible<Option<AccountView>> {
        let projection = Projection::<E, AccountView>::new::<Account>();
        let projection = projection
            .handler(on_opened())
            .handler(on_deposited())
            .handler(on_withdrawn());
        projection.load(id).execute(&self.0).await
    }
}

impl<E: Executor + Clone + 'static> Bank for Evento<E> {
    async fn order(&mut self, id: &str, order: Order) -> Fallible<Answer> {
        let (currency, note, teller) = (CURRENCY.to_owned(), NOTE.to_owned(), TELLER);
        let mut write = evento::append(id);
        if let Order::Open = order {
            // The store refuses a second first event, so nothing has to be loaded.
            write.event(&Opened {
                owner: OWNER.into(),
                currency,
                branch: BRANCH.into(),
                teller,
            });
        } else {
            let Some(account) = self.load(id).await? else {
                return Ok(Answer::Refused);
            };
            write.original_version(account.get_aggregate_version());
            match order {
                Order::Withdraw(amount) if amount > account.balance => return Ok(Answer::Refused),
                Order::Withdraw(amount) => {
                    _ = write.event(&Withdrawn {
                        amount,
                        currency,
                        note,
                        teller,
                    })
                }
                Order::Deposit(amount) => {
                    _ = write.event(&Deposited {
                        amount,
                        currency,
                        note,
                        teller,
                    })
                }
                Order::Fill(times) => {
                    let event = Deposited {
                        amount: PAID_IN,
                        currency,
                        note,
                        teller,
                    };
                    (0..times).for_each(|_| _ = write.event(&event));
                }
                Order::Open => {}
            }
        }
        match (write.commit(&self.0).await, order) {
            (Ok(_), _) => Ok(Answer::Done),
            (Err(WriteError::InvalidOriginalVersion), Order::Open) => Ok(Answer::Refused),
            (Err(error), _) => Err(error.into()),
        }
    }

    async fn balance(&self, id: &str) -> Fallible<Option<u64>> {
        Ok(self.load(id).await?.map(|account| account.balance))
    }
}

/// A bank in a SQLite file of its own, with a write-ahead log that is synced at each commit: one connection writes, others read.
pub async fn on_sqlite(file: &Path) -> Fallible<Evento<evento::sql::RwSqlite>> {
    let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
    let options = options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let writer = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options.clone())
        .await?;
    let migrations = evento::sql_migrator::new::<sqlx_of_evento::Sqlite>().context("evento's migrations")?;
    migrations
        .run(&mut *writer.acquire().await?, &Plan::apply_all())
        .await?;
    let readers = SqlitePoolOptions::new()
        .max_connections(READERS)
        .connect_with(options)
        .await?;
    Ok(Evento(
        (evento::Sqlite::from(readers), evento::Sqlite::from(writer)).into(),
    ))
}

/// A bank in a directory, as evento opens fjall by default: each write is synced.
pub fn on_fjall(directory: &Path) -> Fallible<Evento<evento::Fjall>> {
    Ok(Evento(evento::Fjall::open(directory)?))
}
