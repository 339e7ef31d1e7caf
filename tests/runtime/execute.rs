//! Commands: who may decide what, on which state, and what every answer means.

use std::future::IntoFuture;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use recount::store::{Limit, Limits, Refusal};
use recount::{
    Aggregate, BadDecision, EncodeError, ExecuteError, FoldError, Loaded, MemoryStore, Runtime, StartError, SystemClock,
};

use crate::doubles::{Double, Odd};
use crate::meter::{
    CALLS, Count, CountNothing, Ensure, Explode, Flood, Install, InstallAgain, Look, Meter, MeterCommand, Remove,
    TooMuch, Weigh, on,
};

async fn count(runtime: &Runtime, id: &str) -> u64 {
    runtime
        .load::<Meter>(id)
        .await
        .expect("a readable meter")
        .expect("a meter")
        .count
}

/// Rule 4.3: the matrix of what a command needs and what there is.
#[tokio::test]
async fn create_exists_either() {
    let runtime = on(MemoryStore::new()).await;
    assert!(
        matches!(runtime.execute("m", Count { by: 1 }).await, Err(ExecuteError::NotFound { stream }) if stream.id() == "m")
    );
    let receipt = runtime.execute("m", Install {}).await.expect("the first creation");
    assert_eq!(receipt.version.map(u64::from), Some(1));
    assert!(matches!(
        runtime.execute("m", Install {}).await,
        Err(ExecuteError::AlreadyExists { .. })
    ));
    let receipt = runtime
        .execute("m", Count { by: 3 })
        .await
        .expect("a change of what exists");
    assert_eq!((receipt.version.map(u64::from), receipt.events.len()), (Some(2), 1));
    let receipt = runtime
        .execute("m", Ensure { by: 1 })
        .await
        .expect("either, and it exists");
    assert_eq!(receipt.version.map(u64::from), Some(3));
    let receipt = runtime
        .execute("other", Ensure { by: 5 })
        .await
        .expect("either, and it does not exist");
    assert_eq!((receipt.version.map(u64::from), receipt.events.len()), (Some(2), 2));
    assert_eq!((count(&runtime, "m").await, count(&runtime, "other").await), (4, 5));
}

/// Rules 4.3, 1.5: of many creators one wins, and to the others the meter exists already: no conflict.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn racing_creators() {
    let runtime = on(MemoryStore::new()).await;
    for round in 0..20 {
        let tasks = (0..8).map(|_| tokio::spawn(runtime.execute(format!("m-{round}"), Install {}).into_future()));
        let mut won = 0;
        for task in tasks.collect::<Vec<_>>() {
            match task.await.expect("no panic") {
                Ok(_) => won += 1,
                Err(ExecuteError::AlreadyExists { .. }) => {}
                Err(other) => panic!("{other:?}"),
            }
        }
        assert_eq!(won, 1);
    }
}

