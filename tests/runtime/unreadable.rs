//! Stored bytes that this build cannot use: each reader says where and why, and uses nothing of them.

use recount::store::{NewEvent, ReadError};
use recount::{CorruptReason, DecodeError, ExecuteError, FoldError, HistoryError, LoadError, MemoryStore, Runtime};

use crate::doubles::{Double, Odd, plant, raw};
use crate::meter::{Count, Install, Meter, on};

async fn with(events: Vec<NewEvent>) -> Runtime {
    let store = MemoryStore::new();
    let runtime = on(store.clone()).await;
    runtime.execute("m", Install {}).await.expect("created");
    plant(&store, "meter/m", events).await;
    plant(&store, "meter/m", vec![raw("meter.counted", 1, 1, r#"{"by":1}"#)]).await;
    runtime
}

/// Rules 5.3, 5.6: load, load to decide and history give the same error, with the place; the history goes on after it.
async fn unreadable_by_all(event: NewEvent, expect: impl Fn(&DecodeError) -> bool) {
    let payload = event.payload.clone();
    let (name, schema) = (event.name.to_string(), event.version);
    let runtime = with(vec![event]).await;
    let check = |unreadable: &recount::Unreadable| {
        assert!(expect(&unreadable.source), "{:?}", unreadable.source);
        assert_eq!((unreadable.meta.version.get(), unreadable.meta.position.get()), (2, 2));
        assert_eq!(
            (unreadable.stored.name.as_str(), unreadable.stored.version),
            (name.as_str(), schema)
        );
        assert_eq!(unreadable.payload, payload);
        assert_eq!(
            unreadable.to_string(),
            "event 2 of `meter/m` (position 2) cannot be read"
        );
    };
    match runtime.load::<Meter>("m").await {
        Err(LoadError::Unreadable(unreadable)) => check(&unreadable),
        other => panic!("{other:?}"),
    }
    match runtime.load_at::<Meter>("m", recount::At::Version(3)).await {
        Err(LoadError::Unreadable(unreadable)) => check(&unreadable),
        other => panic!("{other:?}"),
    }
    match runtime.execute("m", Count { by: 1 }).await {
        Err(ExecuteError::Unreadable(unreadable)) => check(&unreadable),
        other => panic!("{other:?}"),
    }
    let before = runtime
        .load_at::<Meter>("m", recount::At::Version(1))
        .await
        .expect("before it");
    assert_eq!(before.expect("there").events, 1);
    let mut history = runtime.history::<Meter>("m");
    assert!(matches!(history.next().await, Some(Ok(_))));
    match history.next().await {
        Some(Err(HistoryError::Unreadable(unreadable))) => check(&unreadable),
        other => panic!("{other:?}"),
    }
    assert!(matches!(history.next().await, Some(Ok(event)) if event.version() == 3));
    assert!(history.next().await.is_none());
}

#[tokio::test]
async fn an_unknown_name() {
    let known = |error: &DecodeError| matches!(error, DecodeError::UnknownName { name } if name == "meter.exploded");
    unreadable_by_all(raw("meter.exploded", 1, 1, "{}"), known).await;
}

#[tokio::test]
async fn a_newer_version() {
    let too_new = |error: &DecodeError| {
        matches!(
            error,
            DecodeError::TooNew {
                name: "meter.counted",
                version: 3,
                floor: 2,
                reads: 1
            }
        )
    };
    unreadable_by_all(raw("meter.counted", 3, 2, r#"{"by":1}"#), too_new).await;
}

/// Rule 5.6: with a floor that this build reaches, a newer event is read as the current one.
#[tokio::test]
async fn a_newer_version_with_a_low_floor() {
    let runtime = with(vec![raw("meter.counted", 9, 1, r#"{"unit":"kWh","by":40}"#)]).await;
    assert_eq!(
        runtime
            .load::<Meter>("m")
            .await
            .expect("readable")
            .expect("there")
            .count,
        41
    );
    let mut history = runtime.history::<Meter>("m");
    let mut stored = Vec::new();
    while let Some(event) = history.next().await {
        stored.push(event.expect("readable").stored_version());
    }
    assert_eq!(stored, [1, 9, 1], "the stored version stays visible");
}

#[tokio::test]
async fn payloads_that_are_something_else() {
    for (payload, path) in [
        (r#"{"by":"much"}"#, "by"),
        (r#"{"by":-1}"#, "by"),
        (r#"{"by":1"#, "by"),
        (r#"{}"#, ""),
        ("null", ""),
        ("[1]", ""),
        ("", ""),
        ("\0\u{1}", ""),
        (r#"{"by":1} "#.repeat(2).as_str(), ""),
    ] {
        let at_path = |error: &DecodeError| match error {
            DecodeError::Payload {
                name: "meter.counted",
                version: 1,
                path: at,
                ..
            } => path.is_empty() || at == path,
            _ => false,
        };
        unreadable_by_all(raw("meter.counted", 1, 1, payload), at_path).await;
    }
}

/// Rule 5.5: an event that does not fit is corrupt, and no state is put in its place.
#[tokio::test]
async fn events_that_do_not_fit() {
    let runtime = with(vec![raw("meter.installed", 1, 1, r#"{"at":"","id":""}"#)]).await;
    match runtime.load::<Meter>("m").await {
        Err(LoadError::Corrupt(corrupt)) => {
            assert_eq!(
                corrupt.reason,
                CorruptReason::Fold(FoldError::AlreadyCreated("meter.installed"))
            );
            assert_eq!(
                (corrupt.version.get(), corrupt.name.as_str(), corrupt.event_version),
                (2, "meter.installed", 1)
            );
        }
        other => panic!("{other:?}"),
    }
    assert!(matches!(
        runtime.execute("m", Count { by: 1 }).await,
        Err(ExecuteError::Corrupt(_))
    ));

    let store = MemoryStore::new();
    plant(&store, "meter/m", vec![raw("meter.counted", 1, 1, r#"{"by":1}"#)]).await;
    let runtime = on(store).await;
    match runtime.load::<Meter>("m").await {
        Err(LoadError::Corrupt(corrupt)) => {
            assert_eq!(
                corrupt.reason,
                CorruptReason::Fold(FoldError::NotCreated("meter.counted"))
            );
        }
        other => panic!("{other:?}"),
    }
}

/// Rule 1.2: a reader that meets a hole reads no further.
#[tokio::test]
async fn a_hole_in_a_stream() {
    let inner = MemoryStore::new();
    let whole = on(inner.clone()).await;
    whole.execute("m", Install {}).await.expect("created");
    for _ in 0..3 {
        whole.execute("m", Count { by: 1 }).await.expect("counted");
    }
    let runtime = on(Double { inner, odd: Odd::Hole }).await;
    let is_hole = |reason: &CorruptReason| matches!(reason, CorruptReason::Hole { expected } if *expected == 2);
    assert!(matches!(runtime.load::<Meter>("m").await, Err(LoadError::Corrupt(corrupt)) if is_hole(&corrupt.reason)));
    assert!(
        matches!(runtime.execute("m", Count { by: 1 }).await, Err(ExecuteError::Corrupt(corrupt)) if is_hole(&corrupt.reason))
    );
    let mut history = runtime.history::<Meter>("m");
    assert!(matches!(history.next().await, Some(Ok(_))));
    assert!(matches!(history.next().await, Some(Err(HistoryError::Corrupt(corrupt))) if is_hole(&corrupt.reason)));
    assert!(history.next().await.is_none());
}

/// Rule 7.10: a page that is empty and not the last is no end, for any reader.
#[tokio::test]
async fn pages_that_never_end() {
    let runtime = on(Double {
        inner: MemoryStore::new(),
        odd: Odd::Endless,
    })
    .await;
    let is_corrupt = |error: &ReadError| matches!(error, ReadError::Corrupt { place, .. } if place == "meter/m");
    assert!(matches!(runtime.load::<Meter>("m").await, Err(LoadError::Store(error)) if is_corrupt(&error)));
    assert!(
        matches!(runtime.execute("m", Count { by: 1 }).await, Err(ExecuteError::Store(error)) if is_corrupt(&error))
    );
    let mut history = runtime.history::<Meter>("m");
    assert!(matches!(history.next().await, Some(Err(HistoryError::Store(error))) if is_corrupt(&error)));
    assert!(history.next().await.is_none());
}
