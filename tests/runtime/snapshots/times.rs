//! Looking back by time, on a store whose clock goes forward and back: snapshots and kept states are begun with only where a replay would pass.

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, KnownKey, LogRead, Page, PageBuilder, PageSize,
    ReadError, Resolved, StoreId, StreamRead, Unknown,
};
use recount::{
    At, EventStore, IdempotencyKey, Loaded, MemorySnapshots, Position, Runtime, SnapshotStore, StreamId, Timestamp,
};
use uuid::Uuid;

use crate::doubles::{plant, raw};
use crate::live::{Dice, seed};
use crate::snapshots::domain::{Counter, always, both, never, single, third};
use crate::snapshots::doubles::Careless;
use crate::snapshots::{cold, counted, counts, view};
use crate::watched::Watched;

/// A store whose clock goes forward in the long run and jumps back now and then: which moment an event is of, its position alone decides.
#[derive(Clone)]
struct Adrift {
    store: Watched,
    seed: u64,
}

fn moment(number: u64) -> Timestamp {
    Timestamp::from_micros(i64::try_from(number).expect("small"))
}

impl Adrift {
    fn time(&self, position: Position) -> Timestamp {
        let position = position.get();
        let mut jump = Dice(self.seed ^ position);
        jump.roll(2);
        moment(position / 3 + jump.roll(4))
    }

    fn bent(&self, page: &Page) -> Page {
        let mut bent = PageBuilder::new(PageSize::events(page.len().max(1)));
        for mut event in page.iter() {
            event.recorded_at = self.time(event.position);
            assert!(bent.push(&event));
        }
        bent.finish(page.scanned_through(), page.at_end())
    }
}

impl EventStore for Adrift {
    fn capabilities(&self) -> Capabilities {
        self.store.capabilities()
    }

    fn identity(&self) -> StoreId {
        self.store.identity()
    }

    fn opening(&self) -> Uuid {
        self.store.opening()
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        let mut committed = self.store.append(batch).await?;
        committed.recorded_at = self.time(committed.last_position);
        Ok(committed)
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.store.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.store.resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.store.read_stream(read).await.map(|page| self.bent(&page))
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.store.read_log(read).await.map(|page| self.bent(&page))
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.store.head().await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.store.wait(after).await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.store.checkpoints()
    }

    async fn close(&self) {
        self.store.close().await;
    }
}

/// What a replay gives that stops at the first event of a later time: how many events, and their sum.
async fn replayed(store: &Adrift, stream: &str, then: Timestamp) -> Option<(u64, u64)> {
    let stream: StreamId = stream.parse().expect("a stream");
    let page = store.read_stream(StreamRead::new(stream)).await.expect("readable");
    assert!(page.at_end(), "the test is small");
    let (mut count, mut sum) = (0, 0);
    for event in page.iter().take_while(|event| event.recorded_at <= then) {
        let payload: serde_json::Value = serde_json::from_slice(event.payload).expect("JSON");
        count += 1;
        sum += payload["by"].as_u64().expect("a number");
    }
    (count > 0).then_some((count, sum))
}

async fn start<A: Counter>(store: &Adrift, snapshots: impl SnapshotStore, states: u64) -> Runtime {
    let states = usize::try_from(states).expect("small");
    let builder = Runtime::builder()
        .store(store.clone())
        .aggregate::<A>()
        .keep_states(states);
    builder.snapshots(snapshots).start().await.expect("a runtime")
}

