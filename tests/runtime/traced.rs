//! What the runtime tells whoever listens: the spans of each request, what is in them, and that nothing of it is a secret.

use std::future::IntoFuture;
use std::sync::atomic::AtomicU32;

use recount::{Aggregate, At, ExecuteError, MemoryStore, Runtime};

use crate::doubles::{Double, Odd, plant, raw};
use crate::meter::{Count, Ensure, Explode, Install, Look, Meter, on};
use crate::watcher::{told, watch};

#[tokio::test]
async fn a_command_and_its_spans() {
    watch();
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("m", Install {}).await.expect("created");
    assert_eq!(
        told(),
        "recount.execute stream=meter/m command=install append=# version=1 outcome=committed attempts=1\n  \
           recount.fold stream=meter/m from=0 version=0 events=0\n  \
           recount.append stream=meter/m streams=1 events=1 expected=0 attempt=1 append=# position=1\n"
    );
    runtime.execute("m", Count { by: 3 }).await.expect("counted");
    assert_eq!(
        told(),
        "recount.execute stream=meter/m command=count append=# version=2 outcome=committed attempts=1\n  \
           recount.append stream=meter/m streams=1 events=1 expected=1 attempt=1 append=# position=2\n",
        "a state that is kept is not folded"
    );
    runtime.execute("m", Look { way: 0 }).await.expect("looked");
    assert_eq!(
        told(),
        "recount.execute stream=meter/m command=look outcome=nothing attempts=1\n  \
           recount.fold stream=meter/m from=2 version=2 events=0\n"
    );
    runtime.load_at::<Meter>("m", At::Version(1)).await.expect("readable");
    assert_eq!(told(), "recount.fold stream=meter/m from=0 version=1 events=1\n");
}

#[tokio::test(start_paused = true)]
async fn a_command_that_conflicts_once() {
    let inner = MemoryStore::new();
    on(inner.clone()).await.execute("m", Install {}).await.expect("created");
    watch();
    let odd = Odd::Rivals(AtomicU32::new(1));
    let runtime = on(Double { inner, odd }).await;
    runtime.execute("m", Count { by: 3 }).await.expect("written at last");
    assert_eq!(
        told(),
        "recount.execute stream=meter/m command=count append=# version=3 outcome=committed attempts=2\n  \
           recount.fold stream=meter/m from=0 version=1 events=1\n  \
           recount.append stream=meter/m streams=1 events=1 expected=1 attempt=1 append=#\n    \
             DEBUG message=the stream has moved in between stream=meter/m actual=2 attempt=1\n  \
           DEBUG message=deciding again attempt=2\n  \
           recount.fold stream=meter/m from=0 version=2 events=2\n  \
           recount.append stream=meter/m streams=1 events=1 expected=2 attempt=2 append=# position=3\n"
    );
}

#[tokio::test]
async fn a_command_that_gets_a_no() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("m", Install {}).await.expect("created");
    watch();
    let no = runtime.execute("m", Count { by: 2_000 }).await;
    assert!(matches!(no, Err(ExecuteError::Rejected(_))));
    assert_eq!(
        told(),
        "recount.execute stream=meter/m command=count outcome=rejected attempts=1\n  \
           recount.fold stream=meter/m from=1 version=1 events=0\n"
    );
    let no = runtime.execute("m", Count { by: 1 }).expect_version(7).await;
    assert!(matches!(no, Err(ExecuteError::Conflict { .. })));
    assert_eq!(
        told().lines().next(),
        Some("recount.execute stream=meter/m command=count outcome=conflict attempts=1")
    );
    let no = runtime.execute("", Count { by: 1 }).await;
    assert!(matches!(no, Err(ExecuteError::Refused(_))));
    assert_eq!(told(), "recount.execute command=count outcome=refused attempts=0\n");
    let words = "out of cheese".to_owned();
    let no = runtime.execute("m", Explode { words }).await;
    assert!(matches!(no, Err(ExecuteError::Panicked(_))));
    assert_eq!(
        told(),
        "recount.execute stream=meter/m command=explode outcome=failed attempts=1\n  \
           WARN message=user code panicked panic=out of cheese\n"
    );
}

