//! Databases of the user's own: one that does not answer from time to time, and one that cannot commit a mark with its changes.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use recount::sqlite::rusqlite::{self, Transaction};
use recount::sqlite::{SqliteFile, SqliteReader, SqliteView};
use recount::{
    DatabaseError, EffectKey, MemoryStore, Meta, NotCommitted, Projection, Runtime, ViewDatabase, ViewStore,
};
use tempfile::tempdir;

use crate::bank::{Account, Deposited, Withdrawn, paid, plant};
use crate::tables::{all_seen, change, database, in_tables, positions};

type Tested = Result<(), Box<dyn Error>>;

/// Of three commits one fails, and of one nobody hears that it was done.
pub struct Flaky {
    inner: SqliteView,
    commits: AtomicU64,
}

impl ViewStore for Flaky {
    type Tx<'a> = Transaction<'a>;
    type Shown = SqliteReader;
    type Error = rusqlite::Error;
}

impl ViewDatabase for Flaky {
    type Generation = SqliteFile;

    fn layout(&self) -> String {
        self.inner.layout()
    }

    fn open(&self, generation: Option<&str>) -> Result<SqliteFile, DatabaseError> {
        self.inner.open(generation)
    }

    fn shown(&self, generation: &SqliteFile) -> Arc<SqliteReader> {
        self.inner.shown(generation)
    }

    fn mark(&self, generation: &SqliteFile) -> Result<Option<String>, DatabaseError> {
        self.inner.mark(generation)
    }

    fn commit<F>(
        &self,
        generation: &SqliteFile,
        from: Option<&str>,
        to: &str,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<(), F>,
    ) -> Result<(), NotCommitted<F>> {
        let failed = || Err(DatabaseError::Passing("the disk is full".into()).into());
        match self.commits.fetch_add(1, Ordering::SeqCst) % 3 {
            0 => failed(),
            1 => {
                self.inner.commit(generation, from, to, change)?;
                failed()
            }
            _ => self.inner.commit(generation, from, to, change),
        }
    }

    fn empty(&self, generation: &SqliteFile) -> Result<(), DatabaseError> {
        self.inner.empty(generation)
    }

    fn is_passing(error: &rusqlite::Error) -> bool {
        SqliteView::is_passing(error)
    }
}

in_tables!(Patient, Flaky, name = "balances", on_error = park(max = 5));

/// Rules 8.2, 8.4: what the database could not do is done later, nothing is set aside for it, and a commit nobody heard of counts.
#[tokio::test(start_paused = true)]
async fn a_database_that_fails_is_tried_again() -> Tested {
    let (folder, store) = (tempdir()?, MemoryStore::new());
    let commits = AtomicU64::new(0);
    let inner = database(folder.path());
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
    let runtime = runtime
        .projection_in::<Patient>(Flaky { inner, commits })
        .start()
        .await?;
    for round in 1..=10_u64 {
        plant(&store, "a", vec![paid(1), paid(2)]).await;
        runtime.settle().await?;
        let view = all_seen::<Patient>(&runtime, &store).await?;
        assert_eq!(positions(&view).await, (1..=round * 2).collect::<Vec<_>>());
    }
    let status = runtime.status().await?;
    assert_eq!(status.consumers[0].parked, Vec::<String>::new());
    assert!(
        status.consumers[0]
            .last_error
            .as_deref()
            .is_some_and(|error| error.contains("the disk is full"))
    );
    Ok(())
}

/// What a sink was told, in order.
type Told = Arc<Mutex<Vec<(EffectKey, u64)>>>;

/// Somewhere that keeps no mark.
#[derive(Default)]
pub struct Sink(Told);

/// One delivery to it.
pub struct Delivery {
    told: Told,
    key: Option<EffectKey>,
}

/// It was not reached.
#[derive(Debug, thiserror::Error)]
#[error("the sink was not reached")]
pub struct Unreached;

impl ViewStore for Sink {
    type Tx<'a> = Delivery;
    type Shown = Mutex<Vec<(EffectKey, u64)>>;
    type Error = Unreached;
}

impl ViewDatabase for Sink {
    type Generation = ();
    const ATOMIC: bool = false;

    fn layout(&self) -> String {
        String::new()
    }

    fn open(&self, _: Option<&str>) -> Result<(), DatabaseError> {
        Ok(())
    }

    fn shown(&self, (): &()) -> Arc<Self::Shown> {
        Arc::clone(&self.0)
    }

    fn mark(&self, (): &()) -> Result<Option<String>, DatabaseError> {
        Ok(None)
    }

    fn commit<F>(
        &self,
        (): &(),
        _: Option<&str>,
        _: &str,
        change: impl FnOnce(&mut Delivery) -> Result<(), F>,
    ) -> Result<(), NotCommitted<F>> {
        let told = Arc::clone(&self.0);
        change(&mut Delivery { told, key: None }).map_err(NotCommitted::Change)
    }

    fn empty(&self, (): &()) -> Result<(), DatabaseError> {
        self.0.lock().expect("no panic").clear();
        Ok(())
    }

    fn is_passing(_: &Unreached) -> bool {
        true
    }

    fn effect(delivery: &mut Delivery, key: EffectKey) {
        delivery.key = Some(key);
    }
}

#[derive(Projection, Debug, Default)]
#[projection(name = "told", reads(Account), view = Sink)]
pub struct Outgoing;

#[recount::handlers]
impl Outgoing {
    #[on]
    fn deposited(&self, delivery: &mut Delivery, event: &Deposited, _: &Meta) -> Result<(), Unreached> {
        let mut told = delivery.told.lock().expect("no panic");
        // The third call of all reaches nobody.
        if told.len() == 2 {
            told.push((delivery.key.expect("a key"), 0));
            return Err(Unreached);
        }
        told.push((delivery.key.expect("a key"), event.amount));
        Ok(())
    }
}

/// Rule 8.2: a sink that cannot commit its mark is told some events twice, each time under the same key; a restart goes on where it was.
#[tokio::test(start_paused = true)]
async fn a_sink_without_a_mark_is_told_keys() -> Tested {
    let (store, told) = (MemoryStore::new(), Told::default());
    plant(&store, "a", vec![paid(1), paid(2)]).await;
    plant(&store, "a", vec![paid(3)]).await;
    for round in 0..2_usize {
        let runtime = Runtime::builder().store(store.clone()).aggregate::<Account>();
        let runtime = runtime
            .projection_in::<Outgoing>(Sink(Arc::clone(&told)))
            .start()
            .await?;
        runtime.settle().await?;
        let calls = told.lock().expect("no panic").clone();
        let at: Vec<_> = calls.iter().map(|(key, _)| key.position.get()).collect();
        assert_eq!(at, [1, 2, 3, 1, 2, 3], "round {round}");
        // In the order of the log: the ids of events have none.
        let by_place = calls.into_iter().map(|(key, amount)| (key.position, amount));
        let once: BTreeMap<_, _> = by_place.collect();
        assert_eq!(once.into_values().collect::<Vec<_>>(), [1, 2, 3]);
        drop(runtime);
    }
    Ok(())
}
