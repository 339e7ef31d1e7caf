//! The queue of each stream: commands to one aggregate are decided in the order of their arrival, and whoever leaves leaves nothing behind.

use std::future::IntoFuture;
use std::time::Duration;

use recount::{ExecuteError, MemoryStore, Runtime};
use tokio::task::{JoinSet, yield_now};

use crate::cancel::drop_after;
use crate::live::{Dice, seed};
use crate::tally::{self, copied, single};
use crate::watched::Watched;

/// Waits until so many commands are on their way.
async fn on_their_way(runtime: &Runtime, count: usize) {
    while runtime.status().await.expect("a status").commands != count {
        yield_now().await;
    }
}

/// Commands to one stream do not conflict with one another, and are written in the order in which they were asked.
#[tokio::test]
async fn the_order_of_arrival() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    store.hold().await;
    let mut tasks = Vec::new();
    for number in 0..50 {
        tasks.push(tokio::spawn(
            runtime.execute("a", single::Add { by: 1 }).retries(0).into_future(),
        ));
        on_their_way(&runtime, number + 1).await;
    }
    store.release();
    for (task, version) in tasks.into_iter().zip(2..) {
        let receipt = task.await.expect("no panic").expect("no conflict");
        assert_eq!(receipt.version.map(u64::from), Some(version));
    }
    on_their_way(&runtime, 0).await;
}

/// Streams do not wait for one another: all their appends are with the store at the same time.
#[tokio::test]
async fn streams_do_not_wait_for_one_another() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    for id in 0..20 {
        runtime.execute(id.to_string(), single::Begin {}).await.expect("begun");
    }
    store.arrived(20).await;
    store.hold().await;
    let mut tasks = JoinSet::new();
    for id in 0..20 {
        for _ in 0..2 {
            tasks.spawn(runtime.execute(id.to_string(), single::Add { by: 1 }).into_future());
        }
    }
    store.arrived(20).await;
    assert_eq!(
        runtime.status().await.expect("a status").commands,
        40,
        "one of each stream waits"
    );
    store.release();
    while let Some(done) = tasks.join_next().await {
        done.expect("no panic").expect("written");
    }
}

/// Rule 4.8: whoever goes away while they wait, or while the store has their append, holds up nobody.
#[tokio::test]
async fn whoever_leaves_holds_up_nobody() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    store.hold().await;
    let mut tasks = Vec::new();
    for number in 0..6 {
        tasks.push(tokio::spawn(
            runtime.execute("a", single::Add { by: 1 << number }).into_future(),
        ));
        on_their_way(&runtime, number + 1).await;
    }
    // The first is with the store, the others wait.
    for gone in [0, 2, 3] {
        tasks[gone].abort();
    }
    on_their_way(&runtime, 3).await;
    store.release();
    let mut versions = Vec::new();
    for task in tasks {
        if let Ok(answer) = task.await {
            versions.push(u64::from(answer.expect("written").version.expect("a version")));
        }
    }
    assert_eq!(versions, [2, 3, 4]);
    let sum = runtime
        .load::<single::Tally>("a")
        .await
        .expect("readable")
        .expect("there")
        .sum;
    assert_eq!(sum, 0b11_0010);
    on_their_way(&runtime, 0).await;
}

/// A command whose time passes while it waits was never decided.
#[tokio::test(start_paused = true)]
async fn time_passes_in_the_queue() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", single::Begin {}).await.expect("begun");
    store.hold().await;
    let first = tokio::spawn(runtime.execute("a", single::Add { by: 1 }).into_future());
    on_their_way(&runtime, 1).await;
    let answer = runtime
        .execute("a", single::Crash {})
        .timeout(Duration::from_secs(1))
        .await;
    assert!(matches!(answer, Err(ExecuteError::TimedOut)), "{answer:?}");
    store.release();
    first.await.expect("no panic").expect("written");
    on_their_way(&runtime, 0).await;
}

/// Rules 4.8, 4.11: dropped after k polls, for each k, on a kept state, a shared one and an absent one; each command is there wholly or not
/// at all, and what was answered is there.
#[tokio::test]
async fn dropped_at_every_poll() {
    let store = Watched::new();
    let runtime = tally::on(store.clone()).await;
    runtime.execute("a", copied::Begin {}).await.expect("begun");
    let (mut answered, mut polls_to_the_end) = (0, 0);
    for round in 0..12_u32 {
        for polls in 0..64 {
            let held = (round % 3 == 1).then(|| runtime.load::<copied::Tally>("a"));
            let held = match held {
                Some(load) => load.await.expect("readable"),
                None => None,
            };
            let asked = runtime.execute("a", copied::Add { by: 1 });
            let is_answered = drop_after(asked.into_future(), polls).await;
            answered += u64::from(is_answered);
            drop(held);
            let sum = runtime
                .load::<copied::Tally>("a")
                .await
                .expect("readable")
                .expect("there")
                .sum;
            // A memory store writes in the poll that answers.
            assert_eq!(sum, answered, "round {round}, after {polls} polls");
            if is_answered {
                polls_to_the_end = polls_to_the_end.max(polls);
                break;
            }
            assert!(polls < 63, "the command never ends");
        }
        if round % 3 == 2 {
            runtime.execute("a", copied::Crash {}).await.expect_err("it crashed");
        }
    }
    assert!(polls_to_the_end >= 1);
    on_their_way(&runtime, 0).await;
}

/// Rules 4.8, 6.5: many tasks on few streams, from two runtimes, some of which leave at any point: what was answered is what there is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_is_what_there_is() {
    let seed = seed();
    let store = MemoryStore::new();
    let runtimes = [tally::on(store.clone()).await, tally::on(store.clone()).await];
    const STREAMS: u64 = 4;
    for id in 0..STREAMS {
        runtimes[0]
            .execute(id.to_string(), single::Begin {})
            .await
            .expect("begun");
    }
    let mut tasks = JoinSet::new();
    for task in 0..16 {
        let (runtimes, mut dice) = (runtimes.clone(), Dice(seed ^ (task << 7)));
        tasks.spawn(async move {
            let mut written = [0; STREAMS as usize];
            for _ in 0..120 {
                // One task in eight comes from elsewhere, so that most commands meet in a queue and some in a conflict.
                let runtime = &runtimes[usize::from(task % 8 == 0)];
                let (id, by) = (dice.roll(STREAMS), dice.roll(9) + 1);
                let command = runtime.execute(id.to_string(), single::Add { by }).retries(1_000);
                if dice.roll(4) == 0 {
                    let polls = u32::try_from(dice.roll(4)).expect("few");
                    written[id as usize] += if drop_after(command.into_future(), polls).await {
                        by
                    } else {
                        0
                    };
                } else if dice.roll(10) == 0 {
                    runtime
                        .execute(id.to_string(), single::Tear {})
                        .await
                        .expect_err("it tore");
                } else {
                    command.await.expect("written");
                    written[id as usize] += by;
                }
            }
            written
        });
    }
    let mut expected = [0; STREAMS as usize];
    while let Some(written) = tasks.join_next().await {
        for (sum, more) in expected.iter_mut().zip(written.expect("no panic")) {
            *sum += more;
        }
    }
    for runtime in &runtimes {
        for (id, expected) in expected.iter().enumerate() {
            let tally = runtime
                .load::<single::Tally>(id.to_string())
                .await
                .expect("readable")
                .expect("there");
            assert_eq!(tally.sum, *expected, "stream {id}, RECOUNT_SEED={seed}");
        }
        on_their_way(runtime, 0).await;
    }
}
