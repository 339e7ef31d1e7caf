//! Snapshots that are due after so long a time of folding, on a clock that only folding moves.

use std::time::Duration;

use recount::{Aggregate, At, Clock, ManualClock, MemorySnapshots, MemoryStore, Runtime, SnapshotStore, Timestamp};

use crate::doubles::{plant, raw};
use crate::snapshots::domain::Counter;
use crate::snapshots::doubles::Bent;
use crate::snapshots::{counts, until_written, view};

thread_local! {
    /// Of this test alone: each runs on a thread of its own.
    static CLOCK: ManualClock = ManualClock::new(Timestamp::from_micros(0));
}

/// The clock that each fold moves.
pub fn clock() -> ManualClock {
    CLOCK.with(Clone::clone)
}

#[recount::events(prefix = "timed")]
#[derive(Clone, Debug, PartialEq)]
pub enum TimedEvent {
    /// It counts from now on.
    Begun { by: u64 },
    /// It counted.
    Added { by: u64 },
}

/// Takes ten microseconds to fold an event.
#[derive(Aggregate, Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize, recount::Schema)]
#[aggregate(name = "timed", id = String, events = TimedEvent, snapshot(micros = 25))]
pub struct Timed {
    applied: u64,
    sum: u64,
}

#[recount::handlers]
impl Timed {
    /// Begins or adds, which takes a second to decide.
    #[command]
    pub fn add(counter: Option<&Self>, by: u64) -> TimedEvent {
        clock().advance(Duration::from_secs(1));
        if counter.is_some() {
            Added { by }.into()
        } else {
            Begun { by }.into()
        }
    }

    #[apply]
    fn begun(event: &Begun) -> Self {
        clock().advance(Duration::from_micros(10));
        let (applied, sum) = (1, event.by);
        Self { applied, sum }
    }

    #[apply]
    fn added(&mut self, event: &Added) {
        clock().advance(Duration::from_micros(10));
        self.applied += 1;
        self.sum += event.by;
    }
}

impl Counter for Timed {
    async fn count_up(
        runtime: &Runtime,
        id: &str,
        by: u64,
    ) -> Result<recount::Receipt<TimedEvent>, recount::ExecuteError<std::convert::Infallible>> {
        runtime.execute(id, Add { by }).await
    }

    fn view(&self) -> (u64, u64) {
        (self.applied, self.sum)
    }
}

async fn start(store: MemoryStore, snapshots: impl SnapshotStore) -> Runtime {
    let builder = Runtime::builder().store(store).aggregate::<Timed>().clock(clock());
    builder.snapshots(snapshots).start().await.expect("a runtime")
}

/// Rule 6.4: what commands spend on folding adds up over them, and what they spend on deciding does not count.
#[tokio::test]
async fn commands_add_up() {
    let snapshots = Bent::new();
    let runtime = start(MemoryStore::new(), snapshots.clone()).await;
    for _ in 0..10 {
        Timed::count_up(&runtime, "a", 1).await.expect("added");
    }
    runtime.shutdown().await;
    assert_eq!(snapshots.puts(), 3, "after 30, 60 and 90 microseconds");
}

#[tokio::test]
async fn so_do_the_steps_of_a_transaction() {
    let snapshots = MemorySnapshots::new();
    let runtime = start(MemoryStore::new(), snapshots.clone()).await;
    let mut transaction = runtime.transaction();
    for id in ["a", "a", "b", "b", "a"] {
        transaction = transaction.execute(id, Add { by: 1 }).await.expect("decided");
    }
    transaction.commit().await.expect("written");
    runtime.shutdown().await;
    for (stream, version) in [("timed/a", Some(3)), ("timed/b", None)] {
        let stream = stream.parse().expect("a stream");
        let kept = snapshots.newest(&stream, None).await.expect("kept");
        assert_eq!(kept.map(|kept| kept.version.get()), version, "{stream:?}");
    }
}

/// A load that takes long enough writes one, and what is folded behind it is counted from there.
#[tokio::test]
async fn a_slow_load() {
    let (store, snapshots) = (MemoryStore::new(), Bent::new());
    let event = |name: &str| raw(&format!("timed.{name}"), 1, 1, r#"{"by":1}"#);
    plant(&store, "timed/a", vec![event("begun"), event("added")]).await;
    let runtime = start(store.clone(), snapshots.clone()).await;
    assert_eq!(view::<Timed>(&runtime, At::Newest).await, Some((2, 2)));
    assert_eq!(counts(&runtime).await.written, 0, "20 microseconds are not enough");
    plant(&store, "timed/a", vec![event("added")]).await;
    assert_eq!(view::<Timed>(&runtime, At::Newest).await, Some((3, 3)));
    until_written(&runtime, 1).await;
    plant(&store, "timed/a", vec![event("added"), event("added")]).await;

    let later = start(store, snapshots.clone()).await;
    let began = clock().steady();
    assert_eq!(view::<Timed>(&later, At::Newest).await, Some((5, 5)));
    let took = clock().steady() - began;
    assert_eq!(took, Duration::from_micros(20), "it began at the snapshot");
    later.shutdown().await;
    assert_eq!(snapshots.puts(), 1, "20 microseconds behind it are not enough again");
}
