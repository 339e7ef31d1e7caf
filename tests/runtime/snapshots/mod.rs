//! Snapshots: a cache that changes no answer, whatever becomes of it.

pub mod domain;
mod doubles;
mod mixed;
mod timed;
mod times;

use std::sync::atomic::Ordering;

use recount::store::conformance::snapshots::snapshot_lower_never_replaces_higher;
use recount::{
    Aggregate, AnySnapshots, At, EventStore, ExecuteError, FileSnapshots, FileStore, MemorySnapshots, MemoryStore,
    Position, Runtime, Snapshot, SnapshotCounts, SnapshotStore, Timestamp, Version,
};

use crate::doubles::{plant, raw};
use crate::snapshots::domain::{Counter, large, revised, single, third, wider};
use crate::snapshots::doubles::{Bend, Bent, Broken};
use crate::watched::Watched;

/// A runtime that keeps no states, so that every load is a cold one.
async fn cold<A: Aggregate>(store: impl EventStore, snapshots: impl SnapshotStore) -> Runtime {
    let builder = Runtime::builder().store(store).aggregate::<A>().keep_states(0);
    builder.snapshots(snapshots).start().await.expect("a runtime")
}

/// What is done to a snapshot that is read.
type Change = fn(&mut Snapshot);

async fn counts(runtime: &Runtime) -> SnapshotCounts {
    runtime.status().await.expect("a status").snapshots
}

/// Lets the task that writes go on until it has written so many.
async fn until_written(runtime: &Runtime, written: u64) {
    while counts(runtime).await.written < written {
        tokio::task::yield_now().await;
    }
}

async fn view<A: Counter>(runtime: &Runtime, at: At) -> Option<(u64, u64)> {
    let loaded = runtime.load_at::<A>("a", at).await.expect("readable");
    loaded.map(|counter| counter.view())
}

/// A store with so many events of 1 in a stream, and their newest snapshot.
async fn counted<A: Counter>(snapshots: impl SnapshotStore, events: u64) -> Watched {
    let store = Watched::new();
    let runtime = cold::<A>(store.clone(), snapshots).await;
    for _ in 0..events {
        A::count_up(&runtime, "a", 1).await.expect("added");
    }
    let warmed = runtime.warm_snapshots::<A>(["a"]).await.expect("known");
    assert_eq!(warmed.written, 1);
    store.read();
    store
}

/// Rules 6.1 and 6.3: a cold load begins at the snapshot and reads what stands behind it, and no more; so does a look back that reaches it.
#[tokio::test]
async fn a_load_begins_at_the_newest_snapshot() {
    let snapshots = MemorySnapshots::new();
    let store = counted::<third::Counter>(snapshots.clone(), 100).await;
    let other = cold::<third::Counter>(store.clone(), MemorySnapshots::new()).await;
    third::Counter::count_up(&other, "a", 5).await.expect("added");
    let runtime = cold::<third::Counter>(store.clone(), snapshots).await;
    store.read();
    assert_eq!(view::<third::Counter>(&runtime, At::Newest).await, Some((101, 105)));
    assert_eq!(store.read(), (2, 2), "the event of the snapshot, and the one behind it");
    for at in [At::Version(100), At::Position(Position::new(100))] {
        assert_eq!(view::<third::Counter>(&runtime, at).await, Some((100, 100)));
        assert!(store.read().1 <= 2);
    }
    for at in [At::Version(99), At::Position(Position::new(99))] {
        assert_eq!(
            view::<third::Counter>(&runtime, at).await,
            Some((99, 99)),
            "the snapshot lies behind it"
        );
    }
    assert_eq!(view::<third::Counter>(&runtime, At::Version(0)).await, None);
    let ahead = runtime.load_at::<third::Counter>("a", At::Version(102)).await;
    assert!(matches!(
        ahead,
        Err(recount::LoadError::VersionAhead { asked: 102, .. })
    ));
    let SnapshotCounts {
        used, ignored, unread, ..
    } = counts(&runtime).await;
    assert_eq!((used, ignored, unread), (4, 0, 0));
}

