//! The counts of the runtime, as an exporter gets them.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use metrics::{Counter, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use recount::MemoryStore;

use crate::doubles::{Double, Odd};
use crate::meter::{Count, Ensure, Install, Meter, on};

/// A recorder that keeps all: names with labels, and their values.
#[derive(Default)]
struct Counts {
    described: Mutex<Vec<String>>,
    counters: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    gauges: Mutex<BTreeMap<String, Arc<AtomicU64>>>,
    histograms: Mutex<BTreeMap<String, Arc<Values>>>,
}

#[derive(Default)]
struct Values(Mutex<Vec<f64>>);

impl HistogramFn for Values {
    fn record(&self, value: f64) {
        self.0.lock().expect("no panic").push(value);
    }
}

fn name(key: &Key) -> String {
    let labels = key.labels().map(|label| format!(" {}={}", label.key(), label.value()));
    key.name().to_owned() + &labels.collect::<String>()
}

fn entry<T: Default>(table: &Mutex<BTreeMap<String, Arc<T>>>, key: &Key) -> Arc<T> {
    Arc::clone(table.lock().expect("no panic").entry(name(key)).or_default())
}

impl Counts {
    fn describe(&self, key: &KeyName) {
        self.described.lock().expect("no panic").push(key.as_str().to_owned());
    }

    /// Each counter with its value.
    fn counters(&self) -> Vec<String> {
        let counters = self.counters.lock().expect("no panic");
        let shown = counters
            .iter()
            .map(|(name, value)| format!("{name} {}", value.load(Ordering::SeqCst)));
        shown.filter(|shown| !shown.ends_with(" 0")).collect()
    }

    fn gauge(&self, name: &str) -> f64 {
        f64::from_bits(self.gauges.lock().expect("no panic")[name].load(Ordering::SeqCst))
    }

    fn histogram(&self, name: &str) -> Vec<f64> {
        let histograms = self.histograms.lock().expect("no panic");
        let values = histograms[name].0.lock().expect("no panic");
        values.clone()
    }
}

impl Recorder for Counts {
    fn describe_counter(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn describe_gauge(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn describe_histogram(&self, key: KeyName, _: Option<Unit>, _: SharedString) {
        self.describe(&key);
    }

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(entry(&self.counters, key))
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::from_arc(entry(&self.gauges, key))
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(entry(&self.histograms, key))
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_counted() {
    let counts = Counts::default();
    let recording = metrics::set_default_local_recorder(&counts);
    let odd = Odd::Rivals(AtomicU32::new(0));
    let runtime = on(Double {
        inner: MemoryStore::new(),
        odd,
    })
    .await;
    runtime.execute("m", Install {}).await.expect("created");
    runtime.execute("m", Count { by: 1 }).await.expect("counted");
    runtime.execute("m", Count { by: 2_000 }).await.expect_err("too much");
    runtime.load::<Meter>("m").await.expect("readable");
    let tx = runtime.transaction();
    let tx = tx.execute("n", Ensure { by: 1 }).await.expect("decided");
    tx.commit().await.expect("written");
    runtime
        .transaction()
        .execute("n", Install {})
        .await
        .expect_err("it exists");
    assert_eq!(
        counts.counters(),
        [
            "recount_attempts_total command=count 2",
            "recount_attempts_total command=install 1",
            "recount_commands_total command=count outcome=committed 1",
            "recount_commands_total command=count outcome=rejected 1",
            "recount_commands_total command=install outcome=committed 1",
            "recount_events_appended_total 4",
            "recount_states_hits_total 4",
            "recount_states_misses_total 2",
            "recount_transactions_total outcome=committed 1",
            "recount_transactions_total outcome=rejected 1",
        ]
    );
    let status = runtime.status().await.expect("a store that answers");
    assert_eq!(
        (status.states.hits, status.states.misses),
        (4, 2),
        "the same as the status"
    );
    assert_eq!(counts.gauge("recount_states_kept"), status.states.count as f64);
    assert_eq!(counts.gauge("recount_states_kept_bytes"), status.states.bytes as f64);
    assert_eq!(
        counts.histogram("recount_command_duration_seconds command=count").len(),
        2
    );
    assert_eq!(counts.histogram("recount_append_duration_seconds").len(), 3);
    drop(recording);
}

/// A conflict, and what was folded because of it.
#[tokio::test(start_paused = true)]
async fn what_a_conflict_costs() {
    let inner = MemoryStore::new();
    on(inner.clone()).await.execute("m", Install {}).await.expect("created");
    let counts = Counts::default();
    let recording = metrics::set_default_local_recorder(&counts);
    let odd = Odd::Rivals(AtomicU32::new(1));
    let runtime = on(Double { inner, odd }).await;
    runtime.execute("m", Count { by: 1 }).await.expect("written at last");
    assert_eq!(
        counts.counters(),
        [
            "recount_append_conflicts_total 1",
            "recount_attempts_total command=count 2",
            "recount_commands_total command=count outcome=committed 1",
            "recount_events_appended_total 1",
            "recount_states_misses_total 1",
        ]
    );
    assert_eq!(counts.histogram("recount_fold_events"), [1.0, 2.0]);
    drop(recording);
}

#[tokio::test]
async fn states_that_go_are_counted() {
    let counts = Counts::default();
    let recording = metrics::set_default_local_recorder(&counts);
    let builder = recount::Runtime::builder()
        .store(MemoryStore::new())
        .aggregate::<Meter>();
    let runtime = builder.keep_states(1).start().await.expect("started");
    for id in ["a", "b", "c"] {
        runtime.execute(id, Install {}).await.expect("created");
    }
    assert!(counts.counters().contains(&"recount_states_evicted_total 2".to_owned()));
    assert_eq!(counts.gauge("recount_states_kept"), 1.0);
    drop(recording);
}

/// The status as an endpoint of health gives it.
#[tokio::test]
async fn a_status_as_json() {
    let runtime = on(MemoryStore::new()).await;
    runtime.execute("m", Install {}).await.expect("created");
    let status = runtime.status().await.expect("a store that answers");
    let json = serde_json::to_value(&status).expect("a status is JSON");
    assert_eq!(json["store"]["store"], status.store.store.to_string());
    assert_eq!((&json["durability"], &json["head"]), (&"none".into(), &1.into()));
    assert_eq!((&json["commands"], &json["states"]["count"]), (&0.into(), &1.into()));
}

/// Every name has a line in the guide, and the guide names no other.
#[tokio::test]
async fn the_guide_has_the_names() {
    let counts = Counts::default();
    let recording = metrics::set_default_local_recorder(&counts);
    on(MemoryStore::new()).await;
    drop(recording);
    let guide = include_str!("../../docs/observability.md");
    let lines = guide.lines().filter_map(|line| line.strip_prefix("| `recount_"));
    let mut named: Vec<String> = lines
        .filter_map(|line| Some(format!("recount_{}", line.split_once('`')?.0)))
        .collect();
    let mut described = counts.described.into_inner().expect("no panic");
    named.sort();
    described.sort();
    assert_eq!(named, described);
}
