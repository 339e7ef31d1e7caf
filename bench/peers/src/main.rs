//! Commands per second and latency of recount and of other event sourcing frameworks, side by side in one run.
//!
//! `README.md` says what is compared and how; only the ratios mean anything on another machine. Ends with an error where a bar is missed.

mod bank;
mod measure;
mod peers;
mod snapshots;
mod table;
mod work;

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use crate::bank::Fallible;
use crate::measure::measure;
use crate::peers::Peer;
use crate::table::Table;
use crate::work::Work;

/// How many rounds are counted unless an argument says so.
const ROUNDS: u32 = 7;
/// How long the callers of one slice on the disk go on.
const DURING: Duration = Duration::from_millis(700);

/// What is timed in memory, with how many times as fast as the best peer recount should be. The frameworks beside it read a stream from
/// its first event for each command, so how long a hot account is decides nearly all: the bar is for a hundred events, and stands beside what
/// is shorter and what is longer.
const IN_MEMORY: [(&str, &str, Work, Option<f64>); 6] = [
    (
        "in memory, 1 task, hot accounts of 10 to 20 events",
        "commands",
        Work::Hot {
            tasks: 1,
            accounts: 100,
            events: 10,
            commands: 10,
        },
        None,
    ),
    (
        "in memory, 1 task, hot accounts of 100 to 120 events",
        "commands",
        Work::Hot {
            tasks: 1,
            accounts: 50,
            events: 100,
            commands: 20,
        },
        Some(2.0),
    ),
    (
        "in memory, 1 task, hot accounts of 1000 to 1100 events",
        "commands",
        Work::Hot {
            tasks: 1,
            accounts: 10,
            events: 1000,
            commands: 100,
        },
        None,
    ),
    (
        "in memory, 64 tasks, each with a hot account of 100 to 120 events after another",
        "commands",
        Work::Hot {
            tasks: 64,
            accounts: 4,
            events: 100,
            commands: 20,
        },
        Some(2.0),
    ),
    (
        "in memory, a new account for each command",
        "commands",
        Work::New { commands: 20_000 },
        Some(1.0),
    ),
    (
        "in memory, the load of an account of 10 000 events from its store, with nothing kept",
        "loads",
        Work::Load {
            events: 10_000,
            loads: 10,
        },
        None,
    ),
];

/// What is timed on typed events in memory, without a store.
const FOLD: (&str, &str, Work, Option<f64>) = (
    "in memory, the fold of 10 000 typed events",
    "folds",
    Work::Fold {
        events: 10_000,
        folds: 50,
    },
    Some(20.0),
);

/// What is timed on the disk.
const ON_DISK: [(&str, &str, Work); 4] = [
    (
        "on disk, 1 caller, 10 commands to each account",
        "commands",
        Work::Many {
            callers: 1,
            during: DURING,
        },
    ),
    (
        "on disk, 64 callers, 10 commands to each account",
        "commands",
        Work::Many {
            callers: 64,
            during: DURING,
        },
    ),
    (
        "on disk, 256 callers, 10 commands to each account",
        "commands",
        Work::Many {
            callers: 256,
            during: DURING,
        },
    ),
    (
        "on disk, an account of 10 000 events",
        "loads",
        Work::Load {
            events: 10_000,
            loads: 3,
        },
    ),
];

#[tokio::main]
async fn main() -> Fallible<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let rounds = match arguments.next() {
        Some(rounds) => rounds.parse()?,
        None => ROUNDS,
    };
    let is_memory_alone = arguments.next().as_deref() == Some("memory");
    let mut table = Table::new(apart_from_stdout()?);
    let directory = Path::new("target/bench-peers");
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    std::fs::create_dir_all(directory)?;
    let slices = &mut 0;

    let peers = peers::in_memory().await?;
    for (what, unit, work, bar) in IN_MEMORY {
        table.row(what, unit, &measure(&peers, work, rounds, slices).await?, bar)?;
    }
    drop(peers);
    let (what, unit, work, bar) = FOLD;
    table.row(
        what,
        unit,
        &measure(&peers::folding(), work, rounds, slices).await?,
        bar,
    )?;
    if is_memory_alone {
        return table.end();
    }

    let postgres = std::env::var("DATABASE_URL").ok();
    let peers = on_disk(directory, postgres.as_deref(), &mut table).await?;
    for (what, unit, work) in ON_DISK {
        table.row(what, unit, &measure(&peers, work, rounds, slices).await?, None)?;
    }
    snapshots::measure(directory, &mut table).await?;
    drop(peers);
    std::fs::remove_dir_all(directory)?;

    table.end()
}

async fn on_disk(directory: &Path, postgres: Option<&str>, table: &mut Table) -> Fallible<Vec<Peer>> {
    if postgres.is_none() {
        table.line("\ncqrs-es, postgres-es: skipped, DATABASE_URL is not set")?;
    }
    peers::on_disk(directory, postgres).await
}

/// Where this process was to print. From here on its standard output is nowhere: the store in memory of cqrs-es prints a line for each load
/// and for each write, and should wait for no terminal.
fn apart_from_stdout() -> Fallible<File> {
    let out = rustix::io::dup(std::io::stdout())?;
    rustix::stdio::dup2_stdout(OpenOptions::new().write(true).open("/dev/null")?)?;
    Ok(File::from(out))
}
