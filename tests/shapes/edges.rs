//! What the facts of an event say of its past: the changes as text, the floors, and where code of the user's runs.

use recount::schema::EventFacts;
use recount::{Event, EventVersion, TryUpcast, Upcast, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};

/// Every change that can be declared, and the source not as rustfmt has it.
#[rustfmt::skip]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "past", version = 7, removed(3, memo: Vec < Option<u8> >), removed(4, name:String), step(3=split), step(6))]
#[event(example(1, r#"{"name":"Ada Lovelace"}"#))]
struct Past {
    #[event(since = 2, default = "EUR")]
    currency: String,
    #[event(since = 2, default = - 5)]
    offset: i64,
    #[event(since = 2, default)]
    tags: Vec<String>,
    #[event(since = 2)]
    note: Option<String>,
    #[event(since = 4)]
    first: String,
    #[event(since = 5, with = texts :: length)]
    length: u64,
    #[event(renamed(5, from = "old key"), renamed(3, from = "older"))]
    #[serde(rename = "now")]
    key: u8,
    #[event(retyped(6, from = u16), retyped(3, from = u8, with = texts::widened))]
    number: u32,
    #[event(since = 7)]
    last: u8,
}

mod texts {
    pub(super) fn length(old: &super::PastV4) -> u64 {
        old.first.len() as u64
    }

    pub(super) fn widened(old: u8) -> u16 {
        old.into()
    }
}

fn split(old: PastV3) -> PastV4 {
    PastV4 {
        currency: old.currency,
        offset: old.offset,
        tags: old.tags,
        note: old.note,
        first: old.name,
        old_key: old.old_key,
        number: old.number,
    }
}

impl TryUpcast<PastV6> for PastV7 {
    fn try_upcast(old: PastV6, _: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        let PastV6 {
            currency,
            offset,
            tags,
            note,
            first,
            length,
            key,
            number,
        } = old;
        Ok(Self {
            currency,
            offset,
            tags,
            note,
            first,
            length,
            key,
            number,
            last: 0,
        })
    }
}

fn edges(facts: &EventFacts) -> Vec<&'static [&'static str]> {
    facts.versions.iter().map(|version| version.edge).collect()
}

#[test]
fn edges_are_the_declared_changes() {
    let expected: [&[&str]; 7] = [
        &[],
        &[
            "since currency = \"EUR\"",
            "since note",
            "since offset = -5",
            "since tags = default",
        ],
        &["removed memo", "renamed old key from older", "retyped number"],
        &["removed name", "since first", "step"],
        &["renamed now from old key", "since length, computed"],
        &["retyped number"],
        &["hand-written", "since last"],
    ];
    assert_eq!(edges(Past::FACTS), expected);
}

#[test]
fn facts_say_what_is_read_and_written() {
    let facts = Past::FACTS;
    assert_eq!((facts.name, facts.rust, facts.context), ("past", "Past", "shapes"));
    assert_eq!(
        (facts.frozen, facts.writes, facts.examples),
        (false, 7, &[(1, r#"{"name":"Ada Lovelace"}"#)][..])
    );
    assert!(facts.older.is_none());
    let versions = || facts.versions.iter();
    assert_eq!(
        versions().map(|version| version.version).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7]
    );
    assert_eq!(
        versions().map(|version| version.floor).collect::<Vec<_>>(),
        [1, 1, 3, 4, 5, 6, 7]
    );
    assert_eq!(
        versions().map(|version| version.runs_code).collect::<Vec<_>>(),
        [false, true, true, true, true, true, false]
    );
    assert_eq!(Past::FLOOR, 7, "the floor of the version that is written");
    let reads = |version: usize, json: &str| {
        let reads = facts.versions[version - 1].reads.expect("it has a struct");
        reads(json.as_bytes()).is_ok()
    };
    assert!(reads(1, r#"{"memo":[],"name":"x","older":1,"number":255}"#));
    assert!(!reads(1, r#"{"memo":[],"name":"x","older":1,"number":256}"#));
    assert!(!reads(2, r#"{"memo":[],"name":"x","older":1,"number":1}"#));
    assert!(!reads(1, "[]"), "a payload is an object");
}

/// What lies below the versions that are described here: a kept struct, or JSON.
#[derive(Deserialize, Event)]
#[event(name = "kept", version = 1, frozen, context = "other", example(1, r#"{"a":1}"#))]
struct KeptV1 {
    a: u8,
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "kept", version = 3, from = KeptV1)]
struct Kept {
    a: u8,
    #[event(since = 3)]
    b: Option<u8>,
}

impl Upcast<KeptV1> for KeptV2 {
    fn upcast(old: KeptV1) -> Self {
        Self { a: old.a }
    }
}

#[test]
fn a_kept_struct_has_facts_of_its_own() {
    let facts = Kept::FACTS;
    let older = facts.older.expect("it was kept");
    assert_eq!((older.rust, older.context, older.frozen), ("KeptV1", "other", true));
    assert_eq!(edges(facts), [&["hand-written"][..], &["since b"]]);
    assert_eq!(
        facts.versions.iter().map(|version| version.floor).collect::<Vec<_>>(),
        [2, 2]
    );
    assert!(older.versions[0].reads.expect("it has a struct")(br#"{"a":1}"#).is_ok());
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "raw", version = 4, raw(..=2 = repaired))]
struct Raw {
    a: u8,
    #[event(since = 4)]
    b: Option<u8>,
}

fn repaired(_: serde_json::Value, _: &UpcastMeta<'_>) -> Result<RawV3, UpcastError> {
    Ok(RawV3 { a: 0 })
}

#[test]
fn what_is_read_raw_has_no_shape() {
    let versions = Raw::FACTS.versions;
    assert_eq!(edges(Raw::FACTS), [&[][..], &[], &["raw"], &["since b"]]);
    assert_eq!(
        versions
            .iter()
            .map(|version| version.shape.is_some())
            .collect::<Vec<_>>(),
        [false, false, true, true]
    );
    assert_eq!(
        versions
            .iter()
            .map(|version| version.reads.is_some())
            .collect::<Vec<_>>(),
        [false, false, true, true]
    );
    assert_eq!(
        versions.iter().map(|version| version.runs_code).collect::<Vec<_>>(),
        [true, true, false, false]
    );
    assert_eq!(
        versions.iter().map(|version| version.floor).collect::<Vec<_>>(),
        [1, 2, 3, 3]
    );
}

/// What the user says of the floor holds from the version that it names.
#[derive(Clone, Serialize, Deserialize, Event)]
#[event(name = "floored", version = 4, write = 3, floor = 2)]
struct Floored {
    amount: u64,
    #[event(since = 2, default = "EUR")]
    currency: String,
    #[event(since = 3)]
    note: Option<String>,
    #[event(renamed(4, from = "was"))]
    now: u8,
}

#[test]
fn a_floor_holds_from_its_version() {
    let floors = Floored::FACTS.versions.iter().map(|version| version.floor);
    assert_eq!(floors.collect::<Vec<_>>(), [1, 2, 2, 4]);
    assert_eq!((Floored::FLOOR, Floored::FACTS.writes), (2, 3));
}

#[derive(Serialize, Deserialize, Event)]
#[event(name = "unit")]
struct Unit;

#[test]
fn a_unit_event_reads_any_object() {
    let reads = Unit::FACTS.versions[0].reads.expect("it has a struct");
    assert!(reads(b"{}").is_ok() && reads(br#"{"later":1}"#).is_ok() && reads(b"null").is_err());
}
