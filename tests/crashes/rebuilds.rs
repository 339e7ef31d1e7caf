//! Views in memory that are built anew by a verb or by another build, killed at any step: the old one is kept whole or the new one is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use recount::store::{CheckpointStore, ConsumerName};
use recount::{EventStore, Runtime, View};
use tokio::time::sleep;

use crate::bank::*;
use crate::fuse::{Crashing, Fuse};
use crate::world::{Choices, Named, World, process};

/// How often a process is killed in one history.
pub const LIVES: u64 = 5;

/// A view that says of each event which build has handled it.
pub trait Build: recount::Kept {
    fn seen(&self) -> &[(u64, u32)];
}

macro_rules! build {
    ($View:ident, $rev:literal) => {
        #[derive(recount::Projection, Debug, Default, Serialize, Deserialize)]
        #[projection(name = "rebuilt", reads(Account), rev = $rev)]
        pub struct $View {
            seen: Vec<(u64, u32)>,
        }

        #[recount::handlers]
        impl $View {
            #[on]
            fn deposited(&mut self, _: &Deposited, meta: &Meta) {
                self.seen.push((meta.position.get(), $rev));
            }
        }

        impl Build for $View {
            fn seen(&self) -> &[(u64, u32)] {
                &self.seen
            }
        }
    };
}

build!(Old, 0);
build!(New, 1);

/// What a whole view of everything up to a position has seen.
fn whole(through: u64, rev: u32) -> Vec<(u64, u32)> {
    (1..=through).map(|position| (position, rev)).collect()
}

/// What was kept at the last look.
#[derive(Default)]
struct Looked {
    /// The generations, with the position of each.
    at: BTreeMap<String, u64>,
    /// How far the one that answers had come.
    live: u64,
}

/// What a person has told a process.
#[derive(Default)]
struct Told {
    /// To go back to the view before.
    undone: bool,
    /// To drop these.
    dropped: BTreeSet<String>,
}

/// Each generation is whole and of one build, the one that answers is there, and it has not gone back.
async fn look(store: &impl EventStore, before: Looked, told: Told, seed: u64) -> Looked {
    let (consumers, name) = (store.checkpoints(), ConsumerName::new("rebuilt").expect("a name"));
    let mut looked = Looked::default();
    for generation in consumers.consumers().await.expect("consumers") {
        let saved = consumers
            .load(&generation)
            .await
            .expect("what is kept")
            .expect("it is kept");
        let through = saved.checkpoint.position().get();
        assert!(
            through <= store.head().await.expect("a head").get(),
            "seed {seed}: ahead of the log"
        );
        let view: Old = serde_json::from_slice(&saved.state).expect("a view");
        let rev = view.seen.first().map_or(0, |(_, rev)| *rev);
        assert_eq!(
            view.seen,
            whole(through, rev),
            "seed {seed}: `{generation}` at {through}"
        );
        looked.at.insert(generation.into(), through);
    }
    for (generation, through) in &before.at {
        let is_kept = looked.at.get(generation).is_some_and(|now| now >= through);
        assert!(
            is_kept || told.dropped.contains(generation),
            "seed {seed}: `{generation}` has lost what was kept: {:?} after {:?}",
            looked.at,
            before.at
        );
    }
    let live = consumers.live(&name).await.expect("a generation").generation;
    match looked.at.get(live.as_str()) {
        Some(through) => looked.live = *through,
        // It may have died before it ever saved anything.
        None => assert!(
            !before.at.contains_key(live.as_str()),
            "seed {seed}: `{live}` answers and is not there"
        ),
    }
    assert!(
        looked.live >= before.live || told.undone,
        "seed {seed}: `{live}` answers at {}, and {} was answered before",
        looked.live,
        before.live
    );
    looked
}

/// One process after another on one store, of an older or a newer build, each told now and then to build its view anew, to go back or to
/// drop what is not shown, and killed at a step that a seed has drawn; then a last one of each build that is not killed.
pub fn history(seed: u64, world: &World) {
    let _named = Named("rebuilt views in memory", seed);
    let (mut choices, mut looked) = (Choices::of(seed), Looked::default());
    for _ in 0..LIVES {
        let fuse = Fuse::new(choices.steps(120));
        let told = process().block_on(async {
            match choices.below(3) {
                0 => life::<New>(world, &fuse, &mut choices, seed).await,
                _ => life::<Old>(world, &fuse, &mut choices, seed).await,
            }
        });
        looked = world.look(async |store| look(store, looked, told, seed).await);
    }
    process().block_on(last::<New>(world, seed));
    world.look(async |store| look(store, looked, Told::default(), seed).await);
    process().block_on(last::<Old>(world, seed));
}

