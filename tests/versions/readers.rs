//! One old payload through every way to read a stream: none goes past the chain, and a step that panics hurts nobody else.

use recount::store::{Batch, Expected, NewEvent};
use recount::{
    Aggregate, AppendId, At, DecodeError, EventStore, ExecuteError, HistoryError, LoadError, Loaded, MemoryStore,
    Runtime, TryUpcast, UpcastError, UpcastMeta,
};
use uuid::Uuid;

/// What can happen to a gauge.
#[recount::events(prefix = "gauge")]
#[derive(Clone, Debug, PartialEq)]
enum GaugeEvent {
    #[event(version = 2)]
    Built {
        #[event(since = 2, default = 1)]
        scale: u64,
    },
    #[event(version = 3, step(1), removed(2, by: String))]
    Turned {
        #[event(since = 2)]
        steps: u64,
        #[event(since = 3, default = "left")]
        way: String,
    },
    #[event(version = 2, write = 1)]
    Locked {
        #[event(since = 2)]
        until: Option<u64>,
    },
}

impl TryUpcast<TurnedV1> for TurnedV2 {
    fn try_upcast(old: TurnedV1, _: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        assert_ne!(old.by, "13", "no gauge turns by 13");
        let steps = old.by.parse().map_err(UpcastError::new)?;
        Ok(Self { steps })
    }
}

#[derive(Aggregate, Debug)]
#[aggregate(name = "gauge", id = String, events = GaugeEvent)]
struct Gauge {
    stands_at: u64,
}

#[recount::handlers]
impl Gauge {
    #[command]
    fn turn(&self, steps: u64) -> Turned {
        let way = format!("from {}", self.stands_at);
        Turned { steps, way }
    }

    #[command]
    fn lock(&self, until: Option<u64>) -> Locked {
        Locked { until }
    }

    #[apply]
    fn built(event: &Built) -> Self {
        Self { stands_at: event.scale }
    }

    #[apply]
    fn turned(&mut self, event: &Turned) {
        self.stands_at += event.steps;
    }

    #[apply]
    fn locked(&mut self, _: &Locked) {}
}

async fn store(events: &[(&str, u32, &str)]) -> MemoryStore {
    let store = MemoryStore::new();
    let events = events
        .iter()
        .map(|(name, version, payload)| NewEvent::new((*name).to_owned(), *version, 1, *payload));
    let stream = "gauge/g".parse().expect("a stream's name");
    let batch = Batch::new(AppendId::new(Uuid::from_u128(1))).part(stream, Expected::Any, events.collect());
    store.append(batch).await.expect("planted");
    store
}

async fn on(store: &MemoryStore) -> Runtime {
    let runtime = Runtime::builder().store(store.clone()).aggregate::<Gauge>();
    runtime.start().await.expect("started")
}

async fn history(runtime: &Runtime) -> Vec<Result<(GaugeEvent, u32), HistoryError>> {
    let (mut history, mut out) = (runtime.history::<Gauge>("g"), Vec::new());
    while let Some(event) = history.next().await {
        out.push(event.map(|event| (event.event().clone(), event.stored_version())));
    }
    out
}

const OLD: [(&str, u32, &str); 3] = [
    ("gauge.built", 1, "{}"),
    ("gauge.turned", 1, r#"{"by":"4"}"#),
    ("gauge.turned", 2, r#"{"steps":5}"#),
];

fn turned(steps: u64, way: &str) -> GaugeEvent {
    let way = way.into();
    Turned { steps, way }.into()
}

#[tokio::test]
async fn every_reader_takes_the_chain() {
    let store = store(&OLD).await;
    let runtime = on(&store).await;
    let all: Vec<_> = history(&runtime).await.into_iter().map(Result::unwrap).collect();
    let expected = [
        (Built { scale: 1 }.into(), 1),
        (turned(4, "left"), 1),
        (turned(5, "left"), 2),
    ];
    assert_eq!(all, expected, "the stored version stays visible");
    let now = runtime.load::<Gauge>("g").await.expect("readable").expect("there");
    assert_eq!((now.stands_at, Loaded::version(&now).get()), (10, 3));
    let then = runtime
        .load_at::<Gauge>("g", At::Version(2))
        .await
        .expect("readable")
        .expect("there");
    assert_eq!(then.stands_at, 5);
    // A decision stands on the same state, and what it wrote is read as everything else is.
    let receipt = runtime.execute("g", Turn { steps: 1 }).await.expect("decided");
    assert_eq!(receipt.events, [turned(1, "from 10")]);
    let later = on(&store).await;
    assert_eq!(
        later
            .load::<Gauge>("g")
            .await
            .expect("readable")
            .expect("there")
            .stands_at,
        11
    );
    assert_eq!(
        history(&later).await.pop().map(Result::unwrap),
        Some((turned(1, "from 10"), 3))
    );
}

#[tokio::test]
async fn a_step_that_panics_is_an_error_of_its_reader() {
    let bad = [OLD[0], ("gauge.turned", 1, r#"{"by":"13"}"#), OLD[1]];
    let runtime = on(&store(&bad).await).await;
    let is_panic = |error: &DecodeError| match error {
        DecodeError::Upcast {
            name: "gauge.turned",
            version: 1,
            source,
        } => source.to_string().contains("no gauge turns by 13"),
        _ => false,
    };
    match runtime.load::<Gauge>("g").await {
        Err(LoadError::Unreadable(unreadable)) => assert!(is_panic(&unreadable.source), "{unreadable:?}"),
        other => panic!("{other:?}"),
    }
    match runtime.execute("g", Turn { steps: 1 }).await {
        Err(ExecuteError::Unreadable(unreadable)) => assert!(is_panic(&unreadable.source), "{unreadable:?}"),
        other => panic!("{other:?}"),
    }
    let before = runtime
        .load_at::<Gauge>("g", At::Version(1))
        .await
        .expect("readable")
        .expect("there");
    assert_eq!(before.stands_at, 1, "what lies before it can be read");
    let all = history(&runtime).await;
    assert!(matches!(&all[1], Err(HistoryError::Unreadable(unreadable)) if is_panic(&unreadable.source)));
    assert!(all[2].is_ok(), "and so can what lies after it");
}

#[tokio::test]
async fn a_lossy_write_appends_nothing() {
    let store = store(&OLD[..1]).await;
    let runtime = on(&store).await;
    runtime
        .execute("g", Lock { until: None })
        .await
        .expect("version 1 holds it");
    match runtime.execute("g", Lock { until: Some(7) }).await {
        Err(ExecuteError::BadDecision(bad)) => {
            let said = std::error::Error::source(&bad).map_or_else(|| bad.to_string(), ToString::to_string);
            assert!(
                said.contains("version 1 of `gauge.locked`") && said.contains("`until`"),
                "{said}"
            );
        }
        other => panic!("{other:?}"),
    }
    let versions: Vec<_> = history(&runtime)
        .await
        .into_iter()
        .map(|event| event.expect("readable").1)
        .collect();
    assert_eq!(versions, [1, 1], "built, and locked once, as version 1");
}
