//! Many tasks on few streams, with callers that leave at any point: every command that was acknowledged counts once, and every answer of the
//! store has a place in one order.

use std::future::IntoFuture;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use recount::store::conformance::history::{Action, Answer, Entry, Operation, check};
use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, Expected, KnownKey, LogRead, Page, ReadError, Refusal,
    Resolved, StoreId, StreamRead, Unknown,
};
use recount::{
    AnyStore, EventStore, FileStore, IdempotencyKey, Loaded, MemorySnapshots, MemoryStore, Position, Runtime, StreamId,
    Version,
};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::cancel::drop_after;
use crate::live::{Dice, seed};
use crate::snapshots::domain::{Counter, third};

const STREAMS: u64 = 3;
const TASKS: u64 = 12;

/// A store of which every append is written down; clones write into one history.
#[derive(Clone)]
struct Noted {
    inner: AnyStore,
    ticks: Arc<AtomicU64>,
    operations: Arc<Mutex<Vec<Operation>>>,
    /// Planted: what a writer expects does not matter.
    takes_stale: bool,
}

impl Noted {
    fn new(inner: AnyStore) -> Self {
        Self {
            inner,
            ticks: Arc::default(),
            operations: Arc::default(),
            takes_stale: false,
        }
    }

    fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    fn add(&self, operation: Operation) -> usize {
        let mut operations = self.operations.lock().expect("no panic");
        operations.push(operation);
        operations.len() - 1
    }

    /// What a load has seen, which is no older than anything that was answered before it.
    fn loaded(&self, called: u64, id: u64, last: Option<Version>) {
        let stream = StreamId::new("third", &id.to_string()).expect("a stream");
        self.add(Operation {
            called,
            answered: Some(self.tick()),
            action: Action::Read { stream, last },
        });
    }
}

impl EventStore for Noted {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn identity(&self) -> StoreId {
        self.inner.identity()
    }

    fn opening(&self) -> Uuid {
        self.inner.opening()
    }

