//! Constraints of SQLite that are checked at the commit: it is said which events have broken them, and nothing else is held up.

use std::error::Error;

use recount::sqlite::rusqlite::{self, Transaction};
use recount::sqlite::{SqliteReader, SqliteView};
use recount::{
    Aggregate, ConsumerState, Event, MemoryStore, Meta, NoView, Position, Projection, Projects, Runtime, Split, View,
};
use serde::Deserialize;
use tempfile::{TempDir, tempdir};

use crate::bank::{Account, Deposited, paid, plant, raw, stored};
use crate::tables::{REFUSED, positions};

type Tested = Result<(), Box<dyn Error>>;

const TABLES: &str = "
    CREATE TABLE known (amount INTEGER PRIMARY KEY) STRICT;
    CREATE TABLE seen (
        position INTEGER PRIMARY KEY,
        amount INTEGER NOT NULL REFERENCES known (amount) DEFERRABLE INITIALLY DEFERRED
    ) STRICT;
";

macro_rules! deferred {
    ($View:ident $(, $key:tt = $($value:tt)*)?) => {
        #[derive(recount::Projection, Debug, Default)]
        #[projection(name = "deferred", reads(Account), view = SqliteView $(, $key = $($value)*)?)]
        pub struct $View;

        #[recount::handlers]
        impl $View {
            #[on]
            fn deposited(&self, tx: &mut Transaction<'_>, event: &Deposited, meta: &Meta) -> rusqlite::Result<()> {
                tx.execute("INSERT INTO seen VALUES (?1, ?2)", (meta.position.get(), event.amount))?;
                if event.amount != REFUSED {
                    tx.execute("INSERT OR IGNORE INTO known VALUES (?1)", [event.amount])?;
                }
                Ok(())
            }
        }
    };
}

deferred!(Stopping);
deferred!(Parking, on_error = park(max = 5));

async fn start<P>(store: &MemoryStore, folder: &TempDir) -> Runtime
where
    P: Projects + Projection<View = SqliteView>,
{
    let view = SqliteView::new(folder.path().join("deferred.sqlite"), TABLES);
    let view = view.each_connection(|connection| connection.pragma_update(None, "foreign_keys", true));
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    runtime.projection_in::<P>(view).start().await.expect("it starts")
}

async fn state(runtime: &Runtime) -> Result<ConsumerState, Box<dyn Error>> {
    Ok(runtime.status().await?.consumers[0].state.clone())
}

async fn view<P>(runtime: &Runtime) -> Result<Vec<u64>, NoView>
where
    P: Projection<View = SqliteView>,
    View<P>: std::ops::Deref<Target = SqliteReader>,
{
    Ok(positions(&*runtime.view::<P>().await?).await)
}

/// Rules 8.3, 8.4, 8.6: of a page the append is found whose changes are not taken; what came before it is shown, and its event can be waived.
#[tokio::test(start_paused = true)]
async fn the_event_is_named() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    for amounts in [&[1][..], &[2, 3], &[REFUSED], &[1]] {
        plant(&store, "a", amounts.iter().map(|amount| paid(*amount)).collect()).await;
    }
    let runtime = start::<Stopping>(&store, &folder).await;
    assert!(runtime.settle().await.is_err());
    let said = state(&runtime).await?.to_string();
    assert!(
        said.contains("`account.deposited`, event 4 of `account/a` (position 4), cannot be handled")
            && said.contains("FOREIGN KEY"),
        "{said}"
    );
    assert_eq!(view::<Stopping>(&runtime).await?, [1, 2, 3]);
    runtime.waive("deferred", Position::new(4), "a test's", "ada").await?;
    runtime.settle().await?;
    assert_eq!(view::<Stopping>(&runtime).await?, [1, 2, 3, 5]);
    Ok(())
}

/// Rules 8.3, 8.4: of a decision of several events nobody can say which one it is; the whole of it is named, and each can be waived.
#[tokio::test(start_paused = true)]
async fn a_decision_is_named() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![paid(1)]).await;
    plant(&store, "a", vec![paid(2), paid(REFUSED), paid(3)]).await;
    plant(&store, "a", vec![paid(1)]).await;
    let runtime = start::<Stopping>(&store, &folder).await;
    assert!(runtime.settle().await.is_err());
    let said = state(&runtime).await?.to_string();
    assert!(said.contains("the events from position 2 to 4"), "{said}");
    assert_eq!(view::<Stopping>(&runtime).await?, [1]);
    runtime.waive("deferred", Position::new(3), "a test's", "ada").await?;
    runtime.settle().await?;
    assert_eq!(view::<Stopping>(&runtime).await?, [1, 2, 4, 5]);
    Ok(())
}

