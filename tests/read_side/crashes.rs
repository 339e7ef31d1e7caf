//! Killed at any step between event, view and checkpoint, and started again: nothing is skipped, nothing doubled.

use std::time::Duration;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use recount::store::{CheckpointStore, ConsumerName, LetterRead};
use recount::{EventStore, ManualClock, MemoryStore, Position, Runtime, Timestamp};
use tokio::time::sleep;

use crate::bank::*;
use crate::crashing::{Crashing, Fuse};

balances!(
    /// Sets aside what it cannot handle.
    Crashed = "crashed", mode = Mode::Async, on_error = OnError::Park { max: 1000 }, rev = 0
);

/// How many times a projection is killed in all.
const CRASHES: u64 = 1000;
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
async fn look_at_what_is_kept(store: &MemoryStore, written: &Written, seed: u64) {
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

/// Rules 7.1, 7.4, 8.2, 8.4: at 1 000 points.
#[test]
fn a_thousand_crashes() {
    for seed in 0..CRASHES / LIVES {
        let mut rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[u8::try_from(seed % 251).expect("small"); 32]);
        let clock = ManualClock::new(Timestamp::from_micros(0));
        let (store, mut written) = (MemoryStore::with_clock(clock.clone()), Written::new());
        for _ in 0..LIVES {
            let fuse = Fuse::new(i64::try_from(draw(&mut rng, 60)).expect("small"));
            let tokio = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build();
            let tokio = tokio.expect("a runtime");
            tokio.block_on(async {
                let crashing = Crashing {
                    inner: store.clone(),
                    fuse: fuse.clone(),
                };
                let life = async {
                    let runtime = Runtime::builder()
                        .store(crashing)
                        .aggregate::<Account>()
                        .projection::<Crashed>();
                    let runtime = runtime.start().await.expect("it starts");
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
            let tokio = tokio::runtime::Builder::new_current_thread()
                .build()
                .expect("a runtime");
            tokio.block_on(look_at_what_is_kept(&store, &written, seed));
        }
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        tokio.expect("a runtime").block_on(async {
            let runtime = Runtime::builder()
                .store(store.clone())
                .aggregate::<Account>()
                .projection::<Crashed>();
            let runtime = runtime.start().await.expect("it starts");
            runtime.settle().await.expect("it settles");
            let (handled, aside) = expected(&written, u64::MAX);
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
        });
    }
}
