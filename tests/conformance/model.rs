//! Random lists of operations give equal results on the stores and on a model that is too simple to be wrong.

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use recount::store::conformance::Subject;
use recount::store::{
    AppendError, Batch, Committed, CommittedPart, Expected, Fingerprint, LogRead, NewEvent, Page, PageSize, Refusal,
    Resolved, StreamRead, Unknown,
};
use recount::{AnyStore, AppendId, EventStore, IdempotencyKey, Position, StreamId, Version};
use uuid::Uuid;

use crate::bent::{Bend, Bent};
use crate::forgetful::{Forgetful, Lapse};
use crate::seed;
use crate::sim::Sim;
use crate::subjects::{File, Memory};

/// What is done, with streams and expectations as small numbers.
#[derive(Clone, Debug)]
enum Step {
    /// Of each part: the stream, what is expected of it, and the count of its events; under a key, or none.
    Append(Vec<(u8, Asked, u8)>, Option<u8>),
    /// The append of an earlier step again: as it was, or with one event less, or as another attempt.
    Again(u8, Change),
    /// What became of the append of an earlier step.
    Resolve(u8),
    FindKey {
        stream: u8,
        key: u8,
    },
    Read {
        stream: u8,
        from: Option<u8>,
        backward: bool,
        events: u8,
    },
    Log {
        after: u8,
        events: u8,
    },
    Reopen,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    None,
    LessByOne,
    OtherAttempt,
    OtherKey(u8),
}

/// A batch that was made, whatever became of it; its events are of as many bytes as the step has.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Made {
    append: u64,
    key: Option<u8>,
    parts: Vec<(u8, Expected, u8)>,
}

#[derive(Clone, Copy, Debug)]
enum Asked {
    NoStream,
    Exact(u8),
    /// Exactly the version that the stream has.
    Current,
    Exists,
    Any,
}

/// What a step answered, as far as every store answers the same.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Committed {
        positions: (u64, u64),
        parts: Vec<(u8, u64, u64)>,
        duplicate: bool,
    },
    KeyReused(Vec<(u8, u64, u64)>),
    IdReused(Vec<(u8, u64, u64)>),
    NotWritten,
    NotFound,
    Conflict {
        stream: u8,
        actual: u64,
    },
    Refused,
    Page {
        events: Vec<Event>,
        scanned_through: Option<u64>,
    },
    Opened,
    Skipped,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Event {
    stream: u8,
    version: u64,
    position: u64,
    /// The step that wrote it, and its place in that step.
    step: u64,
    index: u32,
    count: u32,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let asked = prop_oneof![
        Just(Asked::NoStream),
        (1_u8..6).prop_map(Asked::Exact),
        Just(Asked::Current),
        Just(Asked::Current),
        Just(Asked::Exists),
        Just(Asked::Any),
    ];
    let part = (0_u8..3, asked, 0_u8..4);
    let change = prop_oneof![
        Just(Change::None),
        Just(Change::None),
        Just(Change::LessByOne),
        Just(Change::OtherAttempt),
        (0_u8..3).prop_map(Change::OtherKey),
    ];
    let step = prop_oneof![
        6 => (prop::collection::vec(part, 1..4), prop::option::of(0_u8..3))
            .prop_map(|(parts, key)| Step::Append(parts, key)),
        3 => (any::<u8>(), change).prop_map(|(which, change)| Step::Again(which, change)),
        1 => any::<u8>().prop_map(Step::Resolve),
        1 => (0_u8..3, 0_u8..3).prop_map(|(stream, key)| Step::FindKey { stream, key }),
        2 => (0_u8..3, prop::option::of(1_u8..12), any::<bool>(), 1_u8..5)
            .prop_map(|(stream, from, backward, events)| Step::Read { stream, from, backward, events }),
        2 => (0_u8..30, 1_u8..6).prop_map(|(after, events)| Step::Log { after, events }),
        1 => Just(Step::Reopen),
    ];
    prop::collection::vec(step, 1..30)
}

/// What was written, with its positions and the versions of its streams.
type Written = (Made, (u64, u64), Vec<(u8, u64, u64)>);

/// The whole log as a list.
#[derive(Default)]
struct Model {
    log: Vec<Event>,
    /// Every batch that was tried, and every one that was written, with its answer.
    made: Vec<Made>,
    written: Vec<Written>,
}

