//! Live aggregates: the state that a runtime keeps is the one that a load would give, and no answer depends on it.

use recount::store::Refusal;
use recount::{Aggregate, BadDecision, ExecuteError, Fold, Loaded, MemoryStore, Runtime};

use crate::doubles::{plant, raw};
use crate::meter::{Count, Install, Meter};
use crate::tally::{self, Refused, copied, single};
use crate::watched::Watched;

/// A small generator, so that a failure can be run again from its seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        // Constants of Knuth's MMIX; the low bits of such a generator are poor.
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}

pub fn seed() -> u64 {
    let given = std::env::var("RECOUNT_SEED").ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0)
}

/// The state as the bytes say it, by a runtime that has kept nothing.
async fn reloaded<A>(store: &Watched, id: &str) -> Option<Loaded<A>>
where
    A: Aggregate<Id = String>,
{
    let runtime = tally::on(store.clone()).await;
    runtime.load::<A>(id).await.expect("readable")
}

/// A hot aggregate is neither read nor folded again, and a command to another one does not change that.
#[tokio::test]
async fn a_hot_aggregate_is_not_read() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    runtime.execute("b", single::Begin {}).await.expect("begun");
    store.read();
    for _ in 0..10 {
        runtime.execute("a", single::Add { by: 1 }).await.expect("added");
        runtime.execute("b", single::Add { by: 1 }).await.expect("added");
    }
    assert_eq!(store.read(), (0, 0));
    let tally = runtime
        .load::<single::Tally>("a")
        .await
        .expect("readable")
        .expect("there");
    assert_eq!((tally.sum, Loaded::version(&tally).get()), (10, 11));
    assert_eq!(
        store.read(),
        (1, 0),
        "a load looks behind the kept state, and there is nothing"
    );
    let status = runtime.status().await.expect("a status");
    assert_eq!((status.states.count, status.states.misses, status.commands), (2, 2, 0));
}

/// Rule 6.5: what is kept is folded from what was stored: what is not stored is not in it, and an older version is read as it is written.
#[tokio::test]
async fn folded_as_stored() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", copied::Begin {}).await.expect("begun");
    let receipt = runtime.execute("a", copied::Add { by: 3 }).await.expect("added");
    assert_eq!(
        receipt.events,
        [copied::Added { by: 3, unseen: 1 }.into()],
        "the receipt has what was decided"
    );
    let texts = vec!["rent".to_owned()];
    runtime.execute("a", copied::Note { texts }).await.expect("noted");
    let mut history = runtime.history::<copied::Tally>("a");
    let mut versions = Vec::new();
    while let Some(event) = history.next().await {
        versions.push(event.expect("readable").stored_version());
    }
    assert_eq!(versions, [1, 1, 1], "a note is at version 2, and written as version 1");
    let kept = runtime
        .load::<copied::Tally>("a")
        .await
        .expect("readable")
        .expect("there");
    let fresh = reloaded::<copied::Tally>(&store, "a").await.expect("there");
    assert_eq!(*kept, *fresh);
    assert_eq!((kept.unseen, kept.notes.as_slice()), (0, &["rent".to_owned()][..]));
}