/// Returns how often a snapshot was begun with.
async fn mixed<A: Counter>(snapshots: impl SnapshotStore + Clone, own: u64, seed: u64) -> u64 {
    let (store, mut dice) = (
        Adrift {
            store: Watched::new(),
            seed: own,
        },
        Dice(own),
    );
    let stream = format!("{}/a", A::NAME);
    let mut runtime = start::<A>(&store, snapshots.clone(), 1).await;
    let mut used = 0;
    for step in 0..60 {
        match dice.roll(8) {
            0..=2 => drop(A::count_up(&runtime, "a", dice.roll(9) + 1).await.expect("added")),
            3 => {
                let is_first = replayed(&store, &stream, Timestamp::MAX).await.is_none();
                let name = if is_first { "begun" } else { "added" };
                let event = raw(&format!("{}.{name}", A::NAME), 1, 1, r#"{"by":3}"#);
                plant(&store, &stream, vec![event]).await;
            }
            4 => drop(runtime.load::<A>("a").await.expect("readable")),
            5 => {
                used += counts(&runtime).await.used;
                runtime = start::<A>(&store, snapshots.clone(), dice.roll(2)).await;
            }
            6 => tokio::task::yield_now().await,
            _ => {
                let _failed = runtime.warm_snapshots::<A>(["a"]).await.expect("known");
            }
        }
        let head = store.head().await.expect("readable");
        let then = moment(dice.roll(head.get() / 3 + 5));
        let found = runtime.load_at::<A>("a", At::Time(then)).await.expect("readable");
        let found = found.map(|found| (Loaded::version(&found).get(), found.view()));
        let expected = replayed(&store, &stream, then).await;
        let expected = expected.map(|(count, sum)| (count, (count, sum)));
        assert_eq!(found, expected, "RECOUNT_SEED={seed}, {own}, step {step}, at {then}");
    }
    used + counts(&runtime).await.used
}

async fn under_each_store<A: Counter>(dice: &mut Dice, seed: u64) -> u64 {
    let mut used = 0;
    for _ in 0..16 {
        let own = dice.roll(u64::MAX >> 33);
        used += mixed::<A>(MemorySnapshots::new(), own, seed).await;
        used += mixed::<A>(Careless::new(own), own, seed).await;
    }
    used
}

/// Rules 5.7 and 6.1: at every moment the state of then is that of the plain replay.
#[tokio::test]
async fn a_state_of_then_is_a_replay() {
    let seed = seed();
    let mut dice = Dice(seed);
    assert_eq!(under_each_store::<never::Counter>(&mut dice, seed).await, 0);
    let mut used = under_each_store::<always::Counter>(&mut dice, seed).await;
    used += under_each_store::<third::Counter>(&mut dice, seed).await;
    used += under_each_store::<single::Counter>(&mut dice, seed).await;
    used += under_each_store::<both::Counter>(&mut dice, seed).await;
    assert!(
        used > 100,
        "a mix that hardly begins with a snapshot tries nothing: {used}"
    );
}

/// A snapshot saves the replay of a look back by time, from the latest moment in it on.
#[tokio::test]
async fn a_look_back_by_time_begins_at_the_snapshot() {
    let snapshots = MemorySnapshots::new();
    let store = counted::<third::Counter>(snapshots.clone(), 100).await;
    let runtime = cold::<third::Counter>(store.clone(), snapshots).await;
    let newest = runtime.load::<third::Counter>("a").await.expect("readable");
    let last = Loaded::recorded_at(&newest.expect("there"));
    store.read();
    for then in [last, Timestamp::MAX] {
        assert_eq!(view::<third::Counter>(&runtime, At::Time(then)).await, Some((100, 100)));
        assert!(store.read().1 <= 2, "the event of the snapshot, and none before it");
    }
    let before = Timestamp::from_micros(last.as_micros() - 1);
    let found = view::<third::Counter>(&runtime, At::Time(before)).await;
    assert!(found.is_none_or(|(events, _)| events < 100));

    // So does a state that is kept.
    let warm = Runtime::builder().store(store.clone()).aggregate::<third::Counter>();
    let warm = warm.start().await.expect("a runtime");
    view::<third::Counter>(&warm, At::Newest).await;
    store.read();
    assert_eq!(view::<third::Counter>(&warm, At::Time(last)).await, Some((100, 100)));
    assert_eq!(store.read().1, 0);
}
