//! `cargo recount lock export --format json-schema`: what serde reads is what the schema allows.

mod support;

use std::fs;
use std::path::Path;

use jsonschema::Validator;
use recount::schema::{Entry, Kind, Outline, Scalar, Status};
use serde_json::{Value, json};
use support::{entry, lock, recount, run};

/// The exported document of these entries.
fn export(entries: Vec<Entry>) -> Value {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("events.lock"), lock(entries)).expect("a lock");
    let ended = run(recount(folder.path()).args(["export", "--format", "json-schema", "--lock", "events.lock"]));
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    serde_json::from_str(&ended.out).expect("JSON")
}

/// Validates payloads of one version.
fn validator(document: &Value, key: &str) -> Validator {
    let mut document = document.clone();
    let pointer = key.replace('~', "~0").replace('/', "~1");
    document["$ref"] = format!("#/$defs/{pointer}").into();
    jsonschema::draft202012::meta::validate(&document).expect("a schema as the draft describes it");
    jsonschema::draft202012::options()
        .should_validate_formats(true)
        .build(&document)
        .expect("a schema")
}

/// The one version of an event with these lines.
fn schema_of(lines: &[&str]) -> Validator {
    validator(&export(vec![entry("it", 1, lines)]), "bank/it/v1")
}

#[track_caller]
fn is_read(schema: &Validator, payload: &Value) {
    let errors: Vec<String> = schema.iter_errors(payload).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{payload}: {errors:?}");
}

#[track_caller]
fn is_refused(schema: &Validator, payload: &Value) {
    assert!(!schema.is_valid(payload), "{payload}");
}

#[test]
fn the_whole_document() {
    let mut deposited = entry(
        "account.deposited",
        2,
        &["amount: i64", "memo?: string or null (alias note)"],
    );
    deposited.names = vec!["account.payed_in".to_owned()];
    let mut raw = entry("account.deposited", 1, &[]);
    (raw.kind, raw.shape, raw.status) = (Kind::Raw, None, Status::Draft);
    let mut state = entry("account", 1, &["balance: i64"]);
    state.kind = Kind::State;
    let document = export(vec![deposited, raw, state]);
    let expected = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "written by `cargo recount lock export --format json-schema`",
        "$defs": {
            "bank/account.deposited/v1": {
                "title": "account.deposited v1",
                "description": "raw (a draft: it may still change): no type describes it",
            },
            "bank/account.deposited/v2": {
                "title": "account.deposited v2",
                "description": "current (sealed); also stored as account.payed_in",
                "type": "object",
                "properties": {
                    "amount": { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX },
                    "memo": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
                    "note": { "anyOf": [{ "type": "string" }, { "type": "null" }], "deprecated": true },
                },
                "required": ["amount"],
            },
        },
    });
    assert_eq!(document, expected, "{document:#}");
}

#[test]
fn keys_may_be_absent_or_null_or_spelled_otherwise() {
    let schema = schema_of(&["a: u8", "b?: bool", "c: string or null", "d: null (alias \"old d\")"]);
    is_read(&schema, &json!({ "a": 255, "c": null, "d": null, "unknown": 1 }));
    is_read(&schema, &json!({ "a": 0, "b": true, "c": "", "old d": null }));
    is_refused(&schema, &json!({ "a": 256, "c": null, "d": null }));
    is_refused(&schema, &json!({ "a": -1, "c": null, "d": null }));
    is_refused(&schema, &json!({ "a": 0.5, "c": null, "d": null }));
    is_refused(&schema, &json!({ "a": 0, "b": null, "c": null, "d": null }));
    is_refused(&schema, &json!({ "a": 0, "d": null }));
    is_refused(&schema, &json!({ "a": 0, "c": null }));
    is_refused(&schema, &json!({ "a": 0, "c": null, "d": null, "old d": null }));
    is_refused(&schema, &json!([0, null, null]));
}

#[test]
fn lists_tuples_and_maps() {
    let schema = schema_of(&[
        "l?: list",
        "l[]: f64",
        "t?: tuple",
        "t.0: string",
        "t.1: bool",
        "none?: tuple",
        "m?: map",
        "m{key}: i8",
        "m{}: any",
        "by?: map",
        "by{key}: enum",
        "by{key}|a",
        "by{key}|b",
        "by{}: u8",
    ]);
    is_read(
        &schema,
        &json!({ "l": [1, 2.5], "t": ["x", true], "m": { "-1": {}, "7": null }, "by": { "a": 1 }, "none": [] }),
    );
    is_refused(&schema, &json!({ "l": ["1"] }));
    is_refused(&schema, &json!({ "t": ["x"] }));
    is_refused(&schema, &json!({ "t": ["x", true, 1] }));
    is_refused(&schema, &json!({ "t": [true, "x"] }));
    is_refused(&schema, &json!({ "none": [1] }));
    is_refused(&schema, &json!({ "m": { "one": 1 } }));
    is_refused(&schema, &json!({ "by": { "c": 1 } }));
    is_refused(&schema, &json!({ "by": { "a": 256 } }));
}

