//! Killed at any step between event, view and checkpoint, and started again: nothing is skipped, nothing doubled.

use std::time::Duration;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use recount::store::{CheckpointStore, ConsumerName, LetterRead};
use recount::{AnyStore, BoxFuture, EventStore, FileStore, ManualClock, MemoryStore, Position, Runtime, Timestamp};
use tempfile::tempdir;
use tokio::runtime::Builder;
use tokio::time::sleep;

use crate::bank::*;
use crate::crashing::{Crashing, Fuse};

balances!(
    /// Sets aside what it cannot handle.
    Crashed = "crashed", mode = Mode::Async, on_error = OnError::Park { max: 1000 }, rev = 0
);

/// How many times a projection is killed in all.
const CRASHES: u64 = 1000;
const CRASHES_IN_FILES: u64 = 25;
/// How often in one history.
const LIVES: u64 = 5;

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

/// What is kept is of one moment, and no further than the log.
async fn look_at_what_is_kept(store: &impl EventStore, written: &Written, seed: u64) {
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
    assert!(
        aside.iter().all(|position| letters.contains(position)),
        "seed {seed}: passed and not kept at {through}"
    );
}

/// One process after another on one store, each killed at a step that a seed has drawn, and a last one that is not.
struct History<'a> {
    seed: u64,
    clock: ManualClock,
    open: &'a dyn Fn() -> BoxFuture<AnyStore>,
    /// Whether a store ends with its process, so that the next one opens it anew.
    ends: bool,
}

impl History<'_> {
    fn run(&self) {
        let mut rng = TestRng::from_seed(
            RngAlgorithm::ChaCha,
            &[u8::try_from(self.seed % 251).expect("small"); 32],
        );
        let mut written = Written::new();
        for _ in 0..LIVES {
            let steps = i64::try_from(draw(&mut rng, 60)).expect("small");
            paused().block_on(self.life(steps, &mut rng, &mut written));
            // Whoever was killed holds its lease until it has run out.
            self.clock.advance(Duration::from_secs(60));
            tokio().build().expect("a runtime").block_on(async {
                let store = (self.open)().await;
                look_at_what_is_kept(&store, &written, self.seed).await;
                self.end(store).await;
            });
        }
        paused().block_on(self.last(&written));
    }

    /// What a process that is killed leaves of a store: its files are free, and nothing more is written.
    async fn end(&self, store: AnyStore) {
        if self.ends {
            store.close().await;
        }
    }

    async fn life(&self, steps: i64, rng: &mut TestRng, written: &mut Written) {
        let (store, fuse) = ((self.open)().await, Fuse::new(steps));
        let crashing = Crashing {
            inner: store.clone(),
            fuse: fuse.clone(),
        };
        let runtime = start(crashing).await;
        loop {
            // Whoever writes is another process, and ends what it has begun.
            write(&store, rng, written).await;
            // Long enough for what is idle to be saved, or not.
            let idle = Duration::from_millis(draw(rng, 3000));
            let goes_on = async {
                runtime.settle().await.expect("it settles");
                sleep(idle).await;
            };
            tokio::select! {
                () = fuse.blown() => break,
                () = goes_on => {}
            }
        }
        self.end(store).await;
    }

    async fn last(&self, written: &Written) {
        let seed = self.seed;
        let runtime = start((self.open)().await).await;
        runtime.settle().await.expect("it settles");
        let (handled, aside) = expected(written, u64::MAX);
        let view = runtime.view::<Crashed>().await.expect("a view");
        assert_eq!(view.positions, handled, "seed {seed}");
        drop(view);
        // The ways out: the poison is waived, and what stood behind it is handled, each once and in order.
        for (position, ..) in written.iter().filter(|(.., is_poison)| *is_poison) {
            runtime
                .waive("crashed", Position::new(*position), "a test's", "ada")
                .await
                .expect("waived");
        }
        let redriven = runtime.redrive("crashed").await.expect("redriven");
        assert_eq!(
            (redriven.done, redriven.failed),
            (aside.len() as u64, vec![]),
            "seed {seed}"
        );
        let view = runtime.view::<Crashed>().await.expect("a view");
        let healthy: Vec<_> = written
            .iter()
            .filter(|(.., is_poison)| !is_poison)
            .map(|one| one.0)
            .collect();
        let mut seen = view.positions.clone();
        seen.sort_unstable();
        assert_eq!(seen, healthy, "seed {seed}");
        runtime.shutdown().await;
    }
}

async fn start(store: impl EventStore) -> Runtime {
    let runtime = Runtime::builder()
        .store(store)
        .aggregate::<Account>()
        .projection::<Crashed>();
    runtime.start().await.expect("it starts")
}

fn tokio() -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_time();
    builder
}

fn paused() -> tokio::runtime::Runtime {
    tokio().start_paused(true).build().expect("a runtime")
}

/// Rules 7.1, 7.4, 8.2, 8.4: at 1 000 points.
#[test]
fn a_thousand_crashes() {
    for seed in 0..CRASHES / LIVES {
        let clock = ManualClock::new(Timestamp::from_micros(0));
        let store = AnyStore::new(MemoryStore::with_clock(clock.clone()));
        let open = || -> BoxFuture<AnyStore> { Box::pin(std::future::ready(store.clone())) };
        let history = History {
            seed,
            clock,
            open: &open,
            ends: false,
        };
        history.run();
    }
}

/// Rules 7.1, 7.4, 8.2, 8.4: views and checkpoints in files, which each process opens anew.
#[test]
fn crashes_in_files() {
    for seed in 0..CRASHES_IN_FILES / LIVES {
        let (folder, clock) = (
            tempdir().expect("a folder"),
            ManualClock::new(Timestamp::from_micros(0)),
        );
        let opens_at = clock.clone();
        let open = || -> BoxFuture<AnyStore> {
            let opening = FileStore::options()
                .clock(opens_at.clone())
                .open(folder.path().to_owned());
            Box::pin(async { AnyStore::new(opening.await.expect("a store")) })
        };
        let history = History {
            seed,
            clock,
            open: &open,
            ends: true,
        };
        history.run();
    }
}
