//! Crashes at random points between event, record, command and outcome: what comes of them is what comes of a run without.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use recount::{AnyStore, ManualClock, MemoryStore, Runtime, Timestamp};

use crate::bank::{account, bank, told};
use crate::crashing::{Life, Mortal, kept};
use crate::pay::Pay;
use crate::policies::Welcome;
use crate::processes::{clock, request};

/// What the users ask for, written before anything reacts to it.
async fn asked(store: &AnyStore) {
    let runtime = bank(store_of(store, Life::of(i64::MAX)))
        .start()
        .await
        .expect("a start");
    account(&runtime, "bank", 0).await;
    for owner in ["ada", "bob", "rejected", "missing"] {
        account(&runtime, owner, 50).await;
    }
    for (number, to) in ["bob", "missing", "bob", "nobody"].into_iter().enumerate() {
        let amount = if number == 2 { 5_000 } else { 10 };
        request(&runtime, &format!("t-{number}"), "ada", to, amount).await;
    }
}

fn store_of(store: &AnyStore, life: Arc<Life>) -> AnyStore {
    let inner = store.clone();
    AnyStore::new(Mortal { inner, life })
}

/// One life of everything that reacts. Answers whether it came to its end in peace.
fn live(store: &AnyStore, clock: &ManualClock, life: &Arc<Life>, until: impl AsyncFnOnce(&Runtime)) -> bool {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let store = store_of(store, Arc::clone(life));
    tokio.block_on(async {
        let living = async {
            let bank = bank(store).clock(clock.clone());
            let runtime = bank
                .process::<Pay>()
                .policy::<Welcome>()
                .start()
                .await
                .expect("a start");
            until(&runtime).await;
            runtime.settle().await.expect("nobody stands still");
        };
        tokio::select! {
            () = living => true,
            () = life.end() => false,
        }
    })
}

struct World {
    store: AnyStore,
    stores_clock: ManualClock,
    clock: ManualClock,
}

fn world() -> World {
    let (stores_clock, clock) = (clock(), clock());
    let store = AnyStore::new(MemoryStore::with_clock(stores_clock.clone()));
    world_on(store, stores_clock, clock)
}

fn world_on(store: AnyStore, stores_clock: ManualClock, clock: ManualClock) -> World {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    tokio.block_on(asked(&store));
    World {
        store,
        stores_clock,
        clock,
    }
}

impl World {
    /// Lives of so many steps each, one after the other, then one in peace; at the end time passes.
    fn run(&self, lives: impl Iterator<Item = i64>) -> BTreeMap<String, usize> {
        for steps in lives {
            let was_peaceful = live(&self.store, &self.clock, &Life::of(steps), async |_| ());
            // The lease of who died has to run out.
            self.stores_clock.advance(Duration::from_secs(31));
            if was_peaceful {
                break;
            }
        }
        let late = "2026-02-28T09:00:00Z".parse::<Timestamp>().expect("a moment");
        let clock = self.clock.clone();
        let peaceful = live(&self.store, &self.clock, &Life::of(i64::MAX), async move |runtime| {
            runtime.settle().await.expect("nobody stands still");
            clock.set(late);
        });
        assert!(peaceful, "nothing ends a life without an end");
        let tokio = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        tokio.block_on(told(&kept(&self.store)))
    }
}

/// SplitMix64 by Sebastiano Vigna.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Rules 9.2, 9.3, 7.4: a thousand crashes, each at a step that a seed has drawn.
#[test]
fn a_thousand_crashes_change_nothing() {
    let seed = std::env::var("RECOUNT_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_260_128);
    println!("RECOUNT_SEED={seed}");
    let without = world().run(std::iter::empty());
    assert!(
        without.len() > 20 && without.values().all(|times| *times == 1),
        "{without:?}"
    );
    let (mut state, mut crashes) = (seed, 0);
    while crashes < 1_000 {
        let steps: Vec<i64> = (0..8)
            .map(|_| i64::try_from(random(&mut state) % 40).expect("a small number"))
            .collect();
        crashes += steps.len();
        assert_eq!(
            world().run(steps.iter().copied()),
            without,
            "lives of {steps:?} steps, seed {seed}"
        );
    }
}