/// A panic leaves no state behind, and neither does a command that nobody waits for any more; that is told as well.
#[tokio::test]
async fn a_command_that_is_dropped() {
    let odd = Odd::Stuck;
    let inner = MemoryStore::new();
    let runtime = on(Double { inner, odd }).await;
    watch();
    let mut command = runtime.execute("m", Install {}).into_future();
    tokio::select! {
        biased;
        answer = &mut command => panic!("the store never answers: {answer:?}"),
        () = tokio::task::yield_now() => {}
    }
    drop(command);
    assert_eq!(
        told(),
        "recount.execute stream=meter/m command=install outcome=dropped attempts=1\n  \
           recount.fold stream=meter/m from=0 version=0 events=0\n  \
           recount.append stream=meter/m streams=1 events=1 expected=0 attempt=1 append=#\n"
    );
}

#[tokio::test]
async fn an_outcome_that_nobody_knows() {
    let odd = Odd::LostAnswer;
    let inner = MemoryStore::new();
    let runtime = on(Double { inner, odd }).await;
    watch();
    let answer = runtime.execute("m", Install {}).await;
    assert!(matches!(answer, Err(ExecuteError::Unknown { .. })));
    assert_eq!(
        told(),
        "recount.execute stream=meter/m command=install outcome=unknown attempts=1\n  \
           recount.fold stream=meter/m from=0 version=0 events=0\n  \
           recount.append stream=meter/m streams=1 events=1 expected=0 attempt=1 append=#\n  \
           WARN message=it is not known whether the events were written append=# error=the answer was lost\n"
    );
}

#[tokio::test]
async fn a_transaction_and_its_spans() {
    let runtime = on(MemoryStore::new()).await;
    watch();
    let mut tx = runtime.transaction();
    tx = tx.execute("a", Ensure { by: 1 }).await.expect("decided");
    tx = tx.execute("b", Install {}).await.expect("decided");
    tx.commit().await.expect("written");
    assert_eq!(
        told(),
        "recount.step stream=meter/a command=ensure outcome=decided\n  \
           recount.fold stream=meter/a from=0 version=0 events=0\n\
         recount.step stream=meter/b command=install outcome=decided\n  \
           recount.fold stream=meter/b from=0 version=0 events=0\n\
         recount.commit commands=[\"ensure\", \"install\"] append=# outcome=committed\n  \
           recount.append stream=meter/a streams=2 events=3 expected=0 attempt=1 append=# position=3\n"
    );
    let no = runtime.transaction().execute("b", Install {}).await;
    assert!(matches!(no, Err(ExecuteError::AlreadyExists { .. })));
    assert_eq!(
        told().lines().next(),
        Some("recount.step stream=meter/b command=install outcome=rejected")
    );
}

