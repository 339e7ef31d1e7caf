//! Two locks side by side: every finding, what may be taken over, and what is no difference at all.

use crate::schema::{Comparison, Entry, Kind, Lock, Outline, Status};

fn entry(name: &str, version: u32, lines: &str) -> Entry {
    Entry {
        context: "bank".into(),
        name: name.into(),
        version,
        status: Status::Draft,
        kind: Kind::Current,
        floor: 1,
        names: Vec::new(),
        edge: Vec::new(),
        rev: 0,
        shape: Outline::parse(lines.split("; ").filter(|line| !line.is_empty())).ok(),
        earlier: Vec::new(),
    }
}

fn lock(entries: &[Entry]) -> Lock {
    let mut lock = Lock::default();
    entries.iter().cloned().for_each(|entry| lock.put(entry));
    lock
}

fn sealed(entries: &[Entry]) -> Lock {
    let mut lock = lock(entries);
    for entry in &mut lock.events {
        entry.status = Status::Sealed;
    }
    lock
}

fn found(comparison: &Comparison) -> String {
    let one = |difference: &crate::schema::Difference| {
        let may = if difference.is_acceptable { "may" } else { "not" };
        format!(
            "{} {} v{} {may}",
            difference.finding.word(),
            difference.name,
            difference.version
        )
    };
    comparison.differences.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[test]
fn what_is_no_difference() {
    let old = sealed(&[entry("opened", 1, "a: u8; b: string")]);
    assert!(old.compare(&old).is_empty());
    assert!(old.compare(&lock(&[entry("opened", 1, "b: string; a: u8")])).is_empty());
    // A function reads it now: what is stored is still what was sealed.
    let mut raw = old.clone();
    raw.events[0].kind = Kind::Raw;
    let mut now = lock(&raw.events);
    now.events[0].shape = None;
    assert!(raw.compare(&now).is_empty());
    // Which other names it has, in any order.
    let mut named = old.clone();
    named.events[0].names = vec!["a".into(), "b".into()];
    let mut other = named.clone();
    other.events[0].names.reverse();
    assert!(named.compare(&other).is_empty());
}

#[test]
fn every_finding() {
    let opened = || entry("opened", 1, "a: u8");
    let one = || sealed(&[opened()]);
    let with = |change: &dyn Fn(&mut Entry)| {
        let mut entry = opened();
        change(&mut entry);
        lock(&[entry])
    };
    let shape = |lines: &'static str| move |entry: &mut Entry| entry.shape = Outline::parse(lines.split("; ")).ok();
    let cases: [(Lock, Lock, &str); 22] = [
        (
            one(),
            lock(&[opened(), entry("closed", 1, "")]),
            "NOT_LOCKED closed v1 may",
        ),
        (one(), with(&shape("a: u8; b?: bool")), "LOCK_STALE opened v1 may"),
        (one(), with(&shape("a: u16")), "NOT_FORWARD_COMPATIBLE opened v1 not"),
        (one(), with(&shape("b: u8")), "INCOMPATIBLE opened v1 not"),
        (lock(&[opened()]), with(&shape("b: string")), "LOCK_STALE opened v1 may"),
        (one(), with(&|entry| entry.floor = 2), "LOCK_STALE opened v1 may"),
        (
            one(),
            with(&|entry| entry.kind = Kind::Frozen),
            "LOCK_STALE opened v1 may",
        ),
        (
            one(),
            with(&|entry| entry.edge = vec!["since a".into()]),
            "LOCK_STALE opened v1 may",
        ),
        (
            one(),
            with(&|entry| entry.names = vec!["old".into()]),
            "LOCK_STALE opened v1 may",
        ),
        (
            with(&|entry| (entry.names, entry.status) = (vec!["old".into()], Status::Sealed)),
            with(&|_| {}),
            "EVENT_VERSION_DELETED opened v1 not",
        ),
        (
            one(),
            with(&|entry| {
                entry.kind = Kind::Frozen;
                shape("a: u16")(entry);
            }),
            "LOCK_STALE opened v1 may",
        ),
        (
            one(),
            with(&|entry| {
                entry.kind = Kind::Frozen;
                shape("b: u8")(entry);
            }),
            "FROZEN_VERSION_CHANGED opened v1 not",
        ),
        (one(), lock(&[]), "EVENT_VERSION_DELETED opened v1 not"),
        (lock(&[opened()]), lock(&[]), "LOCK_STALE opened v1 may"),
        // An older version was deleted while a newer one was added.
        (
            sealed(&[opened(), entry("opened", 2, "b: u8")]),
            lock(&[entry("opened", 2, "b: u8"), entry("opened", 3, "c: u8")]),
            "EVENT_VERSION_DELETED opened v1 not; NOT_LOCKED opened v3 may",
        ),
        (
            one(),
            lock(&[entry("begun", 1, "a: u8")]),
            "NOT_LOCKED begun v1 may; NAME_CHANGED opened v1 not",
        ),
        // The same under an alias, which reads as the new event does.
        (
            one(),
            with(&|entry| (entry.name, entry.names) = ("begun".into(), vec!["opened".into()])),
            "NOT_LOCKED begun v1 may; LOCK_STALE opened v1 may",
        ),
        (
            one(),
            with(&|entry| {
                (entry.name, entry.names) = ("begun".into(), vec!["opened".into()]);
                shape("b: u8")(entry);
            }),
            "NOT_LOCKED begun v1 may; FROZEN_VERSION_CHANGED opened v1 not",
        ),
        (
            one(),
            with(&|entry| (entry.kind, entry.shape) = (Kind::Dropped, None)),
            "LOCK_STALE opened v1 may",
        ),
        (
            sealed(&[entry("opened", 2, "a: u8")]),
            with(&|entry| (entry.kind, entry.shape) = (Kind::Dropped, None)),
            "NOT_LOCKED opened v1 may; LOCK_STALE opened v2 may",
        ),
        // A state is built anew where its revision says so.
        (
            sealed(&[Entry {
                kind: Kind::State,
                rev: 1,
                ..opened()
            }]),
            lock(&[Entry {
                kind: Kind::State,
                rev: 2,
                ..entry("opened", 1, "b: u8")
            }]),
            "LOCK_STALE opened v1 may",
        ),
        (
            sealed(&[Entry {
                kind: Kind::State,
                rev: 1,
                ..opened()
            }]),
            lock(&[Entry {
                kind: Kind::State,
                rev: 1,
                ..entry("opened", 1, "b: u8")
            }]),
            "INCOMPATIBLE opened v1 not",
        ),
    ];
    for (old, new, expected) in cases {
        let comparison = old.compare(&new);
        assert_eq!(found(&comparison), expected, "{old}\n{new}");
        // What may be taken over is no difference afterwards, and what may not leaves the lock as it is.
        let mut lock = old.clone();
        for difference in &comparison.differences {
            let before = lock.clone();
            assert_eq!(lock.accept(&new, difference), difference.is_acceptable);
            assert!(difference.is_acceptable || lock == before);
        }
        let rest = lock.compare(&new).differences;
        assert!(
            rest.iter().all(|difference| !difference.is_acceptable),
            "{expected}: {rest:?}"
        );
        assert_eq!(Lock::parse(&lock.to_text()), Ok(lock));
    }
}

#[test]
fn a_sealed_entry_stays_sealed_and_remembers() {
    let mut old = sealed(&[entry("opened", 1, "a: u8")]);
    let first = old.events[0].hash().expect("a shape");
    for lines in ["a: u8; b?: bool", "a: u8; b?: bool; c?: bool"] {
        let new = lock(&[entry("opened", 1, lines)]);
        let difference = old.compare(&new).differences.remove(0);
        assert!(old.accept(&new, &difference));
    }
    let entry = &old.events[0];
    assert_eq!(
        (entry.status, entry.earlier.len(), entry.earlier.first()),
        (Status::Sealed, 2, Some(&first))
    );
    assert!(!entry.earlier.contains(&entry.hash().expect("a shape")));
}

#[test]
fn a_comparison_for_people_and_for_machines() {
    let old = sealed(&[entry("closed", 1, "b: u8"), entry("opened", 1, "a?: u8")]);
    let comparison = old.compare(&lock(&[entry("opened", 1, "")]));
    assert_eq!(
        comparison.to_string(),
        r#"EVENT_VERSION_DELETED closed v1
  help: stored events of version 1 have no reader: put its history back, or say in the set what becomes of `closed` with `alias`, `split`, `dropped` or a `frozen` struct
  see docs/guide/schema-lock.md#event_version_deleted
INCOMPATIBLE opened v1 is sealed:
    FIELD_REMOVED  a    reads: ok   keeps: NO   older: ok
  witness: {"a":1} is read, and would be written as {}
  help: a new version: `version = 2` and `removed(2, ..)`, or `renamed(2, from = ..)`
  see docs/guide/schema-lock.md#field_removed
"#
    );
    let json = String::from_utf8(crate::codec::encode(&comparison).expect("JSON")).expect("UTF-8");
    assert_eq!(
        json,
        concat!(
            r#"{"differences":[{"context":"bank","name":"closed","version":1,"finding":"EVENT_VERSION_DELETED","is_acceptable":false,"#,
            r#""report":null,"help":"stored events of version 1 have no reader: put its history back, or say in the set what becomes of "#,
            r#"`closed` with `alias`, `split`, `dropped` or a `frozen` struct"},{"context":"bank","name":"opened","version":1,"#,
            r#""finding":"INCOMPATIBLE","is_acceptable":false,"report":{"name":"opened","version":1,"verdict":"INCOMPATIBLE","#,
            r#""changes":[{"code":"FIELD_REMOVED","path":"a","reads":"ok","keeps":{"no":"{\"a\":1}"},"older":"ok","#,
            r#""help":"a new version: `version = 2` and `removed(2, ..)`, or `renamed(2, from = ..)`"}]},"#,
            r#""help":"see the help of each change"}]}"#
        )
    );
    assert!(!comparison.is_acceptable() && Comparison::default().is_acceptable());
}

/// A version that is only read is written for its readers all the same, as far down as the floor of what is written reaches.
#[test]
fn what_reaches_down_to_a_sealed_version_is_judged_by_its_readers() {
    let small = |version, inner: &str, kind, floor| Entry {
        kind,
        floor,
        ..entry("moved", version, &format!("m: object; m.n: {inner}"))
    };
    let (read, written) = (Kind::Frozen, Kind::Current);
    let old = sealed(&[small(1, "u8", written, 1)]);
    let now = |inner: &str, floor| lock(&[small(1, inner, read, 1), small(2, inner, written, floor)]);
    let refused = old.compare(&now("u16", 1));
    assert_eq!(
        found(&refused),
        "NOT_FORWARD_COMPATIBLE moved v1 not; NOT_LOCKED moved v2 may"
    );
    let text = refused.to_string();
    assert!(
        text.contains("help: version 2 is written for readers of version 1 too: give it `floor = 2`, or keep a copy of the old type"),
        "{text}"
    );
    assert!(text.contains("witness: "), "{text}");
    // Nobody who knows version 1 alone is given version 2, or it is written as before.
    assert_eq!(
        found(&old.compare(&now("u16", 2))),
        "LOCK_STALE moved v1 may; NOT_LOCKED moved v2 may"
    );
    let kept = lock(&[small(1, "u16", read, 1), small(2, "u8", written, 1)]);
    assert_eq!(
        found(&old.compare(&kept)),
        "LOCK_STALE moved v1 may; NOT_LOCKED moved v2 may"
    );
    // What stored payloads suffer is said first.
    assert_eq!(
        found(&old.compare(&now("string", 1))),
        "FROZEN_VERSION_CHANGED moved v1 not; NOT_LOCKED moved v2 may"
    );
}
