//! Subscriptions: what they serve, what ends them, and what they cost while nobody takes anything.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use futures_core::Stream;
use recount::store::{NewEvent, ReadError};
use recount::{
    AnyStore, DecodeError, EventStore, MemoryStore, Position, Runtime, SubscribeError, Subscription, SubscriptionError,
};
use tokio::time::timeout;

use crate::doubles::{Double, Odd, plant, raw};
use crate::meter::{Count, Counted, Install, Meter, MeterEvent, on};
use crate::watched::Watched;

async fn started(store: impl EventStore) -> Runtime {
    let runtime = Runtime::builder().store(store).aggregate::<Meter>().start();
    runtime.await.expect("it starts")
}

async fn count(runtime: &Runtime, id: &str, by: u64) {
    runtime.execute(id, Count { by }).await.expect("counted");
}

/// The position of the next event.
async fn next(subscription: &mut Subscription<MeterEvent>) -> u64 {
    let event = subscription.next().await.expect("it has no end").expect("readable");
    event.position().get()
}

/// Nothing comes in a minute, in which it looks sixty times.
async fn is_silent(subscription: &mut Subscription<MeterEvent>) {
    let more = timeout(Duration::from_secs(60), subscription.next()).await;
    assert!(more.is_err(), "{more:?}");
}

/// Rules 7.1, 7.2: from every position, all that has happened and then all that happens, each event once and in order; several tasks of a
/// runtime with many threads write all the while.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_has_happened_and_what_happens() {
    let runtime = on(MemoryStore::new()).await;
    for id in ["a", "b", "c"] {
        runtime.execute(id, Install {}).await.expect("created");
    }
    let writers: Vec<_> = ["a", "b", "c"]
        .map(|id| {
            let runtime = runtime.clone();
            tokio::spawn(async move {
                for _ in 0..400 {
                    count(&runtime, id, 1).await;
                }
            })
        })
        .into();
    let readers: Vec<_> = (0..12_u64)
        .map(|after| {
            let runtime = runtime.clone();
            tokio::spawn(async move {
                let after = after * 100;
                // What is not there yet is not waited for.
                let position = async || {
                    let asked = runtime.subscribe::<Meter>().from_now();
                    asked.await.expect("it begins").position().get()
                };
                while position().await < after {
                    tokio::task::yield_now().await;
                }
                let asked = runtime.subscribe::<Meter>().after(Position::new(after));
                let mut subscription = asked.await.expect("it begins");
                for position in after + 1..=1_203 {
                    assert_eq!(next(&mut subscription).await, position);
                    assert_eq!(subscription.position(), position);
                }
            })
        })
        .collect();
    for task in writers.into_iter().chain(readers) {
        task.await.expect("no panic");
    }
}

/// From now on is from where it is awaited, whenever it is first asked.
#[tokio::test(start_paused = true)]
async fn from_now_on() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("a", Install {}).await.expect("created");
    let mut subscription = runtime.subscribe::<Meter>().from_now().await.expect("it begins");
    count(&runtime, "a", 1).await;
    let mut other = runtime
        .subscribe::<Meter>()
        .stream("b")
        .from_now()
        .await
        .expect("it begins");
    count(&runtime, "a", 1).await;
    runtime.execute("b", Install {}).await.expect("created");
    assert_eq!((next(&mut subscription).await, next(&mut subscription).await), (2, 3));
    assert_eq!(next(&mut other).await, 4);
    is_silent(&mut other).await;
}