#[test]
fn every_tagging() {
    let schema = schema_of(&[
        "e: enum",
        "e|circle: object",
        "e|circle.radius: f64",
        "e|point (alias dot)",
        "i: enum by kind",
        "i|circle: object (alias round)",
        "i|circle.radius: f64",
        "i|point",
        "a: enum by t with c",
        "a|circle: f64",
        "a|maybe: f64 or null",
        "a|point",
        "u: enum untagged",
        "u|0: u8",
        "u|1: string",
        "u|2",
    ]);
    let payload = |key: &str, value: Value| {
        let mut payload = json!({ "e": "point", "i": { "kind": "point" }, "a": { "t": "point" }, "u": null });
        payload[key] = value;
        payload
    };
    for (key, read, refused) in [
        (
            "e",
            vec![json!("point"), json!("dot"), json!({ "circle": { "radius": 1 } })],
            vec![
                json!("circle"),
                json!("other"),
                json!({ "circle": {} }),
                json!({ "circle": { "radius": 1 }, "x": 1 }),
                json!(null),
            ],
        ),
        (
            "i",
            vec![
                json!({ "kind": "point" }),
                json!({ "kind": "circle", "radius": 1.5 }),
                json!({ "kind": "round", "radius": 1.5 }),
            ],
            vec![
                json!({ "kind": "circle" }),
                json!({ "kind": "other" }),
                json!({ "radius": 1.5 }),
                json!("point"),
            ],
        ),
        (
            "a",
            vec![
                json!({ "t": "point" }),
                json!({ "t": "circle", "c": 1 }),
                json!({ "t": "maybe" }),
                json!({ "t": "maybe", "c": null }),
            ],
            vec![
                json!({ "t": "circle" }),
                json!({ "t": "circle", "c": "1" }),
                json!({ "t": "other" }),
                json!({ "c": 1 }),
            ],
        ),
        (
            "u",
            vec![json!(7), json!("seven"), json!(null)],
            vec![json!(300), json!({}), json!(true)],
        ),
    ] {
        read.into_iter()
            .for_each(|value| is_read(&schema, &payload(key, value)));
        refused
            .into_iter()
            .for_each(|value| is_refused(&schema, &payload(key, value)));
    }
}

#[test]
fn an_open_enum_reads_what_it_does_not_know() {
    let schema = schema_of(&[
        "e?: enum open(unit)",
        "e|circle: f64",
        "e|point",
        "i?: enum by kind open",
        "i|circle: object",
        "i|circle.radius: f64",
        "a?: enum by t with c open(unit)",
        "a|circle: f64",
    ]);
    is_read(
        &schema,
        &json!({ "e": "square", "i": { "kind": "square", "side": 2 }, "a": { "t": "square" } }),
    );
    is_read(
        &schema,
        &json!({ "e": { "circle": 1 }, "i": { "kind": "circle", "radius": 2 }, "a": { "t": "circle", "c": 1 } }),
    );
    is_refused(&schema, &json!({ "e": "circle" }));
    is_refused(&schema, &json!({ "e": { "square": 1 } }));
    is_refused(&schema, &json!({ "i": { "kind": "circle" } }));
    is_refused(&schema, &json!({ "a": { "t": "circle" } }));
    is_refused(&schema, &json!({ "a": { "t": "square", "c": 1 } }));
}

#[test]
fn a_type_inside_itself() {
    let document = export(vec![entry(
        "tree.planted",
        1,
        &[
            "height: u8",
            "kids: list",
            "kids[]: ^1",
            "root: object",
            "root.name: string",
            "root.next?: ^1 or null",
            "root.of: enum",
            "root.of|leaf",
            "root.of|many: list",
            "root.of|many[]: ^2",
        ],
    )]);
    let names: Vec<&String> = document["$defs"].as_object().expect("definitions").keys().collect();
    assert_eq!(names, ["bank/tree.planted/v1", "bank/tree.planted/v1/root"]);
    let schema = validator(&document, "bank/tree.planted/v1");
    let root = json!({ "name": "r", "next": { "name": "n", "of": "leaf" }, "of": { "many": [{ "name": "m", "of": "leaf" }] } });
    let leaf = json!({ "height": 1, "kids": [], "root": root });
    is_read(&schema, &json!({ "height": 2, "kids": [leaf], "root": root }));
    is_refused(
        &schema,
        &json!({ "height": 2, "kids": [{ "height": 1 }], "root": root }),
    );
    let deep = json!({ "name": "r", "of": { "many": [{ "name": "m", "of": "bough" }] } });
    is_refused(&schema, &json!({ "height": 2, "kids": [], "root": deep }));
}