/// Rule 4.7: the domain's error comes back by value and type, also of a command that came as data.
#[tokio::test]
async fn rejections_stay_themselves() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("m", Install {}).await.expect("created");
    let Err(ExecuteError::Rejected(TooMuch(sum))) = runtime.execute("m", Count { by: 2_000 }).await else {
        panic!("not rejected")
    };
    assert_eq!(sum, 2_000);
    let command: MeterCommand = serde_json::from_str(r#"{"count":{"by":3000}}"#).expect("a command from outside");
    match runtime.dispatch("m", command).await {
        Err(ExecuteError::Rejected(crate::meter::MeterRejection::Count(TooMuch(sum)))) => assert_eq!(sum, 3_000),
        other => panic!("{other:?}"),
    }
    let command: MeterCommand = serde_json::from_str(r#"{"ensure":{"by":3}}"#).expect("a command from outside");
    assert_eq!(
        runtime.dispatch("m", command).await.expect("dispatched").events.len(),
        1
    );
    assert_eq!(count(&runtime, "m").await, 3);
}

/// Rule 1.8: no event is a success that writes nothing.
#[tokio::test]
async fn nothing_decided_is_nothing_written() {
    let store = MemoryStore::new();
    let runtime = on(store.clone()).await;
    runtime.execute("m", Install {}).await.expect("created");
    let receipt = runtime.execute("m", Look { way: 0 }).await.expect("accepted");
    assert_eq!(
        (receipt.version.map(u64::from), receipt.position(), receipt.events.len()),
        (Some(1), None, 0)
    );
    assert_eq!(recount::EventStore::head(&store).await.expect("a head").get(), 1);
}

/// Rule 4.4: a rival wins k times; the handler sees each new state, and gives up after its attempts.
#[tokio::test(start_paused = true)]
async fn conflicts_decide_again() {
    for rivals in 0..7 {
        let inner = MemoryStore::new();
        let runtime = on(inner.clone()).await;
        runtime.execute("m", Install {}).await.expect("created");
        let runtime = on(Double {
            inner,
            odd: Odd::Rivals(AtomicU32::new(rivals)),
        })
        .await;
        let began = tokio::time::Instant::now();
        let answer = runtime.execute("m", Count { by: 100 }).await;
        // 2 + 4 + 8 + 16 ms at most, in virtual time.
        assert!(began.elapsed() <= Duration::from_millis(40), "{:?}", began.elapsed());
        if rivals < 5 {
            assert_eq!(
                answer.expect("written at last").version.map(u64::from),
                Some(u64::from(rivals) + 2)
            );
            assert_eq!(count(&runtime, "m").await, 100 + u64::from(rivals));
        } else {
            assert!(matches!(
                answer,
                Err(ExecuteError::Conflict { attempts: 5, expected: Some(expected), actual: Some(actual), .. })
                    if expected == 5 && actual == 6
            ));
        }
    }
    let runtime = on(Double {
        inner: MemoryStore::new(),
        odd: Odd::Rivals(AtomicU32::new(100)),
    })
    .await;
    let answer = runtime.execute("m", Ensure { by: 1 }).retries(0).await;
    assert!(matches!(answer, Err(ExecuteError::Conflict { attempts: 1, .. })));
}

/// Rule 4.4: a kept state that others had moved past before is no retry; those who write in between are.
#[tokio::test(start_paused = true)]
async fn an_old_kept_state_is_no_retry() {
    let store = MemoryStore::new();
    let (one, two) = (on(store.clone()).await, on(store).await);
    one.execute("m", Install {}).await.expect("created");
    for _ in 0..3 {
        two.execute("m", Count { by: 1 }).await.expect("counted");
        let receipt = one.execute("m", Count { by: 1 }).retries(0).await;
        receipt.expect("nobody was in between");
    }
    assert_eq!(count(&one, "m").await, 6);

    // On a kept state, with a rival before each append: one decision is free, and each retry is one more.
    for retries in 0..3 {
        let inner = MemoryStore::new();
        on(inner.clone()).await.execute("m", Install {}).await.expect("created");
        let odd = Odd::Rivals(AtomicU32::new(100));
        let busy = on(Double { inner, odd }).await;
        assert_eq!(count(&busy, "m").await, 0, "and keeps it");
        let answer = busy.execute("m", Count { by: 1 }).retries(retries).await;
        assert!(
            matches!(answer, Err(ExecuteError::Conflict { attempts, .. }) if attempts == retries + 2),
            "{answer:?}"
        );
    }
}

/// Rule 4.4: who names a version gets the conflict at once.
#[tokio::test]
async fn an_expected_version_is_not_decided_again() {
    let runtime = on(MemoryStore::new()).await;
    let receipt = runtime
        .execute("m", Ensure { by: 1 })
        .expect_version(0)
        .await
        .expect("there was nothing");
    let version = receipt.version.expect("a version");
    runtime
        .execute("m", Count { by: 1 })
        .expect_version(version.get())
        .await
        .expect("nobody was in between");
    let answer = runtime
        .execute("m", Count { by: 1 })
        .expect_version(version.get())
        .await;
    assert!(matches!(
        answer,
        Err(ExecuteError::Conflict { attempts: 1, expected: Some(expected), actual: Some(actual), .. })
            if expected == version && actual == 3
    ));
    let told = answer.map(drop).map_err(|error| {
        error
            .map_rejection(|TooMuch(_)| std::io::Error::other("too much"))
            .to_string()
    });
    assert_eq!(
        told,
        Err("`meter/m` is at version 3, and not at version 2, after 1 attempts".to_owned())
    );
    let inner = MemoryStore::new();
    on(inner.clone()).await.execute("m", Install {}).await.expect("created");
    let runtime = on(Double {
        inner,
        odd: Odd::Rivals(AtomicU32::new(1)),
    })
    .await;
    let answer = runtime.execute("m", Count { by: 1 }).expect_version(1).await;
    assert!(
        matches!(answer, Err(ExecuteError::Conflict { attempts: 1, .. })),
        "{answer:?}"
    );
}

/// Rule 4.5: an answer that is lost is unknown, is not tried again, and names what to look for.
#[tokio::test]
async fn a_lost_answer_is_unknown() {
    let runtime = on(Double {
        inner: MemoryStore::new(),
        odd: Odd::LostAnswer,
    })
    .await;
    let Err(ExecuteError::Unknown { unknown, .. }) = runtime.execute("m", Install {}).await else {
        panic!("not unknown")
    };
    assert_eq!(unknown.parts[0].0.to_string(), "meter/m");
    let mut history = runtime.history::<Meter>("m");
    let event = history.next().await.expect("it was written").expect("readable");
    assert_eq!(event.meta().event_id, unknown.append.event(0));
    assert!(history.next().await.is_none());
}

/// Rule 4.5: a rejection is decided once.
#[tokio::test]
async fn a_rejection_is_decided_once() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("m", Install {}).await.expect("created");
    // Other tests call the handler as well, so the bound is on this one's share: a retried rejection would add at least 4.
    let before = CALLS.load(Ordering::SeqCst);
    for _ in 0..50 {
        assert!(matches!(
            runtime.execute("m", Count { by: 5_000 }).retries(100).await,
            Err(ExecuteError::Rejected(_))
        ));
    }
    assert!(CALLS.load(Ordering::SeqCst) - before < 50 * 2);
}

