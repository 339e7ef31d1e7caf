//! What a handler may know, and what is stored of who asked.

use recount::store::Refusal;
use recount::{ExecuteError, ManualClock, MemoryStore, Meta, Runtime, Timestamp};
use uuid::Uuid;

use crate::doubles::{plant, raw};
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

async fn metas(runtime: &Runtime, id: &str) -> Vec<Meta> {
    let mut history = runtime.history::<Meter>(id);
    let mut metas = Vec::new();
    while let Some(event) = history.next().await {
        metas.push(event.expect("readable").meta().clone());
    }
    metas
}

/// Rule 4.9: what follows from one request is one tree, over commands and transactions and over a restart: each event names the command
/// that decided it, each command the event that it answers, and all of them their request.
#[tokio::test]
async fn a_chain_of_causes_is_one_tree() {
    let store = MemoryStore::new();
    let runtime = on(store.clone()).await;
    runtime.execute("a", Ensure { by: 1 }).await.expect("written");
    let root = metas(&runtime, "a").await.pop().expect("an event");
    runtime
        .execute("b", Ensure { by: 1 })
        .caused_by(&root)
        .await
        .expect("written");

    // The next hop is taken by another process, from what is stored.
    let runtime = on(store.clone()).await;
    let parent = metas(&runtime, "b").await.pop().expect("an event");
    let transaction = runtime.transaction().caused_by(&parent);
    let transaction = transaction.execute("c", Ensure { by: 1 }).await.expect("decided");
    let transaction = transaction.execute("a", Count { by: 1 }).await.expect("decided");
    transaction.commit().await.expect("written");

    let (a, b, c) = (
        metas(&runtime, "a").await,
        metas(&runtime, "b").await,
        metas(&runtime, "c").await,
    );
    let request = root.headers.correlation;
    assert!(request.is_some(), "a command from outside begins a request");
    for meta in a.iter().chain(&b).chain(&c) {
        assert_eq!(meta.headers.correlation, request, "{meta:?}");
    }
    let command = |meta: &Meta| meta.headers.command.clone().expect("a command");
    let answered = |metas: &[Meta]| metas.iter().map(|meta| command(meta).causation).collect::<Vec<_>>();
    let (root, parent) = (Some(root.event_id), Some(parent.event_id));
    assert_eq!(answered(&a), [None, None, parent]);
    assert_eq!(answered(&b), [root, root]);
    assert_eq!(answered(&c), [parent, parent]);
    let commands = [&a[0], &a[2], &b[0], &c[0]].map(|meta| command(meta).id);
    assert_eq!(
        a[1].headers.causation(),
        Some(commands[0]),
        "of two events of one command"
    );
    assert_eq!(commands[1], commands[3], "a transaction is one cause");
    assert!(commands[0] != commands[1] && commands[0] != commands[2] && commands[1] != commands[2]);

    // Another request is another tree, also where it answers an event that belongs to none.
    runtime.execute("d", Ensure { by: 1 }).await.expect("written");
    let other = metas(&runtime, "d").await.pop().expect("an event");
    assert!(other.headers.correlation.is_some() && other.headers.correlation != request);
    let installed = raw("meter.installed", 1, 1, r#"{"at":"","id":""}"#);
    plant(&store, "meter/e", vec![installed]).await;
    let foreign = metas(&runtime, "e").await.pop().expect("an event");
    assert_eq!(foreign.headers.correlation, None, "another program wrote it");
    runtime
        .execute("e", Count { by: 1 })
        .caused_by(&foreign)
        .await
        .expect("written");
    let answer = metas(&runtime, "e").await.pop().expect("an event");
    assert_eq!(command(&answer).causation, Some(foreign.event_id));
    assert!(answer.headers.correlation.is_some());
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
    let metas = metas(&runtime, "m").await;
    let [installed, counted, effect] = &metas[..] else {
        panic!("{metas:?}")
    };
    assert_eq!(installed.headers, counted.headers);
    assert_eq!(installed.headers.correlation, Some(request));
    assert_eq!(installed.headers.actor.as_deref(), Some("teller-9"));
    assert_eq!(installed.headers.user["ip"], "::1");
    let command = installed.headers.command.as_ref().expect("a command");
    assert_eq!((&*command.name, command.causation), ("ensure", None));
    assert_eq!(installed.headers.causation(), Some(command.id));
    assert_eq!(
        (installed.event_id, counted.event_id),
        (first.append.event(0), first.append.event(1))
    );
    let command = effect.headers.command.as_ref().expect("a command");
    assert_eq!((&*command.name, command.causation), ("count", Some(cause)));
    assert_eq!(effect.headers.correlation, Some(request));
    assert_eq!(effect.id(), "m");

    let answer = runtime.execute("m", Count { by: 1 }).meta("$tenant", "other").await;
    assert!(matches!(answer, Err(ExecuteError::Refused(Refusal::ReservedKey { key })) if key == "$tenant"));
}