/// Rules 6.5, 5.2: after every operation of a random run what is kept equals what is reloaded, of a type that can be copied and of one that
/// cannot; two runtimes write, states are looked at while they are changed, and decisions fail in every way.
#[tokio::test]
async fn kept_equals_reloaded() {
    let seed = seed();
    let mut dice = Dice(seed);
    let store = Watched::new();
    let small = Runtime::builder()
        .store(store.clone())
        .verify_writes(false)
        .keep_states(1);
    let small = small.aggregate::<copied::Tally>().aggregate::<single::Tally>();
    let runtimes = [tally::on(store.clone()).await, small.start().await.expect("started")];
    for id in ["a", "b"] {
        runtimes[0].execute(id, copied::Begin {}).await.expect("begun");
        runtimes[0].execute(id, single::Begin {}).await.expect("begun");
    }
    let mut held = Vec::new();
    for step in 0..400 {
        let at = format!("step {step} of RECOUNT_SEED={seed}");
        let runtime = &runtimes[usize::from(dice.roll(3) == 0)];
        let id = if dice.roll(2) == 0 { "a" } else { "b" };
        let by = dice.roll(5);
        macro_rules! operate {
            ($domain:ident) => {{
                match dice.roll(9) {
                    0 => drop(
                        runtime
                            .execute(id, $domain::Need { least: 1_000_000 })
                            .await
                            .expect_err("too little"),
                    ),
                    1 => drop(runtime.execute(id, $domain::Crash {}).await.expect_err("a panic")),
                    2 => drop(runtime.execute(id, $domain::Tear {}).await.expect_err("a panic")),
                    3 => drop(
                        runtime
                            .execute(id, $domain::BeginAgain {})
                            .await
                            .expect_err("it does not fit"),
                    ),
                    4 => drop(runtime.execute(id, $domain::Fill { to: by }).await.expect(&at)),
                    5 => {
                        let texts = (0..by).map(|text| text.to_string()).collect();
                        drop(runtime.execute(id, $domain::Note { texts }).await.expect(&at));
                    }
                    _ => drop(runtime.execute(id, $domain::Add { by }).await.expect(&at)),
                }
                let kept = runtime
                    .load::<$domain::Tally>(id)
                    .await
                    .expect(&at)
                    .expect("there");
                let fresh = reloaded::<$domain::Tally>(&store, id).await.expect("there");
                assert_eq!(
                    (&*kept, Loaded::version(&kept)),
                    (&*fresh, Loaded::version(&fresh)),
                    "{at}"
                );
                assert_eq!(Loaded::position(&kept), Loaded::position(&fresh), "{at}");
                assert_eq!(Loaded::recorded_at(&kept), Loaded::recorded_at(&fresh), "{at}");
                if dice.roll(4) == 0 {
                    let shown = format!("{:?}", *kept);
                    held.push((
                        Loaded::into_state(kept) as std::sync::Arc<dyn std::fmt::Debug>,
                        shown,
                    ));
                }
            }};
        }
        if dice.roll(2) == 0 {
            operate!(copied);
        } else {
            operate!(single);
        }
        for (state, shown) in &held {
            assert_eq!(
                format!("{state:?}"),
                *shown,
                "a state that was loaded never changes: {at}"
            );
        }
        held.truncate(3);
    }
}

/// Rules 6.5, 1.5: two runtimes on one store; what one has kept is old, which costs a conflict and no wrong answer.
#[tokio::test(start_paused = true)]
async fn two_runtimes_on_one_store() {
    let store = Watched::new();
    let (one, two) = (tally::on(store.clone()).await, tally::on(store.clone()).await);
    one.execute("a", single::Begin {}).await.expect("begun");
    for _ in 0..20 {
        one.execute("a", single::Add { by: 1 }).await.expect("added");
        two.execute("a", single::Add { by: 1 }).await.expect("added");
    }
    let tally = one.load::<single::Tally>("a").await.expect("readable").expect("there");
    assert_eq!((tally.sum, tally.events), (40, 41));
    drop(tally);
    // Once a stream is known to have others, its end is read before a decision, and no longer the whole.
    store.read();
    one.execute("a", single::Add { by: 1 }).await.expect("added");
    two.execute("a", single::Add { by: 1 }).await.expect("added");
    let (_, events) = store.read();
    assert!(events <= 4, "{events} events were read for two commands");
}

/// A no is given on what is there now, and not on what was kept: another runtime may have paid in.
#[tokio::test]
async fn a_no_is_never_old() {
    let store = Watched::new();
    let (one, two) = (tally::on(store.clone()).await, tally::on(store.clone()).await);
    one.execute("a", single::Begin {}).await.expect("begun");
    assert!(matches!(
        one.execute("a", single::Need { least: 5 }).await,
        Err(ExecuteError::Rejected(Refused))
    ));
    two.execute("a", single::Add { by: 5 }).await.expect("added");
    one.execute("a", single::Need { least: 5 })
        .await
        .expect("there is enough now");
    two.execute("a", single::Add { by: 4 }).await.expect("added");
    let version = one
        .execute("a", single::Fill { to: 10 })
        .await
        .expect("it is full")
        .version;
    assert_eq!(
        version.map(u64::from),
        Some(4),
        "nothing was decided, on the newest version"
    );
    two.execute("a", single::Add { by: 1 }).await.expect("added");
    one.execute("a", single::Add { by: 1 })
        .expect_version(5)
        .await
        .expect("nobody is in between");
    two.execute("a", single::Add { by: 1 }).await.expect("added");
    let answer = one.execute("a", single::Add { by: 1 }).expect_version(6).await;
    assert!(
        matches!(answer, Err(ExecuteError::Conflict { actual: Some(actual), attempts: 1, .. }) if actual == 7),
        "{answer:?}"
    );
}