/// Rule 4.6: what cannot be folded, or cannot be stored, is a bad decision, and nothing is written.
#[tokio::test]
async fn bad_decisions_write_nothing() {
    let store = MemoryStore::new();
    let runtime = on(store.clone()).await;
    runtime.execute("m", Install {}).await.expect("created");
    let answer = runtime.execute("m", InstallAgain {}).await;
    assert!(matches!(
        answer,
        Err(ExecuteError::BadDecision(BadDecision::Fold(FoldError::AlreadyCreated(
            "meter.installed"
        ))))
    ));
    let answer = runtime.execute("nobody", CountNothing {}).await;
    assert!(matches!(
        answer,
        Err(ExecuteError::BadDecision(BadDecision::Fold(FoldError::NotCreated(
            "meter.counted"
        ))))
    ));
    let answer = runtime.execute("m", Weigh { is_heavy: true }).await;
    assert!(matches!(
        answer,
        Err(ExecuteError::BadDecision(BadDecision::Encode(EncodeError::Json {
            name: "meter.weighed",
            ..
        })))
    ));
    assert_eq!(recount::EventStore::head(&store).await.expect("a head").get(), 1);
    runtime
        .execute("m", Weigh { is_heavy: false })
        .await
        .expect("1.5 is a number");
}

/// Rule 4.11: a panic is an answer to one caller.
#[tokio::test]
async fn panics_are_confined() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("m", Install {}).await.expect("created");
    let answer = runtime
        .execute(
            "m",
            Explode {
                words: "out of cheese".into(),
            },
        )
        .await;
    assert!(matches!(answer, Err(ExecuteError::Panicked(panicked)) if panicked.message == "out of cheese"));
    let answer = runtime.execute("m", Remove {}).await;
    assert!(matches!(answer, Err(ExecuteError::Panicked(panicked)) if panicked.message == "no meter is ever removed"));
    runtime
        .execute("m", Count { by: 1 })
        .await
        .expect("the meter is as it was");
    assert_eq!(count(&runtime, "m").await, 1);
}

/// Rule 1.9: above a limit the store says what and by how much.
#[tokio::test]
async fn too_large_is_refused() {
    let mut limits = Limits::DEFAULT;
    limits.events = 100;
    let runtime = on(MemoryStore::with(SystemClock, limits)).await;
    runtime.execute("m", Install {}).await.expect("created");
    let answer = runtime.execute("m", Flood { events: 101 }).await;
    assert!(matches!(
        answer,
        Err(ExecuteError::Refused(Refusal::TooLarge { what: Limit::Events, limit, actual })) if actual == limit + 1
    ));
    let answer = runtime
        .execute("m", Count { by: 1 })
        .meta("note", "x".repeat(70_000))
        .await;
    assert!(matches!(
        answer,
        Err(ExecuteError::Refused(Refusal::TooLarge {
            what: Limit::Metadata,
            ..
        }))
    ));
    assert_eq!(
        Loaded::version(&runtime.load::<Meter>("m").await.expect("readable").expect("there")),
        1
    );
}

