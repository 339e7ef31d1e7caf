//! Callers that lose interest: a future dropped after any number of polls loses nothing.

use std::future::{Future, IntoFuture};
use std::task::{Context, Poll, Waker};

use recount::{EventStore, ExecuteError, MemoryStore, Runtime};

use crate::meter::{Count, Install, Meter, on};

/// Polls the future up to so many times and drops it; whether it came to its end.
///
/// Between two polls other work of the process goes on, such as a store's own threads, so that each point of the way is a place to stop.
async fn drop_after<F: Future>(future: F, polls: u32) -> bool {
    let mut future = Box::pin(future);
    for _ in 0..polls {
        if let Poll::Ready(_) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return true;
        }
        tokio::task::yield_now().await;
    }
    false
}

async fn every_poll(runtime: &Runtime) {
    runtime.execute("m", Install {}).await.expect("created");
    let (mut least, mut most) = (0, 0);
    for polls in 0..40 {
        let finished = drop_after(runtime.execute("m", Count { by: 1 }).into_future(), polls).await;
        least += u64::from(finished);
        most += u64::from(polls > 0);
        drop_after(runtime.load::<Meter>("m"), polls).await;
        let mut history = runtime.history::<Meter>("m");
        drop_after(history.next(), polls).await;
        // The next command is served, whatever was dropped before it.
        runtime
            .execute("m", Count { by: 0 })
            .retries(50)
            .await
            .expect("no lock was left behind");
    }
    let count = runtime
        .load::<Meter>("m")
        .await
        .expect("readable")
        .expect("there")
        .count;
    assert!((least..=most).contains(&count), "{least} <= {count} <= {most}");
    let version = recount::Loaded::version(&runtime.load::<Meter>("m").await.expect("readable").expect("there"));
    assert_eq!(
        version.get(),
        1 + 40 + count,
        "each command is there wholly or not at all"
    );
}

/// Rule 4.8.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_after_k_polls_on_memory() {
    every_poll(&on(MemoryStore::new()).await).await;
}

/// Rule 4.8: what was dropped before its first poll has done nothing.
#[tokio::test]
async fn never_polled_is_never_done() {
    let store = MemoryStore::new();
    let runtime = on(store.clone()).await;
    drop(runtime.execute("m", Install {}));
    drop(runtime.execute("m", Install {}).into_future());
    assert_eq!(store.head().await.expect("a head").get(), 0);
    assert!(matches!(
        runtime.execute("m", Count { by: 1 }).await,
        Err(ExecuteError::NotFound { .. })
    ));
}