/// Rules 8.4, 8.5: a single event is set aside with its key, as one whose handler fails.
#[tokio::test(start_paused = true)]
async fn the_event_is_set_aside() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    for (account, amount) in [("a", 1), ("a", REFUSED), ("b", 2), ("a", 3)] {
        plant(&store, account, vec![paid(amount)]).await;
    }
    let runtime = start::<Parking>(&store, &folder).await;
    runtime.settle().await?;
    assert_eq!(view::<Parking>(&runtime).await?, [1, 3]);
    assert_eq!(runtime.status().await?.consumers[0].parked, ["account/a"]);
    let redriven = runtime.redrive("deferred").await?;
    assert_eq!((redriven.done, redriven.failed.len()), (0, 1), "{redriven:?}");
    runtime.waive("deferred", Position::new(2), "a test's", "ada").await?;
    runtime.redrive("deferred").await?;
    assert_eq!(view::<Parking>(&runtime).await?, [1, 3, 4]);
    Ok(())
}

/// One stored event that is read as two coins.
#[derive(Deserialize, Event)]
#[event(name = "coin.pair", version = 1, frozen)]
pub struct Pair {
    first: u64,
    second: u64,
}

#[recount::events(prefix = "coin")]
#[event(split(Pair))]
#[derive(Clone, Debug, PartialEq)]
pub enum Coin {
    Paid { amount: u64 },
}

impl Split<Coin> for Pair {
    fn split(self, out: &mut dyn FnMut(Coin)) {
        for amount in [self.first, self.second] {
            out(Coin::Paid(Paid { amount }));
        }
    }
}

/// What coins are paid into; its category is that of accounts, so that they are planted as theirs are.
#[derive(Aggregate, Debug)]
#[aggregate(name = "account", id = String, events = Coin)]
pub struct Purse;

#[recount::handlers]
impl Purse {
    #[apply]
    fn paid(_: &Paid) -> Self {
        Self
    }
}

macro_rules! coins {
    ($View:ident $(, $key:tt = $($value:tt)*)?) => {
        #[derive(recount::Projection, Debug, Default)]
        #[projection(name = "deferred", reads(Purse), view = SqliteView $(, $key = $($value)*)?)]
        pub struct $View;

        #[recount::handlers]
        impl $View {
            #[on]
            fn paid(&self, tx: &mut Transaction<'_>, event: &Paid) -> rusqlite::Result<()> {
                tx.execute("INSERT INTO seen (amount) VALUES (?1)", [event.amount])?;
                if event.amount != REFUSED {
                    tx.execute("INSERT OR IGNORE INTO known VALUES (?1)", [event.amount])?;
                }
                Ok(())
            }
        }
    };
}

coins!(StoppingCoins);
coins!(ParkingCoins, on_error = park(max = 5));

async fn amounts<P>(runtime: &Runtime) -> Result<Vec<u64>, Box<dyn Error>>
where
    P: Projection<View = SqliteView>,
    View<P>: std::ops::Deref<Target = SqliteReader>,
{
    let view = runtime.view::<P>().await?;
    let read = view.read(|db| {
        let mut rows = db.prepare("SELECT amount FROM seen ORDER BY position")?;
        rows.query_map((), |row| row.get(0))?.collect()
    });
    Ok(read.await?)
}

/// Rules 8.4, 8.6: of an event that is read as several each part counts: what is left of one whose first part is waived is named, and not the
/// event that stands beside it.
#[tokio::test(start_paused = true)]
async fn a_later_part_is_named() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    let pair = raw("coin.pair", 1, 1, r#"{"first":1,"second":13}"#);
    plant(&store, "a", vec![pair, stored(&Paid { amount: 2 })]).await;
    let runtime = start::<StoppingCoins>(&store, &folder).await;
    for _ in 0..2 {
        assert!(runtime.settle().await.is_err());
        let said = state(&runtime).await?.to_string();
        assert!(said.contains("the events from position 1 to 2"), "{said}");
        runtime.waive("deferred", Position::new(1), "a test's", "ada").await?;
    }
    runtime.settle().await?;
    assert_eq!(amounts::<StoppingCoins>(&runtime).await?, [2]);
    Ok(())
}

/// Rule 8.5: a part that is refused when it is redriven stays set aside, and the projection goes on.
#[tokio::test(start_paused = true)]
async fn a_later_part_is_redriven() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    plant(&store, "a", vec![stored(&Paid { amount: REFUSED })]).await;
    plant(&store, "a", vec![raw("coin.pair", 1, 1, r#"{"first":1,"second":13}"#)]).await;
    plant(&store, "b", vec![stored(&Paid { amount: 2 })]).await;
    let runtime = start::<ParkingCoins>(&store, &folder).await;
    runtime.settle().await?;
    runtime.waive("deferred", Position::new(1), "a test's", "ada").await?;
    let redriven = runtime.redrive("deferred").await?;
    assert_eq!((redriven.done, redriven.failed.len()), (2, 1), "{redriven:?}");
    let left = runtime.dead_letters("deferred", None).await?;
    let left: Vec<_> = left
        .iter()
        .map(|letter| (letter.part.position.get(), letter.part.part))
        .collect();
    assert_eq!(left, [(2, 1)]);
    assert_eq!(amounts::<ParkingCoins>(&runtime).await?, [2, 1]);
    plant(&store, "b", vec![stored(&Paid { amount: 3 })]).await;
    runtime.settle().await?;
    assert_eq!(amounts::<ParkingCoins>(&runtime).await?, [2, 1, 3]);
    Ok(())
}
