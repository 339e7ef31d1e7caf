//! How far a view is behind the answers of durable commands, at a rate that is held.

use std::sync::Arc;
use std::time::{Duration, Instant};

use recount::{Projection, Runtime, View};
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::Fallible;
use crate::domain::{Deposit, Open};

/// Commands per second, and what share of them has to be answered within the time.
const RATE: u32 = 5_000;
const HELD: f64 = 0.99;
/// How long it lasts, and how much of its beginning is not counted.
const LASTS: Duration = Duration::from_secs(10);
const WARM: Duration = Duration::from_secs(2);
/// Commands are sent in bunches, so often.
const TICK: Duration = Duration::from_millis(2);
/// The accounts that are paid into, in turns.
const ACCOUNTS: u32 = 1_000;

/// Prints the row; whether the rate was held and the view less behind than the budget, if there is one.
pub(crate) async fn measured<P: Projection>(name: &str, runtime: &Runtime, budget: Option<Duration>) -> Fallible<bool> {
    let ids: Arc<[String]> = (0..ACCOUNTS).map(|account| format!("acc-{account:09}")).collect();
    let mut opened = JoinSet::new();
    for id in ids.iter() {
        let (runtime, id, owner) = (runtime.clone(), id.clone(), "Ada".to_owned());
        opened.spawn(async move { runtime.execute(id, Open { owner }).await.map(drop) });
    }
    while let Some(done) = opened.join_next().await {
        done??;
    }
    runtime.settle().await?;

    let mut commands = JoinSet::new();
    let (began, mut sent, mut of) = (Instant::now(), 0_u32, (0..ids.len()).cycle());
    while began.elapsed() < LASTS {
        sleep(TICK).await;
        // What comes late is made up for, so that the rate is kept and not the distance.
        let due = f64::from(RATE) * began.elapsed().as_secs_f64();
        while f64::from(sent) < due {
            sent += 1;
            let (runtime, ids, place) = (runtime.clone(), Arc::clone(&ids), of.next().unwrap_or_default());
            let is_counted = began.elapsed() >= WARM;
            commands.spawn(async move {
                let asked = Instant::now();
                let receipt = runtime.execute(&ids[place], Deposit { amount: 1 }).await?;
                let answered = Instant::now();
                let view = runtime.view::<P>().after(&receipt).await?;
                let lag = answered.elapsed();
                assert!(
                    Some(View::position(&view)) >= receipt.position(),
                    "the view shows the write"
                );
                Fallible::Ok((is_counted, answered - asked, lag))
            });
        }
    }
    let (mut answers, mut lags) = (Vec::new(), Vec::new());
    while let Some(done) = commands.join_next().await {
        let (is_counted, answer, lag) = done??;
        if is_counted {
            answers.push(answer);
            lags.push(lag);
        }
    }
    let rate = f64::from(sent) / began.elapsed().as_secs_f64();
    answers.sort();
    lags.sort();
    let is_held = rate >= f64::from(RATE) * HELD;
    let is_kept = budget.is_none_or(|budget| is_held && share(&lags, 99) < budget);
    let verdict = match (is_held, is_kept) {
        (false, _) => "  the rate was not held",
        (true, false) => "  over",
        (true, true) => "",
    };
    let shown = |time: Duration| format!("{:.3} ms", time.as_secs_f64() * 1e3);
    println!(
        "{name:<24}{:>10}{rate:>12.0}{:>12}{:>12}{:>12}{:>12}{verdict}",
        budget.map_or_else(String::new, |budget| format!("{} ms", budget.as_millis())),
        shown(share(&lags, 50)),
        shown(share(&lags, 99)),
        shown(share(&answers, 50)),
        shown(share(&answers, 99)),
    );
    Ok(is_kept)
}

/// The time that so many of a hundred do not exceed.
fn share(sorted: &[Duration], percent: usize) -> Duration {
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(Duration::MAX)
}
