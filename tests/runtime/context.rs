//! What a handler may know, and what is stored of who asked.

use recount::store::Refusal;
use recount::{ExecuteError, ManualClock, MemoryStore, Runtime, Timestamp};
use uuid::Uuid;

use crate::meter::{Count, Ensure, InstallAgain, Meter, MeterEvent, on};

/// Rule 4.2: no handler sees time run backward, and each attempt has ids of its own.
#[tokio::test]
async fn the_context_of_a_decision() {
    let late = "2030-01-01T00:00:00Z".parse::<Timestamp>().expect("a moment");
    let store = MemoryStore::with_clock(ManualClock::new(late));
    let slow = ManualClock::new(Timestamp::from_micros(0));
    let runtime = Runtime::builder()
        .store(store)
        .aggregate::<Meter>()
        .clock(slow)
        .start()
        .await
        .expect("started");
    let first = runtime.execute("m", Ensure { by: 1 }).await.expect("created");
    let MeterEvent::Installed(first) = &first.events[0] else {
        panic!("{first:?}")
    };
    assert_eq!(first.at, "1970-01-01T00:00:00.000000Z");
    let again = runtime.execute("m", InstallAgain {}).await;
    assert!(matches!(again, Err(ExecuteError::BadDecision(_))));
    let second = runtime.execute("n", Ensure { by: 1 }).await.expect("created");
    let MeterEvent::Installed(second) = &second.events[0] else {
        panic!("{second:?}")
    };
    assert_ne!(first.id, second.id);
    assert_eq!(first.id.parse::<Uuid>().expect("an id").get_version_num(), 7);
}

/// Rule 4.10: who and what caused an event is stored beside it; `$` is ours.
#[tokio::test]
async fn headers_are_stored() {
    let runtime = on(MemoryStore::new()).await;
    let request = Uuid::new_v4();
    let first = runtime
        .execute("m", Ensure { by: 1 })
        .correlation(request)
        .actor("teller-9")
        .meta("ip", "::1")
        .await;
    let first = first.expect("written");
    let cause = first.append.event(1);
    runtime
        .execute("m", Count { by: 1 })
        .correlation(request)
        .causation(cause)
        .await
        .expect("written");
    let mut history = runtime.history::<Meter>("m");
    let mut metas = Vec::new();
    while let Some(event) = history.next().await {
        metas.push(event.expect("readable").meta().clone());
    }
    let [installed, counted, effect] = &metas[..] else {
        panic!("{metas:?}")
    };
    assert_eq!(installed.headers, counted.headers);
    assert_eq!(installed.headers.correlation, Some(request));
    assert_eq!(installed.headers.actor.as_deref(), Some("teller-9"));
    assert_eq!(installed.headers.user["ip"], "::1");
    let command = installed.headers.command.as_ref().expect("a command");
    assert_eq!((command.name.as_str(), command.causation), ("ensure", None));
    assert_eq!(installed.headers.causation(), Some(command.id));
    assert_eq!(
        (installed.event_id, counted.event_id),
        (first.append.event(0), first.append.event(1))
    );
    let command = effect.headers.command.as_ref().expect("a command");
    assert_eq!((command.name.as_str(), command.causation), ("count", Some(cause)));
    assert_eq!(effect.headers.correlation, Some(request));
    assert_eq!(effect.id(), "m");

    let answer = runtime.execute("m", Count { by: 1 }).meta("$tenant", "other").await;
    assert!(matches!(answer, Err(ExecuteError::Refused(Refusal::ReservedKey { key })) if key == "$tenant"));
}
