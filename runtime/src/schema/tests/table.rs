//! The tables of the guide, row by row: which code a change has, and its three columns.

use crate::schema::{Cell, Kind, Outline, Report, Verdict, compare};

fn outline(lines: &str) -> Outline {
    Outline::parse(lines.split("; ").filter(|line| !line.is_empty())).unwrap_or_else(|error| panic!("{lines}: {error}"))
}

pub(super) fn judged(old: &str, new: &str) -> String {
    let word = |cell: &Cell| match cell {
        Cell::Ok => "ok",
        Cell::No(_) => "NO",
        Cell::Unproven => "unproven",
    };
    let changes = compare(&outline(old), &outline(new), 3);
    let columns = changes.iter().map(|change| {
        let columns = [&change.reads, &change.keeps, &change.older].map(word).join(" ");
        format!("{} {} {columns}", change.code, change.path)
    });
    columns.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_row() {
    for (old, new, verdict) in [
        // Accepted in place.
        ("", "a?: string or null", "OPTIONAL_FIELD_ADDED a ok ok ok"),
        ("a: bool", "a: bool (alias b)", "ALIAS_ADDED a (alias b) ok ok ok"),
        ("a: enum; a|x", "a: enum open(unit); a|x", "ENUM_OPENED a ok ok ok"),
        (
            "a: enum by k open; a|x",
            "a: enum by k open; a|x; a|y: object; a|y.z: bool",
            "VARIANT_ADDED a|y ok ok ok",
        ),
        (
            "a: enum open(unit); a|x",
            "a: enum open(unit); a|x; a|y",
            "VARIANT_ADDED a|y ok ok ok",
        ),
        // Keys.
        ("", "a: bool", "REQUIRED_FIELD_ADDED a NO ok ok"),
        ("a?: string or null", "", "FIELD_REMOVED a ok NO ok"),
        ("a: bool", "", "FIELD_REMOVED a ok NO NO"),
        ("a: bool", "b: bool (alias a)", "KEY_RENAMED b ok ok NO"),
        ("a?: bool", "b?: bool (alias a)", "KEY_RENAMED b ok ok NO"),
        ("a: bool (alias b)", "a: bool", "ALIAS_REMOVED a (alias b) NO ok ok"),
        ("a?: bool (alias b)", "a?: bool", "ALIAS_REMOVED a (alias b) ok NO ok"),
        ("a: bool", "a?: bool", "BECAME_OPTIONAL a ok ok NO"),
        ("a: bool", "a?: bool or null", "BECAME_OPTIONAL a ok ok NO"),
        ("a?: bool", "a: bool", "BECAME_REQUIRED a NO ok ok"),
        ("a?: bool or null", "a: bool", "BECAME_REQUIRED a NO ok ok"),
        // Values.
        ("a: bool", "a: string", "TYPE_CHANGED a NO ok NO"),
        ("a: string", "a: object; a.b: string", "TYPE_CHANGED a NO ok NO"),
        ("a: scalar decimal/1", "a: scalar decimal/2", "TYPE_CHANGED a NO ok NO"),
        ("a: string", "a: scalar uuid", "TYPE_CHANGED a NO ok NO"),
        ("a: enum; a|x", "a: enum by kind; a|x", "TYPE_CHANGED a NO ok NO"),
        (
            "a: enum by kind; a|x",
            "a: enum by type; a|x",
            "TYPE_CHANGED a NO ok NO",
        ),
        ("a: string", "a: any", "TYPE_CHANGED a ok ok NO"),
        ("a: any", "a: string", "TYPE_CHANGED a NO ok ok"),
        ("a: i64", "a: u64", "TYPE_CHANGED a NO ok NO"),
        ("a: u8", "a: i16", "INT_WIDENED a ok ok NO"),
        ("a: u64", "a: u128", "INT_WIDENED a ok ok NO"),
        ("a: i16", "a: u8", "INT_NARROWED a NO ok ok"),
        ("a: f32", "a: f64", "FLOAT_WIDENED a ok ok NO"),
        ("a: f64", "a: f32", "FLOAT_NARROWED a ok NO ok"),
        ("a: i64", "a: f64", "INT_TO_FLOAT a ok NO NO"),
        ("a: i32", "a: f64", "INT_TO_FLOAT a ok ok NO"),
        ("a: f64", "a: i64", "TYPE_CHANGED a NO ok NO"),
        ("a?: bool", "a?: bool or null", "BECAME_NULLABLE a ok ok NO"),
        ("a?: bool or null", "a?: bool", "NULL_REFUSED a NO ok ok"),
        (
            "a?: list or null; a[]: bool",
            "a?: list; a[]: bool",
            "NULL_REFUSED a NO ok ok",
        ),
        // Variants.
        ("a: enum; a|x", "a: enum; a|x; a|y", "VARIANT_ADDED a|y ok ok NO"),
        (
            "a: enum open(unit); a|x",
            "a: enum open(unit); a|x; a|y: bool",
            "VARIANT_ADDED a|y ok ok NO",
        ),
        ("a: enum; a|x; a|y", "a: enum; a|x", "VARIANT_REMOVED a|y NO ok ok"),
        (
            "a: enum by k open; a|x; a|y",
            "a: enum by k open; a|x",
            "VARIANT_REMOVED a|y ok NO ok",
        ),
        ("a: enum open(unit); a|x", "a: enum; a|x", "ENUM_CLOSED a NO ok ok"),
        ("a: enum; a|x", "a: enum; a|y (alias x)", "KEY_RENAMED a|y ok ok NO"),
        (
            "a: enum by k; a|x",
            "a: enum by k; a|x: object; a|x.b?: bool",
            "OPTIONAL_FIELD_ADDED a|x.b ok ok ok",
        ),
        ("a: enum; a|x", "a: enum; a|x: bool", "TYPE_CHANGED a|x NO ok NO"),
        // Of what stands twice in a list, a set keeps one.
        ("a: list; a[]: u8", "a: set; a[]: u8", "TYPE_CHANGED a ok NO ok"),
        ("a: set; a[]: u8", "a: list; a[]: u8", "TYPE_CHANGED a ok ok NO"),
        ("a: set; a[]: u8", "a: set; a[]: u16", "INT_WIDENED a[] ok ok NO"),
        (
            "a: list; a[]: u8",
            "a: set; a[]: u16",
            "TYPE_CHANGED a ok NO ok; INT_WIDENED a[] ok ok NO",
        ),
        (
            "a: list; a[]: list; a[][]: string",
            "a: list; a[]: set; a[][]: string",
            "TYPE_CHANGED a[] ok NO ok",
        ),
        // A map that is flattened beside a new key may hold that key.
        (
            "+0: map; +0{key}: string; +0{}: string",
            "note?: object or null; note.by: string; +0: map; +0{key}: string; +0{}: string",
            "OPTIONAL_FIELD_ADDED note NO ok NO",
        ),
        (
            "+0: map; +0{key}: string; +0{}: string",
            "note?: string; +0: map; +0{key}: string; +0{}: string",
            "OPTIONAL_FIELD_ADDED note ok ok ok",
        ),
        (
            "+0: map; +0{key}: string; +0{}: f64",
            "note?: f32; +0: map; +0{key}: string; +0{}: f64",
            "OPTIONAL_FIELD_ADDED note ok NO ok",
        ),
        (
            "+0: map; +0{key}: string; +0{}: string",
            "note?: scalar uuid; +0: map; +0{key}: string; +0{}: string",
            "OPTIONAL_FIELD_ADDED note NO ok NO",
        ),
        ("+0: any", "note?: u8; +0: any", "OPTIONAL_FIELD_ADDED note NO ok ok"),
        (
            "a: string; +0: map; +0{key}: string; +0{}: string",
            "a: string (alias b); +0: map; +0{key}: string; +0{}: string",
            "ALIAS_ADDED a (alias b) NO ok ok",
        ),
        (
            "a: string; +0: map; +0{key}: string; +0{}: string",
            "b: string (alias a); +0: map; +0{key}: string; +0{}: string",
            "KEY_RENAMED b NO ok NO",
        ),
        (
            "a: string; +0: map; +0{key}: u8; +0{}: string",
            "a: string; b?: u8; +0: map; +0{key}: u8; +0{}: string",
            "OPTIONAL_FIELD_ADDED b ok ok NO",
        ),
        // Everywhere inside.
        (
            "a: list; a[]: object; a[].b: u8",
            "a: list; a[]: object; a[].b: u16",
            "INT_WIDENED a[].b ok ok NO",
        ),
        (
            "a: map; a{key}: string; a{}: f64",
            "a: map; a{key}: string; a{}: f32",
            "FLOAT_NARROWED a{} ok NO ok",
        ),
        (
            "a: map; a{key}: u8; a{}: bool",
            "a: map; a{key}: u16; a{}: bool",
            "INT_WIDENED a{key} ok ok NO",
        ),
        (
            "a: map; a{key}: string; a{}: bool",
            "a: map; a{key}: u16; a{}: bool",
            "TYPE_CHANGED a{key} NO ok ok",
        ),
        (
            "a: tuple; a.0: u8; a.1: bool",
            "a: tuple; a.0: u8; a.1: string",
            "TYPE_CHANGED a.1 NO ok NO",
        ),
        (
            "a: tuple; a.0: u8; a.1: bool",
            "a: tuple; a.0: bool; a.1: u8",
            "TYPE_CHANGED a.0 NO ok NO; TYPE_CHANGED a.1 NO ok NO",
        ),
        (
            "a: tuple; a.0: u8",
            "a: tuple; a.0: u8; a.1: u8",
            "TYPE_CHANGED a NO ok NO",
        ),
        (
            "a: object; a.kids: list; a.kids[]: ^1; a.n: u8",
            "a: object; a.kids: list; a.kids[]: ^1; a.n: u16",
            "INT_WIDENED a.n ok ok NO",
        ),
        (
            "a: object; a.kids: list; a.kids[]: ^1",
            "a: object; a.kids: list; a.kids[]: ^2",
            "REQUIRED_FIELD_ADDED a.kids[].a NO ok ok; FIELD_REMOVED a.kids[].kids ok NO NO",
        ),
        (
            "+0: enum by k; +0|x",
            "+0: enum by k; +0|x; +0|y",
            "TYPE_CHANGED +0 ok ok NO",
        ),
        (
            "a: enum untagged; a|0: u8; a|1: string",
            "a: enum untagged; a|0: u8; a|1: string; a|2: bool",
            "VARIANT_ADDED a|2 ok ok NO",
        ),
        (
            "a: enum untagged; a|0: u8; a|1: string",
            "a: enum untagged; a|0: string",
            "VARIANT_REMOVED a|0 NO ok ok",
        ),
        (
            "a: enum untagged; a|0: u8; a|1: f64",
            "a: enum untagged; a|0: f64; a|1: u8",
            "TYPE_CHANGED a ok NO ok",
        ),
        (
            "a: enum untagged; a|0: u8; a|1: string",
            "a: enum untagged; a|0: string; a|1: u8",
            "TYPE_CHANGED a ok ok ok",
        ),
        (
            "a: enum untagged; a|0: object; a|0.b: u8",
            "a: enum untagged; a|0: object; a|0.b: u16",
            "INT_WIDENED a|0.b ok ok NO",
        ),
    ] {
        assert_eq!(judged(old, new), verdict, "{old}  ->  {new}");
    }
    assert_eq!(judged("a: bool; b: u8", "a: bool; b: u8"), "");
}

pub(super) fn report(old: &str, new: &str, kind: Kind) -> Report {
    let (old, new) = (outline(old), outline(new));
    let changes = compare(&old, &new, 3);
    Report {
        name: "account.deposited".into(),
        version: 3,
        verdict: Verdict::of(&changes, kind),
        changes,
        new,
    }
}

#[test]
fn a_report_says_what_changed_shows_it_and_says_what_to_write() {
    let rename = report(
        "amount: i64; currency: string; note?: string or null",
        "amount: i64; currency: string; remark?: string or null",
        Kind::Current,
    );
    assert_eq!(
        rename.to_string(),
        r#"INCOMPATIBLE account.deposited v3 is sealed:
    FIELD_REMOVED         note      reads: ok   keeps: NO   older: ok
    OPTIONAL_FIELD_ADDED  remark    reads: ok   keeps: ok   older: ok
  witness: {"amount":1,"currency":"currency 2","note":"note 1"} is read, and would be written as {"amount":1,"currency":"currency 2","remark":null}
  help: looks like a rename: `version = 4` and `#[event(renamed(4, from = "note"))] remark`
  see docs/guide/schema-lock.md#field_removed
"#
    );
    let nested = report(
        "lines: list; lines[]: object; lines[].sku: string; lines[].qty: u8; id: u64",
        "lines: list; lines[]: object; lines[].code: string; lines[].qty: u16; id: scalar uuid",
        Kind::Current,
    );
    assert_eq!(
        nested.to_string(),
        r#"INCOMPATIBLE account.deposited v3 is sealed:
    TYPE_CHANGED          id              reads: NO   keeps: ok   older: NO
    REQUIRED_FIELD_ADDED  lines[].code    reads: NO   keeps: ok   older: ok
    INT_WIDENED           lines[].qty     reads: ok   keeps: ok   older: NO
    FIELD_REMOVED         lines[].sku     reads: ok   keeps: NO   older: NO
  witness: {"id":1,"lines":[]} is stored, and `id` is in another format now
  witness: {"id":"<uuid>","lines":[]} is written, and nodes of the last release misread it
  witness: {"id":1,"lines":[{"qty":1,"sku":"sku 2"}]} is stored, and is not read: lines[0]: `code` is missing
  witness: {"id":"<uuid>","lines":[{"code":"code 1","qty":65535}]} is written, and nodes of the last release misread it
  witness: {"id":1,"lines":[{"qty":1,"sku":"sku 1"}]} is stored, and `lines[].sku` of it would be lost
  witness: {"id":"<uuid>","lines":[{"code":"code 1","qty":2}]} is written, and nodes of the last release misread it
  help: a new version: `version = 4` and `retyped(4, from = ..)`
  help: the type inside `lines` was edited: a new version, `version = 4`, and a kept copy of the old type, `#[event(retyped(4, from = OldType))] lines`, or `from_lock`, which writes it
  help: looks like a rename of `sku` to `code`: `version = 4`, and a kept copy of the old type, `#[event(retyped(4, from = ..))] lines`
  see docs/guide/schema-lock.md#type_changed
  see docs/guide/schema-lock.md#int_widened
  see docs/guide/schema-lock.md#field_removed
"#
    );
}

#[test]
fn a_cure_can_be_written_where_the_change_is() {
    let help = |old, new| {
        let helps = report(old, new, Kind::Current)
            .changes
            .into_iter()
            .map(|change| change.help);
        helps.flatten().collect::<Vec<_>>().join("; ")
    };
    let kept = |field: &str| {
        format!(
            "a new version, `version = 4`, and a kept copy of the old type, `#[event(retyped(4, from = OldType))] {field}`, or `from_lock`, \
             which writes it"
        )
    };
    assert_eq!(
        help("", "a: bool"),
        "a new version: `version = 4` and `#[event(since = 4, default = ..)]`"
    );
    assert_eq!(
        help("", r#""a.b": bool"#),
        "a new version: `version = 4` and `#[event(since = 4, default = ..)]`"
    );
    assert_eq!(
        help("a: object", "a: object; a.b: bool"),
        format!("make it an `Option` or give it `#[serde(default)]`; or {}", kept("a"))
    );
    assert_eq!(
        help("a: u8", "a: u16"),
        "a new version: `version = 4` and `retyped(4, from = ..)`, written one release later (`write =`)"
    );
    assert_eq!(
        help(
            "a: enum untagged; a|0: object; a|0.b: bool; a|1: object; a|1.c: bool; a|1.d: u8",
            "a: enum untagged; a|0: object; a|0.b: bool (alias c); a|1: object; a|1.c: bool; a|1.d: u8",
        ),
        "remove the alias: payloads that are stored may hold it for something else"
    );
    assert_eq!(
        help("a: enum; a|b", "a: enum; a|b; a|c"),
        format!(
            "open the enum one release earlier, with a `#[serde(other)]` variant; or {}",
            kept("a")
        )
    );
    assert_eq!(
        help("a: enum; a|b; a|c", "a: enum; a|b"),
        format!("keep the variant; or {}", kept("a"))
    );
    for (old, new) in [
        ("a: object; a.b: u8", "a: object; a.b: u16"),
        ("a: object; a.b: bool", "a: object; a.b?: bool"),
    ] {
        assert_eq!(
            help(old, new),
            format!("the type inside `a` was edited: {}", kept("a")),
            "{old}"
        );
    }
}

#[test]
fn a_version_that_is_only_read_is_not_asked_about_older_nodes() {
    let verdict = |old, new, kind| report(old, new, kind).verdict;
    assert_eq!(verdict("a: u8", "a: u16", Kind::Current), Verdict::NotForwardCompatible);
    for kind in [Kind::Frozen, Kind::Split] {
        assert_eq!(verdict("a: u8", "a: u16", kind), Verdict::Accepted);
        assert_eq!(verdict("a: u16", "a: u8", kind), Verdict::Incompatible);
        assert_eq!(verdict("a?: u8", "", kind), Verdict::Incompatible);
        let (map, added) = (
            "+0: map; +0{key}: string; +0{}: u16",
            "b?: u8; +0: map; +0{key}: string; +0{}: u16",
        );
        assert_eq!(verdict(map, added, kind), Verdict::Incompatible);
    }
    assert_eq!(verdict("a: u8", "a: u8; b?: u8", Kind::Current), Verdict::Accepted);
}
