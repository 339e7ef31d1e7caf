//! What reactions keep, and how often: the checkpoint within a bound, and instances between two turns.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use recount::store::{CheckpointStore, ConsumerName, EventStore};
use recount::{AnyStore, MemoryStore};

use crate::bank::{Open, TransferId, account, balance, bank, told};
use crate::crashing::{Life, Mortal, kept};
use crate::pay::Pay;
use crate::policies::Welcome;
use crate::processes::{clock, outcome, request, settle, store};

fn counted(inner: &AnyStore) -> (Mortal, Arc<Life>) {
    let life = Life::of(i64::MAX);
    let inner = inner.clone();
    let mortal = Mortal {
        inner,
        life: Arc::clone(&life),
    };
    (mortal, life)
}

/// Rule 9.2: what is completed is not kept event by event, but all of it is when the policy ends.
#[tokio::test(start_paused = true)]
async fn a_checkpoint_is_kept_within_a_bound() {
    let store = AnyStore::new(MemoryStore::new());
    let (mortal, life) = counted(&store);
    let runtime = bank(mortal).policy::<Welcome>().start().await.expect("a start");
    let before = life.saves.load(Ordering::SeqCst);
    for number in 0..100 {
        account(&runtime, &format!("owner-{number}"), 1).await;
        settle(&runtime).await;
    }
    let saves = life.saves.load(Ordering::SeqCst) - before;
    assert!(saves < 10, "{saves} saves for 100 events that were handled one by one");
    runtime.shutdown().await;
    let name = ConsumerName::new("welcome").expect("a name");
    let saved = store
        .checkpoints()
        .load(&name)
        .await
        .expect("checkpoints")
        .expect("one");
    let head = store.head().await.expect("a head");
    assert_eq!(
        saved.checkpoint.position(),
        head,
        "it has seen all, its own effects too"
    );
}

/// Rules 8.4, 9.2: what is parked is kept with the checkpoint that passes it or not at all, also where the policy is stopped in that moment.
#[tokio::test(start_paused = true)]
async fn what_is_being_parked_is_not_passed() {
    let store = AnyStore::new(MemoryStore::new());
    let (mortal, life) = counted(&store);
    let runtime = bank(mortal).policy::<Welcome>().start().await.expect("a start");
    account(&runtime, "ada", 1).await;
    settle(&runtime).await;
    life.parks_nothing.store(true, Ordering::SeqCst);
    let owner = "impolite".to_owned();
    runtime.execute("eve", Open { owner }).await.expect("a new account");
    life.tried_to_park.notified().await;
    runtime.shutdown().await;
    let name = ConsumerName::new("welcome").expect("a name");
    let saved = store
        .checkpoints()
        .load(&name)
        .await
        .expect("checkpoints")
        .expect("one");
    assert_eq!(
        saved.checkpoint.position().get(),
        3,
        "behind what was sent to ada, and before eve"
    );

    let runtime = bank(kept(&store)).policy::<Welcome>().start().await.expect("a start");
    settle(&runtime).await;
    assert_eq!(
        runtime.status().await.expect("a status").consumers[0].parked,
        ["account/eve"]
    );
    assert_eq!(balance(&runtime, "ada").await, 6, "a present of 5, once");
    runtime.shutdown().await;
}

/// Rule 9.2: the answers to failures are kept before they are sent, those of events that are delivered together in one step.
#[tokio::test(start_paused = true)]
async fn answers_to_failures_are_kept_together() {
    let store = AnyStore::new(MemoryStore::new());
    let (mortal, life) = counted(&store);
    let runtime = bank(mortal).policy::<Welcome>().start().await.expect("a start");
    account(&runtime, "bank", 0).await;
    runtime.shutdown().await;
    let runtime = bank(kept(&store)).start().await.expect("a start");
    for number in 0..200 {
        let owner = "missing".to_owned();
        let opened = runtime.execute(format!("owner-{number}"), Open { owner }).await;
        opened.expect("a new account");
    }
    drop(runtime);
    let mortal = Mortal {
        inner: store,
        life: Arc::clone(&life),
    };
    let before = life.saves.load(Ordering::SeqCst);
    let runtime = bank(mortal).policy::<Welcome>().start().await.expect("a start");
    settle(&runtime).await;
    assert_eq!(
        balance(&runtime, "bank").await,
        200 * 200,
        "each failure is answered once"
    );
    let saves = life.saves.load(Ordering::SeqCst) - before;
    assert!(saves < 50, "{saves} saves for the answers to 200 failures");
    runtime.shutdown().await;
}

