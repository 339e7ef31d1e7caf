//! Crashes at random points between event, record, command and outcome: what comes of them is what comes of a run without.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use recount::store::{Durability, EventStore};
use recount::{AnyStore, FileStore, ManualClock, MemoryStore, Runtime, Timestamp};

use crate::bank::{Open, account, bank, told};
use crate::crashing::{Life, Mortal};
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
    for (number, to) in ["bob", "absent", "bob", "nobody"].into_iter().enumerate() {
        let amount = if number == 2 { 5_000 } else { 10 };
        request(&runtime, &format!("t-{number}"), "ada", to, amount).await;
    }
}

fn store_of(store: &AnyStore, life: Arc<Life>) -> AnyStore {
    let inner = store.clone();
    AnyStore::new(Mortal { inner, life })
}

/// A store of files can be opened once at a time; one in memory is kept as it is.
async fn closed(store: AnyStore) {
    if store.capabilities().durability == Durability::Synced {
        store.close().await;
    }
}

/// One life of everything that reacts. Answers whether it came to its end in peace.
fn live(open: &Opening<'_>, clock: &ManualClock, life: &Arc<Life>, until: impl AsyncFnOnce(&Runtime)) -> bool {
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let store = tokio.block_on(open());
    let peaceful = tokio.block_on(async {
        let living = async {
            let bank = bank(store_of(&store, Arc::clone(life))).clock(clock.clone());
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
    });
    drop(tokio);
    plain().block_on(closed(store));
    peaceful
}

type Opening<'a> = dyn Fn() -> recount::BoxFuture<AnyStore> + 'a;

struct World<'a> {
    open: &'a Opening<'a>,
    stores_clock: ManualClock,
    clock: ManualClock,
}

fn plain() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime")
}

impl<'a> World<'a> {
    fn new(open: &'a Opening<'a>, stores_clock: ManualClock) -> Self {
        plain().block_on(async {
            let store = open().await;
            asked(&store).await;
            closed(store).await;
        });
        let clock = clock();
        Self {
            open,
            stores_clock,
            clock,
        }
    }

    /// Lives of so many steps each, one after the other, then one in peace; at the end time passes.
    fn run(&self, lives: impl Iterator<Item = i64>) -> BTreeMap<String, usize> {
        for steps in lives {
            let was_peaceful = live(self.open, &self.clock, &Life::of(steps), async |_| ());
            // The lease of who died has to run out.
            self.stores_clock.advance(Duration::from_secs(31));
            if was_peaceful {
                break;
            }
        }
        let late = "9000-01-01T00:00:00Z".parse::<Timestamp>().expect("a moment");
        let clock = self.clock.clone();
        let peaceful = live(self.open, &self.clock, &Life::of(i64::MAX), async move |runtime| {
            runtime.settle().await.expect("nobody stands still");
            clock.set(late);
        });
        assert!(peaceful, "nothing ends a life without an end");
        plain().block_on(async {
            let store = (self.open)().await;
            let told = told(&store).await;
            closed(store).await;
            told
        })
    }
}

fn in_memory(lives: &[i64]) -> BTreeMap<String, usize> {
    let stores_clock = clock();
    let store = AnyStore::new(MemoryStore::with_clock(stores_clock.clone()));
    let open = || -> recount::BoxFuture<AnyStore> { Box::pin(std::future::ready(store.clone())) };
    World::new(&open, stores_clock).run(lives.iter().copied())
}

/// Each life opens the files anew.
fn in_files(lives: &[i64], folder: &Path) -> BTreeMap<String, usize> {
    let open = || -> recount::BoxFuture<AnyStore> {
        let folder = folder.to_owned();
        Box::pin(async move { AnyStore::new(FileStore::open(folder).await.expect("a store")) })
    };
    World::new(&open, clock()).run(lives.iter().copied())
}

/// SplitMix64 by Sebastiano Vigna.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// Lists of lives, so many in all.
fn lives(count: usize) -> impl Iterator<Item = Vec<i64>> {
    let seed = std::env::var("RECOUNT_SEED").ok().and_then(|seed| seed.parse().ok());
    let mut state = seed.unwrap_or(20_260_128);
    println!("RECOUNT_SEED={state}");
    (0..count / 8).map(move |_| {
        let steps = (0..8).map(|_| i64::try_from(random(&mut state) % 40).expect("a small number"));
        steps.collect()
    })
}

/// Rules 9.2, 9.3, 7.4: a thousand crashes, each at a step that a seed has drawn.
#[test]
fn a_thousand_crashes_change_nothing() {
    let without = in_memory(&[]);
    assert!(
        without.len() > 20 && without.values().all(|times| *times == 1),
        "{without:?}"
    );
    for lives in lives(1_000) {
        assert_eq!(in_memory(&lives), without, "lives of {lives:?} steps");
    }
}

/// Rules 9.2, 9.3: the same on the disk, where each life opens the store anew.
#[test]
fn crashes_on_the_disk_change_nothing() -> std::io::Result<()> {
    let folder = || tempfile::tempdir();
    let without = in_files(&[], folder()?.path());
    assert_eq!(without, in_memory(&[]));
    for lives in lives(40) {
        assert_eq!(in_files(&lives, folder()?.path()), without, "lives of {lives:?} steps");
    }
    Ok(())
}

/// Rules 9.2, 9.5: the first outcome counts. What failed before a crash and would not fail after it is answered or done, and never both.
#[test]
fn the_first_outcome_counts() {
    let (mut failed, mut done) = ([0, 0], [0, 0]);
    for steps in 0..70 {
        let stores_clock = clock();
        let store = AnyStore::new(MemoryStore::with_clock(stores_clock.clone()));
        let open = || -> recount::BoxFuture<AnyStore> { Box::pin(std::future::ready(store.clone())) };
        let world = World::new(&open, stores_clock);
        live(&open, &world.clock, &Life::of(steps), async |_| ());
        world.stores_clock.advance(Duration::from_secs(31));
        plain().block_on(async {
            let runtime = bank(store_of(&store, Life::of(i64::MAX)))
                .start()
                .await
                .expect("a start");
            for id in ["no-such-account", "absent"] {
                let owner = "nobody".to_owned();
                runtime.execute(id, Open { owner }).await.expect("a new account");
            }
        });
        let told = world.run(std::iter::empty());
        let has = |what: &str| told.keys().any(|event| event.starts_with(what));
        let pairs = [
            (
                "account/bank account.deposited {\"amount\":200}",
                "account/no-such-account account.deposited",
            ),
            (
                "account/ada account.refunded {\"transfer\":\"t-1\"",
                "account/absent account.credited",
            ),
        ];
        for (place, (answered, succeeded)) in pairs.into_iter().enumerate() {
            assert_ne!(has(answered), has(succeeded), "a life of {steps} steps: {told:?}");
            failed[place] += u32::from(has(answered));
            done[place] += u32::from(has(succeeded));
        }
        assert!(told.values().all(|times| *times == 1), "{told:?}");
    }
    assert!(
        failed.iter().chain(&done).all(|times| *times > 0),
        "both were seen: {failed:?} {done:?}"
    );
}
