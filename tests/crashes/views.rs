//! Views in memory, killed at any step between event, view and checkpoint, and started again: nothing is skipped, nothing doubled.

use std::sync::Arc;
use std::time::Duration;

use recount::store::{CheckpointStore, ConsumerName, LetterRead};
use recount::{EventStore, Position, Runtime};
use tokio::time::sleep;

use crate::bank::*;
use crate::fuse::{Crashing, Fuse};
use crate::world::{Choices, Named, World, process};

balances!(
    /// Sets aside what it cannot handle.
    Crashed = "crashed", mode = Mode::Async, on_error = OnError::Park { max: 1000 }, rev = 0
);

/// How often a process is killed in one history.
pub const LIVES: u64 = 5;

/// What has been written: each position with its account and whether its handler panics.
type Written = Vec<(u64, String, bool)>;

async fn write(store: &impl EventStore, choices: &mut Choices, written: &mut Written) {
    for _ in 0..=choices.below(6) {
        let account = choices.below(4).to_string();
        let (mut events, mut are_poison) = (Vec::new(), Vec::new());
        for _ in 0..=choices.below(3) {
            let kind = choices.below(100);
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
pub fn history(seed: u64, world: &World) {
    let _named = Named("views in memory", seed);
    let (mut choices, mut written) = (Choices::of(seed), Written::new());
    for _ in 0..LIVES {
        let fuse = Fuse::new(choices.steps(60));
        process().block_on(life(world, &fuse, &mut choices, &mut written));
        world.look(async |store| look_at_what_is_kept(store, &written, seed).await);
    }
    process().block_on(last(world, &written, seed));
}

async fn life(world: &World, fuse: &Arc<Fuse>, choices: &mut Choices, written: &mut Written) {
    let store = world.open().await;
    let (inner, fuse) = (store.clone(), Arc::clone(fuse));
    let killed = Crashing {
        inner,
        fuse: Arc::clone(&fuse),
        pages: None,
    };
    let runtime = start(killed).await;
    loop {
        // Whoever writes is another process, and ends what it has begun.
        write(&store, choices, written).await;
        // Long enough for what is idle to be saved, or not.
        let idle = Duration::from_millis(choices.below(3000));
        let goes_on = async {
            runtime.settle().await.expect("it settles");
            sleep(idle).await;
        };
        tokio::select! {
            () = fuse.blown() => break,
            () = goes_on => {}
        }
    }
    world.end(store).await;
}

async fn last(world: &World, written: &Written, seed: u64) {
    let runtime = start(world.open().await).await;
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

async fn start(store: impl EventStore) -> Runtime {
    let runtime = Runtime::builder()
        .store(store)
        .aggregate::<Account>()
        .projection::<Crashed>();
    runtime.start().await.expect("it starts")
}