    async fn append(&self, mut batch: Batch) -> Result<Committed, AppendError> {
        let parts = batch.parts.iter();
        let parts = parts.map(|part| (part.stream.clone(), part.expected, part.events.len() as u64));
        let (append, parts) = (batch.append, parts.collect::<Vec<_>>());
        let action = |answer| Action::Append {
            append,
            parts: parts.clone(),
            answer,
        };
        let called = self.tick();
        // Where the caller leaves, this is what is known of it.
        let place = self.add(Operation {
            called,
            answered: None,
            action: action(Answer::Unknown),
        });
        if self.takes_stale {
            batch.parts.iter_mut().for_each(|part| part.expected = Expected::Any);
        }
        let answer = self.inner.append(batch).await;
        let told = match &answer {
            Ok(committed) if committed.duplicate => Answer::Repeated {
                original: committed.append,
                first: committed.first_position,
                last: committed.last_position,
            },
            Ok(committed) => Answer::Committed {
                first: committed.first_position,
                last: committed.last_position,
            },
            Err(AppendError::Conflict { stream, actual, .. }) => Answer::Conflict {
                stream: stream.clone(),
                actual: *actual,
            },
            Err(AppendError::Refused(Refusal::AppendIdReused { .. })) => Answer::IdReused,
            Err(AppendError::Refused(_)) => Answer::Refused,
            Err(_) => Answer::Unknown,
        };
        let answered = Some(self.tick());
        self.operations.lock().expect("no panic")[place] = Operation {
            called,
            answered,
            action: action(told),
        };
        answer
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.inner.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.inner.resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.inner.read_stream(read).await
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.inner.read_log(read).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.inner.head().await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.inner.wait(after).await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.inner.checkpoints()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

/// One of several nodes: each keeps fewer states than there are streams, and all share their snapshots.
async fn node(store: &Noted, snapshots: &MemorySnapshots) -> Runtime {
    let builder = Runtime::builder().store(store.clone()).aggregate::<third::Counter>();
    let builder = builder.snapshots(snapshots.clone()).keep_states(2);
    builder.start().await.expect("a runtime")
}

/// What one caller asks for, one thing after the other; returns what was acknowledged for each stream.
async fn caller(store: Noted, nodes: [Runtime; 2], task: u64, seed: u64) -> [(u64, u64); STREAMS as usize] {
    let (mut dice, mut acknowledged) = (Dice(seed ^ (task << 11)), [(0, 0); STREAMS as usize]);
    for round in 0..30 {
        let (id, by) = (dice.roll(STREAMS), dice.roll(9) + 1);
        if dice.roll(5) == 0 {
            let called = store.tick();
            let node = &nodes[usize::try_from(dice.roll(2)).expect("small")];
            let loaded = node.load::<third::Counter>(id.to_string()).await.expect("readable");
            store.loaded(called, id, loaded.as_ref().map(Loaded::version));
        }
        // Whoever left asks again, anywhere, until there is an answer: then it is there, once.
        loop {
            let node = &nodes[usize::try_from(dice.roll(2)).expect("small")];
            let command = node.execute(id.to_string(), third::Add { by });
            let command = command.idempotency_key(format!("{task}-{round}")).retries(1_000);
            if dice.roll(3) == 0 {
                let polls = u32::try_from(dice.roll(6)).expect("few");
                drop_after(command.into_future(), polls).await;
            } else {
                command.await.expect("written");
                break;
            }
        }
        let (count, sum) = &mut acknowledged[usize::try_from(id).expect("small")];
        (*count, *sum) = (*count + 1, *sum + by);
    }
    acknowledged
}

async fn log(store: &Noted) -> Vec<Entry> {
    let (mut entries, mut after) = (Vec::new(), Position::START);
    loop {
        let page = store.read_log(LogRead::after(after)).await.expect("a page");
        entries.extend(page.iter().map(Entry::from));
        if page.at_end() {
            return entries;
        }
        after = page.scanned_through();
    }
}

/// Whether the history of a run has an order, and what was acknowledged is what there is.
async fn holds(store: Noted) -> Result<(), String> {
    let (seed, snapshots) = (seed(), MemorySnapshots::new());
    let nodes = [node(&store, &snapshots).await, node(&store, &snapshots).await];
    let mut expected = [(1, 0); STREAMS as usize];
    for id in 0..STREAMS {
        third::Counter::count_up(&nodes[0], &id.to_string(), 0)
            .await
            .expect("begun");
    }
    let mut callers = JoinSet::new();
    for task in 0..TASKS {
        callers.spawn(caller(store.clone(), nodes.clone(), task, seed));
    }
    for acknowledged in callers.join_all().await {
        for ((count, sum), (more, by)) in expected.iter_mut().zip(acknowledged) {
            (*count, *sum) = (*count + more, *sum + by);
        }
    }
    let operations = store.operations.lock().expect("no panic").clone();
    check(&operations, &log(&store).await).map_err(|violation| format!("RECOUNT_SEED={seed}: {violation}"))?;
    let fresh = node(&store, &snapshots).await;
    for node in nodes.iter().chain([&fresh]) {
        for (id, expected) in expected.iter().enumerate() {
            let found = node.load::<third::Counter>(id.to_string()).await.expect("readable");
            let found = found.map(|counter| counter.view());
            if found != Some(*expected) {
                return Err(format!(
                    "RECOUNT_SEED={seed}: stream {id} is {found:?}, and {expected:?} was acknowledged"
                ));
            }
        }
    }
    Ok(())
}

/// Rules 1.5, 2.3, 3.5, 4.8, 6.3, 6.5 and 6.6.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost_on_memory() {
    holds(Noted::new(AnyStore::new(MemoryStore::new())))
        .await
        .expect("it holds");
}

/// Rules 1.5, 2.3, 3.5, 4.8, 6.3, 6.5 and 6.6.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_update_is_lost_on_files() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = FileStore::open(directory.path()).await.expect("a store");
    holds(Noted::new(AnyStore::new(store))).await.expect("it holds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_store_that_takes_what_is_stale_is_found() {
    let mut store = Noted::new(AnyStore::new(MemoryStore::new()));
    store.takes_stale = true;
    holds(store)
        .await
        .expect_err("two decided on one version, and both were written");
}