#[test]
fn what_is_flattened_shares_braces() {
    let schema = schema_of(&[
        "id: u64",
        "+0: enum by kind",
        "+0|cash",
        "+0|card: object",
        "+0|card.number: string",
        "+1: map",
        "+1{key}: string",
        "+1{}: bool",
    ]);
    is_read(&schema, &json!({ "id": 1, "kind": "cash", "gift": true }));
    is_read(
        &schema,
        &json!({ "id": 1, "kind": "card", "number": "4", "gift": true }),
    );
    is_refused(&schema, &json!({ "id": 1, "kind": "card" }));
    is_refused(&schema, &json!({ "id": 1, "kind": "cash", "gift": "yes" }));
    is_refused(&schema, &json!({ "id": 1, "gift": true }));
    let external = schema_of(&["id: u64", "+0: enum", "+0|circle: f64", "+0|point"]);
    is_read(&external, &json!({ "id": 1, "circle": 2.5 }));
    is_read(&external, &json!({ "id": 1, "point": null }));
    is_refused(&external, &json!({ "id": 1, "circle": "x" }));
    is_refused(&external, &json!({ "id": 1 }));
}

#[test]
fn a_format_is_named_and_has_the_type_of_its_example() {
    let mut paid = entry(
        "it",
        1,
        &[
            "id: scalar uuid",
            "price: scalar decimal/1",
            "at: scalar timestamp",
            "odd: scalar odd",
        ],
    );
    let Some(Outline::Object { keys, .. }) = &mut paid.shape else {
        panic!("an event is an object")
    };
    for key in keys {
        let example = match key.name.as_str() {
            "id" => "\"01890a5d-ac96-774b-bcce-b302099a8057\"",
            "price" => "\"1.50\"",
            "at" => "\"2026-01-28T12:00:00.000000Z\"",
            _ => continue,
        };
        let Outline::Scalar(Scalar { example: known, .. }) = &mut key.value else {
            panic!("a scalar")
        };
        *known = example.to_owned();
    }
    let document = export(vec![paid]);
    let properties = &document["$defs"]["bank/it/v1"]["properties"];
    assert_eq!(
        properties["price"],
        json!({ "type": "string", "format": "decimal/1", "examples": ["1.50"] })
    );
    assert_eq!(properties["odd"], json!({ "format": "odd" }));
    assert_eq!(properties["at"]["format"], "date-time");
    assert_eq!(properties["at"]["description"], "timestamp");
    let schema = validator(&document, "bank/it/v1");
    let payload = |id: &str, at: &str| json!({ "id": id, "price": "2.00", "at": at, "odd": [1] });
    let (id, at) = ("01890a5d-ac96-774b-bcce-b302099a8057", "2026-01-28T12:00:00.000000Z");
    is_read(&schema, &payload(id, at));
    is_refused(&schema, &payload("no id", at));
    is_refused(&schema, &payload(id, "noon"));
}

#[test]
fn into_a_file() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(
        folder.path().join("events.lock"),
        lock(vec![entry("it", 1, &["a: u8"])]),
    )
    .expect("a lock");
    let ended = run(recount(folder.path()).args([
        "export",
        "--format",
        "json-schema",
        "--lock",
        "events.lock",
        "-o",
        "schema.json",
    ]));
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "", ""));
    let text = fs::read_to_string(folder.path().join("schema.json")).expect("a schema");
    assert!(text.ends_with("}\n") && text.contains("\"bank/it/v1\""), "{text}");
}

#[test]
fn what_is_no_lock_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let export = |path: &Path| {
        run(recount(folder.path())
            .args(["export", "--format", "json-schema", "--lock"])
            .arg(path))
    };
    let missing = export(Path::new("events.lock"));
    assert_eq!(missing.code, 2);
    assert!(
        missing
            .err
            .starts_with("error: reading events.lock failed\n  because: "),
        "{}",
        missing.err
    );
    fs::write(
        folder.path().join("events.lock"),
        "format = 1\n[[event]]\nname = \"a\"\n",
    )
    .expect("a file");
    let broken = export(Path::new("events.lock"));
    assert_eq!(broken.code, 2);
    assert!(
        broken
            .err
            .starts_with("error: events.lock is no lock\n  because: line 2 of events.lock: "),
        "{}",
        broken.err
    );
}