impl Model {
    fn head(&self, stream: u8) -> u64 {
        self.log.iter().filter(|event| event.stream == stream).count() as u64
    }

    fn expected(&self, stream: u8, asked: Asked) -> Expected {
        match asked {
            Asked::NoStream => Expected::NoStream,
            Asked::Exact(version) => Expected::loaded(Version::new(version.into())),
            Asked::Current => Expected::loaded(Version::new(self.head(stream))),
            Asked::Exists => Expected::Exists,
            Asked::Any => Expected::Any,
        }
    }

    /// The batch of a step; `None` of another step, and of a repeat with nothing before it.
    fn make(&self, number: u64, step: &Step) -> Option<Made> {
        let (which, change) = match step {
            Step::Append(parts, key) => {
                let parts = parts.iter();
                let parts = parts.map(|(stream, asked, events)| (*stream, self.expected(*stream, *asked), *events));
                return Some(Made {
                    append: number,
                    key: *key,
                    parts: parts.collect(),
                });
            }
            Step::Again(which, change) => (*which, *change),
            Step::Resolve(which) => (*which, Change::None),
            _ => return None,
        };
        let mut made = self.made.get(usize::from(which).checked_rem(self.made.len())?)?.clone();
        match change {
            Change::None => {}
            Change::LessByOne => made.parts[0].2 = made.parts[0].2.saturating_sub(1),
            Change::OtherAttempt => made.append = number,
            Change::OtherKey(key) => made.key = Some(key),
        }
        Some(made)
    }

    /// What was written before by a batch of the same first stream.
    fn original(&self, stream: u8, is_it: impl Fn(&Made) -> bool) -> Option<&Written> {
        self.written
            .iter()
            .find(|(made, ..)| made.parts[0].0 == stream && is_it(made))
    }

    fn append(&mut self, made: &Made) -> Answer {
        let (number, parts) = (made.append, &made.parts);
        let is_twice = (1..parts.len()).any(|place| parts[..place].iter().any(|part| part.0 == parts[place].0));
        if is_twice || parts.iter().any(|part| part.2 == 0) {
            return Answer::Refused;
        }
        let content = |made: &Made| made.parts.iter().map(|part| (part.0, part.2)).collect::<Vec<_>>();
        let known = self.original(parts[0].0, |other| made.key.is_some() && other.key == made.key);
        if let Some((original, positions, ranges)) = known {
            return if content(original) == content(made) {
                duplicate(*positions, ranges)
            } else {
                Answer::KeyReused(ranges.clone())
            };
        }
        if let Some((original, positions, ranges)) = self.original(parts[0].0, |other| other.append == made.append) {
            return if content(original) == content(made) && original.key == made.key {
                duplicate(*positions, ranges)
            } else {
                Answer::IdReused(ranges.clone())
            };
        }
        for (stream, expected, _) in parts {
            let actual = self.head(*stream);
            if !expected.holds(Version::new(actual)) {
                return Answer::Conflict {
                    stream: *stream,
                    actual,
                };
            }
        }
        let first = self.log.len() as u64 + 1;
        let count = parts.iter().map(|part| u32::from(part.2)).sum();
        let mut ranges = Vec::new();
        for (stream, _, events) in parts {
            let before = self.head(*stream);
            for version in 1..=u64::from(*events) {
                let position = self.log.len() as u64 + 1;
                let index = u32::try_from(position - first).unwrap_or(u32::MAX);
                self.log.push(Event {
                    stream: *stream,
                    version: before + version,
                    position,
                    step: number,
                    index,
                    count,
                });
            }
            ranges.push((*stream, before + 1, before + u64::from(*events)));
        }
        let positions = (first, self.log.len() as u64);
        self.written.push((made.clone(), positions, ranges.clone()));
        Answer::Committed {
            positions,
            parts: ranges,
            duplicate: false,
        }
    }

    fn read(&self, stream: u8, from: Option<u8>, backward: bool, events: u8) -> Answer {
        let of_stream = self.log.iter().filter(|event| event.stream == stream);
        let in_range = |event: &&Event| {
            let from = from.map(u64::from);
            if backward {
                event.version <= from.unwrap_or(u64::MAX)
            } else {
                event.version >= from.unwrap_or(1)
            }
        };
        let mut page: Vec<Event> = of_stream.filter(in_range).cloned().collect();
        if backward {
            page.reverse();
        }
        page.truncate(events.into());
        Answer::Page {
            events: page,
            scanned_through: None,
        }
    }