async fn life<P: Build>(world: &World, fuse: &Arc<Fuse>, choices: &mut Choices, seed: u64) -> Told {
    let store = world.open().await;
    let runtime = start::<P>(Crashing {
        inner: store.clone(),
        fuse: Arc::clone(fuse),
        // So that a view is built in many steps, and saved between them.
        pages: Some((5, Duration::from_millis(choices.below(800)))),
    })
    .await;
    let (mut told, mut last) = (Told::default(), 0);
    let life = async {
        loop {
            for _ in 0..=choices.below(4) {
                let events = (0..=choices.below(3)).map(|_| paid(1)).collect();
                plant(&store, "a", events).await;
            }
            // What answers is whole, and never less than before.
            let view = runtime.view::<P>().await.expect("a view");
            let position = View::position(&view).get();
            assert_eq!(
                view.seen(),
                whole(position, P::REV),
                "seed {seed}: what is shown at {position}"
            );
            assert!(position >= last, "seed {seed}: {position} is shown after {last}");
            last = position;
            drop(view);
            match choices.below(8) {
                0 | 1 => drop(runtime.rebuild("rebuilt").await),
                2 => {
                    told.undone = true;
                    drop(runtime.undo_rebuild("rebuilt").await);
                }
                3 => {
                    let name = ConsumerName::new("rebuilt").expect("a name");
                    let before = store.checkpoints().live(&name).await.expect("a generation").before;
                    if let Some(before) = before {
                        told.dropped.insert(before.as_str().to_owned());
                        drop(runtime.drop_view(before.as_str()).await);
                    }
                }
                4 => {
                    runtime.settle().await.expect("it settles");
                    let view = runtime.view::<P>().await.expect("a view");
                    let head = store.head().await.expect("a head");
                    assert_eq!(View::position(&view), head, "seed {seed}: settled");
                    last = head.get();
                }
                _ => {}
            }
            sleep(Duration::from_millis(choices.below(3000))).await;
        }
    };
    tokio::select! {
        () = fuse.blown() => {}
        () = life => {}
    }
    world.end(store).await;
    told
}

async fn last<P: Build>(world: &World, seed: u64) {
    let store = world.open().await;
    let runtime = start::<P>(store.clone()).await;
    plant(&store, "a", vec![paid(1)]).await;
    runtime.settle().await.expect("it settles");
    let head = store.head().await.expect("a head").get();
    runtime.rebuild("rebuilt").await.expect("it begins");
    while runtime.status().await.expect("a status").consumers[0]
        .rebuilding
        .is_some()
    {
        sleep(Duration::from_millis(1)).await;
    }
    let view = runtime.view::<P>().await.expect("a view");
    assert_eq!(view.seen(), whole(head, P::REV), "seed {seed}");
    drop((view, runtime));
    world.end(store).await;
}

async fn start<P: Build>(store: impl EventStore) -> Runtime {
    let runtime = Runtime::builder().store(store).aggregate::<Account>().projection::<P>();
    runtime.start().await.expect("it starts")
}

/// Killed in the middle of a build that takes its time: what was built is kept.
#[allow(dead_code, reason = "one run of it says all, so the long ones leave it out")]
pub fn slow(world: &World) {
    process().block_on(async {
        let inner = world.open().await;
        for _ in 0..100 {
            plant(&inner, "a", vec![paid(1)]).await;
        }
        let (fuse, pages) = (Fuse::new(i64::MAX), Some((5, Duration::from_secs(2))));
        let runtime = start::<Old>(Crashing { inner, fuse, pages }).await;
        runtime.settle().await.expect("it settles");
        runtime.rebuild("rebuilt").await.expect("it begins");
        sleep(Duration::from_secs(35)).await;
        let status = runtime.status().await.expect("a status");
        assert!(status.consumers[0].rebuilding.is_some(), "it is not at its end");
        // All tasks end with their process, wherever they are.
        std::mem::forget(runtime);
    });
    let looked = world.look(async |store| look(store, Looked::default(), Told::default(), 0).await);
    let built: Vec<_> = looked.at.iter().filter(|(name, _)| name.contains('@')).collect();
    assert!(built.iter().any(|(_, at)| **at > 0), "{built:?}");
}
