//! What consumers remember, through the store that they belong to: its folder, its lock, its end.

use std::time::Duration;

use super::sim::{SimDisk, Trouble};
use super::{batch, event, open};
use crate::schema::Fingerprint;
use crate::store::file::{FileStore, OpenError};
use crate::store::{
    AnyCheckpoints, Change, Checkpoint, CheckpointError, CheckpointStore, ConsumerName, EventStore, Expected,
    FileCheckpoints, LogRead, Mismatch, ResumeError, Saved,
};
use crate::stream::Position;

const LONG: Duration = Duration::from_secs(3600);

fn name() -> ConsumerName {
    ConsumerName::new("view").expect("a name")
}

fn saved(checkpoint: Checkpoint) -> Saved {
    let (identity, state) = (Fingerprint(7), b"state".to_vec());
    Saved {
        checkpoint,
        identity,
        state,
    }
}

/// A checkpoint at the end of the log.
async fn at_the_end(store: &impl EventStore) -> Checkpoint {
    let mut checkpoint = Checkpoint::start(name(), store.identity());
    let page = store.read_log(LogRead::after(Position::START)).await.expect("a page");
    checkpoint.advance(&page).expect("forward");
    checkpoint
}

async fn save(consumers: &AnyCheckpoints, previous: Option<Position>, saved: Saved) -> Result<(), CheckpointError> {
    let lease = consumers.claim(&name(), LONG).await?;
    let answer = consumers.save(&lease, Change::to(previous, saved)).await;
    consumers.release(&lease).await?;
    answer
}

/// A store without consumers has no folder for them, asking for their place makes none, and the folder that is made is no foreign file.
#[tokio::test]
async fn the_folder_comes_with_the_first_consumer() {
    let dir = tempfile::tempdir().expect("a directory");
    let store = FileStore::open(dir.path()).await.expect("a new store");
    let consumers = store.checkpoints();
    assert!(!dir.path().join("consumers").exists());
    save(&consumers, None, saved(at_the_end(&store).await))
        .await
        .expect("saved");
    assert_eq!(
        std::fs::read_dir(dir.path().join("consumers"))
            .expect("a folder")
            .count(),
        2,
        "the fences and the checkpoint"
    );
    store.close().await;
    let store = FileStore::open(dir.path()).await.expect("the same store");
    assert_eq!(store.recovery().foreign_files, Vec::<String>::new());
    assert_eq!(
        store.checkpoints().load(&name()).await.ok(),
        Some(Some(saved(at_the_end(&store).await)))
    );
}

/// What is in the hands of a consumer ends with the store: no file is written once another process may have the lock.
#[tokio::test]
async fn consumers_end_with_their_store() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let consumers = store.checkpoints();
    let checkpoint = at_the_end(&store).await;
    save(&consumers, None, saved(checkpoint.clone())).await.expect("saved");
    store.close().await;
    let before = disk.operations();
    let answer = save(&consumers, Some(Position::START), saved(checkpoint)).await;
    assert!(matches!(answer, Err(CheckpointError::Closed)), "{answer:?}");
    assert!(matches!(consumers.load(&name()).await, Err(CheckpointError::Closed)));
    assert_eq!(disk.operations(), before);
}

/// A panic in the midst of a save is an answer to its caller; the next verb reads what is there.
#[tokio::test]
async fn a_panic_is_an_answer() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    let consumers = store.checkpoints();
    let checkpoint = at_the_end(&store).await;
    save(&consumers, None, saved(checkpoint.clone())).await.expect("saved");
    let mut next = saved(checkpoint);
    next.state = b"another state".to_vec();
    let lease = consumers.claim(&name(), LONG).await.expect("free");
    disk.trouble(disk.operations() + 2, Trouble::Panic);
    let change = Change::to(Some(Position::START), next.clone());
    let answer = consumers.save(&lease, change.clone()).await;
    assert!(matches!(answer, Err(CheckpointError::Store(_))), "{answer:?}");
    disk.heal();
    assert!(consumers.load(&name()).await.expect("it is there").is_some());
    consumers
        .save(&lease, change)
        .await
        .expect("the lease is as good as before");
    assert_eq!(consumers.load(&name()).await.ok(), Some(Some(next)));
}

/// Rule 7.7: the same store and epoch, with another event where the consumer was: a copy of its files went another way.
#[tokio::test]
async fn another_event_is_told() {
    let disk = SimDisk::default();
    let store = open(&disk).await.expect("a new store");
    store
        .append(batch("a", Expected::Any, vec![event(*b"1")]))
        .await
        .expect("a receipt");
    store.close().await;
    let other = disk.image();
    let mut checkpoints = Vec::new();
    for disk in [&disk, &other] {
        let store = open(disk).await.expect("the same store");
        store
            .append(batch("a", Expected::Any, vec![event(*b"2")]))
            .await
            .expect("a receipt");
        let checkpoint = at_the_end(&store).await;
        checkpoint.check(&store).await.expect("its own history");
        checkpoints.push(checkpoint);
        store.close().await;
    }
    let store = open(&other).await.expect("the other way");
    match checkpoints[0].check(&store).await {
        Err(ResumeError::HistoryMismatch {
            what:
                Mismatch::Event {
                    position,
                    checkpoint,
                    store,
                },
            ..
        }) => {
            assert_eq!(position, 2);
            assert_eq!(
                (Some(checkpoint), store),
                (checkpoints[0].event(), checkpoints[1].event())
            );
        }
        answer => panic!("{answer:?}"),
    }
    // What was not asked for is not compared: behind the last event that it was shown, any event is as good.
    let mut filtered = Checkpoint::start(name(), store.identity());
    let page = store.read_log(LogRead::after(Position::START)).await.expect("a page");
    filtered.advance_part(&page, 1);
    filtered.check(&store).await.expect("the first event is in both");
}

/// A folder by itself keeps the same, for one owner at a time.
#[tokio::test]
async fn a_folder_by_itself_has_one_owner() {
    let (dir, log) = (
        tempfile::tempdir().expect("a directory"),
        crate::store::MemoryStore::new(),
    );
    let path = dir.path().join("a/b");
    let folder = FileCheckpoints::open(&path).await.expect("a new folder");
    let refused = FileCheckpoints::open(&path).await.expect_err("it is open");
    assert!(matches!(refused, OpenError::Locked { .. }), "{refused}");
    let kept = saved(at_the_end(&log).await);
    let any = AnyCheckpoints::new(folder.clone());
    save(&any, None, kept.clone()).await.expect("saved");
    let lease = folder.claim(&name(), LONG).await.expect("free");
    drop((folder, any));
    // The thread of the folder has the lock until it has seen that nobody is left.
    let again = loop {
        match FileCheckpoints::open(&path).await {
            Ok(again) => break again,
            Err(OpenError::Locked { .. }) => tokio::task::yield_now().await,
            Err(error) => panic!("{error}"),
        }
    };
    assert_eq!(again.load(&name()).await.ok(), Some(Some(kept)));
    let change = Change::new();
    assert!(matches!(
        again.save(&lease, change).await,
        Err(CheckpointError::Fenced { .. })
    ));
}
