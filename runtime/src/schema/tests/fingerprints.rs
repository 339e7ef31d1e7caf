//! Fingerprints: of shapes at compile time, of outlines at run time; pinned, since they lie in locks.

use proptest::prelude::*;

use super::random::{Rng, any, event, reworded};
use crate::schema::lock::parts;
use crate::schema::{Field, Outline, Shape, Tag, Variant, fingerprint, snapshot_fingerprint};

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn rustc_and_the_lock_hash_alike(seed: u64) {
        let shape = any(&mut Rng::with_clashes(seed), 4);
        prop_assert_eq!(fingerprint(shape), Outline::of(shape).fingerprint());
    }

    #[test]
    fn other_names_and_another_order_are_the_same(seed: u64) {
        let mut rng = Rng::new(seed);
        let shape = event(&mut rng);
        let other = reworded(&mut rng, shape);
        prop_assert_eq!(Outline::of(shape), Outline::of(other));
        prop_assert_eq!(fingerprint(shape), fingerprint(other));
    }

    #[test]
    fn same_lines_same_fingerprint(first: u64, second: u64) {
        // Small shapes, so that the same one comes up twice.
        for depth in 0..3 {
            let (first, second) = (Outline::of(any(&mut Rng::new(first), depth)), Outline::of(any(&mut Rng::new(second), depth)));
            prop_assert_eq!(first.lines() == second.lines(), first.fingerprint() == second.fingerprint());
            prop_assert_eq!(first.lines() == second.lines(), first == second);
        }
    }
}

const STRING: &Shape = &Shape::Str;
const NUMBER: &Shape = &Shape::Int { bits: 64, signed: true };

const fn field(key: &'static str, shape: &'static Shape) -> Field {
    Field {
        key,
        aliases: &[],
        shape,
        default: false,
        omits: false,
        flatten: false,
    }
}

const fn object(fields: &'static [Field]) -> Shape {
    Shape::Object { rust: "T", fields }
}

fn keys(fields: Vec<Field>) -> Shape {
    object(fields.leak())
}

const DEPOSITED: Shape = object(&[
    field("amount", NUMBER),
    field("note", &Shape::Option(STRING)),
    field("tags", &Shape::List(STRING)),
]);
const AT_COMPILE_TIME: u128 = fingerprint(&DEPOSITED).0;

