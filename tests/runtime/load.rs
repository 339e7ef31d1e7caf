//! States, now and then.

use std::time::Duration;

use recount::{At, Fold, LoadError, Loaded, ManualClock, MemoryStore, Position, Timestamp};

use crate::meter::{Count, Install, Meter, on};

fn seconds(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000)
}

/// Rule 5.7: equal to folding the prefix, for each version, time and position.
#[tokio::test]
async fn looking_back() {
    let clock = ManualClock::new(seconds(100));
    let runtime = on(MemoryStore::with_clock(clock.clone())).await;
    runtime.execute("m", Install {}).await.expect("created");
    // More than one page of events, two of each second, with another meter's in between.
    for number in 1..=600_u64 {
        if number % 2 == 0 {
            clock.advance(Duration::from_secs(1));
        }
        runtime.execute("m", Count { by: 1 }).await.expect("counted");
        if number == 300 {
            runtime.execute("other", Install {}).await.expect("created");
        }
    }
    let load = async |at| runtime.load_at::<Meter>("m", at).await;
    for version in [1, 2, 300, 511, 512, 513, 601] {
        let meter = load(At::Version(version)).await.expect("readable").expect("there");
        assert_eq!((meter.events, Loaded::version(&meter).get()), (version, version));
        let position = Loaded::position(&meter);
        assert_eq!(position, if version > 301 { version + 1 } else { version });
        let same = load(At::Position(position)).await.expect("readable").expect("there");
        assert_eq!(same.events, version);
        let at_time = load(At::Time(Loaded::recorded_at(&meter)))
            .await
            .expect("readable")
            .expect("there");
        assert!(Loaded::version(&at_time) >= Loaded::version(&meter));
        assert_eq!(Loaded::recorded_at(&at_time), Loaded::recorded_at(&meter));
    }
    // The position of the other meter's event: the newest of this one before it.
    assert_eq!(
        load(At::Position(Position::new(302)))
            .await
            .expect("readable")
            .expect("there")
            .events,
        301
    );
    assert!(load(At::Version(0)).await.expect("readable").is_none());
    assert!(load(At::Time(seconds(99))).await.expect("readable").is_none());
    assert!(load(At::Position(Position::START)).await.expect("readable").is_none());
    assert_eq!(
        load(At::Time(seconds(100)))
            .await
            .expect("readable")
            .expect("there")
            .events,
        2
    );
    assert_eq!(
        load(At::Time(Timestamp::MAX))
            .await
            .expect("readable")
            .expect("there")
            .events,
        601
    );
    assert!(
        matches!(load(At::Version(602)).await, Err(LoadError::VersionAhead { asked: 602, head: Some(head), .. }) if head == 601)
    );
    assert!(matches!(
        load(At::Position(Position::new(603))).await,
        Err(LoadError::PositionAhead { .. })
    ));
    let absent = runtime.load_at::<Meter>("nobody", At::Version(1)).await;
    assert!(matches!(
        absent,
        Err(LoadError::VersionAhead {
            asked: 1,
            head: None,
            ..
        })
    ));
    assert_eq!(
        runtime
            .load::<Meter>("m")
            .await
            .expect("readable")
            .expect("there")
            .count,
        600
    );
    assert!(runtime.load::<Meter>("nobody").await.expect("readable").is_none());
}

/// Rule 6.6: a load sees what another runtime wrote before it.
#[tokio::test]
async fn loads_are_fresh() {
    let store = MemoryStore::new();
    let (one, two) = (on(store.clone()).await, on(store).await);
    one.execute("m", Install {}).await.expect("created");
    for number in 1..20 {
        one.execute("m", Count { by: 1 }).await.expect("counted");
        assert_eq!(
            two.load::<Meter>("m").await.expect("readable").expect("there").count,
            number
        );
        two.execute("m", Count { by: 0 }).await.expect("counted");
    }
}

/// Rules 5.1, 5.2: folding is total and deterministic, and parts add up: for every cut, the events before it and then those after it give
/// what a load gives.
#[tokio::test]
async fn folding_splits_anywhere() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("m", Install {}).await.expect("created");
    for by in 1..40 {
        runtime.execute("m", Count { by }).await.expect("counted");
    }
    let mut history = runtime.history::<Meter>("m");
    let mut events = Vec::new();
    while let Some(event) = history.next().await {
        events.push(event.expect("readable").into_event());
    }
    let loaded = runtime.load::<Meter>("m").await.expect("readable").expect("there");
    for cut in 0..=events.len() {
        let (before, after) = events.split_at(cut);
        let mut state: Option<Meter> = None;
        for event in before {
            event.fold(&mut state).expect("it fits");
        }
        let then = runtime
            .load_at::<Meter>("m", At::Version(cut as u64))
            .await
            .expect("readable");
        let seen = |meter: &Meter| (meter.count, meter.events);
        assert_eq!(state.as_ref().map(seen), then.as_deref().map(seen), "cut at {cut}");
        for event in after {
            event.fold(&mut state).expect("it fits");
        }
        assert_eq!(state.as_ref().map(seen), Some(seen(&loaded)), "cut at {cut}");
    }
}
