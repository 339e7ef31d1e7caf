//! One stream of old bytes through every public reader, and the list of those readers held against the source.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use futures_core::Stream;
use recount::store::NewEvent;
use recount::testing::{given_stored, stored};
use recount::{
    At, DecodeError, EventSet, ExecuteError, Loaded, ManualClock, MemoryStore, Outcome, Position, RawEvent, Recorded,
    Runtime, StreamId, Subscribe, Timestamp, UpcastMeta, Version,
};
use uuid::Uuid;

use crate::account::{Account, AccountEvent, Deposit, Deposited, Look, NameChanged, Seen, deposited, on};
use crate::planted::{plant, raw};

/// What a stored event is read as.
pub struct Old {
    pub stored: NewEvent,
    pub becomes: Vec<AccountEvent>,
}

/// The decoder, which all readers share.
pub fn decoded(event: &NewEvent) -> Result<Vec<AccountEvent>, DecodeError> {
    let stream: StreamId = "account/a".parse().expect("a stream's name");
    let id = recount::AppendId::new(Uuid::nil()).event(0);
    let meta = UpcastMeta::new(&stream, id, Timestamp::from_micros(0), b"");
    let raw = RawEvent::new(&event.name, event.version, event.floor, &event.payload, meta);
    let mut events = Vec::new();
    match AccountEvent::decode_into(&raw, &mut |event| events.push(event))? {
        Outcome::Emitted(count) => assert_eq!(count as usize, events.len()),
        Outcome::Dropped => assert!(events.is_empty()),
    }
    Ok(events)
}

/// Plants the events one by one, a second apart, and asks every public reader for them.
pub async fn everywhere(olds: &[Old]) {
    let clock = ManualClock::new(Timestamp::from_micros(0));
    let store = MemoryStore::with_clock(clock.clone());
    let mut places = Vec::new();
    for old in olds {
        // A neighbour before each, so that positions are not versions.
        plant(&store, "account/other", vec![raw("account.blinked", "")]).await;
        clock.advance(Duration::from_secs(1));
        let committed = plant(&store, "account/a", vec![old.stored.clone()]).await;
        places.push((committed.first_position, committed.recorded_at));
    }
    let runtime = on(store.clone()).await;
    history(&runtime, olds, &places).await;
    subscribed(&runtime, olds, &places).await;
    states(&runtime, olds, &places).await;
    deciding(&runtime, olds).await;
    appended(&runtime, &store, olds).await;
}

fn all(olds: &[Old]) -> Vec<AccountEvent> {
    olds.iter().flat_map(|old| old.becomes.clone()).collect()
}

/// A record as its reader sees it: the event, version, position, time, part, stored name and version.
type Shown = (AccountEvent, u64, Position, Timestamp, (u32, u32), String, u32);

fn shown(event: Recorded<AccountEvent>) -> Shown {
    let (version, position, at) = (event.version().get(), event.position(), event.recorded_at());
    let (part, name, schema) = (event.part(), event.stored_name().to_owned(), event.stored_version());
    (event.into_event(), version, position, at, part, name, schema)
}

/// Rule 5.4: each part has the place of the stored event and its own number; what becomes nothing takes a version and shows nothing.
fn records(olds: &[Old], places: &[(Position, Timestamp)]) -> Vec<Shown> {
    let mut expected = Vec::new();
    for ((old, place), version) in olds.iter().zip(places).zip(1_u64..) {
        let count = old.becomes.len() as u32;
        for (event, index) in old.becomes.iter().zip(0..) {
            let (name, schema) = (old.stored.name.to_string(), old.stored.version);
            expected.push((event.clone(), version, place.0, place.1, (index, count), name, schema));
        }
    }
    expected
}

async fn history(runtime: &Runtime, olds: &[Old], places: &[(Position, Timestamp)]) {
    let expected = records(olds, places);
    let mut read = Vec::new();
    let mut history = runtime.history::<Account>("a");
    while let Some(event) = history.next().await {
        read.push(shown(event.expect("readable")));
    }
    assert_eq!(read, expected);
    let (mut history, mut streamed) = (runtime.history::<Account>("a"), Vec::new());
    while let Some(event) = std::future::poll_fn(|cx| Pin::new(&mut history).poll_next(cx)).await {
        streamed.push(shown(event.expect("readable")));
    }
    assert_eq!(streamed, expected);
}

