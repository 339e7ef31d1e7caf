//! Subscriptions whose reader keeps by itself where it stood, killed at any step: nothing is skipped.

use std::sync::Arc;
use std::time::Duration;

use recount::store::LogRead;
use recount::{EventStore, Position, Runtime};
use tokio::time::sleep;

use crate::bank::{Account, AccountEvent, Deposited, Renamed, paid, plant, stored};
use crate::fuse::{Crashing, Fuse};
use crate::world::{Choices, Named, World, process};

/// How often a process is killed in one history.
pub const LIVES: u64 = 5;

/// What a reader has made durable.
#[derive(Default)]
struct Reader {
    /// What it has handled.
    handled: Vec<u64>,
    /// Where it goes on.
    saved: Position,
    /// It keeps where it stands before it has handled the event.
    saves_first: bool,
}

impl Reader {
    /// Reads on and on, or to this position.
    async fn read(&mut self, runtime: &Runtime, fuse: &Fuse, choices: &mut Choices, to: Option<Position>) {
        let asked = runtime.subscribe::<Account>().only::<Deposited>().after(self.saved);
        let mut subscription = asked.await.expect("it begins");
        while to.is_none_or(|to| self.handled.last().is_none_or(|last| *last < to.get())) {
            let event = subscription.next().await.expect("it has no end").expect("readable");
            assert!(matches!(event.event(), AccountEvent::Deposited(_)), "{event:?}");
            if self.saves_first {
                self.saved = subscription.position();
            }
            fuse.burn().await;
            self.handled.push(event.position().get());
            fuse.burn().await;
            if choices.below(3) == 0 {
                self.saved = subscription.position();
            }
        }
    }
}

/// One process after another, each killed at a step that a seed has drawn, and a last one that is not.
pub fn history(seed: u64, world: &World, saves_first: bool) {
    let _named = Named("a subscription", seed);
    let (mut choices, mut writes) = (Choices::of(seed), Choices::of(!seed));
    let mut reader = Reader {
        saves_first,
        ..Reader::default()
    };
    for _ in 0..LIVES {
        let fuse = Fuse::new(choices.steps(80));
        process().block_on(async {
            let store = world.open().await;
            let writing = async {
                loop {
                    write(&store, &mut writes).await;
                    sleep(Duration::from_millis(writes.below(1000))).await;
                }
            };
            let reading = async {
                let (inner, fuse) = (store.clone(), Arc::clone(&fuse));
                let runtime = start(Crashing {
                    inner,
                    fuse: Arc::clone(&fuse),
                    pages: Some((5, Duration::ZERO)),
                });
                reader.read(&runtime.await, &fuse, &mut choices, None).await;
            };
            tokio::select! {
                () = fuse.blown() => {}
                () = writing => {}
                () = reading => {}
            }
            world.end(store).await;
        });
    }
    let wanted = process().block_on(async {
        let store = world.open().await;
        let last = plant(&store, "a", vec![paid(1)]).await.last_position;
        let runtime = start(store.clone()).await;
        let fuse = Fuse::new(i64::MAX);
        reader.read(&runtime, &fuse, &mut choices, Some(last)).await;
        drop(runtime);
        let wanted = wanted(&store).await;
        world.end(store).await;
        wanted
    });
    let mut count = 0;
    for position in &reader.handled {
        let place = wanted.iter().position(|wanted| wanted == position);
        let place = place.unwrap_or_else(|| panic!("seed {seed}: nobody asked for {position}"));
        assert!(
            place <= count,
            "seed {seed}: {position} came after {count} of {wanted:?}"
        );
        count = count.max(place + 1);
    }
    assert_eq!(count, wanted.len(), "seed {seed}: all of it came");
}

/// What the reader has asked for of the whole log.
async fn wanted(store: &impl EventStore) -> Vec<u64> {
    let (mut wanted, mut after) = (Vec::new(), Position::START);
    loop {
        let page = store.read_log(LogRead::after(after)).await.expect("a page");
        let deposited = page.iter().filter(|event| event.name == "account.deposited");
        wanted.extend(deposited.map(|event| event.position.get()));
        after = page.scanned_through();
        if page.at_end() {
            return wanted;
        }
    }
}

/// Some of it is what the reader asks for. Whoever writes may die with its reader, in the middle of an append.
async fn write(store: &impl EventStore, choices: &mut Choices) {
    let renamed = || {
        let owner = "ada".to_owned();
        stored(&Renamed { owner })
    };
    let mut event = |_| if choices.below(3) > 0 { paid(1) } else { renamed() };
    let events = (0..4).map(&mut event).collect();
    plant(store, "a", events).await;
}

async fn start(store: impl EventStore) -> Runtime {
    let runtime = Runtime::builder().store(store).aggregate::<Account>();
    runtime.start().await.expect("it starts")
}
