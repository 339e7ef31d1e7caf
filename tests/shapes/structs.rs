//! Shapes of structs, attribute by attribute.

use std::collections::BTreeMap;

use recount::schema::{Field, Shape};
use recount::{Event, Schema};
use serde::{Deserialize, Serialize};

use crate::kit::{agrees, does_not_fit, fits};

const U8: &Shape = &Shape::Int { bits: 8, signed: false };
const TEXTS: &Shape = &Shape::List(&Shape::Str);

pub(crate) fn fields<T: Schema>() -> &'static [Field] {
    match T::SHAPE {
        Shape::Object { fields, .. } => fields,
        other => panic!("{other:?} is no object"),
    }
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(rename_all = "camelCase", rename = "Whatever")]
struct Line {
    item_number: u8,
    #[serde(rename = "Item Name", alias = "name", alias = "title")]
    item_name: String,
    #[serde(default)]
    notes: Vec<String>,
    #[serde(default = "one", skip_serializing_if = "is_one")]
    r#type: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    #[serde(skip)]
    cached: Cached,
}

/// Without a schema: nothing is asked of what is not stored.
#[derive(Debug, Default, PartialEq)]
struct Cached;

fn one() -> u8 {
    1
}

fn is_one(value: &u8) -> bool {
    *value == 1
}

#[test]
fn every_attribute_of_a_field() {
    const FIELDS: &[Field] = &[
        Field::new("itemNumber", U8),
        Field::new("Item Name", &Shape::Str).or(&["name", "title"]),
        Field::new("notes", TEXTS).or_default(),
        Field::new("type", U8).or_default().sometimes_omitted(),
        Field::new("reason", &Shape::Option(&Shape::Str)).sometimes_omitted(),
    ];
    assert_eq!(
        Line::SHAPE,
        &Shape::Object {
            rust: "Line",
            fields: FIELDS
        }
    );
    agrees(&Line {
        item_number: 1,
        item_name: "x".into(),
        notes: Vec::new(),
        r#type: 1,
        reason: None,
        cached: Cached,
    });
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, Schema)]
#[serde(default)]
struct Settings {
    depth: u8,
    #[serde(default)]
    name: String,
}

