//! What reactions cost: events that a policy, a process and a publisher handle in a second, against bare commands to the same store in the
//! same run, behind the log and beside those who write to it.
//!
//! A row is the median ratio of its rounds, with the least and the greatest. What a consumer writes counts, one append for each command and
//! each record, against as many commands without a consumer; of a publisher, which writes nothing, the events count. 1.00 is a consumer that
//! costs nothing beside its appends.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

mod domain;
mod load;
mod rows;

use std::error::Error;
use std::path::{Path, PathBuf};

use recount::{AnyStore, FileStore, MemoryStore};

/// How often each row is measured; each round has a store of its own.
const ROUNDS: usize = 3;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Which store.
#[derive(Clone, Copy)]
enum Kind {
    Memory,
    Disk,
}

/// Where stores are made anew.
struct Place {
    kind: Kind,
    folder: PathBuf,
}

impl Place {
    /// A store without events.
    async fn store(&self) -> Fallible<AnyStore> {
        Ok(match self.kind {
            Kind::Memory => AnyStore::new(MemoryStore::new()),
            Kind::Disk => {
                if self.folder.exists() {
                    std::fs::remove_dir_all(&self.folder)?;
                }
                AnyStore::new(FileStore::open(&self.folder).await?)
            }
        })
    }
}

/// On two threads, beside the one that the store writes on.
#[tokio::main(worker_threads = 2)]
async fn main() -> Fallible<()> {
    let mut args = std::env::args().skip(1);
    let events: u64 = args.next().map_or(Ok(20_000), |events| events.parse())?;
    let only = args.next();
    let directory = Path::new("target/bench-react");
    let head = ["", "events/s", "appends/s", "commands/s", "ratio", "least..greatest"];
    println!(
        "{:<24}{:>12}{:>12}{:>12}{:>8}{:>18}",
        head[0], head[1], head[2], head[3], head[4], head[5]
    );
    for (store, kind) in [("memory", Kind::Memory), ("disk", Kind::Disk)] {
        let folder = directory.join(store);
        let place = Place { kind, folder };
        for row in rows::ROWS {
            let name = format!("{store}, {}", row.name());
            if only.as_deref().is_none_or(|only| name.contains(only)) {
                measured(&name, row, &place, events).await?;
            }
        }
    }
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    Ok(())
}

async fn measured(name: &str, row: rows::Row, place: &Place, events: u64) -> Fallible<()> {
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let round = row.round(place.store().await?, events).await?;
        rounds.push((round.appends / round.commands, round));
    }
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, round) = &rounds[ROUNDS / 2];
    let spread = format!("{:.2}..{:.2}", rounds[0].0, rounds[ROUNDS - 1].0);
    let rows::Round {
        events,
        appends,
        commands,
    } = round;
    println!("{name:<24}{events:>12.0}{appends:>12.0}{commands:>12.0}{ratio:>8.2}{spread:>18}");
    Ok(())
}