#[test]
fn the_function_is_the_published_one() {
    assert_eq!(parts::fnv(""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
    assert_eq!(parts::fnv("a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    assert_eq!(parts::fnv("foobar"), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
}

#[test]
fn pinned() {
    let pinned = |shape: &Shape| fingerprint(shape).to_string();
    assert_eq!(AT_COMPILE_TIME, fingerprint(&DEPOSITED).0);
    assert_eq!(pinned(&DEPOSITED), "28a56f14d65ae27397492a103295e947");
    assert_eq!(pinned(&const { object(&[]) }), "4cfc68098a80f62a44dbf2deb9917239");
    assert_eq!(
        snapshot_fingerprint(&DEPOSITED, &[NUMBER, STRING], 3).to_string(),
        "ad52616ec623a5e8f772f07fcb90c1ee"
    );
    let text = fingerprint(&DEPOSITED).to_string();
    assert_eq!(text.parse(), Ok(fingerprint(&DEPOSITED)));
    for wrong in [
        "",
        "8AB86DD0E3A8996153C2F1D07BE94A15",
        "+ab86dd0e3a8996153c2f1d07be94a15",
        "8ab8",
    ] {
        assert!(wrong.parse::<crate::schema::Fingerprint>().is_err(), "{wrong}");
    }
}

/// Each pair is two types that a careless hash takes for one.
#[test]
fn what_differs_hashes_apart() {
    const DEEP: [Shape; 2] = [
        object(&[field("a", &object(&[field("b", STRING)])), field("c", STRING)]),
        object(&[field("a", &object(&[field("b", STRING), field("c", STRING)]))]),
    ];
    let tuple = |items: &'static [&'static Shape]| Shape::Tuple(items);
    let untagged = |variants: &'static [Variant]| Shape::Enum {
        rust: "E",
        tag: Tag::Untagged,
        open: false,
        variants,
    };
    let tagged = |tag, open| Shape::Enum {
        rust: "E",
        tag,
        open,
        variants: &[Variant {
            key: "v",
            aliases: &[],
            shape: None,
        }],
    };
    const V: fn(&'static Shape) -> Variant = |shape| Variant {
        key: "v",
        aliases: &[],
        shape: Some(shape),
    };
    let leak = |variants: Vec<Variant>| &*variants.leak();
    let with = |field| object(vec![field].leak());
    let optional = Shape::Option(STRING);
    let optional: &'static Shape = Box::leak(Box::new(optional));
    let pairs = [
        (DEEP[0], DEEP[1]),
        (
            keys(vec![field("ab", STRING)]),
            keys(vec![field("a", STRING), field("b", STRING)]),
        ),
        (Shape::Option(&Shape::List(STRING)), Shape::List(optional)),
        (Shape::List(STRING), Shape::Set(STRING)),
        (tuple(&[STRING, NUMBER]), tuple(&[NUMBER, STRING])),
        (
            tuple(&[&Shape::Tuple(&[STRING]), NUMBER]),
            tuple(&[&Shape::Tuple(&[STRING, NUMBER])]),
        ),
        (
            untagged(leak(vec![V(STRING), V(NUMBER)])),
            untagged(leak(vec![V(NUMBER), V(STRING)])),
        ),
        (tagged(Tag::External, false), tagged(Tag::External, true)),
        (tagged(Tag::External, false), tagged(Tag::Internal("t"), false)),
        (
            tagged(Tag::Internal("t"), false),
            tagged(Tag::Adjacent { tag: "t", content: "" }, false),
        ),
        (
            tagged(
                Tag::Adjacent {
                    tag: "a",
                    content: "bc",
                },
                false,
            ),
            tagged(
                Tag::Adjacent {
                    tag: "ab",
                    content: "c",
                },
                false,
            ),
        ),
        (with(field("a", STRING)), with(field("a", optional))),
        (
            with(field("a", STRING)),
            with(Field {
                default: true,
                ..field("a", STRING)
            }),
        ),
        (
            with(Field {
                default: true,
                ..field("a", STRING)
            }),
            with(field("a", optional)),
        ),
        (
            with(field("a", STRING)),
            with(Field {
                aliases: &["b"],
                ..field("a", STRING)
            }),
        ),
        (Shape::Map(STRING, NUMBER), Shape::Map(NUMBER, STRING)),
        (
            Shape::Scalar {
                name: "string",
                example: "",
            },
            Shape::Str,
        ),
        (
            Shape::Int { bits: 8, signed: true },
            Shape::Int { bits: 8, signed: false },
        ),
    ];
    for (first, second) in pairs {
        assert_ne!(fingerprint(&first), fingerprint(&second), "{first:?} {second:?}");
        assert_ne!(Outline::of(&first).lines(), Outline::of(&second).lines());
    }
}

#[test]
fn what_is_the_same_to_serde_hashes_alike() {
    const FLAT: Shape = object(&[
        field("id", NUMBER),
        Field {
            flatten: true,
            ..field("ignored", &object(&[field("note", STRING)]))
        },
    ]);
    assert_eq!(
        fingerprint(&FLAT),
        fingerprint(&keys(vec![field("note", STRING), field("id", NUMBER)]))
    );
    // serde reads a flattened option as a whole or not at all, so nothing is said of its keys.
    const MAYBE: Shape = object(&[Field {
        flatten: true,
        ..field("ignored", &Shape::Option(&object(&[field("note", STRING)])))
    }]);
    assert_eq!(Outline::of(&MAYBE).lines(), ["+0: any"]);
    assert_eq!(fingerprint(&MAYBE), Outline::of(&MAYBE).fingerprint());
    const TWICE: Shape = Shape::Option(&Shape::Option(STRING));
    assert_eq!(fingerprint(&TWICE), fingerprint(&Shape::Option(STRING)));
    const DEFAULTED: Shape = object(&[Field {
        default: true,
        omits: true,
        ..field("note", &Shape::Option(STRING))
    }]);
    assert_eq!(
        fingerprint(&DEFAULTED),
        fingerprint(&keys(vec![field("note", &Shape::Option(STRING))]))
    );
}

/// A type that is flattened away is no object of the payload: inside itself it stands again in full.
#[test]
fn recursion_through_names_and_flattening() {
    const NODE: Shape = Shape::Object {
        rust: "Node",
        fields: &[field("kids", &Shape::List(&Shape::Recurse("Node")))],
    };
    const FLAT: Shape = object(&[
        field("id", NUMBER),
        Field {
            flatten: true,
            ..field("node", &NODE)
        },
    ]);
    let lines = |shape: &Shape| Outline::of(shape).lines().join("; ");
    assert_eq!(lines(&NODE), "kids: list; kids[]: ^1");
    assert_eq!(
        lines(&FLAT),
        "id: i64; kids: list; kids[]: object; kids[].kids: list; kids[].kids[]: ^1"
    );
    const NAMED: &Shape = &Shape::Named {
        name: "node",
        rust: "Node",
    };
    assert_eq!(
        lines(&keys(vec![field("a", NAMED), field("b", &NODE)])),
        "a: object; a.kids: list; a.kids[]: ^1; b: object; b.kids: list; b.kids[]: ^1"
    );
    assert_eq!(lines(&keys(vec![field("a", NAMED)])), "a: any");
    for shape in [
        NODE,
        FLAT,
        keys(vec![field("a", NAMED), field("b", &NODE)]),
        keys(vec![field("a", NAMED)]),
    ] {
        assert_eq!(fingerprint(&shape), Outline::of(&shape).fingerprint());
    }
}

/// Rule 6.2: each part of what a snapshot is told by changes it, and the order of the events does not.
#[test]
fn a_snapshot_is_told_by_state_events_and_revision() {
    let of = |state, events: &[&Shape], rev| snapshot_fingerprint(state, events, rev);
    let one = of(&DEPOSITED, &[NUMBER, STRING], 1);
    assert_eq!(one, of(&DEPOSITED, &[STRING, NUMBER], 1));
    for other in [
        of(NUMBER, &[NUMBER, STRING], 1),
        of(&DEPOSITED, &[NUMBER], 1),
        of(&DEPOSITED, &[NUMBER, STRING, STRING], 1),
        of(&DEPOSITED, &[NUMBER, &Shape::Any], 1),
        of(&DEPOSITED, &[NUMBER, STRING], 2),
    ] {
        assert_ne!(one, other);
    }
}
