//! What a command costs against a bare append of the same bytes to the same store, in the same run: on hot aggregates and on new ones, in
//! memory and on the disk; and what folding a long stream costs.
//!
//! A row is the median ratio of its slices, with the least and the greatest; both sides of a slice are timed right after one another, in
//! turns. 1.00 is a command that costs nothing beside its append.

#![expect(clippy::print_stdout, reason = "it is a program for the terminal")]

mod bare;
mod domain;
mod ours;

use std::error::Error;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use recount::{FileStore, MemoryStore, Runtime};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use bare::Bare;
use ours::Ours;

/// How long each side of a slice is timed, and how many slices there are.
const SLICE: Duration = Duration::from_millis(300);
const SLICES: u32 = 7;
/// The events of the stream that is folded.
const LONG: u64 = 10_000;

type Fallible<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// What a caller does again and again; another framework is one more type of these.
trait Subject: Clone + Send + Sync + 'static {
    /// A caller of its own, ready to write to an aggregate that is there and was written to just now.
    fn hot(&self, name: String) -> impl Future<Output = Fallible<impl Caller>> + Send;
    /// A caller that makes a new aggregate each time.
    fn new_streams(&self, name: String) -> impl Future<Output = Fallible<impl Caller>> + Send;
}

/// One task.
trait Caller: Send + 'static {
    /// One write, and its answer.
    fn write(&mut self) -> impl Future<Output = Fallible<()>> + Send;
}

#[tokio::main]
async fn main() -> Fallible<()> {
    let only = std::env::args().nth(1);
    let is_asked = |name: &str| only.as_deref().is_none_or(|only| name.contains(only));
    let directory = Path::new("target/bench-commands");
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    let head = ["", "commands/s", "appends/s", "ratio", "least..greatest"];
    println!(
        "{:<34}{:>12}{:>12}{:>8}{:>18}",
        head[0], head[1], head[2], head[3], head[4]
    );
    for callers in [1, 64, 256] {
        for kind in [Kind::Hot, Kind::New] {
            let name = format!("memory, {}, {callers} callers", kind.word());
            if is_asked(&name) {
                let store = MemoryStore::new();
                let runtime = domain::runtime(store.clone()).await?;
                row(&name, callers, kind, &Ours(runtime), &Bare(store)).await?;
            }
        }
    }
    for callers in [1, 64, 256] {
        for kind in [Kind::Hot, Kind::New] {
            let name = format!("disk, {}, {callers} callers", kind.word());
            if is_asked(&name) {
                let store = FileStore::open(directory.join(name.replace(", ", "-"))).await?;
                let runtime = domain::runtime(store.clone()).await?;
                row(&name, callers, kind, &Ours(runtime.clone()), &Bare(store)).await?;
                runtime.shutdown().await;
            }
        }
    }
    if is_asked("fold") {
        fold(directory).await?;
    }
    if directory.exists() {
        std::fs::remove_dir_all(directory)?;
    }
    Ok(())
}

/// What is written to.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Hot,
    New,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Self::Hot => "hot",
            Self::New => "new",
        }
    }
}

async fn row(name: &str, callers: u32, kind: Kind, ours: &impl Subject, theirs: &impl Subject) -> Fallible<()> {
    let mut slices = Vec::new();
    for slice in 0..SLICES {
        // Whoever comes second finds the store larger, and the caches as the first has left them.
        let (commands, appends) = if slice % 2 == 0 {
            let commands = rate(ours, callers, kind, &format!("{slice}-ours")).await?;
            (commands, rate(theirs, callers, kind, &format!("{slice}-bare")).await?)
        } else {
            let appends = rate(theirs, callers, kind, &format!("{slice}-bare")).await?;
            (rate(ours, callers, kind, &format!("{slice}-ours")).await?, appends)
        };
        slices.push((commands / appends, commands, appends));
    }
    slices.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, commands, appends) = slices[slices.len() / 2];
    let spread = format!("{:.2}..{:.2}", slices[0].0, slices[slices.len() - 1].0);
    println!("{name:<34}{commands:>12.0}{appends:>12.0}{ratio:>8.2}{spread:>18}");
    Ok(())
}

/// Writes per second of this many callers.
async fn rate(subject: &impl Subject, callers: u32, kind: Kind, name: &str) -> Fallible<f64> {
    let mut tasks = JoinSet::new();
    // All are ready before the time begins, and all end with it.
    let start = Arc::new(Barrier::new(callers as usize + 1));
    let is_over = Arc::new(AtomicBool::new(false));
    for caller in 0..callers {
        let (subject, name) = (subject.clone(), format!("{name}-{caller}"));
        let (start, is_over) = (start.clone(), is_over.clone());
        tasks.spawn(async move {
            match kind {
                Kind::Hot => count(subject.hot(name).await?, &start, &is_over).await,
                Kind::New => count(subject.new_streams(name).await?, &start, &is_over).await,
            }
        });
    }
    start.wait().await;
    let began = Instant::now();
    tokio::time::sleep(SLICE).await;
    is_over.store(true, Ordering::Relaxed);
    let mut written = 0;
    while let Some(count) = tasks.join_next().await {
        written += count??;
    }
    Ok(f64::from(written) / began.elapsed().as_secs_f64())
}

async fn count(mut caller: impl Caller, start: &Barrier, is_over: &AtomicBool) -> Fallible<u32> {
    start.wait().await;
    let mut count = 0;
    while !is_over.load(Ordering::Relaxed) {
        caller.write().await?;
        count += 1;
        // A store in memory never waits, and the callers have to take turns.
        tokio::task::yield_now().await;
    }
    Ok(count)
}

/// The time of a load from the first event, which a runtime without kept states does each time.
async fn fold(directory: &Path) -> Fallible<()> {
    let store = FileStore::open(directory.join("fold")).await?;
    let builder = Runtime::builder().store(store.clone()).aggregate::<domain::Account>();
    let runtime = builder.keep_states(0).start().await?;
    ours::long_stream(&store, LONG).await?;
    let mut times = Vec::new();
    for _ in 0..20 {
        let began = Instant::now();
        let account = runtime.load::<domain::Account>("long").await?.ok_or("no account")?;
        times.push(began.elapsed());
        assert_eq!((account.entries, account.owner.as_str()), (LONG - 1, "Ada"));
    }
    times.sort();
    let median = times[times.len() / 2];
    let each = median.as_secs_f64() * 1e9 / f64::from(u32::try_from(LONG)?);
    println!(
        "\nload of {LONG} events, disk: {:.2} ms, {each:.0} ns an event",
        median.as_secs_f64() * 1e3
    );
    runtime.shutdown().await;
    Ok(())
}
