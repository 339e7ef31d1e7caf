//! A view of a million events that is built anew, against decoding the same events by the same decoder and nothing else.

use std::fmt;
use std::hint::black_box;
use std::time::{Duration, Instant};

use recount::store::{Batch, Expected, Filter, LogRead, NewEvent};
use recount::{AppendId, Cause, EventSet, EventStore, Headers, Position, Runtime, Source, StreamId, Token};
use recount_bench::time::of_all_threads;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::Fallible;
use crate::domain::{Account, AccountEvent, Balances, deposited, opened, runtime};

/// What a rebuild may take at most, in units of decoding.
const BUDGET: f64 = 1.5;
/// How often each side runs, in turns; the median of the ratios counts.
const ROUNDS: usize = 7;
/// The accounts that the events are of, in turns.
const ACCOUNTS: u64 = 1_000;
/// How many appends are under way at once, so that those of a durable store share its syncs.
const WRITERS: u64 = 512;
/// How often it is asked whether the new view is shown.
const EVERY: Duration = Duration::from_millis(2);

/// Prints the row; whether the budget was kept.
pub(crate) async fn measured<S: EventStore + Clone>(name: &str, store: &S, events: u64) -> Fallible<bool> {
    filled(store, events).await?;
    let runtime = runtime(store.clone()).await?;
    let all = Token::new(store.identity(), store.head().await?);
    // The first build is for the caches.
    let view = runtime.view::<Balances>().after(all).within(Duration::MAX).await?;
    assert_eq!(view.sum(), events - ACCOUNTS, "every event was handled once");
    drop(view);
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        // Whoever comes second finds the caches as the first has left them.
        let (ours, theirs) = if round % 2 == 0 {
            let ours = Spent::on(rebuilt(&runtime)).await?;
            (ours, Spent::on(decoded(store, events)).await?)
        } else {
            let theirs = Spent::on(decoded(store, events)).await?;
            (Spent::on(rebuilt(&runtime)).await?, theirs)
        };
        rounds.push((ours.busy.as_secs_f64() / theirs.busy.as_secs_f64(), ours, theirs));
    }
    let view = runtime.view::<Balances>().after(all).await?;
    assert_eq!(view.sum(), events - ACCOUNTS, "every event was handled once");
    drop(view);
    runtime.shutdown().await;
    rounds.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (ratio, ours, theirs) = &rounds[ROUNDS / 2];
    let spread = format!("{:.2}..{:.2}", rounds[0].0, rounds[ROUNDS - 1].0);
    let verdict = if *ratio < BUDGET { "" } else { "  over" };
    println!("{name:<24}{BUDGET:>8.2}{ratio:>8.2}{spread:>16}{ours:>20}{theirs:>20}{verdict}");
    Ok(*ratio < BUDGET)
}

/// What one side took.
struct Spent {
    /// The processor time of all threads: whatever else the machine does is not in it.
    busy: Duration,
    /// By the clock on the wall.
    passed: Duration,
}

impl Spent {
    async fn on(work: impl Future<Output = Fallible<()>>) -> Fallible<Self> {
        let (busy, began) = (of_all_threads(), Instant::now());
        work.await?;
        Ok(Self {
            busy: of_all_threads().saturating_sub(busy),
            passed: began.elapsed(),
        })
    }
}

impl fmt::Display for Spent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (busy, passed) = (self.busy.as_secs_f64(), self.passed.as_secs_f64());
        f.pad(&format!("{busy:.2} s ({passed:.2} s)"))
    }
}

/// Builds the view anew, until it is shown.
async fn rebuilt(runtime: &Runtime) -> Fallible<()> {
    runtime.rebuild("balances").await?;
    while runtime
        .status()
        .await?
        .consumers
        .iter()
        .any(|view| view.rebuilding.is_some())
    {
        tokio::time::sleep(EVERY).await;
    }
    Ok(())
}

/// One event to an append, as commands write them, with the headers that a runtime writes.
async fn filled<S: EventStore + Clone>(store: &S, events: u64) -> Fallible<()> {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            // All of an account's events are one writer's, so that it is opened first.
            for account in (writer..ACCOUNTS).step_by(usize::try_from(WRITERS)?) {
                let event = AccountEvent::from(opened()).encode()?.into();
                append(&store, account, "open", event).await?;
            }
            let rounds = (events - ACCOUNTS) / ACCOUNTS;
            for _ in 0..rounds {
                for account in (writer..ACCOUNTS).step_by(usize::try_from(WRITERS)?) {
                    let event = AccountEvent::from(deposited(1)).encode()?.into();
                    append(&store, account, "deposit", event).await?;
                }
            }
            Fallible::Ok(())
        });
    }
    while let Some(done) = writers.join_next().await {
        done??;
    }
    Ok(())
}

async fn append(store: &impl EventStore, account: u64, command: &'static str, event: NewEvent) -> Fallible<()> {
    let mut headers = Headers::default();
    headers.correlation = Some(Uuid::new_v4());
    headers.command = Some(Cause::new(Uuid::new_v4(), command, None));
    let stream = StreamId::new("account", &format!("acc-{account:09}"))?;
    let batch = Batch::new(AppendId::new(Uuid::new_v4())).metadata(headers.encode());
    store.append(batch.part(stream, Expected::Any, vec![event])).await?;
    Ok(())
}

/// Reads all pages and decodes their events, as a projection has them read and decoded.
async fn decoded(store: &impl EventStore, events: u64) -> Fallible<()> {
    let source = Source::of::<Account>();
    let filter = Filter::default().categories([source.category()]);
    let (mut after, mut count) = (Position::START, 0);
    loop {
        let page = store.read_log(LogRead::after(after).filter(filter.clone())).await?;
        for event in page.iter() {
            source.decode(&event.raw(), &mut |event| {
                black_box(event);
                count += 1;
            })?;
        }
        after = page.scanned_through();
        if page.at_end() {
            break;
        }
    }
    assert_eq!(count, events, "all of them");
    Ok(())
}