/// Rules 4.6, 4.5: a rejection keeps the state, and calls the handler once.
#[tokio::test]
async fn a_rejection_keeps_the_state() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    runtime.execute("a", single::Add { by: 1 }).await.expect("added");
    store.read();
    for _ in 0..5 {
        let answer = runtime.execute("a", single::Need { least: 5 }).await;
        assert!(matches!(answer, Err(ExecuteError::Rejected(Refused))));
    }
    let answer = runtime.execute("a", single::Begin {}).await;
    assert!(matches!(answer, Err(ExecuteError::AlreadyExists { .. })));
    assert_eq!(
        store.read(),
        (6, 0),
        "only the end is looked at, and nothing is behind it"
    );
}

/// Rules 4.11, 4.6: a panic and a decision that does not fit drop the state, and the next command is decided on the stored one.
#[tokio::test]
async fn a_broken_state_is_dropped() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", copied::Begin {}).await.expect("begun");
    runtime.execute("a", copied::Add { by: 7 }).await.expect("added");
    for sum in [7, 8] {
        assert!(matches!(
            runtime.execute("a", copied::Tear {}).await,
            Err(ExecuteError::Panicked(_))
        ));
        let kept = runtime
            .load::<copied::Tally>("a")
            .await
            .expect("readable")
            .expect("there")
            .sum;
        assert_eq!(kept, sum);
        let answer = runtime.execute("a", copied::BeginAgain {}).await;
        assert!(matches!(answer, Err(ExecuteError::BadDecision(BadDecision::Fold(_)))));
        assert!(matches!(
            runtime.execute("a", copied::Crash {}).await,
            Err(ExecuteError::Panicked(_))
        ));
        runtime
            .execute("a", copied::Need { least: 7 })
            .await
            .expect("it is there");
        runtime
            .execute("a", copied::Need { least: 99 })
            .await
            .expect_err("it is not more");
    }
    assert_eq!(runtime.status().await.expect("a status").commands, 0);
}

/// A loaded state is shared, not copied; a command that changes it works on another one, and reads the stream again only where the
/// aggregate is not `Clone`.
#[tokio::test]
async fn a_loaded_state_is_shared() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", copied::Begin {}).await.expect("begun");
    runtime.execute("a", single::Begin {}).await.expect("begun");
    let (first, again) = (
        runtime
            .load::<single::Tally>("a")
            .await
            .expect("readable")
            .expect("there"),
        runtime
            .load::<single::Tally>("a")
            .await
            .expect("readable")
            .expect("there"),
    );
    assert!(std::ptr::eq(&raw const *first, &raw const *again));
    let copy = runtime
        .load::<copied::Tally>("a")
        .await
        .expect("readable")
        .expect("there");
    store.read();
    runtime.execute("a", copied::Add { by: 1 }).await.expect("added");
    assert_eq!(store.read(), (0, 0), "a copy was changed");
    runtime.execute("a", single::Add { by: 1 }).await.expect("added");
    assert_eq!(store.read(), (1, 1), "the stream was read again");
    runtime.execute("a", single::Add { by: 1 }).await.expect("added");
    assert_eq!(store.read(), (0, 0), "and then the state is alone again");
    assert_eq!((first.sum, again.sum, copy.sum), (0, 0, 0));
}

/// What is kept has a bound, in states and in bytes; without room every command reads, and gives the same answers.
#[tokio::test]
async fn what_is_kept_is_bounded() {
    for (states, bytes, heap, most) in [
        (3, usize::MAX, 0, 3),
        (usize::MAX, 4_000, 700, 4),
        (usize::MAX, 4_000, usize::MAX, 0),
        (0, usize::MAX, 0, 0),
        (usize::MAX, 0, 0, 0),
    ] {
        let store = Watched::new();
        let builder = Runtime::builder().store(store.clone()).aggregate::<Meter>();
        let builder = builder
            .keep_states(states)
            .keep_bytes(bytes)
            .heap_bytes::<Meter>(move |_| heap);
        let runtime = builder.start().await.expect("started");
        for round in 0..4 {
            for id in 0..20 {
                let id = format!("m-{id}");
                if round == 0 {
                    runtime.execute(&id, Install {}).await.expect("created");
                }
                runtime.execute(&id, Count { by: 1 }).await.expect("counted");
                let meter = runtime.load::<Meter>(&id).await.expect("readable").expect("there");
                assert_eq!(meter.count, round + 1);
                let kept = runtime.status().await.expect("a status").states;
                assert!(kept.count <= most && kept.bytes <= bytes, "{kept:?}");
                assert!(most == 0 || kept.count > 0);
            }
        }
    }
}

