//! Random mixes of snapshots, kept states and replay, of several runtimes on one store: each event counts exactly once.

use recount::{At, Loaded, MemorySnapshots, MemoryStore, Runtime, SnapshotStore};

use crate::doubles::{plant, raw};
use crate::live::{Dice, seed};
use crate::snapshots::domain::{Counter, always, both, large, never, single, third};
use crate::snapshots::doubles::Careless;
use crate::snapshots::timed;

async fn start<A: Counter>(store: &MemoryStore, snapshots: impl SnapshotStore, states: u64) -> Runtime {
    let states = usize::try_from(states).expect("small");
    let builder = Runtime::builder()
        .store(store.clone())
        .aggregate::<A>()
        .clock(timed::clock())
        .keep_states(states);
    builder.snapshots(snapshots).start().await.expect("a runtime")
}

/// What each version of a stream has to be: how often it was applied to, and the sum.
async fn mixed<A: Counter>(snapshots: impl SnapshotStore + Clone, own: u64, seed: u64) {
    let (store, mut dice) = (MemoryStore::new(), Dice(own));
    let mut sums: [Vec<u64>; 2] = [vec![0], vec![0]];
    let mut runtimes = [
        start::<A>(&store, snapshots.clone(), 0).await,
        start::<A>(&store, snapshots.clone(), 1).await,
        start::<A>(&store, snapshots.clone(), 10).await,
    ];
    for step in 0..120 {
        let place = usize::try_from(dice.roll(2)).expect("small");
        let (id, sums) = (["a", "b"][place], &mut sums[place]);
        let which = usize::try_from(dice.roll(3)).expect("small");
        let (by, last) = (dice.roll(9) + 1, *sums.last().expect("the beginning"));
        match dice.roll(10) {
            0..=3 => {
                A::count_up(&runtimes[which], id, by).await.expect("added");
                sums.push(last + by);
            }
            4 => {
                let event = if sums.len() == 1 { "begun" } else { "added" };
                let event = raw(&format!("{}.{event}", A::NAME), 1, 1, &format!(r#"{{"by":{by}}}"#));
                plant(&store, &format!("{}/{id}", A::NAME), vec![event]).await;
                sums.push(last + by);
            }
            5 => runtimes[which] = start::<A>(&store, snapshots.clone(), dice.roll(3)).await,
            6 => tokio::task::yield_now().await,
            7 => drop(runtimes[which].drop_snapshots::<A>().await),
            _ => {
                let version = dice.roll(sums.len() as u64);
                let found = runtimes[which]
                    .load_at::<A>(id, At::Version(version))
                    .await
                    .expect("readable");
                let found = found.map(|counter| counter.view());
                let sum = sums[usize::try_from(version).expect("small")];
                assert_eq!(
                    found,
                    (version > 0).then_some((version, sum)),
                    "RECOUNT_SEED={seed}, {own}, step {step}"
                );
            }
        }
        let newest = runtimes[which].load::<A>(id).await.expect("readable");
        let newest = newest.map(|counter| (Loaded::version(&counter).get(), counter.view()));
        let events = sums.len() as u64 - 1;
        let sum = *sums.last().expect("the beginning");
        assert_eq!(
            newest,
            (events > 0).then_some((events, (events, sum))),
            "RECOUNT_SEED={seed}, {own}, step {step}"
        );
    }
}

async fn under_each_store<A: Counter>(dice: &mut Dice, seed: u64) {
    for _ in 0..8 {
        let own = dice.roll(u64::MAX >> 33);
        mixed::<A>(MemorySnapshots::new(), own, seed).await;
        mixed::<A>(Careless::new(own), own, seed).await;
    }
}

/// Rules 5.2, 6.1 and 6.3: under each policy, with snapshots that stay, and with some that are lost, damaged, or not written.
#[tokio::test]
async fn each_event_counts_once() {
    let seed = seed();
    let mut dice = Dice(seed);
    under_each_store::<never::Counter>(&mut dice, seed).await;
    under_each_store::<always::Counter>(&mut dice, seed).await;
    under_each_store::<third::Counter>(&mut dice, seed).await;
    under_each_store::<single::Counter>(&mut dice, seed).await;
    under_each_store::<large::Counter>(&mut dice, seed).await;
    under_each_store::<both::Counter>(&mut dice, seed).await;
    under_each_store::<timed::Timed>(&mut dice, seed).await;
}
