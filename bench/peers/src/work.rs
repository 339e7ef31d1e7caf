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
    /// So many tasks, each with so many commands to one account of its own, which was opened before.
    Hot { tasks: u32, commands: u32 },
    /// So many accounts are opened, one after the other.
    New { commands: u32 },
    /// An account of so many events is loaded, so many times.
    Load { events: u32, loads: u32 },
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
            Self::Hot { tasks, commands } => hot(bank, slice, tasks, commands).await,
            Self::New { commands } => new(bank, slice, commands).await,
            Self::Load { events, loads } => load(bank, events, loads).await,
            Self::Many { callers, during } => many(bank, slice, callers, during).await,
        }
    }
}

async fn hot<B: Bank>(bank: &B, slice: u32, tasks: u32, commands: u32) -> Fallible<Slice> {
    let id = move |task: u32| format!("hot-{slice}-{task}");
    for task in 0..tasks {
        done(&mut bank.clone(), &id(task), Order::Open).await?;
    }
    let timed = timed(bank, tasks, |mut bank, task, mut laps| async move {
        let id = id(task);
        for number in 1..=commands {
            done(&mut bank, &id, paid(number)).await?;
            laps.lap();
        }
        Ok(laps)
    });
    let timed = timed.await?;
    // What was lost or done twice shows here.
    let (paid_in, paid_out) = (u64::from(commands - commands / 3), u64::from(commands / 3));
    let expected = paid_in * PAID_IN - paid_out * PAID_OUT;
    for task in 0..tasks {
        let balance = bank.balance(&id(task)).await?;
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
        done(&mut bank.clone(), &id(), Order::Open).await?;
        done(&mut bank.clone(), &id(), Order::Fill(events - 1)).await?;
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

async fn done(bank: &mut impl Bank, id: &str, order: Order) -> Fallible<()> {
    let answer = bank.order(id, order).await?;
    anyhow::ensure!(answer == Answer::Done, "{order:?} on {id} was refused");
    Ok(())
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