/// Rules 5.6, 7.8: an event that this build cannot read ends the subscription before it, with its bytes, also where another event was
/// asked for; after it comes nothing. Elsewhere it disturbs nobody.
#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_ends_it() {
    type Expected = fn(&DecodeError) -> bool;
    let cases: [(NewEvent, Expected); 3] = [
        (raw("meter.exploded", 1, 1, "{}"), |error| {
            matches!(error, DecodeError::UnknownName { .. })
        }),
        (raw("meter.counted", 3, 2, "{}"), |error| {
            matches!(error, DecodeError::TooNew { .. })
        }),
        (raw("meter.counted", 1, 1, "[]"), |error| {
            matches!(error, DecodeError::Payload { .. })
        }),
    ];
    for (event, expected) in cases {
        let store = MemoryStore::new();
        let runtime = on(store.clone()).await;
        runtime.execute("m", Install {}).await.expect("created");
        plant(&store, "other/m", vec![event.clone()]).await;
        plant(&store, "meter/m", vec![event.clone()]).await;
        runtime.execute("n", Install {}).await.expect("created");
        let mut all = runtime.subscribe::<Meter>().await.expect("it begins");
        assert_eq!(next(&mut all).await, 1);
        let only = runtime.subscribe::<Meter>().only::<Counted>().await.expect("it begins");
        for (mut subscription, stands_at) in [(all, 1), (only, 0)] {
            match subscription.next().await {
                Some(Err(SubscriptionError::Unreadable(unreadable))) => {
                    assert!(expected(&unreadable.source), "{:?}", unreadable.source);
                    assert_eq!(
                        (unreadable.meta.position, unreadable.payload),
                        (Position::new(3), event.payload.clone())
                    );
                }
                other => panic!("{other:?}"),
            }
            assert_eq!(subscription.position(), stands_at);
            assert!(subscription.next().await.is_none());
        }
        let mut beside = runtime.subscribe::<Meter>().stream("n").await.expect("it begins");
        assert_eq!(next(&mut beside).await, 4);
        is_silent(&mut beside).await;
    }
}

/// Rules 7.2, 7.3: whoever is never woken looks now and then, and whoever is woken for nothing takes nothing twice.
#[tokio::test(start_paused = true)]
async fn wake_ups_decide_nothing() {
    for odd in [Odd::Deaf, Odd::Restless] {
        let inner = MemoryStore::new();
        let runtime = started(Double { inner, odd }).await;
        let mut subscription = runtime.subscribe::<Meter>().await.expect("it begins");
        let writer = runtime.clone();
        let writing = tokio::spawn(async move {
            writer.execute("a", Install {}).await.expect("created");
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(700)).await;
                count(&writer, "a", 1).await;
            }
        });
        for position in 1..=21 {
            assert_eq!(next(&mut subscription).await, position);
        }
        writing.await.expect("no panic");
    }
}

/// Rule 7.10: it ends with the reason and the position, and is never taken for silence.
#[tokio::test(start_paused = true)]
async fn it_ends_with_a_reason() {
    let plain = MemoryStore::new();
    let runtime = on(plain.clone()).await;
    runtime.execute("a", Install {}).await.expect("created");
    for odd in [Odd::Unreadable(1), Odd::Poisoned] {
        let runtime = started(Double {
            inner: plain.clone(),
            odd,
        })
        .await;
        let mut subscription = runtime.subscribe::<Meter>().await.expect("it begins");
        assert_eq!(next(&mut subscription).await, 1);
        let Some(Err(SubscriptionError::Store { after, source })) = subscription.next().await else {
            panic!("it did not end");
        };
        assert!(matches!(source, ReadError::Io { .. } | ReadError::Poisoned), "{source}");
        assert_eq!((after, subscription.position()), (Position::new(1), Position::new(1)));
        assert!(subscription.next().await.is_none());
    }
    let endless = started(Double {
        inner: MemoryStore::new(),
        odd: Odd::Endless,
    })
    .await;
    let error = endless.subscribe::<Meter>().await.expect("it begins").next().await;
    assert!(
        matches!(
            error,
            Some(Err(SubscriptionError::Store {
                source: ReadError::Corrupt { .. },
                ..
            }))
        ),
        "{error:?}"
    );

    let ahead = runtime
        .subscribe::<Meter>()
        .after(Position::new(2))
        .await
        .expect("it begins")
        .next()
        .await;
    assert!(
        matches!(ahead, Some(Err(SubscriptionError::PositionAhead { head, .. })) if head == 1),
        "{ahead:?}"
    );
    let mut waits = runtime.subscribe::<Meter>().from_now().await.expect("it begins");
    let waiting = tokio::spawn(async move { waits.next().await });
    tokio::task::yield_now().await;
    runtime.shutdown().await;
    let ended = waiting.await.expect("no panic");
    assert!(
        matches!(
            ended,
            Some(Err(SubscriptionError::Store {
                source: ReadError::Closed,
                ..
            }))
        ),
        "{ended:?}"
    );
    let begun = runtime.subscribe::<Meter>().from_now().await;
    assert!(matches!(begun, Err(SubscribeError::Store(ReadError::Closed))));
}

