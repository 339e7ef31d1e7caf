//! Histories: every event in its place, read and unread.

use std::pin::{Pin, pin};
use std::task::Poll;

use futures_core::Stream;
use recount::{MemoryStore, Runtime};

use crate::meter::{Count, Install, Meter, MeterEvent, on};

async fn counted(to: u64) -> Runtime {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("m", Install {}).await.expect("created");
    for _ in 1..to {
        runtime.execute("m", Count { by: 1 }).await.expect("counted");
    }
    runtime
}

/// Rule 1.11: every version once, in order, over pages.
#[tokio::test]
async fn a_history_is_the_stream() {
    let runtime = counted(1_030).await;
    let mut history = runtime.history::<Meter>("m");
    for version in 1..=1_030 {
        let event = history.next().await.expect("there").expect("readable");
        assert_eq!(event.version(), version);
        assert_eq!((event.stored_version(), event.part()), (1, (0, 1)));
        match event.event() {
            MeterEvent::Installed(_) => assert_eq!((version, event.stored_name()), (1, "meter.installed")),
            MeterEvent::Counted(_) => assert_eq!(event.stored_name(), "meter.counted"),
            other => panic!("{other:?}"),
        }
    }
    assert!(history.next().await.is_none());
    assert!(history.next().await.is_none());
    assert!(runtime.history::<Meter>("nobody").next().await.is_none());
}

/// It is a `Stream`, for whoever has combinators.
#[tokio::test]
async fn a_history_is_a_stream() {
    let runtime = counted(3).await;
    let mut history = pin!(runtime.history::<Meter>("m"));
    let mut seen = 0;
    std::future::poll_fn(|cx| {
        while let Poll::Ready(item) = Pin::new(&mut history).poll_next(cx) {
            match item {
                Some(item) => seen += u32::from(item.is_ok()),
                None => return Poll::Ready(()),
            }
        }
        Poll::Pending
    })
    .await;
    assert_eq!(seen, 3);
}
