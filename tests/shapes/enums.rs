//! Shapes of enums: how the variant is told, and what each holds.

use recount::Schema;
use recount::schema::{Field, Shape, Tag, Variant};
use serde::{Deserialize, Serialize};

use crate::kit::{agrees, does_not_fit, fits};

const U8: &Shape = &Shape::Int { bits: 8, signed: false };

const fn unit(key: &'static str) -> Variant {
    Variant {
        key,
        aliases: &[],
        shape: None,
    }
}

const fn holds(key: &'static str, shape: &'static Shape) -> Variant {
    Variant {
        key,
        aliases: &[],
        shape: Some(shape),
    }
}

macro_rules! payment {
    ($name:ident: $(#[$attribute:meta])*) => {
        #[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
        $(#[$attribute])*
        enum $name {
            Cash,
            Card { number: String },
        }
    };
}

payment!(External:);
payment!(Internal: #[serde(tag = "by")]);
payment!(Adjacent: #[serde(tag = "by", content = "with")]);
payment!(Untagged: #[serde(untagged)]);

#[test]
fn tags_of_every_kind() {
    macro_rules! is_told_by {
        ($($name:ident: $tag:expr;)*) => {$({
            const CARD: &Shape = &Shape::Object {
                rust: concat!(stringify!($name), "::Card"),
                fields: &[Field::new("number", &Shape::Str)],
            };
            const VARIANTS: &[Variant] = &[unit("Cash"), holds("Card", CARD)];
            let Shape::Enum { rust, tag, open, variants } = $name::SHAPE else { panic!("an enum") };
            assert_eq!((*rust, *tag, *open, *variants), (stringify!($name), $tag, false, VARIANTS));
            agrees(&$name::Cash);
            agrees(&$name::Card { number: "1".into() });
        })*};
    }
    is_told_by! {
        External: Tag::External;
        Internal: Tag::Internal("by");
        Adjacent: Tag::Adjacent { tag: "by", content: "with" };
        Untagged: Tag::Untagged;
    }
    does_not_fit::<External>(r#"{"Card":{}}"#);
    does_not_fit::<Internal>(r#"{"by":"Cheque"}"#);
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
enum Holding {
    One(u8),
    Two(u8, String),
    None(),
    #[serde(skip)]
    _Never(Unknown),
    Hidden(#[serde(skip)] Unknown),
}

/// Without a schema.
#[derive(Debug, Default, PartialEq)]
struct Unknown;

#[test]
fn variants_of_every_kind() {
    let Shape::Enum { variants, .. } = Holding::SHAPE else {
        panic!("an enum")
    };
    assert_eq!(
        variants,
        &[
            holds("One", U8),
            holds("Two", &Shape::Tuple(&[U8, &Shape::Str])),
            holds("None", &Shape::Tuple(&[])),
            unit("Hidden"),
        ]
    );
    for value in [
        Holding::One(1),
        Holding::Two(1, "x".into()),
        Holding::None(),
        Holding::Hidden(Unknown),
    ] {
        agrees(&value);
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "SCREAMING_SNAKE_CASE")]
enum Renamed {
    PaidInCash,
    #[serde(rename = "plastic", alias = "card", rename_all = "camelCase")]
    PaidByCard {
        card_number: u8,
    },
    Otherwise {
        paid_by: String,
        #[serde(rename = "note", default)]
        with_note: String,
    },
}

#[test]
fn variants_and_their_fields_are_renamed() {
    const CARD: &Shape = &Shape::Object {
        rust: "Renamed::PaidByCard",
        fields: &[Field::new("cardNumber", U8)],
    };
    const OTHERWISE: &Shape = &Shape::Object {
        rust: "Renamed::Otherwise",
        fields: &[
            Field::new("PAID_BY", &Shape::Str),
            Field::new("note", &Shape::Str).or_default(),
        ],
    };
    let Shape::Enum { variants, .. } = Renamed::SHAPE else {
        panic!("an enum")
    };
    assert_eq!(
        variants,
        &[
            unit("paid-in-cash"),
            Variant {
                key: "plastic",
                aliases: &["card"],
                shape: Some(CARD)
            },
            holds("otherwise", OTHERWISE),
        ]
    );
    agrees(&Renamed::PaidInCash);
    agrees(&Renamed::PaidByCard { card_number: 1 });
    agrees(&Renamed::Otherwise {
        paid_by: "x".into(),
        with_note: String::new(),
    });
    fits::<Renamed>(r#"{"card":{"cardNumber":1}}"#);
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(tag = "by")]
enum Open {
    Cash,
    #[serde(skip_serializing)]
    Cheque {
        number: String,
    },
    #[serde(other, skip_serializing)]
    Unknown,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
enum OpenForUnits {
    Cash,
    #[serde(other)]
    Unknown,
}

#[test]
fn an_other_variant_opens_the_enum() {
    let Shape::Enum { open, variants, .. } = Open::SHAPE else {
        panic!("an enum")
    };
    assert!(open);
    // One that is read and never written is stored all the same.
    assert_eq!(
        variants.iter().map(|variant| variant.key).collect::<Vec<_>>(),
        ["Cash", "Cheque"]
    );
    agrees(&Open::Cash);
    let later = r#"{"by":"Card","number":1}"#;
    fits::<Open>(later);
    assert_eq!(serde_json::from_str::<Open>(later).expect("it is read"), Open::Unknown);
    assert_eq!(
        serde_json::from_str::<Open>(r#"{"by":"Cheque","number":"1"}"#).expect("it is read"),
        Open::Cheque { number: "1".into() }
    );
    assert!(matches!(
        OpenForUnits::SHAPE,
        Shape::Enum {
            open: true,
            tag: Tag::External,
            ..
        }
    ));
    agrees(&OpenForUnits::Cash);
}

/// An enum inside itself, behind a tag and behind a parameter.
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(tag = "op", content = "of")]
enum Term<T> {
    Value(T),
    Sum(Vec<Term<T>>),
    Minus { of: Box<Self> },
}

#[test]
fn recursive_enums() {
    let term = Term::Sum(vec![
        Term::Value(1_u8),
        Term::Minus {
            of: Box::new(Term::Value(2)),
        },
    ]);
    agrees(&term);
    let Shape::Enum { variants, .. } = <Term<u8>>::SHAPE else {
        panic!("an enum")
    };
    assert_eq!(variants[1], holds("Sum", &Shape::List(&Shape::Recurse("Term"))));
}
