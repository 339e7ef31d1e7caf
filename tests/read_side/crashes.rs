//! Killed at any step between event, view and checkpoint, and started again: nothing is skipped, nothing doubled.

use std::time::Duration;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use recount::store::{CheckpointStore, ConsumerName, LetterRead};
use recount::{
    AnyStore, Builder, EventStore, ManualClock, MemoryStore, Position, Runtime, Sqlite, Timestamp, ViewDatabase,
};
use tokio::time::sleep;

use crate::bank::*;
use crate::crashing::{Crashing, Fuse};
use crate::ledger::{LEDGER, Ledger, positions};

balances!(
    /// Sets aside what it cannot handle.
    Crashed = "crashed", mode = Mode::Async, on_error = OnError::Park { max: 1000 }, rev = 0
);

/// What has been written: each position with its account and whether its handler panics.
type Written = Vec<(u64, String, bool)>;

fn draw(rng: &mut TestRng, below: u64) -> u64 {
    rng.next_u64() % below
}

async fn write(store: &impl EventStore, rng: &mut TestRng, written: &mut Written) {
    for _ in 0..=draw(rng, 6) {
        let account = draw(rng, 4).to_string();
        let (mut events, mut are_poison) = (Vec::new(), Vec::new());
        for _ in 0..=draw(rng, 3) {
            let kind = draw(rng, 100);
            are_poison.push(kind < 5);
            events.push(match kind {
                0 => paid(POISON),
                1..5 => raw("account.deposited", 1, 1, r#"{"amount":"much"}"#),
                _ => paid(1),
            });
        }
        let committed = plant(store, &account, events).await;
        for (position, is_poison) in (committed.first_position.get()..).zip(are_poison) {
            written.push((position, account.clone(), is_poison));
        }
    }
}

/// What a view of everything up to a position has handled, and what is set aside: all of an account from its first poison on.
fn expected(written: &Written, through: u64) -> (Vec<u64>, Vec<u64>) {
    let mut poisoned = Vec::new();
    let (mut handled, mut aside) = (Vec::new(), Vec::new());
    for (position, account, is_poison) in written.iter().filter(|(position, ..)| *position <= through) {
        if *is_poison || poisoned.contains(account) {
            poisoned.push(account.clone());
            aside.push(*position);
        } else {
            handled.push(*position);
        }
    }
    (handled, aside)
}

/// A projection that is killed again and again.
trait Subject {
    /// How many times it is killed in all, and how often in one history.
    const CRASHES: u64;
    const LIVES: u64 = 5;
    const NAME: &'static str;

    /// A place for its view, if that is not the store.
    fn new() -> Self;

    fn register(&self, builder: Builder<AnyStore>) -> Builder<AnyStore>;

    /// The events that its view has handled, in order.
    async fn handled(&self, runtime: &Runtime) -> Vec<u64>;

    /// Looks between two lives at what is kept.
    async fn look(&self, store: &MemoryStore, written: &Written, seed: u64);
}

async fn live(subject: &impl Subject, store: impl EventStore) -> Runtime {
    let builder = Runtime::builder().store(AnyStore::new(store)).aggregate::<Account>();
    subject.register(builder).start().await.expect("it starts")
}

fn tokio_runtime() -> tokio::runtime::Runtime {
    let mut builder = tokio::runtime::Builder::new_current_thread();
    builder.enable_time().start_paused(true).build().expect("a runtime")
}

/// Kills a projection at random steps of random histories.
fn crash<S: Subject>() {
    for seed in 0..S::CRASHES / S::LIVES {
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[u8::try_from(seed % 251).expect("small"); 32]);
        let clock = ManualClock::new(Timestamp::from_micros(0));
        let (store, mut written) = (MemoryStore::with_clock(clock.clone()), Written::new());
        let subject = S::new();
        for _ in 0..S::LIVES {
            let fuse = Fuse::new(i64::try_from(draw(&mut rng, 60)).expect("small"));
            let tokio = tokio_runtime();
            tokio.block_on(async {
                let crashing = Crashing {
                    inner: store.clone(),
                    fuse: fuse.clone(),
                };
                let life = async {
                    let runtime = live(&subject, crashing).await;
                    loop {
                        write(&store, &mut rng, &mut written).await;
                        runtime.settle().await.expect("it settles");
                        // Long enough for what is idle to be saved, or not.
                        sleep(Duration::from_millis(draw(&mut rng, 3000))).await;
                    }
                };
                tokio::select! {
                    () = fuse.blown() => {}
                    () = life => {}
                }
            });
            drop(tokio);
            // Whoever was killed holds its lease until it has run out.
            clock.advance(Duration::from_secs(60));
            tokio_runtime().block_on(subject.look(&store, &written, seed));
        }
        tokio_runtime().block_on(last_life(&subject, &store, &written, seed));
    }
}