    fn read_log(&self, after: u8, events: u8) -> Answer {
        let rest = self.log.iter().filter(|event| event.position > after.into());
        let page: Vec<Event> = rest.take(events.into()).cloned().collect();
        let through = page
            .last()
            .map_or(u64::from(after).min(self.log.len() as u64), |event| event.position);
        Answer::Page {
            events: page,
            scanned_through: Some(through),
        }
    }

    fn run(&mut self, number: u64, step: &Step) -> Answer {
        let made = self.make(number, step);
        match step {
            Step::Append(..) | Step::Again(..) | Step::Resolve(_) if made.is_none() => Answer::Skipped,
            Step::Append(..) | Step::Again(..) => {
                let made = made.expect("a batch was made");
                self.made.push(made.clone());
                self.append(&made)
            }
            Step::Resolve(_) => {
                let made = made.expect("a batch was made");
                let original = self.original(made.parts[0].0, |other| other.append == made.append);
                original.map_or(Answer::NotWritten, |(_, positions, parts)| Answer::Committed {
                    positions: *positions,
                    parts: parts.clone(),
                    duplicate: false,
                })
            }
            Step::FindKey { stream, key } => {
                let original = self.original(*stream, |other| other.key == Some(*key));
                original.map_or(Answer::NotFound, |(_, positions, parts)| duplicate(*positions, parts))
            }
            Step::Read {
                stream,
                from,
                backward,
                events,
            } => self.read(*stream, *from, *backward, *events),
            Step::Log { after, events } => self.read_log(*after, *events),
            Step::Reopen => Answer::Opened,
        }
    }
}

fn duplicate(positions: (u64, u64), parts: &[(u8, u64, u64)]) -> Answer {
    Answer::Committed {
        positions,
        parts: parts.to_vec(),
        duplicate: true,
    }
}

fn key(number: u8) -> IdempotencyKey {
    IdempotencyKey::new(number.to_string())
}

/// The batch that a store is given.
fn batch(made: &Made) -> Batch {
    let mut batch = Batch::new(AppendId::new(Uuid::from_u128(made.append.into())));
    for (to, expected, events) in &made.parts {
        let events = (0..*events).map(|event| NewEvent::new("case.happened", 1, 1, vec![event]));
        batch = batch.part(stream(*to), *expected, events.collect());
    }
    let fingerprint = Fingerprint::of_events(&batch.parts);
    match made.key {
        None => batch,
        Some(number) => batch.key(key(number), fingerprint),
    }
}

fn ranges(parts: &[CommittedPart]) -> Vec<(u8, u64, u64)> {
    let range = |part: &CommittedPart| (number_of(&part.stream), part.first.get(), part.last.get());
    parts.iter().map(range).collect()
}

fn committed(receipt: &Committed) -> Answer {
    Answer::Committed {
        positions: (receipt.first_position.get(), receipt.last_position.get()),
        parts: ranges(&receipt.parts),
        duplicate: receipt.duplicate,
    }
}

fn stream(number: u8) -> StreamId {
    StreamId::new("case", &number.to_string()).expect("a plain name")
}

fn number_of(stream: &StreamId) -> u8 {
    stream.id().parse().unwrap_or(u8::MAX)
}

fn page(page: &Page, of_log: bool) -> Answer {
    let events = page.iter().map(|event| Event {
        stream: number_of(event.stream),
        version: event.version.get(),
        position: event.position.get(),
        step: u64::try_from(event.append.as_uuid().as_u128()).unwrap_or(u64::MAX),
        index: event.index,
        count: event.count,
    });
    let scanned_through = of_log.then(|| page.scanned_through().get());
    Answer::Page {
        events: events.collect(),
        scanned_through,
    }
}