/// Rule 9.2: the answers to failures of events that are completed are forgotten, however soon one failure follows on the other.
#[tokio::test(start_paused = true)]
async fn answers_to_failures_are_forgotten() {
    let store = AnyStore::new(MemoryStore::new());
    let runtime = bank(kept(&store)).policy::<Welcome>().start().await.expect("a start");
    account(&runtime, "bank", 0).await;
    settle(&runtime).await;
    let name = ConsumerName::new("welcome").expect("a name");
    let mut sizes = Vec::new();
    for number in 0..50 {
        tokio::time::advance(Duration::from_millis(200)).await;
        let owner = "missing".to_owned();
        let opened = runtime.execute(format!("owner-{number}"), Open { owner }).await;
        opened.expect("a new account");
        settle(&runtime).await;
        let saved = store.checkpoints().load(&name).await.expect("checkpoints");
        sizes.push(saved.expect("one").state.len());
    }
    assert_eq!(balance(&runtime, "bank").await, 50 * 200);
    let most = sizes.iter().copied().max();
    assert!(
        sizes[0] > 0 && most < Some(15 * sizes[0]),
        "the answers of two seconds at most: {sizes:?}"
    );
    runtime.shutdown().await;
}

/// Rule 9.2: an instance that goes on is read once, one of which nothing may be kept at each turn, and both do the same.
#[tokio::test(start_paused = true)]
async fn instances_are_kept_between_two_turns() {
    let mut runs = Vec::new();
    for states in [1_000, 0] {
        let clock = clock();
        let store = store(&clock);
        let (mortal, life) = counted(&store);
        let builder = bank(mortal).clock(clock.clone()).keep_states(states);
        let runtime = builder.process::<Pay>().start().await.expect("a start");
        account(&runtime, "ada", 1_000).await;
        account(&runtime, "bob", 0).await;
        for number in 0..10 {
            request(&runtime, &format!("t-{number}"), "ada", "bob", 30).await;
            settle(&runtime).await;
            let outcome = outcome(&runtime, &format!("t-{number}")).await;
            assert_eq!(outcome.as_deref(), Some("completed"));
        }
        runtime.shutdown().await;
        runs.push((told(&store).await, life.instances_read.load(Ordering::SeqCst)));
    }
    let (with_room, without) = (&runs[0], &runs[1]);
    assert_eq!(with_room.0, without.0);
    let reads = "once for each before its first record, and what is new before each of its three commands";
    assert_eq!(with_room.1, 10 + 30, "{reads}");
    assert!(without.1 >= 50, "{} reads without room for an instance", without.1);
}

/// Rule 9.9: of an instance that was abandoned while it waited for its turn nothing more is sent. Those of one of 128 lanes are worked on one
/// after the other, so that of 200 some wait behind those that are being sent.
#[tokio::test(start_paused = true)]
async fn what_is_abandoned_is_not_sent() {
    let clock = clock();
    let store = store(&clock);
    let runtime = bank(kept(&store)).start().await.expect("a start");
    account(&runtime, "ada", 1_000).await;
    for number in 0..200 {
        request(&runtime, &format!("t-{number}"), "ada", "bob", 1).await;
    }
    drop(runtime);

    let (mortal, life) = counted(&store);
    let nobody_appends = life.accounts.write().await;
    let runtime = bank(mortal)
        .clock(clock)
        .process::<Pay>()
        .start()
        .await
        .expect("a start");
    life.tried_to_append.notified().await;
    for number in 0..200 {
        let id = TransferId(format!("t-{number}"));
        let abandoned = runtime.abandon_case::<Pay>(id, "a mistake", "ann").await;
        abandoned.expect("it runs");
    }
    drop(nobody_appends);
    settle(&runtime).await;
    let sent = 1_000 - balance(&runtime, "ada").await;
    assert!((1..=128).contains(&sent), "{sent} debits, and 128 could be under way");
    runtime.shutdown().await;
}
