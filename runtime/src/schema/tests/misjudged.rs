//! Shapes that the classifier once judged wrongly, one of each kind: a NO that no payload shows, or, worse, an ok where one would have.

use super::table::{judged, report};
use crate::schema::{Kind, Verdict};

#[test]
fn a_witness_that_what_is_around_takes_is_not_the_only_one() {
    for (old, new, verdict) in [
        // `null` shows the change of what is inside an option, and the option takes it.
        ("a?: object or null", "a?: any or null", "TYPE_CHANGED a ok ok NO"),
        ("a?: any or null", "a?: object or null", "TYPE_CHANGED a NO NO ok"),
        // An enum of whose listed variants none has a value may hold one that is not listed.
        (
            "a?: enum open(unit); a|x: ^1 (alias y)",
            "a?: enum open(unit); a|x: ^1",
            "ALIAS_REMOVED a|x (alias y) NO ok ok",
        ),
        // What an open enum takes without data may come with some.
        (
            "a: enum by k with c open(unit); a|x: f32",
            "a: enum by k with c open(unit); a|x: f32; a|y: enum untagged; a|y|0; a|y|1: f32",
            "VARIANT_ADDED a|y ok ok NO",
        ),
        // The fullest payload of an untagged enum is one that an earlier variant reads.
        ("a: enum untagged; a|0; a|1: u8", "", "FIELD_REMOVED a ok NO NO"),
    ] {
        assert_eq!(judged(old, new), verdict, "{old}  ->  {new}");
    }
}

#[test]
fn what_random_payloads_meet_by_chance_is_looked_for() {
    for (old, new, verdict) in [
        // Of a list that may be anything, one in which an item stands twice.
        ("a?: any", "a?: set; a[]: any", "TYPE_CHANGED a NO NO ok"),
        ("a: any", "a: f64", "TYPE_CHANGED a NO NO ok"),
        (
            "a: any",
            "a: map; a{key}: string; a{}: object",
            "TYPE_CHANGED a NO NO ok",
        ),
        (
            "a: tuple; a.0: u8; a.1: u8",
            "a: set; a[]: u8",
            "TYPE_CHANGED a ok NO NO",
        ),
        (
            "a: object; a.b: u8",
            "a: map; a{key}: string; a{}: u8",
            "TYPE_CHANGED a ok ok NO",
        ),
        ("a: enum; a|x; a|y", "a: string", "TYPE_CHANGED a ok ok NO"),
    ] {
        assert_eq!(judged(old, new), verdict, "{old}  ->  {new}");
    }
}

#[test]
fn what_is_flattened_is_judged_by_the_keys_that_are_left_for_it() {
    for (old, new, verdict) in [
        // The variant holds `null`, and is no longer read with it.
        (
            "+0: enum; +0|x; +0|y: object or null; +0|y.b?: u8",
            "+0: enum; +0|x; +0|y: object; +0|y.b?: u8",
            "TYPE_CHANGED +0 NO ok ok",
        ),
        // What was flattened is passed over, also where a key is needed that it may hold.
        (
            "a: u8; +0: any",
            "a: u8; b: null",
            "TYPE_CHANGED +0 NO NO ok; REQUIRED_FIELD_ADDED b NO ok ok",
        ),
        (
            "+0: any; +1: map; +1{key}: string; +1{}: any",
            "a: u8; +0: string or null",
            "TYPE_CHANGED +0 NO NO ok; REQUIRED_FIELD_ADDED a NO ok ok",
        ),
        // A key whose type changes, beside several parts that stay.
        (
            "a: any; +0: enum by k; +0|x; +1: map; +1{key}: string; +1{}: string",
            "a: set; a[]: any; +0: enum by k; +0|x; +1: map; +1{key}: string; +1{}: string",
            "TYPE_CHANGED a NO NO ok",
        ),
        (
            "a: u8; +0: enum by k; +0|x; +1: map; +1{key}: string; +1{}: string",
            "a: u16; +0: enum by k; +0|x; +1: map; +1{key}: string; +1{}: string",
            "INT_WIDENED a ok ok NO",
        ),
        // A key that came beside parts that cannot hold it.
        (
            "+0: enum by k with c; +0|x: u8; +1: enum; +1|y",
            "a?: u8; +0: enum by k with c; +0|x: u8; +1: enum; +1|y",
            "OPTIONAL_FIELD_ADDED a ok ok ok",
        ),
    ] {
        assert_eq!(judged(old, new), verdict, "{old}  ->  {new}");
    }
}

#[test]
fn a_payload_that_its_own_side_cannot_read_shows_nothing() {
    for (old, new, verdict) in [
        // What has one key under two names is read by none.
        (
            "a: bool; +0: map; +0{key}: string; +0{}: u8",
            "a: bool (alias b); +0: map; +0{key}: string; +0{}: u8",
            "ALIAS_ADDED a (alias b) NO ok ok",
        ),
        // A type that must hold itself has no value.
        (
            "a?: enum by k with c; a|x: ^1",
            "b?: enum by k with c (alias a); b|x: ^1",
            "KEY_RENAMED b ok ok ok",
        ),
        ("a?: enum; a|x: ^1", "a?: enum; a|x: i64", "TYPE_CHANGED a|x ok ok NO"),
        // A name of two keys is of the first, and so is what stands under it.
        (
            "note?: u8",
            "note?: u8; renamed?: string (alias note)",
            "OPTIONAL_FIELD_ADDED renamed ok ok ok",
        ),
        // A flattened text is none either.
        (
            "a?: enum by k; a|x: object; a|x+0: string; a|y",
            "a?: enum by k; a|z: object (alias x); a|z+0: string; a|y",
            "KEY_RENAMED a|z ok ok ok",
        ),
    ] {
        assert_eq!(judged(old, new), verdict, "{old}  ->  {new}");
    }
}

/// Where one payload may be read by several, and none is found that suffers, it is a NO without a payload, and never an ok.
#[test]
fn what_cannot_be_told_is_a_no() {
    let both = |second: &str| {
        format!("+0: enum by k; +0|x: object; +0|x.a: u8; +1: enum by k; +1|x: object; +1|x.b: {second}")
    };
    let (old, new) = (both("u8"), both("u16"));
    assert_eq!(
        judged(&old, &format!("{old}; c?: u8")),
        "OPTIONAL_FIELD_ADDED c ok ok ok"
    );
    assert_eq!(judged(&old, &new), "TYPE_CHANGED +0 unproven ok NO");
    let report = report(&old, &new, Kind::Frozen);
    assert_eq!(report.verdict, Verdict::Incompatible);
    assert_eq!(
        report.witnesses().last().map(String::as_str),
        Some("none is known for the NO at `+0`, and none can be ruled out")
    );
}
