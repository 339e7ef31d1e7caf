//! Publishers: every event at least once, each stream in order, under its id; and the file of lines.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use recount::{AnyStore, JsonLines, MemoryStore, Published, Publisher, Publishing, Runtime, Start, Version};

use crate::bank::{account, bank};
use crate::crashing::kept;

/// Takes events, and fails now and then.
#[derive(Clone, Default)]
struct Flaky {
    taken: Arc<Mutex<Vec<(String, Version, String)>>>,
    calls: Arc<Mutex<u32>>,
}

impl Publisher for Flaky {
    type Error = io::Error;

    async fn publish(&self, events: &[Published]) -> io::Result<()> {
        let call = {
            let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
            *calls += 1;
            *calls
        };
        let taken = if call == 2 { 1 } else { events.len() };
        let mut all = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events.iter().take(taken) {
            all.push((
                event.stream().to_string(),
                event.event().version,
                event.id().to_string(),
            ));
        }
        if call == 2 || call == 3 {
            return Err(io::Error::other("the broker is away"));
        }
        Ok(())
    }
}

async fn start(store: &AnyStore, name: &str, publisher: Publishing) -> Runtime {
    bank(kept(store))
        .publisher(name, publisher)
        .start()
        .await
        .expect("a start")
}

/// Rules 7.1, 8.2: at least once and in order of each stream; what failed is handed over again, and each event has one id.
#[tokio::test(start_paused = true)]
async fn every_event_at_least_once() {
    let store = AnyStore::new(MemoryStore::new());
    let broker = Flaky::default();
    let runtime = start(&store, "broker", broker.clone().into()).await;
    for name in ["ada", "bob"] {
        account(&runtime, name, 10).await;
        runtime.settle().await.expect("the broker comes back");
    }
    runtime.shutdown().await;
    let runtime = start(&store, "broker", broker.clone().into()).await;
    account(&runtime, "eve", 10).await;
    runtime.settle().await.expect("the broker is there");
    let taken = broker.taken.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let mut last = BTreeMap::<&str, u64>::new();
    for (stream, version, _) in &taken {
        let before = last.entry(stream).or_default();
        assert!(version.get() <= *before + 1, "no event of {stream} is left out");
        *before = (*before).max(version.get());
    }
    assert_eq!(
        last,
        [("account/ada", 2), ("account/bob", 2), ("account/eve", 2)].into()
    );
    let ids: BTreeSet<&str> = taken.iter().map(|(.., id)| id.as_str()).collect();
    assert_eq!(ids.len(), 6);
    assert!(taken.len() > 6, "what was taken before the failure came again");
    runtime.shutdown().await;
}

/// The stored JSON form, by lines; a line that was cut is taken off, and what is chosen by category and by start is chosen.
#[tokio::test]
async fn lines_of_json() -> io::Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("events.jsonl");
    let store = AnyStore::new(MemoryStore::new());
    let lines = || Ok::<_, io::Error>(Publishing::new(JsonLines::to_file(&path)?).categories(["account"]));
    let runtime = start(&store, "lines", lines()?).await;
    account(&runtime, "ada", 10).await;
    runtime.settle().await.expect("a file");
    runtime.shutdown().await;
    let written = std::fs::read_to_string(&path)?;
    assert_eq!(written.lines().count(), 2);
    let line: serde_json::Value = serde_json::from_str(written.lines().nth(1).expect("two lines"))?;
    let keys = [
        "data",
        "floor",
        "id",
        "meta",
        "position",
        "recorded_at",
        "schema",
        "stream",
        "type",
        "version",
    ];
    assert_eq!(line.as_object().expect("an object").keys().collect::<Vec<_>>(), keys);
    assert_eq!(
        (&line["data"]["amount"], &line["version"], &line["type"]),
        (&10.into(), &2.into(), &"account.deposited".into())
    );

    // A crash has cut the next line.
    std::fs::write(&path, format!("{written}{{\"id\":\"cut"))?;
    let runtime = start(&store, "lines", lines()?).await;
    account(&runtime, "bob", 10).await;
    let transfer = crate::bank::Request {
        from: "ada".into(),
        to: "bob".into(),
        amount: 1,
    };
    runtime.execute("t-1", transfer).await.expect("a request");
    runtime.settle().await.expect("a file");
    runtime.shutdown().await;
    let written = std::fs::read_to_string(&path)?;
    let streams = written
        .lines()
        .map(|line| Ok(serde_json::from_str::<serde_json::Value>(line)?["stream"].to_string()));
    let streams = streams.collect::<Result<Vec<_>, serde_json::Error>>()?;
    assert_eq!(
        streams,
        [
            r#""account/ada""#,
            r#""account/ada""#,
            r#""account/bob""#,
            r#""account/bob""#
        ]
    );

    let broker = Flaky::default();
    let late = Publishing::new(broker.clone()).start(Start::Now);
    let runtime = start(&store, "late", late).await;
    account(&runtime, "eve", 0).await;
    runtime.settle().await.expect("the broker is there");
    let taken = broker.taken.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let streams: Vec<&str> = taken.iter().map(|(stream, ..)| stream.as_str()).collect();
    assert_eq!(streams, ["account/eve"]);
    runtime.shutdown().await;
    Ok(())
}
