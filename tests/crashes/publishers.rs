//! Publishers, killed at any step between what is handed over and the checkpoint: every event at least once, in order, without a gap.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use recount::store::{CheckpointStore, ConsumerName};
use recount::{AnyStore, EventId, EventStore, JsonLines, Published, Publisher, Publishing, Runtime};
use tokio::time::sleep;

use crate::bank::{paid, plant};
use crate::fuse::{Crashing, Fuse};
use crate::world::{Choices, Named, World, folder, process};

/// How often a process is killed in one history.
pub const LIVES: u64 = 5;

/// What a broker has taken for good: each position, and the id that came with it.
type Taken = Arc<Mutex<Vec<(u64, EventId)>>>;

/// A broker that may die between any two events, and fails now and then in the middle of some.
struct Broker {
    taken: Taken,
    fuse: Arc<Fuse>,
    /// It says that it has taken what it takes with the next events.
    lies: bool,
    calls: Mutex<(u64, Vec<(u64, EventId)>)>,
}

impl Publisher for Broker {
    type Error = io::Error;

    async fn publish(&self, events: &[Published]) -> io::Result<()> {
        let mut events: Vec<_> = events
            .iter()
            .map(|event| (event.event().position.get(), event.id()))
            .collect();
        let call = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            calls.0 += 1;
            if self.lies {
                std::mem::swap(&mut calls.1, &mut events);
            }
            calls.0
        };
        if call % 5 == 0 {
            events.truncate(events.len() / 2);
        }
        for event in events {
            self.fuse.burn().await;
            self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        }
        self.fuse.burn().await;
        if call % 5 == 0 {
            return Err(io::Error::other("the broker is away"));
        }
        Ok(())
    }
}

/// How far everything has been taken: in order, without a gap, each under one id.
fn through(taken: &[(u64, EventId)], seed: u64) -> u64 {
    let mut ids: Vec<EventId> = Vec::new();
    for (position, id) in taken {
        let place = usize::try_from(*position).expect("small") - 1;
        assert!(
            place <= ids.len(),
            "seed {seed}: {position} was taken after {}",
            ids.len()
        );
        match ids.get(place) {
            Some(before) => assert_eq!(before, id, "seed {seed}: the ids of {position}"),
            None => ids.push(*id),
        }
    }
    ids.len() as u64
}

/// Where the publisher goes on after a crash.
async fn saved(store: &AnyStore) -> u64 {
    let name = ConsumerName::new("broker").expect("a name");
    let saved = store.checkpoints().load(&name).await.expect("what is kept");
    saved.map_or(0, |saved| saved.checkpoint.position().get())
}

/// One process after another, each killed at a step that a seed has drawn, and a last one that is not.
fn lives<P: Into<Publishing>>(
    (seed, world): (u64, &World),
    publisher: impl Fn(&Arc<Fuse>) -> P,
    mut look: impl FnMut(u64, &mut Choices),
) -> u64 {
    let mut choices = Choices::of(seed);
    for _ in 0..LIVES {
        let fuse = Fuse::new(choices.steps(80));
        process().block_on(life(world, &fuse, || publisher(&fuse).into(), &mut choices));
        let saved = world.look(async |store| saved(store).await);
        look(saved, &mut choices);
    }
    process().block_on(async {
        let store = world.open().await;
        plant(&store, "a", vec![paid(1)]).await;
        let runtime = start(store.clone(), publisher(&Fuse::new(i64::MAX)).into()).await;
        runtime.settle().await.expect("it settles");
        let head = store.head().await.expect("a head");
        drop(runtime);
        world.end(store).await;
        head.get()
    })
}

async fn life(world: &World, fuse: &Arc<Fuse>, publisher: impl Fn() -> Publishing, choices: &mut Choices) {
    let store = world.open().await;
    let (inner, pages) = (store.clone(), Some((5, Duration::ZERO)));
    let fused = Arc::clone(fuse);
    let crashing = Crashing {
        inner,
        fuse: fused,
        pages,
    };
    let living = async {
        let _runtime = start(crashing, publisher()).await;
        loop {
            for _ in 0..=choices.below(4) {
                let events = (0..=choices.below(3)).map(|_| paid(1)).collect();
                plant(&store, "a", events).await;
            }
            sleep(Duration::from_millis(choices.below(3000))).await;
        }
    };
    tokio::select! {
        () = fuse.blown() => {}
        () = living => {}
    }
    world.end(store).await;
}

async fn start(store: impl EventStore, publisher: Publishing) -> Runtime {
    let runtime = Runtime::builder().store(store).publisher("broker", publisher);
    runtime.start().await.expect("it starts")
}

/// A broker; one that lies says that it has what it has not.
pub fn broker(seed: u64, world: &World, lies: bool) {
    let _named = Named("a broker", seed);
    let taken = Taken::default();
    let all = || through(&taken.lock().unwrap_or_else(PoisonError::into_inner), seed);
    let publisher = |fuse: &Arc<Fuse>| Broker {
        taken: Arc::clone(&taken),
        fuse: Arc::clone(fuse),
        lies,
        calls: Mutex::default(),
    };
    let head = lives((seed, world), publisher, |saved, _| {
        assert!(saved <= all(), "seed {seed}: the checkpoint passed what was not taken");
    });
    assert_eq!(all(), head, "seed {seed}: all of it was taken");
}

/// The events of the whole lines of a file, and where the first line ends with which all up to a position are there.
fn lines(path: &Path, saved: u64) -> (Vec<(u64, EventId)>, usize) {
    let text = std::fs::read(path).unwrap_or_default();
    let (mut events, mut end, mut kept) = (Vec::new(), 0, None);
    for line in text
        .split_inclusive(|byte| *byte == b'\n')
        .filter(|line| line.ends_with(b"\n"))
    {
        let line_of: serde_json::Value = serde_json::from_slice(line).expect("a line of JSON");
        let position = line_of["position"].as_u64().expect("a number");
        let id = serde_json::from_value(line_of["id"].clone()).expect("an id");
        events.push((position, id));
        if position > saved {
            kept = kept.or(Some(end));
        }
        end += line.len();
    }
    (events, kept.unwrap_or(end))
}

/// A file of lines, of which the power may have cut what no checkpoint has passed.
pub fn json_lines(seed: u64, world: &World) {
    let _named = Named("a file of lines", seed);
    let folder = folder();
    let path = folder.path().join("events.jsonl");
    let publisher = |_: &Arc<Fuse>| JsonLines::to_file(&path).expect("a file");
    let head = lives((seed, world), publisher, |saved, choices| {
        let (events, kept) = lines(&path, saved);
        assert!(
            saved <= through(&events, seed),
            "seed {seed}: the checkpoint passed what is not in the file"
        );
        let length = std::fs::metadata(&path).map_or(0, |file| file.len());
        let cut = kept as u64 + choices.below(length.saturating_sub(kept as u64) + 1);
        if let Ok(file) = std::fs::File::options().write(true).open(&path) {
            file.set_len(cut).expect("it is cut");
        }
    });
    assert_eq!(
        through(&lines(&path, u64::MAX).0, seed),
        head,
        "seed {seed}: all of it is in the file"
    );
}