/// Of what is kept, that which is used stays.
#[tokio::test]
async fn what_is_used_stays() {
    let store = Watched::new();
    let builder = Runtime::builder()
        .store(store.clone())
        .aggregate::<Meter>()
        .keep_states(4);
    let runtime = builder.start().await.expect("started");
    runtime.execute("hot", Install {}).await.expect("created");
    runtime.execute("hot", Count { by: 1 }).await.expect("counted");
    for id in 0..50 {
        runtime
            .execute(format!("cold-{id}"), Install {})
            .await
            .expect("created");
        store.read();
        runtime.execute("hot", Count { by: 1 }).await.expect("counted");
        assert_eq!(store.read(), (0, 0), "after {id} others");
    }
    assert_eq!(runtime.status().await.expect("a status").states.evicted, 47);
}

/// A size that cannot be told, because the user's code panics, costs only the keeping.
#[tokio::test]
async fn a_size_that_panics_keeps_nothing() {
    let builder = Runtime::builder().store(MemoryStore::new()).aggregate::<Meter>();
    let builder = builder.heap_bytes::<Meter>(|_| panic!("no size"));
    let runtime = builder.start().await.expect("started");
    runtime.execute("m", Install {}).await.expect("created");
    runtime.execute("m", Count { by: 1 }).await.expect("counted");
    assert_eq!(runtime.status().await.expect("a status").states.count, 0);
}

/// Rules 3.7, 6.5: what is kept of one epoch of a store means nothing in another.
#[tokio::test]
async fn another_epoch_is_another_history() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    store.restore();
    store.read();
    runtime.execute("a", single::Add { by: 1 }).await.expect("added");
    assert_eq!(store.read(), (1, 1));
    runtime.execute("a", single::Add { by: 1 }).await.expect("added");
    store.restore();
    let tally = runtime
        .load::<single::Tally>("a")
        .await
        .expect("readable")
        .expect("there");
    assert_eq!((tally.sum, store.read()), (2, (1, 3)));
}

/// Rule 6.5: an outcome that is unknown drops the state; what was written is found by the next command.
#[tokio::test]
async fn an_unknown_outcome_drops_the_state() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    store.lose_answers(1);
    let answer = runtime.execute("a", single::Add { by: 5 }).await;
    assert!(matches!(answer, Err(ExecuteError::Unknown { .. })));
    runtime
        .execute("a", single::Need { least: 5 })
        .await
        .expect("it was written");
    assert_eq!(
        runtime
            .load::<single::Tally>("a")
            .await
            .expect("readable")
            .expect("there")
            .sum,
        6
    );
}

/// A refusal of the store after the fold drops the state too.
#[tokio::test]
async fn a_refused_append_drops_the_state() {
    let runtime = tally::on(Watched::new()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    let answer = runtime
        .execute("a", single::Add { by: 5 })
        .meta("note", "x".repeat(70_000))
        .await;
    assert!(matches!(answer, Err(ExecuteError::Refused(Refusal::TooLarge { .. }))));
    assert!(matches!(
        runtime.execute("a", single::Need { least: 1 }).await,
        Err(ExecuteError::Rejected(Refused))
    ));
}

/// Rule 5.5: what does not fit behind a kept state is said as it would be without one.
#[tokio::test]
async fn a_tail_that_does_not_fit() {
    let store = MemoryStore::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    plant(&store, "single/a", vec![raw("single.begun", 1, 1, "{}")]).await;
    for _ in 0..2 {
        let answer = runtime.load::<single::Tally>("a").await;
        assert!(
            matches!(&answer, Err(recount::LoadError::Corrupt(corrupt)) if corrupt.version == 2),
            "{answer:?}"
        );
        let answer = runtime.execute("a", single::Need { least: 99 }).await;
        assert!(
            matches!(&answer, Err(ExecuteError::Corrupt(corrupt)) if corrupt.version == 2),
            "{answer:?}"
        );
    }
}

/// Rule 4.6: the fold of a fixture and that of a kept state are one.
#[tokio::test]
async fn events_fold_by_hand_to_what_is_kept() {
    let runtime = tally::on(MemoryStore::new()).await;
    runtime.execute("a", copied::Begin {}).await.expect("begun");
    let mut by_hand = None;
    let mut history = runtime.history::<copied::Tally>("a");
    while let Some(event) = history.next().await {
        event.expect("readable").event().fold(&mut by_hand).expect("it fits");
    }
    let kept = runtime
        .load::<copied::Tally>("a")
        .await
        .expect("readable")
        .expect("there");
    assert_eq!(by_hand.as_ref(), Some(&*kept));
}
