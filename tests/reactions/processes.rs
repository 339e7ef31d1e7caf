//! Processes: what they send and record, how they hear of failures and of time, who is parked and how he comes back.

use std::time::Duration;

use recount::{AnyStore, CaseError, ConsumerState, ManualClock, MemoryStore, Runtime, Timestamp, Version};

use crate::bank::{Nudge, Request, Transfer, TransferId, account, balance, bank, told};
use crate::crashing::kept;
use crate::pay::{PATIENCE, Pay};

pub fn clock() -> ManualClock {
    ManualClock::new("2026-01-28T09:00:00Z".parse::<Timestamp>().expect("a moment"))
}

pub fn store(clock: &ManualClock) -> AnyStore {
    AnyStore::new(MemoryStore::with_clock(clock.clone()))
}

pub async fn start(store: &AnyStore, clock: &ManualClock) -> Runtime {
    bank(kept(store))
        .clock(clock.clone())
        .process::<Pay>()
        .start()
        .await
        .expect("a start")
}

pub async fn request(runtime: &Runtime, id: &str, from: &str, to: &str, amount: u64) {
    let (from, to) = (from.to_owned(), to.to_owned());
    runtime
        .execute(id, Request { from, to, amount })
        .await
        .expect("a request");
}

pub async fn outcome(runtime: &Runtime, id: &str) -> Option<String> {
    let transfer = runtime.load::<Transfer>(id).await.expect("a transfer");
    transfer.expect("it exists").outcome.clone()
}

pub async fn settle(runtime: &Runtime) {
    runtime.settle().await.expect("nobody stands still");
}

async fn case(runtime: &Runtime, id: &str) -> recount::ProcessCase {
    let case = runtime.case::<Pay>(TransferId(id.into())).await.expect("its records");
    case.expect("it was started")
}

/// Rules 9.1, 9.2, 9.5: done, refused and compensated; each command once.
#[tokio::test]
async fn each_way_of_a_transfer() {
    let clock = clock();
    let store = store(&clock);
    let runtime = start(&store, &clock).await;
    account(&runtime, "ada", 100).await;
    account(&runtime, "bob", 0).await;
    request(&runtime, "t-1", "ada", "bob", 30).await;
    request(&runtime, "t-2", "ada", "bob", 1_000).await;
    request(&runtime, "t-3", "ada", "missing", 20).await;
    settle(&runtime).await;
    assert_eq!(outcome(&runtime, "t-1").await.as_deref(), Some("completed"));
    assert_eq!(outcome(&runtime, "t-2").await.as_deref(), Some("not debited"));
    assert_eq!(outcome(&runtime, "t-3").await.as_deref(), Some("refunded"));
    assert_eq!(
        (balance(&runtime, "ada").await, balance(&runtime, "bob").await),
        (70, 30)
    );
    for id in ["t-1", "t-2", "t-3"] {
        let case = case(&runtime, id).await;
        assert!(case.ended && case.open.is_empty() && case.timers.is_empty(), "{case:?}");
    }
    let told = told(&store).await;
    assert!(told.values().all(|times| *times == 1), "{told:?}");
    // Rule 4.9: one correlation from the request to the last effect.
    let mut history = runtime.history::<Transfer>("t-3");
    let mut correlations = Vec::new();
    while let Some(event) = history.next().await {
        let headers = event.expect("an event").meta().headers.clone().into_headers();
        correlations.push((headers.correlation, headers.hops));
    }
    let first = correlations[0].0;
    assert!(first.is_some() && correlations.iter().all(|(correlation, _)| *correlation == first));
    // Debit, the failed credit's refund, and what refuses the transfer.
    assert_eq!(correlations.iter().map(|(_, hops)| *hops).collect::<Vec<_>>(), [0, 3]);
    runtime.shutdown().await;
}

/// Rule 9.7: a timer fires at or after its time, also when nobody ran at that time; never twice, and not after it was taken back.
#[tokio::test]
async fn time_passes() {
    let clock = clock();
    let store = store(&clock);
    let runtime = start(&store, &clock).await;
    account(&runtime, "ada", 100).await;
    request(&runtime, "t-1", "ada", "nobody", 30).await;
    settle(&runtime).await;
    assert_eq!(case(&runtime, "t-1").await.timers, ["late"]);
    clock.advance(PATIENCE - Duration::from_micros(1));
    settle(&runtime).await;
    assert_eq!(
        (outcome(&runtime, "t-1").await, balance(&runtime, "ada").await),
        (None, 70)
    );
    // A clock that goes back fires nothing.
    clock.set(Timestamp::from_micros(0));
    settle(&runtime).await;
    assert_eq!(outcome(&runtime, "t-1").await, None);
    clock.set("2026-01-28T08:00:00Z".parse().expect("a moment"));
    request(&runtime, "t-2", "ada", "nobody", 10).await;
    settle(&runtime).await;
    runtime.shutdown().await;

    clock.set("2026-01-28T10:00:00Z".parse().expect("a moment"));
    let runtime = start(&store, &clock).await;
    settle(&runtime).await;
    assert_eq!(outcome(&runtime, "t-1").await.as_deref(), Some("refunded"));
    assert_eq!(
        (
            outcome(&runtime, "t-2").await.as_deref(),
            balance(&runtime, "ada").await
        ),
        (Some("refunded"), 100)
    );
    assert!(told(&store).await.values().all(|times| *times == 1));
    runtime.shutdown().await;
}