#[test]
fn a_default_of_the_whole_is_one_of_each_field() {
    assert_eq!(
        fields::<Settings>(),
        [
            Field::new("depth", U8).or_default(),
            Field::new("name", &Shape::Str).or_default()
        ]
    );
    agrees(&Settings::default());
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Newtype(u8);
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(transparent)]
struct Transparent {
    held: Vec<String>,
    #[serde(skip)]
    _cached: Cached,
}
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Pair(u8, #[serde(skip)] Cached, String);
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Unit;
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Empty {}

#[test]
fn structs_of_every_kind() {
    assert_eq!(Newtype::SHAPE, U8);
    assert_eq!(Transparent::SHAPE, TEXTS);
    assert_eq!(Pair::SHAPE, &Shape::Tuple(&[U8, &Shape::Str]));
    assert_eq!(Unit::SHAPE, &Shape::Unit);
    assert_eq!(
        Empty::SHAPE,
        &Shape::Object {
            rust: "Empty",
            fields: &[]
        }
    );
    agrees(&Newtype(1));
    agrees(&Transparent {
        held: Vec::new(),
        _cached: Cached,
    });
    agrees(&Pair(1, Cached, "x".into()));
    agrees(&Unit);
    agrees(&Empty {});
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Flat {
    id: u8,
    #[serde(flatten)]
    empty: Settings,
    #[serde(flatten)]
    maybe: Maybe,
    #[serde(flatten)]
    rest: BTreeMap<String, String>,
}

/// An alias is not known for an `Option` by its tokens; under its own name, it would be refused.
type Maybe = Option<Place>;

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Place {
    x: u8,
    y: u8,
}

#[test]
fn flattened_structs_maps_and_options() {
    assert_eq!(
        fields::<Flat>(),
        [
            Field::new("id", U8),
            Field::flattened(Settings::SHAPE),
            Field::flattened(<Option<Place>>::SHAPE),
            Field::flattened(&Shape::Map(&Shape::Str, &Shape::Str)),
        ]
    );
    let flat = |maybe, rest: &[(&str, &str)]| Flat {
        id: 1,
        empty: Settings::default(),
        maybe,
        rest: rest
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect(),
    };
    agrees(&flat(None, &[]));
    agrees(&flat(Some(Place { x: 1, y: 2 }), &[]));
    agrees(&flat(None, &[("any", "thing")]));
    does_not_fit::<Flat>(r#"{"depth":1}"#);
}

/// One value in a named format, on the type and on fields; of an `Option` the value in it.
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Formats {
    iban: Iban,
    #[schema(scalar = "iban", example = "\"DE02\"")]
    same: Option<Foreign>,
    #[serde(with = "hexadecimal")]
    #[schema(scalar = "hex", example = "\"ff\"")]
    all_of_it: Option<u8>,
    #[schema(opaque)]
    anything: Foreign,
    #[schema(opaque)]
    maybe: Option<Foreign>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(from = "String", into = "String")]
#[schema(scalar = "iban", example = "\"DE02\"")]
struct Iban(Foreign);

/// Without a schema.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Foreign(String);

impl From<String> for Iban {
    fn from(text: String) -> Self {
        Self(Foreign(text))
    }
}

impl From<Iban> for String {
    fn from(Iban(Foreign(text)): Iban) -> Self {
        text
    }
}

mod hexadecimal {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(value: &Option<u8>, to: S) -> Result<S::Ok, S::Error> {
        value.map(|value| format!("{value:x}")).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| u8::from_str_radix(&text, 16).map_err(serde::de::Error::custom))
            .transpose()
    }
}

#[test]
fn named_formats() {
    const IBAN: Shape = Shape::Scalar {
        name: "iban",
        example: "\"DE02\"",
    };
    assert_eq!(Iban::SHAPE, &IBAN);
    assert_eq!(
        fields::<Formats>(),
        [
            Field::new("iban", &IBAN),
            Field::new("same", &Shape::Option(&IBAN)),
            // serde asks for this key, so the format is that of the whole field.
            Field::new(
                "all_of_it",
                &Shape::Scalar {
                    name: "hex",
                    example: "\"ff\""
                }
            ),
            Field::new("anything", &Shape::Any),
            Field::new("maybe", &Shape::Option(&Shape::Any)),
        ]
    );
    let iban = Iban(Foreign("DE02".into()));
    agrees(&iban);
    agrees(&Formats {
        same: Some(iban.0.clone()),
        maybe: None,
        all_of_it: None,
        anything: iban.0.clone(),
        iban,
    });
    assert!(
        serde_json::from_str::<Formats>(r#"{"iban":"","anything":""}"#).is_err(),
        "`all_of_it` is asked for"
    );
}

/// A parameter needs a schema where its values are stored, and only there.
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
#[serde(bound(
    serialize = "T: Serialize, I::Item: Serialize",
    deserialize = "T: Deserialize<'de>, I::Item: Deserialize<'de>"
))]
struct Page<T, I: Iterator, U, const N: usize>
where
    T: Clone,
{
    items: Vec<T>,
    last: Option<I::Item>,
    #[serde(skip)]
    unit: std::marker::PhantomData<U>,
    limits: Limits<N>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Limits<const N: usize> {
    from: u8,
}

/// A type that no schema has, and that is no parameter's value.
#[derive(Debug, PartialEq)]
struct Nothing;

type Paged = Page<Newtype, std::ops::Range<u8>, Nothing, 3>;

#[test]
fn generic_types() {
    const LIMITS: &Shape = &Shape::Object {
        rust: "Limits",
        fields: &[Field::new("from", U8)],
    };
    assert_eq!(
        fields::<Paged>(),
        [
            Field::new("items", &Shape::List(U8)),
            Field::new("last", &Shape::Option(U8)),
            Field::new("limits", LIMITS),
        ]
    );
    agrees(&Paged {
        items: vec![Newtype(1)],
        last: None,
        unit: std::marker::PhantomData,
        limits: Limits { from: 1 },
    });
}

#[derive(Debug, Serialize, Schema)]
struct Borrowed<'a> {
    name: &'a str,
    items: &'a [u8],
}