/// Rule 6.4: snapshots are written behind the commits, as often as it was declared, also of a state that is not `Clone`; a runtime that
/// shuts down writes those that are due.
#[tokio::test]
async fn written_when_due() {
    async fn written<A: Counter>(adds: u64) -> u64 {
        let snapshots = Bent::new();
        let builder = Runtime::builder().store(MemoryStore::new()).aggregate::<A>();
        let runtime = builder.snapshots(snapshots.clone()).start().await.expect("a runtime");
        for _ in 0..adds {
            A::count_up(&runtime, "a", 1).await.expect("added");
        }
        assert_eq!(counts(&runtime).await.skipped, 0);
        runtime.shutdown().await;
        snapshots.puts()
    }
    assert_eq!(written::<third::Counter>(10).await, 3);
    assert_eq!(written::<single::Counter>(10).await, 3);
    // Each payload is `{"by":1}`, 8 bytes.
    assert_eq!(written::<large::Counter>(10).await, 2);
    assert_eq!(written::<domain::both::Counter>(10).await, 5);
    assert_eq!(written::<domain::always::Counter>(10).await, 10);
    assert_eq!(written::<domain::never::Counter>(10).await, 0);
}

/// Rule 6.2: a snapshot of which any part of the key is another, or that does not stand in its stream, is ignored, counted, and written anew.
#[tokio::test]
async fn each_part_of_the_key_alone() {
    let parts: [(&str, Change); 13] = [
        ("stream", |it| it.key.stream = "third/b".parse().expect("a stream")),
        ("aggregate", |it| it.key.aggregate.push('s')),
        ("fingerprint", |it| it.key.fingerprint.0 ^= 1),
        ("codec", |it| it.key.codec.push('2')),
        ("store", |it| it.key.store.store = uuid::Uuid::new_v4()),
        ("epoch", |it| it.key.store.epoch += 1),
        ("ahead of the stream", |it| {
            it.version = Version::new(41).expect("not 0")
        }),
        ("behind its event", |it| it.version = Version::new(39).expect("not 0")),
        ("position", |it| it.position = Position::new(39)),
        ("time", |it| {
            it.recorded_at = Timestamp::from_micros(it.recorded_at.as_micros() + 1)
        }),
        ("latest time", |it| {
            it.latest = Timestamp::from_micros(it.recorded_at.as_micros() - 1)
        }),
        ("not of its type", |it| {
            it.state = br#"{"applied":1,"sum":"x"}"#.to_vec()
        }),
        ("no state", |it| it.state.clear()),
    ];
    let snapshots = Bent::new();
    let store = counted::<third::Counter>(snapshots.clone(), 40).await;
    for (name, part) in parts {
        let runtime = cold::<third::Counter>(store.clone(), snapshots.clone()).await;
        snapshots.bend(Some(Bend::Part(part)));
        assert_eq!(
            view::<third::Counter>(&runtime, At::Newest).await,
            Some((40, 40)),
            "{name}"
        );
        until_written(&runtime, 1).await;
        let SnapshotCounts { used, ignored, .. } = counts(&runtime).await;
        assert_eq!((used, ignored), (0, 1), "{name}");
        snapshots.bend(None);
        assert_eq!(
            view::<third::Counter>(&runtime, At::Newest).await,
            Some((40, 40)),
            "{name}"
        );
        assert_eq!(counts(&runtime).await.used, 1, "{name}");
    }
}

/// Rule 6.2: every bit of a stored snapshot flipped, one after the other.
#[tokio::test]
async fn every_bit_flipped() {
    let snapshots = Bent::new();
    let store = counted::<third::Counter>(snapshots.clone(), 10).await;
    let runtime = cold::<third::Counter>(store, snapshots.clone()).await;
    let stream = "third/a".parse().expect("a stream");
    let snapshot = snapshots.newest(&stream, None).await.expect("kept").expect("there");
    let bits = snapshot.to_bytes().expect("small").len() * 8;
    for bit in 0..bits {
        snapshots.bend(Some(Bend::Bit(bit)));
        assert_eq!(
            view::<third::Counter>(&runtime, At::Newest).await,
            Some((10, 10)),
            "bit {bit}"
        );
    }
    let SnapshotCounts { used, ignored, .. } = counts(&runtime).await;
    assert_eq!((used, ignored), (0, bits as u64));
}

/// Rule 6.2: what makes the fingerprint another: the revision, the state, and what the events read as.
#[tokio::test]
async fn a_later_release_folds_anew() {
    let fingerprint = |rule: Option<u128>| rule.expect("snapshots are declared");
    let of = [
        fingerprint(third::Counter::SNAPSHOTS.map(|rule| rule.fingerprint().0)),
        fingerprint(revised::Counter::SNAPSHOTS.map(|rule| rule.fingerprint().0)),
        fingerprint(wider::Counter::SNAPSHOTS.map(|rule| rule.fingerprint().0)),
        fingerprint(domain::always::Counter::SNAPSHOTS.map(|rule| rule.fingerprint().0)),
    ];
    for (at, one) in of.iter().enumerate() {
        assert!(!of[at + 1..].contains(one), "fingerprint {at}");
    }
    let snapshots = MemorySnapshots::new();
    let store = counted::<third::Counter>(snapshots.clone(), 40).await;
    let later = cold::<revised::Counter>(store.clone(), snapshots.clone()).await;
    assert_eq!(view::<revised::Counter>(&later, At::Newest).await, Some((40, 40)));
    until_written(&later, 1).await;
    assert_eq!(view::<revised::Counter>(&later, At::Newest).await, Some((40, 40)));
    let SnapshotCounts { used, ignored, .. } = counts(&later).await;
    assert_eq!((used, ignored), (1, 1));
}

