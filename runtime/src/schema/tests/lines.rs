//! The lines of an outline, written and read.

use proptest::prelude::*;

use super::random::{Rng, any, event};
use crate::schema::{Field, Outline, Shape, Tag, Variant};

fn reads_back(outline: &Outline) {
    let lines = outline.lines();
    let read = Outline::parse(lines.iter().map(String::as_str)).unwrap_or_else(|error| panic!("{error}\n{lines:#?}"));
    assert_eq!(&read, outline, "{lines:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

    #[test]
    fn lines_are_read_as_what_they_were_written_from(seed: u64) {
        let mut rng = Rng::new(seed);
        reads_back(&Outline::of(event(&mut rng)));
        reads_back(&Outline::of(any(&mut rng, 3)));
    }

    #[test]
    fn the_order_of_lines_does_not_matter(seed: u64) {
        let mut rng = Rng::new(seed);
        let outline = Outline::of(event(&mut rng));
        let mut lines = outline.lines();
        rng.shuffle(&mut lines);
        prop_assert_eq!(Outline::parse(lines.iter().map(String::as_str)), Ok(outline));
    }

    #[test]
    fn no_line_makes_the_reader_panic(lines in prop::collection::vec(r#"[$a]?[.|+]?("[a\\]"?|[a0])?(\[\]|\{\}|\{key\})?[?]?(: )?(list|map|enum|u8|\^1|scalar )?( or null)?( \(alias a\)?)?"#, 0..6)) {
        if let Ok(outline) = Outline::parse(lines.iter().map(String::as_str)) {
            reads_back(&outline);
        }
    }
}

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

const fn variant(key: &'static str, shape: Option<&'static Shape>) -> Variant {
    Variant {
        key,
        aliases: &[],
        shape,
    }
}

const STRING: &Shape = &Shape::Str;

#[test]
fn every_kind_has_its_line() {
    const SHAPE: Shape = Shape::Object {
        rust: "Deposited",
        fields: &[
            field("amount", &Shape::Int { bits: 64, signed: true }),
            Field {
                aliases: &["remark", "memo", "two words", "memo", "note"],
                ..field("note", &Shape::Option(&Shape::Option(STRING)))
            },
            Field {
                default: true,
                ..field("tags", &Shape::List(STRING))
            },
            field(
                "by",
                &Shape::Map(&Shape::Int { bits: 8, signed: false }, &Shape::Float(32)),
            ),
            field("at", &Shape::Tuple(&[&Shape::Bool, &Shape::Option(&Shape::Unit)])),
            field(
                "id",
                &Shape::Scalar {
                    name: "uuid",
                    example: "",
                },
            ),
            field(
                "odd",
                &Shape::Scalar {
                    name: "an odd one",
                    example: "",
                },
            ),
            field("first name", &Shape::Any),
            field(
                "kind",
                &Shape::Enum {
                    rust: "Kind",
                    tag: Tag::Internal("type"),
                    open: true,
                    variants: &[
                        variant("gone", None),
                        variant(
                            "circle",
                            Some(&Shape::Object {
                                rust: "Circle",
                                fields: &[field("radius", &Shape::Float(64))],
                            }),
                        ),
                    ],
                },
            ),
            field(
                "or",
                &Shape::Enum {
                    rust: "Or",
                    tag: Tag::Untagged,
                    open: false,
                    variants: &[variant("Text", Some(STRING)), variant("No", None)],
                },
            ),
            field(
                "tree",
                &Shape::Object {
                    rust: "Tree",
                    fields: &[field("kids", &Shape::List(&Shape::Recurse("Tree")))],
                },
            ),
            Field {
                flatten: true,
                ..field(
                    "rest",
                    &Shape::Enum {
                        rust: "Rest",
                        tag: Tag::Adjacent { tag: "t", content: "c" },
                        open: true,
                        variants: &[variant("x", None)],
                    },
                )
            },
            Field {
                flatten: true,
                ..field(
                    "more",
                    &Shape::Option(&Shape::Object {
                        rust: "More",
                        fields: &[field("zip", STRING)],
                    }),
                )
            },
        ],
    };
    let expected = r#"amount: i64
at: tuple
at.0: bool
at.1: null or null
by: map
by{key}: u8
by{}: f32
"first name": any
id: scalar uuid
kind: enum by type open
kind|circle: object
kind|circle.radius: f64
kind|gone
note?: string or null (alias memo, remark, "two words")
odd: scalar "an odd one"
or: enum untagged
or|0: string
or|1
tags?: list
tags[]: string
tree: object
tree.kids: list
tree.kids[]: ^1
+0: any
+1: enum by t with c open(unit)
+1|x"#;
    let outline = Outline::of(&SHAPE);
    assert_eq!(outline.lines().join("\n"), expected);
    reads_back(&outline);
    assert_eq!(Outline::of(&Shape::List(STRING)).lines(), ["$: list", "$[]: string"]);
    assert_eq!(Outline::of(&Shape::Set(STRING)).lines(), ["$: set", "$[]: string"]);
    assert_eq!(Outline::empty().lines(), Vec::<String>::new());
    assert_eq!(Outline::parse([]), Ok(Outline::empty()));
    assert_eq!((outline.opaque(), Outline::empty().opaque()), (2, 0));
}

#[test]
fn a_wrong_line_is_named() {
    let wrong = |lines: &[&str]| Outline::parse(lines.iter().copied()).expect_err("wrong").to_string();
    for (lines, says) in [
        (&["a"][..], "`a`: it does not say what lies there, such as `: string`"),
        (
            &["a: text"],
            "`a: text`: `text` is no kind of value; a format of its own is written `scalar text`",
        ),
        (
            &["a: u24"],
            "`a: u24`: `u24` is no kind of value; a format of its own is written `scalar u24`",
        ),
        (
            &["a: bool", "a?: u8"],
            "`a?: u8`: another line is about the same path; keep one",
        ),
        (
            &["a: list"],
            "the line of its elements is missing, such as `tags[]: string`",
        ),
        (
            &["a[]: bool"],
            "what it stands in has no line of its own, such as `lines: list` for `lines[]`",
        ),
        (
            &["a: bool", "a.b: bool"],
            "a line below it does not belong to what it is",
        ),
        (
            &["a: map", "a{}: bool"],
            "a map has a line for its keys and one for its values: `{key}: string` and `{}: ..`",
        ),
        (
            &["a: tuple", "a.1: bool"],
            "the places of its values are not 0, 1, 2, ..",
        ),
        (&["a: ^2"], "so many objects and enums do not stand around it"),
        (
            &["a: ^0"],
            "`a: ^0`: behind `^` stands how many objects and enums up, from 1",
        ),
        (
            &["a: list", "a[]?: bool"],
            "`a[]?: bool`: only a key of an object may be absent: remove the `?`",
        ),
        (&["a: bool or nil"], "`a: bool or nil`: ` or nil` is too much"),
        (&["two words: bool"], "`two words: bool`: ` words: bool` is too much"),
        (
            &["a: bool (alias b"],
            "`a: bool (alias b`: a `)` is missing after the aliases",
        ),
        (&["\"a: bool"], "`\"a: bool`: the quote is not closed on its line"),
        (
            &["a: enum", "a|0: bool"],
            "an enum has variants, `|name`; an untagged one `|0`, `|1`, ..",
        ),
    ] {
        assert_eq!(wrong(lines), says);
    }
}
