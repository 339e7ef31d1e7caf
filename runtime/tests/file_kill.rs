//! A process is killed at random moments while it appends: whatever it was told to be written is there, whole, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use recount::store::file::FileStore;
use recount::store::{Batch, EventStore, Expected, LogRead, NewEvent};
use recount::{AppendId, Position, StreamId};
use uuid::Uuid;

/// Where the child appends; without it, it has nothing to do.
const DIRECTORY: &str = "RECOUNT_KILL_DIRECTORY";
const CYCLES: u64 = 60;
/// Cycles that go on in one store, over and over recovered.
const CYCLES_PER_STORE: u64 = 12;

/// The child: eight callers append until they are killed, and say on standard output which appends were answered.
#[test]
fn child() {
    let Some(directory) = std::env::var_os(DIRECTORY) else {
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let options = FileStore::options().segment_bytes(64 << 10, 256 << 10);
        let store = options.open(Path::new(&directory)).await.expect("a store");
        let mut callers = tokio::task::JoinSet::new();
        for caller in 0..8u8 {
            let store = store.clone();
            callers.spawn(async move {
                loop {
                    let id = AppendId::new(Uuid::now_v7());
                    let events = (0..=caller % 3)
                        .map(|n| NewEvent::new("killed.event", 1, 1, vec![n; 50 * usize::from(caller)]));
                    let own = StreamId::new("own", &caller.to_string()).expect("a name");
                    let mut batch = Batch::new(id).part(own, Expected::Any, events.collect());
                    if caller % 2 == 0 {
                        let shared = StreamId::new("shared", "all").expect("a name");
                        batch = batch.part(shared, Expected::Any, vec![NewEvent::new("killed.event", 1, 1, *b"{}")]);
                    }
                    store.append(batch).await.expect("a receipt");
                    writeln!(std::io::stdout(), "\nacked {id}").expect("a parent that reads");
                }
            });
        }
        callers.join_all().await;
    });
}

/// Kills one child and returns what it was answered.
fn kill_one(directory: &Path, seed: u64) -> BTreeSet<String> {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "child", "--nocapture"])
        .env(DIRECTORY, directory)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a child");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut acked = BTreeSet::new();
    let mut note = |line: &str| {
        line.strip_prefix("acked ")
            .is_some_and(|id| acked.insert(id.to_owned()))
    };
    // Every third is killed while it starts or recovers; the others when they are at work.
    if !seed.is_multiple_of(3) {
        while lines.next().and_then(Result::ok).is_some_and(|line| !note(&line)) {}
    }
    std::thread::sleep(Duration::from_micros(seed % 25_000));
    child.kill().expect("a child to kill");
    child.wait().expect("a dead child");
    for line in lines.map_while(Result::ok) {
        // The last line may be cut short: then it was not an answer.
        if line.len() == "acked ".len() + 36 {
            note(&line);
        }
    }
    acked
}

/// Everything in the store, by append: how many events it should have, and how many it has.
async fn stored(store: &FileStore) -> BTreeMap<String, (u32, u32)> {
    let mut stored = BTreeMap::new();
    let mut after = Position::START;
    loop {
        let page = store.read_log(LogRead::after(after)).await.expect("a page");
        for event in page.iter() {
            assert_eq!(event.position.get(), after.get() + 1, "a position is missing");
            after = event.position;
            stored.entry(event.append.to_string()).or_insert((event.count, 0)).1 += 1;
        }
        if page.at_end() {
            return stored;
        }
    }
}

#[tokio::test]
async fn a_killed_process_loses_no_answered_append() {
    let mut seed = Uuid::new_v4().as_u64_pair().0;
    let (mut total, mut working) = (0, 0);
    let mut acked = BTreeSet::new();
    let mut directory = tempfile::tempdir().expect("a directory");
    for cycle in 0..CYCLES {
        if cycle % CYCLES_PER_STORE == 0 {
            (directory, acked) = (tempfile::tempdir().expect("a directory"), BTreeSet::new());
        }
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let random = seed >> 33;
        let new = kill_one(directory.path(), random);
        (total, working) = (total + new.len(), working + u64::from(!new.is_empty()));
        acked.extend(new);
        let store = FileStore::open(directory.path())
            .await
            .unwrap_or_else(|error| panic!("seed {random}: {error}"));
        let stored = stored(&store).await;
        for id in &acked {
            assert!(
                stored.contains_key(id),
                "seed {random}: append {id} was answered and is gone"
            );
        }
        for (id, (count, events)) in &stored {
            assert_eq!(count, events, "seed {random}: append {id} is not whole");
        }
        // Those that were written and not answered in time are at most the callers, in every cycle.
        assert!(stored.len() as u64 <= acked.len() as u64 + (cycle % CYCLES_PER_STORE + 1) * 8);
        store.close().await;
    }
    assert!(
        working > CYCLES / 3,
        "only {working} of {CYCLES} children were killed at work"
    );
    assert!(total > 100, "only {total} appends were answered");
}