/// Rules 5.4, 7.8: a subscription gives the same records from every position, of one stream and of all; one that asks for an event finds
/// it under its old names and in what was split, and its position moves over all the rest.
async fn subscribed(runtime: &Runtime, olds: &[Old], places: &[(Position, Timestamp)]) {
    let (all, end) = (records(olds, places), places.last().map_or(0, |place| place.0.get()));
    for after in 0..=end {
        let after = Position::new(after);
        let rest: Vec<Shown> = all.iter().filter(|record| record.2 > after).cloned().collect();
        // The neighbour's events become nothing.
        take(runtime.subscribe::<Account>().after(after), rest.clone(), end).await;
        take(
            runtime.subscribe::<Account>().stream("a").after(after),
            rest.clone(),
            end,
        )
        .await;
        take(
            runtime.subscribe::<Account>().stream("other").after(after),
            Vec::new(),
            end,
        )
        .await;
        let deposits = |record: &Shown| matches!(record.0, AccountEvent::Deposited(_));
        let names = |record: &Shown| matches!(record.0, AccountEvent::NameChanged(_));
        let only = |keep: &dyn Fn(&Shown) -> bool| rest.iter().filter(|record| keep(record)).cloned().collect();
        let asked = || runtime.subscribe::<Account>().after(after);
        take(asked().only::<Deposited>(), only(&deposits), end).await;
        take(asked().only::<NameChanged>(), only(&names), end).await;
        let both = |record: &Shown| deposits(record) || names(record);
        take(asked().only::<NameChanged>().only::<Deposited>(), only(&both), end).await;
    }
}

/// Takes what is expected, then finds nothing more, and stands at the end of the log.
async fn take(asked: Subscribe<Account>, expected: Vec<Shown>, end: u64) {
    let mut subscription = asked.await.expect("it begins");
    for record in expected {
        let next = subscription.next().await.expect("it has no end").expect("readable");
        assert_eq!(shown(next), record);
    }
    // Without a budget, so that it waits because there is nothing more.
    tokio::task::unconstrained(std::future::poll_fn(|cx| {
        let more = Pin::new(&mut subscription).poll_next(cx);
        assert!(more.is_pending(), "{more:?}");
        Poll::Ready(())
    }))
    .await;
    assert_eq!(subscription.position(), end);
}

/// A state has all parts of a stored event or none, wherever it is cut.
async fn states(runtime: &Runtime, olds: &[Old], places: &[(Position, Timestamp)]) {
    let whole = runtime.load::<Account>("a").await.expect("readable");
    check(whole, olds, olds.len(), places);
    for count in 0..=olds.len() {
        let mut cuts = vec![At::Version(count as u64)];
        if let Some((position, time)) = count.checked_sub(1).and_then(|last| places.get(last)) {
            cuts.extend([At::Position(*position), At::Time(*time)]);
        }
        // Just before the next one: the neighbour's position, and a moment without an event.
        if let Some((position, time)) = places.get(count) {
            let before = Timestamp::from_micros(time.as_micros() - 1);
            cuts.extend([At::Position(Position::new(position.get() - 1)), At::Time(before)]);
        }
        for at in cuts {
            let cut = runtime.load_at::<Account>("a", at).await.expect("readable");
            check(cut, olds, count, places);
        }
    }
}

fn check(state: Option<Loaded<Account>>, olds: &[Old], count: usize, places: &[(Position, Timestamp)]) {
    let expected = all(&olds[..count]);
    assert_eq!(state.is_some(), !expected.is_empty());
    let Some(state) = state else { return };
    assert_eq!(state.folded, expected);
    assert_eq!(
        Loaded::version(&state).get(),
        count as u64,
        "stored events count, not parts"
    );
    assert_eq!(
        (Loaded::position(&state), Loaded::recorded_at(&state)),
        places[count - 1]
    );
}

/// What a handler sees, through the runtime in both ways and through the testing kit.
async fn deciding(runtime: &Runtime, olds: &[Old]) {
    for answer in [
        runtime.execute("a", Look {}).await.err(),
        runtime.dispatch("a", Look {}).await.err(),
    ] {
        match answer {
            Some(ExecuteError::Rejected(seen)) => assert_eq!(seen, Seen(all(olds))),
            other => panic!("{other:?}"),
        }
    }
    let as_stored = |old: &Old| {
        let event = old.stored.clone();
        stored(event.name, event.version, event.payload).floor(event.floor)
    };
    for old in olds {
        assert_eq!(as_stored(old).read::<AccountEvent>().expect("readable"), old.becomes);
    }
    let stored = olds.iter().map(as_stored);
    given_stored::<Account>(stored)
        .when(Look {})
        .then_rejected(Seen(all(olds)));
}

/// The next append goes on after the stored events, whatever the last one became; and what was just written reads as after a restart.
async fn appended(runtime: &Runtime, store: &MemoryStore, olds: &[Old]) {
    if all(olds).is_empty() {
        return;
    }
    let receipt = runtime.execute("a", Deposit { amount: 7 }).await.expect("appended");
    assert_eq!(receipt.version.map(Version::get), Some(olds.len() as u64 + 1));
    let mut expected = all(olds);
    expected.extend(receipt.events);
    assert_eq!(expected.last(), Some(&deposited(7, "SEK")));
    for runtime in [runtime.clone(), on(store.clone()).await] {
        let state = runtime.load::<Account>("a").await.expect("readable").expect("there");
        assert_eq!(state.folded, expected);
        assert_eq!(Some(Loaded::version(&state)), receipt.version);
        assert_eq!(
            Some((Loaded::position(&state), Loaded::position(&state))),
            receipt.positions
        );
    }
}