#[tokio::test]
async fn what_does_not_begin() {
    let runtime = Runtime::builder()
        .store(MemoryStore::new())
        .start()
        .await
        .expect("it starts");
    let unknown = runtime.subscribe::<Meter>().await.err();
    assert!(matches!(
        unknown,
        Some(SubscribeError::NotRegistered { aggregate: "meter" })
    ));
    let runtime = on(MemoryStore::new()).await;
    let unnamed = runtime.subscribe::<Meter>().stream("a").stream("").await.err();
    assert!(matches!(unnamed, Some(SubscribeError::InvalidName(_))));
}

/// Rule 7.10: a hundred that are at the end read a page together, and those that nobody asks for anything do not hold up writers.
#[tokio::test(start_paused = true)]
async fn many_are_as_one() {
    let store = Watched::new();
    let runtime = on(store.clone()).await;
    runtime.execute("a", Install {}).await.expect("created");
    let mut live = Vec::new();
    for _ in 0..100 {
        let mut subscription = runtime.subscribe::<Meter>().await.expect("it begins");
        assert_eq!(next(&mut subscription).await, 1);
        is_silent(&mut subscription).await;
        live.push(subscription);
    }
    let mut stuck = live.split_off(50);
    store.pages();
    let mut readers = Vec::new();
    for mut subscription in live {
        readers.push(tokio::spawn(async move {
            for position in 2..=1_001 {
                assert_eq!(next(&mut subscription).await, position);
            }
        }));
    }
    for _ in 0..1_000 {
        count(&runtime, "a", 1).await;
        tokio::task::yield_now().await;
    }
    for reader in readers {
        reader.await.expect("no panic");
    }
    let pages = store.pages();
    assert!(pages <= 2_100, "1 000 appends were read in {pages} pages by 50 readers");
    for subscription in &mut stuck {
        for position in 2..=1_001 {
            assert_eq!(next(subscription).await, position);
        }
    }
}

/// A call that is dropped after k polls, for each k, loses no event and repeats none.
#[tokio::test(start_paused = true)]
async fn dropped_at_every_poll() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("a", Install {}).await.expect("created");
    for polls in 1..6 {
        let mut subscription = runtime.subscribe::<Meter>().from_now().await.expect("it begins");
        let first = subscription.position().get() + 1;
        let mut seen = Vec::new();
        while seen.len() < 20 {
            count(&runtime, "a", 1).await;
            let mut call = pin!(subscription.next());
            let mut left = polls;
            let item = std::future::poll_fn(|cx| match call.as_mut().poll(cx) {
                Poll::Ready(item) => Poll::Ready(item),
                Poll::Pending => {
                    left -= 1;
                    cx.waker().wake_by_ref();
                    if left == 0 { Poll::Ready(None) } else { Poll::Pending }
                }
            })
            .await;
            seen.extend(item.map(|event| event.expect("readable").position().get()));
        }
        assert_eq!(seen, (first..first + 20).collect::<Vec<_>>(), "after {polls} polls");
    }
}

/// While one catches up, which never has to wait, other tasks of its thread come to their turn.
#[tokio::test]
async fn others_have_their_turn() {
    let store = MemoryStore::new();
    for _ in 0..100 {
        plant(&store, "meter/a", vec![raw("meter.counted", 1, 1, r#"{"by":0}"#); 100]).await;
    }
    let runtime = started(AnyStore::new(store)).await;
    let turns = Arc::new(AtomicU64::new(0));
    let counting = Arc::clone(&turns);
    let other = tokio::spawn(async move {
        loop {
            counting.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
        }
    });
    let mut subscription = pin!(runtime.subscribe::<Meter>().await.expect("it begins"));
    for position in 1..=10_000 {
        let event = std::future::poll_fn(|cx| Pin::new(&mut subscription).poll_next(cx)).await;
        assert_eq!(event.expect("there").expect("readable").position(), position);
    }
    assert!(
        turns.load(Ordering::SeqCst) >= 50,
        "{turns:?} turns beside 10 000 events"
    );
    other.abort();
}