#[test]
fn a_borrowed_type_has_the_shape_of_an_owned_one() {
    assert_eq!(
        fields::<Borrowed<'_>>(),
        [Field::new("name", &Shape::Str), Field::new("items", &Shape::List(U8))]
    );
    let json = serde_json::to_string(&Borrowed { name: "x", items: &[1] }).expect("it can be written");
    fits::<Borrowed<'_>>(&json);
}

/// A type inside itself, under its own name and under `Self`.
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Tree<T> {
    value: T,
    kids: Vec<Tree<T>>,
    next: Option<Box<Self>>,
}

/// Two types inside each other.
#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Branch {
    leaves: Vec<Leaf>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Schema)]
struct Leaf {
    #[schema(by_name = "branch")]
    branch: Option<Box<Branch>>,
    #[schema(by_name = "branch")]
    more: BTreeMap<String, Branch>,
}

#[test]
fn recursive_types() {
    const AGAIN: &Shape = &Shape::Recurse("Tree");
    assert_eq!(
        fields::<Tree<u8>>(),
        [
            Field::new("value", U8),
            Field::new("kids", &Shape::List(AGAIN)),
            Field::new("next", &Shape::Option(AGAIN)),
        ]
    );
    const NAMED: &Shape = &Shape::Named {
        name: "branch",
        rust: "Branch",
    };
    assert_eq!(
        fields::<Leaf>(),
        [
            Field::new("branch", &Shape::Option(NAMED)),
            Field::new("more", &Shape::Map(&Shape::Str, NAMED)),
        ]
    );
    let leaf = |value| Tree {
        value,
        kids: Vec::new(),
        next: None,
    };
    agrees(&Tree {
        value: 1,
        kids: vec![leaf(2)],
        next: Some(Box::new(leaf(3))),
    });
    let branch = Branch {
        leaves: vec![Leaf {
            branch: None,
            more: BTreeMap::new(),
        }],
    };
    agrees(&Branch {
        leaves: vec![Leaf {
            branch: Some(Box::new(branch)),
            more: BTreeMap::new(),
        }],
    });
    does_not_fit::<Tree<u8>>(r#"{"value":1,"kids":[{"value":"x","kids":[],"next":null}],"next":null}"#);
}

/// What is said of the fields of an event holds in its older versions where the type is the same.
#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "shaped", version = 2, removed(2, old: Foreign, schema(scalar = "iban", example = "\"DE02\"")))]
struct Shaped {
    #[schema(opaque)]
    same: Foreign,
    #[event(renamed(2, from = "was"))]
    #[serde(alias = "other")]
    now: u8,
    #[event(retyped(2, from = u8))]
    #[schema(scalar = "iban", example = "\"DE02\"")]
    account: Foreign,
    #[event(since = 2)]
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<u8> for Foreign {
    fn from(number: u8) -> Self {
        Self(number.to_string())
    }
}

#[test]
fn events_and_their_older_versions() {
    const IBAN: Shape = Shape::Scalar {
        name: "iban",
        example: "\"DE02\"",
    };
    assert_eq!(
        fields::<Shaped>(),
        [
            Field::new("same", &Shape::Any),
            Field::new("now", U8).or(&["other"]),
            Field::new("account", &IBAN),
            Field::new("note", &Shape::Option(&Shape::Str)).sometimes_omitted(),
        ]
    );
    assert_eq!(
        fields::<ShapedV1>(),
        [
            Field::new("same", &Shape::Any),
            Field::new("was", U8).or(&["other"]),
            Field::new("account", U8),
            Field::new("old", &IBAN),
        ]
    );
}

/// To serde a unit struct is `null`; as an event it is an object, so that it can gain fields.
#[derive(Serialize, Deserialize, Event)]
#[event(name = "shaped.unit")]
struct UnitEvent;

#[test]
fn a_unit_event_is_an_object() {
    assert_eq!(
        UnitEvent::SHAPE,
        &Shape::Object {
            rust: "UnitEvent",
            fields: &[]
        }
    );
}