/// Rule 5.5, behind a snapshot: what does not fit is corrupt, and the snapshot hides no hole.
#[tokio::test]
async fn the_tail_is_checked() {
    let snapshots = MemorySnapshots::new();
    let store = counted::<third::Counter>(snapshots.clone(), 10).await;
    plant(&store, "third/a", vec![raw("third.begun", 1, 1, r#"{"by":1}"#)]).await;
    let runtime = cold::<third::Counter>(store, snapshots).await;
    let torn = runtime.load::<third::Counter>("a").await;
    assert!(matches!(torn, Err(recount::LoadError::Corrupt(corrupt)) if corrupt.version == 11));
    assert_eq!(counts(&runtime).await.used, 1);
}

/// Rules 6.1 and 6.4: a store of snapshots that never answers, or panics, fails no command and holds none up.
#[tokio::test(start_paused = true)]
async fn a_broken_store_of_snapshots() {
    let snapshots = Broken::default();
    let builder = Runtime::builder()
        .store(MemoryStore::new())
        .aggregate::<third::Counter>();
    let runtime = builder.snapshots(snapshots.clone()).start().await.expect("a runtime");
    for count in 1..=100 {
        let receipt = third::Counter::count_up(&runtime, "a", 1).await.expect("added");
        assert_eq!(receipt.version.map(Version::get), Some(count));
    }
    let SnapshotCounts {
        unread,
        written,
        skipped,
        ..
    } = counts(&runtime).await;
    assert!(unread > 0 && skipped > 0 && written == 0);
    assert_eq!(view::<third::Counter>(&runtime, At::Newest).await, Some((100, 100)));
    runtime.shutdown().await;

    snapshots.panics.store(true, Ordering::SeqCst);
    let builder = Runtime::builder()
        .store(MemoryStore::new())
        .aggregate::<third::Counter>();
    let runtime = builder.snapshots(snapshots).start().await.expect("a runtime");
    for _ in 0..9 {
        third::Counter::count_up(&runtime, "a", 1).await.expect("added");
    }
    while counts(&runtime).await.unwritten == 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(view::<third::Counter>(&runtime, At::Newest).await, Some((9, 9)));
}

/// Rule 6.4, of every store of snapshots here.
#[tokio::test]
async fn lower_never_replaces_higher() {
    let directory = tempfile::tempdir().expect("a directory");
    for store in [
        AnySnapshots::new(MemorySnapshots::new()),
        AnySnapshots::new(FileSnapshots::new(directory.path())),
    ] {
        snapshot_lower_never_replaces_higher(&store)
            .await
            .expect("it keeps the rule");
    }
    let broken = snapshot_lower_never_replaces_higher(&Bent::last_wins()).await;
    assert!(broken.is_err(), "the case can fail");
}

/// Rule 6.4: of writers that race, the one with the highest version stays.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn racing_writers() {
    let made = MemorySnapshots::new();
    counted::<third::Counter>(made.clone(), 3).await;
    let stream = "third/a".parse().expect("a stream");
    let snapshot = made.newest(&stream, None).await.expect("kept").expect("there");
    let directory = tempfile::tempdir().expect("a directory");
    for store in [
        AnySnapshots::new(MemorySnapshots::new()),
        AnySnapshots::new(FileSnapshots::new(directory.path())),
    ] {
        let mut writers = tokio::task::JoinSet::new();
        for number in 0..64_u64 {
            // 37 and 64 have no common factor, so every version up to 64 is put, in disorder.
            let version = Version::new(number * 37 % 64 + 1).expect("not 0");
            let (store, snapshot) = (
                store.clone(),
                Snapshot {
                    version,
                    ..snapshot.clone()
                },
            );
            writers.spawn(async move { store.put(snapshot).await });
        }
        for put in writers.join_all().await {
            put.expect("put");
        }
        let newest = store.newest(&stream, None).await.expect("kept").expect("there");
        assert_eq!(newest.version, 64);
    }
}

/// Rule 6.1: one runtime at a time has the files; another one does without them, and a third has them when the first is gone.
#[tokio::test]
async fn files_are_used_by_one_runtime() -> Result<(), Box<dyn std::error::Error>> {
    let directory = tempfile::tempdir()?;
    let (store, below) = (MemoryStore::new(), directory.path().join("below"));
    let first = FileSnapshots::new(&below);
    assert_eq!(
        first.streams().await?,
        [],
        "a folder that is not there holds none, and is not made"
    );
    assert!(!below.exists());
    let runtime = cold::<third::Counter>(store.clone(), first.clone()).await;
    for _ in 0..4 {
        third::Counter::count_up(&runtime, "a", 1).await?;
    }
    until_written(&runtime, 1).await;
    assert_eq!(first.streams().await?, ["third/a".parse()?]);

    let without = cold::<third::Counter>(store.clone(), FileSnapshots::new(&below)).await;
    assert_eq!(view::<third::Counter>(&without, At::Newest).await, Some((4, 4)));
    assert_eq!((counts(&without).await.used, counts(&without).await.unread), (0, 1));
    drop((runtime, first));
    // The task that writes ends with its runtime, and holds a clone until then.
    for _ in 0..16 {
        tokio::task::yield_now().await;
    }
    assert_eq!(view::<third::Counter>(&without, At::Newest).await, Some((4, 4)));
    assert_eq!((counts(&without).await.used, counts(&without).await.unread), (1, 1));
    Ok(())
}

/// The verbs: all streams of an aggregate from the log, and none of another; dropping them changes no answer.
#[tokio::test]
async fn warmed_and_dropped() {
    let (store, snapshots) = (MemoryStore::new(), MemorySnapshots::new());
    let builder = Runtime::builder().store(store.clone()).keep_states(0);
    let builder = builder.aggregate::<third::Counter>().aggregate::<single::Counter>();
    let runtime = builder.snapshots(snapshots.clone()).start().await.expect("a runtime");
    for id in ["a", "b", "c"] {
        third::Counter::count_up(&runtime, id, 1).await.expect("added");
        single::Counter::count_up(&runtime, id, 1).await.expect("added");
    }
    plant(&store, "third/d", vec![raw("third.added", 1, 1, r#"{"by":1}"#)]).await;
    let warmed = runtime.warm_all_snapshots::<third::Counter>().await.expect("readable");
    assert_eq!((warmed.written, warmed.unwritten), (3, 0));
    let unreadable: Vec<_> = warmed.unreadable.iter().map(|(stream, _)| stream.as_str()).collect();
    assert_eq!(unreadable, ["third/d"]);
    let warmed = runtime
        .warm_snapshots::<single::Counter>(["a", "z"])
        .await
        .expect("known");
    assert_eq!((warmed.written, warmed.unwritten), (1, 1), "nothing has happened to z");

    runtime.drop_snapshots::<third::Counter>().await.expect("dropped");
    for (stream, is_there) in [("third/a", false), ("third/b", false), ("single/a", true)] {
        let stream = stream.parse().expect("a stream");
        let kept = snapshots.newest(&stream, None).await.expect("kept");
        assert_eq!(kept.is_some(), is_there, "{stream:?}");
    }
    assert_eq!(view::<third::Counter>(&runtime, At::Newest).await, Some((1, 1)));
}

/// Beside a file store, in its directory: what a runtime has written the next one begins with, and rejections are decided on it.
#[tokio::test]
async fn files_beside_a_file_store() -> Result<(), Box<dyn std::error::Error>> {
    let directory = tempfile::tempdir()?;
    for opening in 1..=3 {
        let store = FileStore::open(directory.path()).await?;
        let runtime = cold::<third::Counter>(store, FileSnapshots::new(directory.path())).await;
        for _ in 0..5 {
            third::Counter::count_up(&runtime, "a", 1).await?;
        }
        assert_eq!(
            view::<third::Counter>(&runtime, At::Newest).await,
            Some((opening * 5, opening * 5))
        );
        let stale = runtime.execute("a", third::Add { by: 1 }).expect_version(1).await;
        assert!(matches!(stale, Err(ExecuteError::Conflict { .. })));
        until_written(&runtime, 1).await;
        let counts = counts(&runtime).await;
        assert!(opening == 1 || counts.used > 0, "{counts:?}");
        assert_eq!((counts.ignored, counts.unread, counts.unwritten), (0, 0, 0));
        runtime.shutdown().await;
    }
    Ok(())
}