/// Does the step on a store; `model` only says what is current.
async fn act(subject: &impl Subject, store: &mut AnyStore, model: &Model, number: u64, step: &Step) -> Answer {
    match step {
        Step::Append(..) | Step::Again(..) => {
            let Some(made) = model.make(number, step) else {
                return Answer::Skipped;
            };
            match store.append(batch(&made)).await {
                Ok(receipt) => committed(&receipt),
                Err(AppendError::Conflict { stream, actual, .. }) => Answer::Conflict {
                    stream: number_of(&stream),
                    actual: actual.map_or(0, Version::get),
                },
                Err(AppendError::Refused(Refusal::EmptyBatch | Refusal::StreamTwice { .. })) => Answer::Refused,
                Err(AppendError::Refused(Refusal::KeyReused { parts, .. })) => Answer::KeyReused(ranges(&parts)),
                Err(AppendError::Refused(Refusal::AppendIdReused { parts, .. })) => Answer::IdReused(ranges(&parts)),
                Err(other) => panic!("step {number}: {other:?}"),
            }
        }
        Step::Resolve(_) => {
            let Some(made) = model.make(number, step) else {
                return Answer::Skipped;
            };
            let parts = batch(&made).parts.into_iter().map(|part| (part.stream, part.expected));
            let append = AppendId::new(Uuid::from_u128(made.append.into()));
            let unknown = Unknown::new(append, parts.collect(), store.identity(), store.opening());
            match store.resolve(&unknown).await.expect("an answer") {
                Resolved::Committed(receipt) => committed(&receipt),
                Resolved::NotWritten => Answer::NotWritten,
                other => panic!("step {number}: {other:?}"),
            }
        }
        Step::FindKey {
            stream: of,
            key: number,
        } => {
            let known = store.find_key(&stream(*of), &key(*number)).await.expect("an answer");
            known.map_or(Answer::NotFound, |known| committed(&known.committed))
        }
        Step::Read {
            stream: of,
            from,
            backward,
            events,
        } => {
            let mut read = StreamRead::new(stream(*of)).size(PageSize::events((*events).into()));
            (read.from, read.backward) = (from.and_then(|from| Version::new(from.into())), *backward);
            page(&store.read_stream(read).await.expect("a page"), false)
        }
        Step::Log { after, events } => {
            let read = LogRead::after(Position::new((*after).into())).size(PageSize::events((*events).into()));
            page(&store.read_log(read).await.expect("a page"), true)
        }
        Step::Reopen => {
            if subject.stage(recount::store::conformance::Hook::Reopen) {
                store.close().await;
                *store = subject.open().await.expect("the store opens again");
            }
            Answer::Opened
        }
    }
}

fn agrees(subject: &impl Subject, cases: u32) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(seed()),
        failure_persistence: None,
        ..Config::default()
    };
    let outcome = TestRunner::new(config).run(&steps(), |steps| {
        runtime.block_on(async {
            let (subject, mut model) = (subject.fresh(), Model::default());
            let mut store = subject.open().await.expect("a new store");
            for (step, number) in steps.iter().zip(1..) {
                let answer = act(&subject, &mut store, &model, number, step).await;
                let expected = model.run(number, step);
                prop_assert_eq!(answer, expected, "step {} of {:?}, seed {}", number, steps, seed());
            }
            store.close().await;
            Ok(())
        })
    });
    outcome.map_err(|error| error.to_string())
}

/// Rules 1.3, 1.4, 1.11, 2.1 to 2.4, 2.7, 3.1: `MemoryStore` does what the model does.
#[test]
fn memory_agrees_with_the_model() -> Result<(), String> {
    agrees(&Memory::default(), 500)
}

/// Rules 1.3, 1.4, 1.11, 3.1, 3.8: so does `FileStore`, closed and opened in between.
#[test]
fn file_agrees_with_the_model() -> Result<(), String> {
    agrees(&File::default(), 60)
}

/// Rules 1.3, 1.4, 1.11, 3.1, 3.8: so does the simulated store.
#[test]
fn simulated_agrees_with_the_model() -> Result<(), String> {
    agrees(&Sim::new(None), 100)
}

/// Rule 11.6: and stores that do something else are found, with the steps that show it.
#[test]
fn the_model_finds_broken_stores() {
    for bend in [
        Bend::AcceptsStale,
        Bend::TakesExistsForAny,
        Bend::MiscountsBatches,
        Bend::BeginsAfterFrom,
        Bend::WritesPartByPart,
    ] {
        let found = agrees(&Bent(bend), 500).expect_err("a broken store");
        assert!(found.contains("seed"), "{found}");
    }
    for lapse in [
        Lapse::IgnoresKeys,
        Lapse::TakesAnyContent,
        Lapse::ChecksVersionFirst,
        Lapse::ForgetsIds,
        Lapse::TakesOverlap,
        Lapse::MarksNothing,
        Lapse::ResolvesAllAsNotWritten,
    ] {
        let found = agrees(&Forgetful::new(lapse), 500).expect_err("a broken store");
        assert!(found.contains("seed"), "{found}");
    }
}
