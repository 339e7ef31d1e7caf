//! What views cost: building one anew from a million events against bare decoding of the same events, and how far one is behind durable
//! commands at a rate that is held.
//!
//! A rebuild is the median ratio of its rounds, with the least and the greatest; both sides of a round run right after one another. The lag is
//! the time from a command's answer until the view shows its events to whoever waits for them. The program ends with an error where a budget
//! is missed, or the rate was not held.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

mod domain;
mod lag;
mod rebuild;

use std::error::Error;
use std::path::Path;
use std::time::Duration;

use recount::{FileStore, MemoryStore};

use domain::{Balances, InTable};

/// How far the view may be behind, of ninety-nine in a hundred commands.
const LAG: Duration = Duration::from_millis(20);

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// On two threads, beside the one that the store writes on.
#[tokio::main(worker_threads = 2)]
async fn main() -> Fallible<()> {
    let mut args = std::env::args().skip(1);
    let events: u64 = args.next().map_or(Ok(1_000_000), |events| events.parse())?;
    let only = args.next();
    let is_asked = |name: &str| only.as_deref().is_none_or(|only| name.contains(only));
    let directory = Path::new("target/bench-read");
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    let mut is_kept = true;

    println!(
        "rebuild of {events} events\n{:<24}{:>8}{:>8}{:>16}{:>20}{:>20}",
        "", "budget", "ratio", "least..greatest", "rebuild (wall)", "decoding (wall)"
    );
    if is_asked("memory, rebuild") {
        is_kept &= rebuild::measured("memory, rebuild", &MemoryStore::new(), events).await?;
    }
    if is_asked("disk, rebuild") {
        let store = FileStore::open(directory.join("rebuild")).await?;
        is_kept &= rebuild::measured("disk, rebuild", &store, events).await?;
    }

    println!(
        "\nlag of a view\n{:<24}{:>10}{:>12}{:>12}{:>12}{:>12}{:>12}",
        "", "budget", "commands/s", "lag p50", "lag p99", "answer p50", "answer p99"
    );
    if is_asked("memory view, lag") {
        let store = FileStore::open(directory.join("lag")).await?;
        let runtime = domain::runtime(store).await?;
        is_kept &= lag::measured::<Balances>("memory view, lag", &runtime, Some(LAG)).await?;
        runtime.shutdown().await;
    }
    if is_asked("SQLite view, lag") {
        let folder = directory.join("lag-sqlite");
        let store = FileStore::open(folder.join("events")).await?;
        let runtime = domain::runtime_in(store, &folder).await?;
        is_kept &= lag::measured::<InTable>("SQLite view, lag", &runtime, None).await?;
        runtime.shutdown().await;
    }
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    if is_kept {
        Ok(())
    } else {
        Err("a budget was missed".into())
    }
}
