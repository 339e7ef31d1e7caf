//! What policies, processes and publishers say of themselves: where they are, and how long events wait for them.

use std::convert::Infallible;
use std::time::Duration;

use recount::{AnyStore, ConsumerStatus, ManualClock, MemoryStore, Position, Published, Publisher, Runtime, Timestamp};

use crate::bank::bank;
use crate::builds::Strict;
use crate::policies::{Welcome, plant};

/// Never has done what it was given.
struct Silent;

impl Publisher for Silent {
    type Error = Infallible;

    async fn publish(&self, _: &[Published]) -> Result<(), Infallible> {
        std::future::pending().await
    }
}

async fn consumers(runtime: &Runtime) -> Vec<ConsumerStatus> {
    runtime.status().await.expect("a status").consumers
}

/// Rule 8.9: what is not opened yet is at no position; then each says how long the first event that it needs has been there.
#[tokio::test(start_paused = true)]
async fn each_says_how_long_an_event_waits() {
    let clock = ManualClock::new(Timestamp::from_micros(0));
    let store = AnyStore::new(MemoryStore::with_clock(clock.clone()));
    let runtime = bank(store.clone()).clock(clock.clone());
    let runtime = runtime
        .policy::<Welcome>()
        .process::<Strict>()
        .publisher("silent", Silent);
    let runtime = runtime.start().await.expect("a start");
    for one in consumers(&runtime).await {
        assert_eq!(
            (one.position, one.behind, one.oldest_open),
            (None, None, None),
            "{one:?}"
        );
    }
    runtime.settle().await.expect("nothing is there yet");
    for one in consumers(&runtime).await {
        let position = one.position.map(Position::get);
        assert_eq!(
            (position, one.behind, one.oldest_open),
            (Some(0), Some(0), None),
            "{one:?}"
        );
    }

    // Nobody needs the first, and the build knows neither of the others.
    plant(&store, "ledger/1", "ledger.noted", "{}").await;
    clock.advance(Duration::from_secs(10));
    plant(&store, "account/ada", "account.cloned", "{}").await;
    clock.advance(Duration::from_secs(5));
    plant(&store, "transfer/t-1", "transfer.cloned", "{}").await;
    clock.advance(Duration::from_secs(2));
    let waits = consumers(&runtime).await;
    let waits = waits
        .iter()
        .map(|one| (one.name.as_str(), one.oldest_open.map(|open| open.as_secs())));
    assert_eq!(
        waits.collect::<Vec<_>>(),
        [("welcome", Some(7)), ("strict", Some(2)), ("silent", Some(17))]
    );
}