/// Rule 5.3: what reads events in the source is what [`everywhere`] asks. A reader that is added fails here until it is asked too.
#[test]
fn the_list_of_readers_is_complete() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src");
    let mut decodes = BTreeSet::new();
    let mut readers = BTreeSet::new();
    for (file, text) in files(&source, &source) {
        // The suite of stores compares bytes; `event` declares the decoder, and `private` is it.
        if file == "event.rs" || file.starts_with("private") || file.starts_with("store/conformance") {
            continue;
        }
        let code = text.split("#[cfg(test)]").next().unwrap_or_default();
        for line in code.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            if line.contains("decode_into(") || line.contains("fold_stored(") || line.contains("decode_version(") {
                let declared = line.strip_prefix("pub(crate) fn ").or(line.strip_prefix("fn "));
                if declared.is_none() {
                    decodes.insert(file.clone());
                }
            }
            if let Some(signature) = line.strip_prefix("pub fn ").or(line.strip_prefix("pub async fn ")) {
                let name = signature.split(['(', '<']).next().unwrap_or_default();
                if (signature.contains("Aggregate") || signature.contains("EventSet"))
                    && (file.starts_with("runtime/") || file.starts_with("testing/"))
                {
                    readers.insert(format!("{file}: {name}"));
                }
            }
        }
    }
    assert_eq!(
        decodes.iter().map(String::as_str).collect::<Vec<_>>(),
        [
            "aggregate.rs",            // `fold_stored`, for load, load_at, execute, dispatch and `given`
            "consumer.rs",             // `Source`, of projections, policies and processes
            "runtime/decide.rs",       // what was just encoded is read back
            "runtime/decoded.rs",      // history, subscribe
            "runtime/keyed.rs",        // the events of a receipt that was given before
            "runtime/load.rs",         // load, load_at, and the state that a command is decided on
            "testing/aggregate.rs",    // given, given_stored
            "testing/laws/history.rs", // the histories that laws are tried on
            "testing/laws/readers.rs", // `reader_parity` asks the others
            "testing/stored.rs",       // `StoredEvent::read`
        ]
    );
    assert_eq!(
        readers.iter().map(String::as_str).collect::<Vec<_>>(),
        [
            "runtime/builder.rs: aggregate",  // names what is known
            "runtime/builder.rs: heap_bytes", // measures states
            "runtime/mod.rs: dispatch",
            "runtime/mod.rs: execute",
            "runtime/mod.rs: history",
            "runtime/mod.rs: load",
            "runtime/mod.rs: load_at",
            "runtime/snapshots/verbs.rs: drop_snapshots", // reads no event
            "runtime/snapshots/verbs.rs: warm_all_snapshots", // by the way of `load`
            "runtime/snapshots/verbs.rs: warm_snapshots",
            "runtime/snapshots/warmer.rs: aggregate", // names what is known
            "runtime/subscription/builder.rs: subscribe",
            "testing/aggregate.rs: given",
            "testing/aggregate.rs: given_nothing",
            "testing/aggregate.rs: given_stored",
            "testing/aggregate.rs: then_state", // of the decided events
            "testing/aggregate.rs: when",
            // Laws: `reader_parity` asks the readers, the others one of them.
            "testing/laws/events.rs: floor_honest",
            "testing/laws/events.rs: golden_decodes",
            "testing/laws/events.rs: round_trip",
            "testing/laws/folds.rs: fold_splits",
            "testing/laws/folds.rs: fold_total",
            "testing/laws/folds.rs: fold_twice",
            "testing/laws/folds.rs: snapshot_every_cut",
            "testing/laws/readers.rs: reader_parity",
            "testing/schema/mod.rs: set", // reads goldens by `StoredEvent::read`
            "testing/stored.rs: read",
        ]
    );
}

/// No function of the public surface takes anything that could read an event in its own way.
#[test]
fn nothing_takes_an_upcaster() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../runtime/src");
    for (file, text) in files(&source, &source) {
        if file.starts_with("private") {
            continue;
        }
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once("pub fn ").or_else(|| rest.split_once("pub async fn ")) {
            let signature = after.split(['{', ';']).next().unwrap_or_default();
            // What the function is called takes nothing.
            let signature = signature.trim_start_matches(|letter: char| letter.is_alphanumeric() || letter == '_');
            let (takes, bounds) = signature.split_once("->").unwrap_or((signature, ""));
            let bounds = bounds.split_once("where").map_or("", |(_, bounds)| bounds);
            let signature = format!("{takes}{bounds}");
            for word in [
                "Upcast<",
                "TryUpcast",
                "Split<",
                "Downcast",
                "Codec",
                "Deserialize",
                "DecodeError",
                "decode",
            ] {
                let decodes_headers = file == "envelope.rs" && signature.starts_with("(bytes");
                assert!(
                    !signature.contains(word) || decodes_headers,
                    "{file}: `pub fn {signature}` takes `{word}`"
                );
            }
            rest = after;
        }
    }
}

fn files(folder: &Path, root: &Path) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).expect("the source of the runtime") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            all.extend(files(&path, root));
        } else {
            let name = path
                .strip_prefix(root)
                .expect("below the root")
                .to_string_lossy()
                .into_owned();
            all.push((name, fs::read_to_string(&path).expect("text")));
        }
    }
    all
}
