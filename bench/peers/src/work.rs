//! The slices of work that are timed, the same for every bank.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::bank::{Answer, Bank, Fallible, Order, PAID_IN, PAID_OUT};

/// The commands that an account of [`Work::Many`] gets before its caller opens the next one.
const COMMANDS_OF_AN_ACCOUNT: u32 = 10;

/// What is timed as one slice.
#[derive(Clone, Copy, Debug)]
pub enum Work {
    /// So many tasks, each with accounts of its own that are there before, with so many events; one after the other gets so many commands.
    Hot {
        tasks: u32,
        accounts: u32,
        events: u32,
        commands: u32,
    },
    /// So many accounts are opened, one after the other.
    New { commands: u32 },
    /// An account of so many events is loaded, so many times.
    Load { events: u32, loads: u32 },
    /// So many events that are typed and in memory are folded into an account, so many times.
    Fold { events: u32, folds: u32 },
    /// So many callers open accounts for so long, and give each ten commands.
    Many { callers: u32, during: Duration },
}

/// What came of it.
#[derive(Debug)]
pub struct Slice {
    /// Commands or loads per second.
    pub rate: f64,
    /// The nanoseconds of each.
    pub latencies: Histogram<u64>,
}

/// No latency at all; a hundredth is told apart, up to a minute.
pub fn no_latencies() -> Fallible<Histogram<u64>> {
    Ok(Histogram::new_with_bounds(1, 60_000_000_000, 2)?)
}

impl Work {
    /// Does the work; `slice` makes the accounts new ones.
    pub async fn run<B: Bank>(self, bank: &B, slice: u32) -> Fallible<Slice> {
        match self {
            Self::Hot {
                tasks,
                accounts,
                events,
                commands,
            } => hot(bank, slice, tasks, accounts, events, commands).await,
            Self::New { commands } => new(bank, slice, commands).await,
            Self::Load { events, loads } => load(bank, events, loads).await,
            Self::Fold { .. } => anyhow::bail!("a bank folds what it has loaded"),
            Self::Many { callers, during } => many(bank, slice, callers, during).await,
        }
    }
}

async fn hot<B: Bank>(bank: &B, slice: u32, tasks: u32, accounts: u32, events: u32, commands: u32) -> Fallible<Slice> {
    let ids = move |task: u32| (0..accounts).map(move |account| format!("hot-{slice}-{task}-{account}"));
    for id in (0..tasks).flat_map(ids) {
        filled(bank, &id, events).await?;
    }
    let timed = timed(bank, tasks, |mut bank, task, mut laps| async move {
        for id in ids(task) {
            for number in 1..=commands {
                done(&mut bank, &id, paid(number)).await?;
                laps.lap();
            }
        }
        Ok(laps)
    });
    let timed = timed.await?;
    // What was lost or done twice shows here.
    let (paid_in, paid_out) = (u64::from(events - 1 + commands - commands / 3), u64::from(commands / 3));
    let expected = paid_in * PAID_IN - paid_out * PAID_OUT;
    for id in (0..tasks).flat_map(ids) {
        let balance = bank.balance(&id).await?;
        anyhow::ensure!(
            balance == Some(expected),
            "the balance is {balance:?} and should be {expected}"
        );
    }
    Ok(timed)
}

async fn new<B: Bank>(bank: &B, slice: u32, commands: u32) -> Fallible<Slice> {
    let ids: Arc<[String]> = (0..commands).map(|number| format!("new-{slice}-{number}")).collect();
    let timed = timed(bank, 1, |mut bank, _, mut laps| {
        let ids = Arc::clone(&ids);
        async move {
            for id in &*ids {
                done(&mut bank, id, Order::Open).await?;
                laps.lap();
            }
            Ok(laps)
        }
    });
    timed.await
}

async fn load<B: Bank>(bank: &B, events: u32, loads: u32) -> Fallible<Slice> {
    let id = move || format!("of-{events}-events");
    if bank.balance(&id()).await?.is_none() {
        filled(bank, &id(), events).await?;
    }
    let expected = u64::from(events - 1) * PAID_IN;
    let timed = timed(bank, 1, |bank, _, mut laps| async move {
        let id = id();
        for _ in 0..loads {
            let balance = bank.balance(&id).await?;
            laps.lap();
            anyhow::ensure!(
                balance == Some(expected),
                "the balance is {balance:?} and should be {expected}"
            );
        }
        Ok(laps)
    });
    timed.await
}

