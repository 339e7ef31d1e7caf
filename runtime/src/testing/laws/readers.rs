//! The law of readers: whoever reads a stream reads the same events.

use std::fmt::Display;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use uuid::Uuid;

use crate::aggregate::{Aggregate, Fold, fold_stored};
use crate::clock::ManualClock;
use crate::event::{Encoded, EventSet};
use crate::runtime::{At, Loaded, Runtime};
use crate::store::{Batch, EventStore, Expected, MemoryStore};
use crate::stream::{AppendId, AsKey};
use crate::testing::difference::is_one;
use crate::testing::laws::history::stream;
use crate::testing::laws::search::{Broken, same};
use crate::testing::laws::{Laws, State};
use crate::testing::{NOW, StoredEvent};

/// Load, load as of every version, history, subscription and fixture read the same events out of the same stored bytes, those of old versions too.
///
/// # Panics
/// If two of them do not: reading an event depends on something beside its bytes.
#[track_caller]
pub fn reader_parity<A: Aggregate + State>(laws: &Laws) {
    let waiting = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let waiting = waiting.unwrap_or_else(|error| panic!("{error}"));
    laws.each::<A>("reader_parity", |history| {
        let events = &history.events;
        let done = waiting.block_on(compare::<A>(events));
        done.map_err(|what| Broken::by(events, what))
    });
}

/// The id of the stream, whatever the aggregate's ids are.
struct Test;

impl<K> AsKey<K> for Test {
    fn key(&self) -> std::borrow::Cow<'_, str> {
        "test".into()
    }
}

async fn compare<A: Aggregate + State>(events: &[StoredEvent]) -> Result<(), String> {
    let (stream, clock) = (stream::<A>(), ManualClock::new(NOW));
    let store = MemoryStore::with_clock(clock);
    if !events.is_empty() {
        let new = events.iter().cloned().map(Into::into).collect();
        let batch = Batch::new(AppendId::new(Uuid::nil())).part(stream.clone(), Expected::NoStream, new);
        store.append(batch).await.map_err(told("planting it"))?;
    }
    let runtime = Runtime::builder().store(store).aggregate::<A>().start().await;
    let runtime = runtime.map_err(told("starting a runtime"))?;

    // The fixture's way, with the state after each stored event.
    let (mut parts, mut state, mut shown) = (Vec::new(), None::<A>, Vec::new());
    for (event, index) in events.iter().zip(0..) {
        let raw = event.raw(&stream, index);
        A::Events::decode_into(&raw, &mut |part| parts.push(written(&part))).map_err(told("a fixture"))?;
        fold_stored(&mut state, &raw).map_err(told("a fixture"))?;
        let version = u64::from(index) + 1;
        let past = runtime.load_at::<A>(Test, At::Version(version)).await;
        let past = past.map_err(told("`load_at`"))?;
        let what = format!("`load_at` version {version} gives another state than a fixture (- fixture, + `load_at`)");
        same(&state.as_ref(), &past.as_deref(), &what)?;
    }
    let newest: Option<Loaded<A>> = runtime.load(Test).await.map_err(told("`load`"))?;
    let what = "`load` gives another state than a fixture (- fixture, + `load`)";
    same(&state.as_ref(), &newest.as_deref(), what)?;

    let (mut history, mut of_history) = (runtime.history::<A>(Test), None::<A>);
    while let Some(event) = history.next().await {
        let event = event.map_err(told("`history`"))?;
        event.event().fold(&mut of_history).map_err(told("`history`"))?;
        shown.push(written(event.event()));
    }
    alike::<A::Events>(&parts, &shown, "history")?;
    let what = "the events of `history` give another state than a fixture (- fixture, + `history`)";
    same(&state, &of_history, what)?;

    let subscription = runtime.subscribe::<A>().stream(Test).await;
    let (mut subscription, mut served) = (subscription.map_err(told("`subscribe`"))?, Vec::new());
    while let Some(Some(event)) = at_once(subscription.next()).await {
        served.push(written(event.map_err(told("`subscribe`"))?.event()));
    }
    alike::<A::Events>(&parts, &served, "subscribe")
}

/// What a future comes to in one poll; `None` if it waits. A store in memory has all of it at once.
async fn at_once<F: Future>(future: F) -> Option<F::Output> {
    let mut future = pin!(tokio::task::unconstrained(future));
    poll_fn(|cx| {
        Poll::Ready(match future.as_mut().poll(cx) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        })
    })
    .await
}

/// Whether a reader reads the events that a fixture reads.
fn alike<S: EventSet>(fixture: &[Option<Encoded>], read: &[Option<Encoded>], reader: &str) -> Result<(), String> {
    let (count, others) = (fixture.len(), read.len());
    if count != others {
        return Err(format!("a fixture reads {count} events, and `{reader}` {others}"));
    }
    let mut pairs = fixture.iter().zip(read);
    pairs.try_for_each(|(one, other)| differs::<S>(one.as_ref(), other.as_ref(), reader))
}

/// The stored form of an event, by which two are compared; `None` for what is only read.
fn written<S: EventSet>(event: &S) -> Option<Encoded> {
    event.encode().ok()
}

fn differs<S: EventSet>(fixture: Option<&Encoded>, read: Option<&Encoded>, reader: &str) -> Result<(), String> {
    let (Some(a), Some(b)) = (fixture, read) else {
        return match (fixture, read) {
            (None, None) => Ok(()),
            _ => Err(format!(
                "a fixture and `{reader}` read one event that is written and one that is only read"
            )),
        };
    };
    if is_one::<S>(&a.clone().into(), &b.clone().into()) {
        return Ok(());
    }
    let [a, b] = [a, b].map(|event| StoredEvent::from(event.clone()).line());
    Err(format!(
        "`{reader}` reads another event than a fixture (- fixture, + `{reader}`)\n  - {a}\n  + {b}"
    ))
}

fn told<E: Display>(who: &'static str) -> impl Fn(E) -> String {
    move |error| format!("{who} gave an error: {error}")
}