#[tokio::test]
async fn a_stream_that_cannot_be_read() {
    let store = MemoryStore::new();
    plant(&store, "meter/m", vec![raw("meter.counted", 1, 1, r#"{"by":1}"#)]).await;
    plant(&store, "meter/n", vec![raw("meter.melted", 1, 1, "{}")]).await;
    let runtime = on(store).await;
    watch();
    runtime.load::<Meter>("m").await.expect_err("nothing has created it");
    assert_eq!(
        told(),
        "recount.fold stream=meter/m from=0\n  \
           WARN message=a stream is corrupt stream=meter/m version=1 position=1 event=meter.counted event_version=1 \
           reason=`meter.counted` changes a state that no event before it has created\n"
    );
    runtime.load::<Meter>("n").await.expect_err("no such event");
    assert_eq!(
        told(),
        "recount.fold stream=meter/n from=0\n  \
           WARN message=a stored event cannot be read stream=meter/n version=1 position=2 event=meter.melted event_version=1 \
           because=this build does not know the event `meter.melted`: deploy a build that does, or put it back into the set of events\n"
    );
}

/// What can happen to a note.
#[recount::events(prefix = "note")]
#[derive(Clone, Debug, PartialEq)]
pub enum NoteEvent {
    /// It says something.
    Written { text: String },
}

#[derive(Aggregate, Debug)]
#[aggregate(name = "note", id = String, events = NoteEvent)]
pub struct Note {
    text: String,
}

#[recount::handlers]
impl Note {
    /// Says something, once.
    #[command(idempotent)]
    pub fn write(note: Option<&Self>, text: String) -> Result<Written, String> {
        match note {
            Some(note) => Err(format!("{} and not {text}", note.text)),
            None => Ok(Written { text }),
        }
    }

    #[apply]
    fn written(event: &Written) -> Self {
        Self {
            text: event.text.clone(),
        }
    }
}

const SECRET: &str = "hunter2";

fn write(text: &str) -> Write {
    Write {
        text: format!("{text} {SECRET}"),
    }
}

async fn notes(store: impl recount::EventStore) -> Runtime {
    let builder = Runtime::builder().store(store).aggregate::<Note>().aggregate::<Meter>();
    builder.start().await.expect("started")
}

/// Payloads, rejections, metadata, keys and what serde quotes of them: none of it is told, whatever the answer.
#[tokio::test]
async fn no_secret_is_told() {
    let store = MemoryStore::new();
    let runtime = notes(store.clone()).await;
    let planted = format!(r#"{{"at":"","id":"","{SECRET}":1}}"#);
    let quoted = format!(r#"{{"by":"{SECRET}"}}"#);
    let events = vec![
        raw("meter.installed", 1, 1, &planted),
        raw("meter.counted", 1, 1, &quoted),
    ];
    plant(&store, "meter/bad", events).await;
    watch();
    let asked = |id, text| {
        let command = runtime.execute(id, write(text)).idempotency_key(SECRET);
        command.actor(SECRET).meta("who", SECRET)
    };
    asked("n", "a").await.expect("written");
    assert!(asked("n", "a").await.expect("a repeat").duplicate);
    let reused = asked("n", "b").await.expect_err("another command under the key");
    assert!(matches!(reused, ExecuteError::Refused(_)));
    let no = runtime.execute("n", write("c")).await.expect_err("it is written");
    assert!(matches!(&no, ExecuteError::Rejected(text) if text.contains(SECRET)));
    let reserved = runtime
        .execute("n", write("d"))
        .meta(format!("${SECRET}"), SECRET)
        .await;
    assert!(matches!(reserved, Err(ExecuteError::Refused(_))));
    let bad = runtime.load::<Meter>("bad").await.expect_err("not a number");
    assert!(format!("{bad:?}").contains(SECRET), "whoever asked is told");
    let tx = runtime
        .transaction()
        .idempotency_key(SECRET)
        .actor(SECRET)
        .meta("who", SECRET);
    let tx = tx.execute("t", write("e")).await.expect("decided");
    tx.commit().await.expect("written");
    let lost = Odd::LostAnswer;
    let runtime = notes(Double {
        inner: store,
        odd: lost,
    })
    .await;
    let unknown = runtime.execute("u", write("f")).actor(SECRET).await;
    assert!(matches!(unknown, Err(ExecuteError::Unknown { .. })));
    let told = told();
    for outcome in ["committed", "duplicate", "refused", "rejected", "unknown", "decided"] {
        assert!(
            told.contains(&format!("outcome={outcome}")),
            "{outcome} is missing in\n{told}"
        );
    }
    assert!(told.contains("a stored event cannot be read"), "{told}");
    assert!(!told.contains(SECRET), "{told}");
}
