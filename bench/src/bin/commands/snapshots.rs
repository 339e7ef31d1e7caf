//! A command on a long aggregate that is cold, with snapshots and without, against one on a short aggregate that is cold.

use std::path::Path;
use std::time::Instant;

use recount::{EventStore, FileSnapshots, FileStore, MemorySnapshots, MemoryStore, Runtime, SnapshotStore};

use crate::domain::{Account, Deposit};
use crate::{Fallible, ours};

/// The events of the two, and how many commands there are to each.
const LONG: u64 = 100_000;
const SHORT: u64 = 10;
const COMMANDS: u64 = 200;
/// Without snapshots there are fewer, since each folds all events.
const FOLDS: u64 = 10;

/// Prints the medians and their ratios, in memory and on the disk.
pub(crate) async fn measured(directory: &Path) -> Fallible<()> {
    println!("\ncommand on a cold aggregate, median of {COMMANDS}");
    against("memory", &MemoryStore::new(), MemorySnapshots::new()).await?;
    let path = directory.join("snapshots");
    against("disk", &FileStore::open(&path).await?, FileSnapshots::new(&path)).await
}

async fn against(name: &str, store: &(impl EventStore + Clone), snapshots: impl SnapshotStore) -> Fallible<()> {
    ours::long_stream(store, "long", LONG).await?;
    for number in 0..COMMANDS {
        ours::long_stream(store, &format!("short-{number}"), SHORT).await?;
    }
    let builder = || {
        Runtime::builder()
            .store(store.clone())
            .aggregate::<Account>()
            .keep_states(0)
    };
    let without = builder().start().await?;
    let mut folded = Vec::new();
    for _ in 0..FOLDS {
        folded.push(timed(&without, "long").await?);
    }
    let with = builder().snapshots(snapshots).start().await?;
    with.warm_snapshots::<Account>(["long"]).await?;
    let (mut long, mut short) = (Vec::new(), Vec::new());
    for number in 0..COMMANDS {
        // In turns, so that both see the same machine.
        short.push(timed(&with, &format!("short-{number}")).await?);
        long.push(timed(&with, "long").await?);
    }
    let counts = with.status().await?.snapshots;
    assert_eq!(
        (counts.used, counts.ignored),
        (COMMANDS, 0),
        "each command on the long one begins at a snapshot"
    );
    let (folded, long, short) = (median(folded), median(long), median(short));
    println!(
        "{name:<8} {SHORT} events {short:>8.1} us, {LONG} with snapshots {long:>8.1} us, ratio {:.2}, without {folded:>10.1} us",
        long / short
    );
    with.shutdown().await;
    Ok(())
}

/// Microseconds of one command.
async fn timed(runtime: &Runtime, id: &str) -> Fallible<f64> {
    let began = Instant::now();
    runtime.execute(id, Deposit { amount: 5 }).await?;
    Ok(began.elapsed().as_secs_f64() * 1e6)
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
