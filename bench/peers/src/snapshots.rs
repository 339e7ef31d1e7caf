//! What a long past costs the first command after a start: recount against itself.

use std::path::Path;
use std::time::Instant;

use crate::bank::{Answer, Bank, Fallible, Order, PAID_IN};
use crate::measure::Spread;
use crate::peers::ours::Ours;
use crate::table::{Table, times};

const LONG: u32 = 100_000;
const SHORT: u32 = 10;
/// An append holds at most 16 MiB.
const AT_ONCE: u32 = 10_000;
const COMMANDS: usize = 15;
/// How much longer it may take on the long one.
const BAR: f64 = 2.0;

/// Prints the row: commands to both accounts in turns, each in a runtime that has seen neither.
pub async fn measure(directory: &Path, table: &mut Table) -> Fallible<()> {
    let bank = Ours::on_disk(&directory.join("snapshots")).await?;
    for events in [LONG, SHORT] {
        let (id, mut left) = (events.to_string(), events - 1);
        done(&bank, &id, Order::Open).await?;
        while left > 0 {
            let now = left.min(AT_ONCE);
            done(&bank, &id, Order::Fill(now)).await?;
            left -= now;
        }
    }
    let mut pairs = Vec::new();
    for _ in 0..COMMANDS {
        let long = first(&bank, LONG).await?;
        pairs.push((long, first(&bank, SHORT).await?));
    }
    let ratio = Spread::of(pairs.iter().map(|(long, short)| long / short));
    let median = |each: Vec<f64>| Spread::of(each).median * 1e3;
    let (long, short) = pairs.into_iter().unzip();
    table.line(&format!(
        "\non disk, the first command after a start on {LONG} events against one on {SHORT}"
    ))?;
    let (long, short) = (median(long), median(short));
    let what = format!(
        "{long:.2} ms against {short:.2} ms: {}; the bar is {BAR}x at most",
        times(ratio)
    );
    table.bar(&what, ratio.median <= BAR)
}

/// The seconds of a command in a runtime of its own.
async fn first(bank: &Ours, events: u32) -> Fallible<f64> {
    let bank = bank.started_anew().await?;
    let began = Instant::now();
    done(&bank, &events.to_string(), Order::Deposit(PAID_IN)).await?;
    Ok(began.elapsed().as_secs_f64())
}

async fn done(bank: &Ours, id: &str, order: Order) -> Fallible<()> {
    let answer = bank.clone().order(id, order).await?;
    anyhow::ensure!(answer == Answer::Done, "{order:?} was refused");
    Ok(())
}