async fn many<B: Bank>(bank: &B, slice: u32, callers: u32, during: Duration) -> Fallible<Slice> {
    let began = Instant::now();
    let timed = timed(bank, callers, |mut bank, caller, mut laps| async move {
        for account in 0_u32.. {
            let id = format!("many-{slice}-{callers}-{caller}-{account}");
            for number in 0..COMMANDS_OF_AN_ACCOUNT {
                let order = if number == 0 { Order::Open } else { paid(number) };
                done(&mut bank, &id, order).await?;
                laps.lap();
                if began.elapsed() >= during {
                    return Ok(laps);
                }
            }
        }
        Ok(laps)
    });
    timed.await
}

/// In, in, out.
const fn paid(number: u32) -> Order {
    if number.is_multiple_of(3) {
        Order::Withdraw(PAID_OUT)
    } else {
        Order::Deposit(PAID_IN)
    }
}

/// Opens an account and brings it to so many events.
async fn filled(bank: &impl Bank, id: &str, events: u32) -> Fallible<()> {
    let mut bank = bank.clone();
    done(&mut bank, id, Order::Open).await?;
    done(&mut bank, id, Order::Fill(events - 1)).await
}

async fn done(bank: &mut impl Bank, id: &str, order: Order) -> Fallible<()> {
    let answer = bank.order(id, order).await?;
    anyhow::ensure!(answer == Answer::Done, "{order:?} on {id} was refused");
    Ok(())
}

/// Folds events that are typed and in memory, so many times.
pub fn folds(fold: impl Fn() -> Fallible<u64>, events: u32, folds: u32) -> Fallible<Slice> {
    let began = Instant::now();
    let mut laps = Laps {
        last: began,
        latencies: no_latencies()?,
    };
    for _ in 0..folds {
        let balance = fold()?;
        laps.lap();
        let expected = u64::from(events - 1) * PAID_IN;
        anyhow::ensure!(balance == expected, "the balance is {balance} and should be {expected}");
    }
    let rate = f64::from(folds) / began.elapsed().as_secs_f64();
    let latencies = laps.latencies;
    Ok(Slice { rate, latencies })
}

/// The times of one task, each lap from the one before.
#[derive(Debug)]
struct Laps {
    last: Instant,
    latencies: Histogram<u64>,
}

impl Laps {
    fn lap(&mut self) {
        let now = Instant::now();
        let nanos = u64::try_from((now - self.last).as_nanos()).unwrap_or(u64::MAX);
        self.latencies.saturating_record(nanos);
        self.last = now;
    }
}

/// Runs so many tasks at once, each with a clone of the bank, and times them together.
async fn timed<B: Bank, F>(bank: &B, tasks: u32, task: impl Fn(B, u32, Laps) -> F) -> Fallible<Slice>
where
    F: Future<Output = Fallible<Laps>> + Send + 'static,
{
    let began = Instant::now();
    let mut prepared = Vec::new();
    for number in 0..tasks {
        let laps = Laps {
            last: began,
            latencies: no_latencies()?,
        };
        prepared.push((bank.clone(), number, laps));
    }
    let (began, mut running) = (Instant::now(), JoinSet::new());
    for (bank, number, mut laps) in prepared {
        laps.last = Instant::now();
        running.spawn(task(bank, number, laps));
    }
    let mut finished = Vec::new();
    while let Some(laps) = running.join_next().await {
        finished.push(laps??);
    }
    let elapsed = began.elapsed();
    let mut latencies = no_latencies()?;
    for laps in &finished {
        latencies.add(&laps.latencies)?;
    }
    #[expect(clippy::cast_precision_loss, reason = "counts below 2^52")]
    let rate = latencies.len() as f64 / elapsed.as_secs_f64();
    Ok(Slice { rate, latencies })
}
