//! Callers that lose interest: a future dropped after any number of polls loses nothing.

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use recount::{EventStore, ExecuteError, FileStore, Loaded, MemoryStore, Runtime};
use tokio::sync::Notify;

use crate::meter::{Count, Install, Meter, on};

struct Signal(Notify);

impl Wake for Signal {
    fn wake(self: Arc<Self>) {
        self.0.notify_one();
    }
}

/// Polls the future so many times, each time when it was woken, and drops it; whether it came to its end.
pub async fn drop_after<F: Future>(future: F, polls: u32) -> bool {
    let signal = Arc::new(Signal(Notify::new()));
    let waker = Waker::from(Arc::clone(&signal));
    let mut future = pin!(future);
    for poll in 1..=polls {
        if future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            return true;
        }
        if poll < polls {
            signal.0.notified().await;
        }
    }
    false
}

async fn every_poll(runtime: &Runtime) {
    runtime.execute("m", Install {}).await.expect("created");
    let (mut asked, mut finished) = (0, 0);
    // Several rounds, because a busy store is met in other states than an idle one.
    for _ in 0..10 {
        for polls in 0.. {
            assert!(polls < 1_000, "the command never ends");
            let is_finished = drop_after(runtime.execute("m", Count { by: 1 }).into_future(), polls).await;
            drop_after(runtime.load::<Meter>("m"), polls).await;
            drop_after(runtime.history::<Meter>("m").next(), polls).await;
            // The next command is served, whatever was dropped before it.
            runtime
                .execute("m", Count { by: 0 })
                .retries(50)
                .await
                .expect("nothing was left behind");
            asked += 1;
            finished += u64::from(is_finished);
            if is_finished {
                break;
            }
        }
    }
    let meter = runtime.load::<Meter>("m").await.expect("readable").expect("there");
    assert!(
        (finished..=asked).contains(&meter.count),
        "{finished} <= {} <= {asked}",
        meter.count
    );
    assert_eq!(
        Loaded::version(&meter).get(),
        1 + asked + meter.count,
        "each command is there wholly or not at all"
    );
}

/// Rule 4.8.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_after_k_polls_on_memory() {
    every_poll(&on(MemoryStore::new()).await).await;
}

/// Rule 4.8.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_after_k_polls_on_files() {
    let directory = tempfile::tempdir().expect("a directory");
    let runtime = on(FileStore::open(directory.path()).await.expect("a store")).await;
    every_poll(&runtime).await;
    let before = runtime
        .load::<Meter>("m")
        .await
        .expect("readable")
        .expect("there")
        .count;
    runtime.shutdown().await;
    let runtime = on(FileStore::open(directory.path()).await.expect("the same store")).await;
    assert_eq!(
        runtime
            .load::<Meter>("m")
            .await
            .expect("readable")
            .expect("there")
            .count,
        before
    );
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
