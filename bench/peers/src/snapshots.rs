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
const COMMANDS: u32 = 15;
/// A snapshot is taken after a hundred events, so this is how many there are since the last one on the average.
const SINCE: u32 = 50;
/// How much longer it may take on the long one.
const BAR: f64 = 2.0;

/// Prints the row: commands to the long account and to short ones in turns, each in a runtime that has seen none of them.
pub async fn measure(directory: &Path, table: &mut Table) -> Fallible<()> {
    let directory = directory.join("snapshots");
    let plain = Ours::on_disk(&directory).await?;
    done(&plain, "long", Order::Open).await?;
    let mut left = LONG - 1;
    while left > 0 {
        let now = left.min(AT_ONCE);
        done(&plain, "long", Order::Fill(now)).await?;
        left -= now;
    }
    let bank = plain.with_snapshots(&directory, "long").await?;
    done(&plain, "long", Order::Fill(SINCE)).await?;
    for command in 0..COMMANDS {
        done(&plain, &short(command), Order::Open).await?;
        done(&plain, &short(command), Order::Fill(SHORT - 1)).await?;
    }
    let mut pairs = Vec::new();
    for command in 0..COMMANDS {
        let long = first(&bank, "long").await?;
        pairs.push((long, first(&bank, &short(command)).await?));
    }
    let ratio = Spread::of(pairs.iter().map(|(long, short)| long / short));
    let median = |each: Vec<f64>| Spread::of(each).median * 1e3;
    let (long, short) = pairs.into_iter().unzip();
    table.line(&format!(
        "\non disk, with snapshots, the first command after a start on {LONG} events against one on {SHORT}"
    ))?;
    let (long, short) = (median(long), median(short));
    let what = format!(
        "{long:.2} ms against {short:.2} ms: {}; the bar is {BAR}x at most",
        times(ratio)
    );
    table.bar(&what, ratio.median <= BAR)
}

fn short(command: u32) -> String {
    format!("short-{command}")
}

/// The seconds of a command in a runtime of its own.
async fn first(bank: &Ours, id: &str) -> Fallible<f64> {
    let bank = bank.started_anew().await?;
    let began = Instant::now();
    done(&bank, id, Order::Deposit(PAID_IN)).await?;
    Ok(began.elapsed().as_secs_f64())
}

async fn done(bank: &Ours, id: &str, order: Order) -> Fallible<()> {
    let answer = bank.clone().order(id, order).await?;
    anyhow::ensure!(answer == Answer::Done, "{order:?} was refused");
    Ok(())
}