/// Undisturbed, it comes to what it would have come to without a crash; then what was set aside is let out.
async fn last_life<S: Subject>(subject: &S, store: &MemoryStore, written: &Written, seed: u64) {
    let runtime = live(subject, store.clone()).await;
    runtime.settle().await.expect("it settles");
    let (handled, aside) = expected(written, u64::MAX);
    assert_eq!(subject.handled(&runtime).await, handled, "seed {seed}");
    // The ways out: the poison is waived, and what stood behind it is handled, each once.
    for (position, ..) in written.iter().filter(|(.., is_poison)| *is_poison) {
        let waived = runtime
            .waive(S::NAME, Position::new(*position), "a test's", "ada")
            .await;
        waived.expect("it is waived");
    }
    let redriven = runtime.redrive(S::NAME).await.expect("it is redriven");
    assert_eq!(
        (redriven.done, redriven.failed),
        (aside.len() as u64, vec![]),
        "seed {seed}"
    );
    let healthy: Vec<_> = written
        .iter()
        .filter(|(.., is_poison)| !is_poison)
        .map(|one| one.0)
        .collect();
    let mut seen = subject.handled(&runtime).await;
    seen.sort_unstable();
    assert_eq!(seen, healthy, "seed {seed}");
    runtime.shutdown().await;
}

struct Memory;

impl Subject for Memory {
    const CRASHES: u64 = 1000;
    const NAME: &'static str = "crashed";

    fn new() -> Self {
        Self
    }

    fn register(&self, builder: Builder<AnyStore>) -> Builder<AnyStore> {
        builder.projection::<Crashed>()
    }

    async fn handled(&self, runtime: &Runtime) -> Vec<u64> {
        runtime.view::<Crashed>().await.expect("a view").positions.clone()
    }

    /// What is kept is of one moment, and no further than the log.
    async fn look(&self, store: &MemoryStore, written: &Written, seed: u64) {
        let (consumers, name) = (store.checkpoints(), ConsumerName::new("crashed").expect("a name"));
        let letters = consumers
            .letters(&name, LetterRead::default().limit(10_000))
            .await
            .expect("letters");
        let letters: Vec<_> = letters.iter().map(|letter| letter.part.position.get()).collect();
        let Some(saved) = consumers.load(&name).await.expect("what is kept") else {
            return;
        };
        let through = saved.checkpoint.position();
        assert!(
            through <= store.head().await.expect("a head"),
            "seed {seed}: ahead of the log"
        );
        let (handled, aside) = expected(written, through.get());
        let view: Crashed = serde_json::from_slice(&saved.state).expect("a view");
        assert_eq!(view.positions, handled, "seed {seed}: what is kept at {through}");
        let are_kept = aside.iter().all(|position| letters.contains(position));
        assert!(are_kept, "seed {seed}: passed and not kept at {through}");
    }
}

/// Rules 7.1, 7.4, 8.2, 8.4: at 1 000 points, of a view in memory that is saved now and then.
#[test]
fn a_thousand_crashes_in_memory() {
    crash::<Memory>();
}

struct Tables {
    _folder: tempfile::TempDir,
    database: Sqlite,
}

impl Subject for Tables {
    const CRASHES: u64 = 1000;
    const NAME: &'static str = "ledger";

    fn new() -> Self {
        // What is tested is the order of commits and not the disk, so it is left out where the system has a folder in memory.
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() {
            tempfile::tempdir_in(memory)
        } else {
            tempfile::tempdir()
        };
        let folder = folder.expect("a folder");
        let database = Sqlite::open(folder.path(), LEDGER).expect("a database");
        Self {
            _folder: folder,
            database,
        }
    }

    fn register(&self, builder: Builder<AnyStore>) -> Builder<AnyStore> {
        builder.projection_in::<Ledger>(self.database.clone())
    }

    async fn handled(&self, runtime: &Runtime) -> Vec<u64> {
        positions(&runtime.view::<Ledger>().await.expect("a view"))
    }

    async fn look(&self, store: &MemoryStore, written: &Written, seed: u64) {
        let (view, mark) = ViewDatabase::open(&self.database, "ledger").await.expect("a file");
        let Some(mark) = mark else { return };
        let mark: serde_json::Value = serde_json::from_slice(&mark).expect("a mark");
        let through = mark["checkpoint"]["position"].as_u64().expect("a position");
        assert!(
            through <= store.head().await.expect("a head").get(),
            "seed {seed}: ahead of the log"
        );
        let (handled, aside) = expected(written, through);
        assert_eq!(positions(&view), handled, "seed {seed}: what is committed at {through}");
        let name = ConsumerName::new("ledger").expect("a name");
        let letters = store
            .checkpoints()
            .letters(&name, LetterRead::default().limit(10_000))
            .await
            .expect("letters");
        let letters: Vec<_> = letters.iter().map(|letter| letter.part.position.get()).collect();
        let are_kept = aside.iter().all(|position| letters.contains(position));
        assert!(are_kept, "seed {seed}: passed and not kept at {through}");
    }
}

/// Rules 7.1, 7.4, 8.2, 8.4: at 1 000 points, of a view that is committed with its checkpoint.
#[test]
fn a_thousand_crashes_in_sqlite() {
    crash::<Tables>();
}