/// Rule 1.1: hostile ids are refused before anything is read or written.
#[tokio::test]
async fn hostile_ids_are_refused() {
    let store = MemoryStore::new();
    let runtime = on(store.clone()).await;
    for id in ["", "a\0b", "a\nb", &"x".repeat(513), "\u{7f}"] {
        let answer = runtime.execute(id, Ensure { by: 1 }).await;
        assert!(
            matches!(answer, Err(ExecuteError::Refused(Refusal::InvalidName(_)))),
            "{id:?}"
        );
        assert!(matches!(
            runtime.load::<Meter>(id).await,
            Err(recount::LoadError::InvalidName(_))
        ));
    }
    assert_eq!(recount::EventStore::head(&store).await.expect("a head").get(), 0);
    for id in ["../../etc/passwd", "a/b", "\u{202e}", "$all", " "] {
        runtime.execute(id, Ensure { by: 1 }).await.expect("odd, and legal");
    }
}

#[tokio::test(start_paused = true)]
async fn timeouts_are_honest() {
    let runtime = on(Double {
        inner: MemoryStore::new(),
        odd: Odd::Stuck,
    })
    .await;
    let answer = runtime.execute("m", Install {}).timeout(Duration::from_secs(1)).await;
    assert!(
        matches!(answer, Err(ExecuteError::Unknown { .. })),
        "the store had it: {answer:?}"
    );
    let inner = MemoryStore::new();
    on(inner.clone()).await.execute("m", Install {}).await.expect("created");
    let runtime = on(Double {
        inner,
        odd: Odd::Rivals(AtomicU32::new(u32::MAX)),
    })
    .await;
    let answer = runtime
        .execute("m", Ensure { by: 1 })
        .retries(u32::MAX)
        .timeout(Duration::from_millis(100))
        .await;
    assert!(
        matches!(answer, Err(ExecuteError::TimedOut)),
        "between two attempts: {answer:?}"
    );
}

#[tokio::test]
async fn after_shutdown_nothing_is_taken() {
    let runtime = on(MemoryStore::new()).await;
    runtime.shutdown().await;
    runtime.shutdown().await;
    assert!(matches!(
        runtime.execute("m", Install {}).await,
        Err(ExecuteError::Store(recount::store::ReadError::Closed))
    ));
    assert!(Runtime::builder().store(MemoryStore::new()).start().await.is_ok());
}

#[tokio::test]
async fn what_was_not_named_is_not_executed() {
    let runtime = Runtime::builder()
        .store(MemoryStore::new())
        .start()
        .await
        .expect("started");
    assert!(matches!(
        runtime.execute("m", Install {}).await,
        Err(ExecuteError::NotRegistered { aggregate: "meter" })
    ));
    assert!(matches!(
        runtime.load::<Meter>("m").await,
        Err(recount::LoadError::NotRegistered { .. })
    ));
    let first = runtime.history::<Meter>("m").next().await.expect("an error");
    assert!(matches!(first, Err(recount::HistoryError::NotRegistered { .. })));
}

mod other {
    //! Another aggregate that takes the meter's name.
    use super::Aggregate;

    /// What happens to it.
    #[recount::events(prefix = "other")]
    #[derive(Clone, Debug, PartialEq)]
    pub enum OtherEvent {
        /// It begins.
        Begun,
    }

    /// It.
    #[derive(Aggregate, Debug)]
    #[aggregate(name = "meter", id = u64, events = OtherEvent)]
    pub struct Other;

    #[recount::handlers]
    impl Other {
        #[apply]
        fn begun(_: &Begun) -> Self {
            Self
        }
    }
}

#[tokio::test]
async fn two_aggregates_of_one_name_do_not_start() {
    let builder = Runtime::builder()
        .aggregate::<Meter>()
        .aggregate::<Meter>()
        .store(MemoryStore::new());
    let answer = builder.aggregate::<other::Other>().start().await;
    assert!(
        matches!(answer, Err(StartError::AggregateTwice { name: "meter", .. })),
        "{answer:?}"
    );
}

/// What is awaited owns all it needs.
#[tokio::test]
async fn commands_can_be_spawned() {
    let runtime = Arc::new(on(MemoryStore::new()).await);
    let id = String::from("m");
    let task = tokio::spawn(runtime.execute(&id, Install {}).into_future());
    drop(id);
    assert_eq!(task.await.expect("no panic").expect("created").events.len(), 1);
}