/// Rule 9.8: what starts, what goes on without a start, what comes after the end.
#[tokio::test]
async fn instances_start_and_end() {
    let clock = clock();
    let store = store(&clock);
    let runtime = start(&store, &clock).await;
    account(&runtime, "ada", 100).await;
    account(&runtime, "bob", 0).await;
    let stray = crate::bank::Credit {
        transfer: "never-requested".into(),
        amount: 1,
    };
    runtime.execute("bob", stray).await.expect("a credit");
    request(&runtime, "t-1", "ada", "bob", 30).await;
    settle(&runtime).await;
    let stray = runtime
        .case::<Pay>(TransferId("never-requested".into()))
        .await
        .expect("a look");
    assert_eq!(stray, None, "nothing was recorded for what nobody started");
    let before = case(&runtime, "t-1").await;
    runtime.execute("t-1", Nudge {}).await.expect("a nudge");
    settle(&runtime).await;
    assert_eq!(
        case(&runtime, "t-1").await,
        before,
        "what comes after the end is ignored"
    );
    runtime.shutdown().await;
}

/// A runtime that does not run the process says so, and not that there is no such instance.
#[tokio::test]
async fn a_process_that_is_not_registered_is_told() {
    let clock = clock();
    let store = store(&clock);
    let runtime = start(&store, &clock).await;
    account(&runtime, "ada", 100).await;
    request(&runtime, "t-1", "ada", "ada", 30).await;
    settle(&runtime).await;
    runtime.shutdown().await;

    let runtime = bank(kept(&store)).start().await.expect("a start");
    let id = || TransferId("t-1".into());
    let refused = [
        runtime.case::<Pay>(id()).await.map(drop),
        runtime.retry_case::<Pay>(id(), "why", "ada").await,
        runtime.skip_case::<Pay>(id(), "why", "ada").await,
        runtime.abandon_case::<Pay>(id(), "why", "ada").await,
        runtime.reissue::<Pay>(id(), Version::FIRST, "why", "ada").await,
    ];
    for refused in refused {
        let refused = refused.expect_err("nobody runs it").to_string();
        let expected = format!(
            "the runtime does not run the process `pay`: add `.process::<{}>()` where it is built",
            std::any::type_name::<Pay>()
        );
        assert_eq!(refused, expected);
    }
    runtime.shutdown().await;
}

/// Rule 9.9: one bad instance among a hundred stands still at its input, what comes later waits behind it, and the others go on. Each way
/// out is recorded.
#[tokio::test]
async fn one_bad_instance_among_a_hundred() {
    let clock = clock();
    let store = store(&clock);
    let runtime = start(&store, &clock).await;
    account(&runtime, "ada", 100_000).await;
    account(&runtime, "bob", 0).await;
    for number in 0..100 {
        let amount = if number % 25 == 7 { 666 } else { 1 };
        request(&runtime, &format!("t-{number}"), "ada", "bob", amount).await;
    }
    runtime.execute("t-7", Nudge {}).await.expect("a nudge");
    settle(&runtime).await;
    assert_eq!(balance(&runtime, "bob").await, 96);
    let parked = case(&runtime, "t-7").await;
    assert_eq!(parked.waiting, 1);
    assert_eq!(
        parked.parked.as_deref(),
        Some("user code panicked: a transfer cannot be of 666")
    );
    let status = runtime.status().await.expect("a status");
    assert_eq!(status.consumers[0].parked, ["t-32", "t-57", "t-7", "t-82"]);
    assert_eq!(status.consumers[0].state, ConsumerState::Live);

    // Tried again by the same build it fails again, and nothing is lost.
    let redriven = runtime.redrive("pay").await.expect("a process that runs");
    assert_eq!(redriven.done, 4);
    settle(&runtime).await;
    assert_eq!(case(&runtime, "t-7").await.waiting, 1);
    runtime
        .retry_case::<Pay>(TransferId("t-32".into()), "mended", "ann")
        .await
        .expect("it is parked");
    settle(&runtime).await;
    assert!(case(&runtime, "t-32").await.parked.is_some());
    runtime
        .skip_case::<Pay>(TransferId("t-7".into()), "nobody wants it", "ann")
        .await
        .expect("it is parked");
    runtime
        .abandon_case::<Pay>(TransferId("t-57".into()), "a test", "ann")
        .await
        .expect("it runs");
    settle(&runtime).await;
    let skipped = case(&runtime, "t-7").await;
    // Behind the skipped input stands one that finds no state.
    assert_eq!(skipped.waiting, 0);
    let abandoned = case(&runtime, "t-57").await;
    assert!(abandoned.ended && abandoned.parked.is_none(), "{abandoned:?}");
    let no = runtime.skip_case::<Pay>(TransferId("t-1".into()), "", "ann").await;
    assert!(matches!(no, Err(CaseError::NotParked { .. })));
    runtime.shutdown().await;
}

/// Rule 9.4: commands are issued again by a verb alone, which leaves a record.
#[tokio::test]
async fn commands_are_issued_again_by_name() {
    let clock = clock();
    let store = store(&clock);
    let runtime = start(&store, &clock).await;
    account(&runtime, "ada", 100).await;
    request(&runtime, "t-1", "ada", "nobody", 30).await;
    settle(&runtime).await;
    assert_eq!(balance(&runtime, "ada").await, 70);
    let id = || TransferId("t-1".into());
    runtime
        .reissue::<Pay>(id(), Version::FIRST, "the bank lost it", "ann")
        .await
        .expect("it has commands");
    settle(&runtime).await;
    assert_eq!(
        balance(&runtime, "ada").await,
        40,
        "debited once more, under another name"
    );
    let none = runtime
        .reissue::<Pay>(id(), Version::new(2).expect("not 0"), "", "ann")
        .await;
    assert!(matches!(none, Err(CaseError::NothingIssued { .. })));
    runtime.shutdown().await;
}
