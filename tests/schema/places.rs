//! One value in all places that a payload has, as a set of events: what is said of a change must be said wherever it stands.

use std::marker::PhantomData;

use recount::schema::{EventFacts, Member, Role, SetFacts, VersionFacts};
use recount::{DecodeError, EncodeError, Encoded, EventSet, Outcome, RawEvent, Schema, StoredName};

/// The places, by name.
pub(crate) const PLACES: [&str; 9] = [
    "case", "flat", "generic", "list", "nested", "skipped", "tagged", "top", "untagged",
];

#[derive(serde::Deserialize, Schema)]
struct Nested<T> {
    _id: u64,
    _inner: T,
}

#[derive(serde::Deserialize, Schema)]
struct Deep<T> {
    _nested: Nested<T>,
}

/// A type with a parameter of its own, as a library has it.
#[derive(serde::Deserialize, Schema)]
struct Page<T> {
    _items: Vec<T>,
    _next: Option<u32>,
}

#[derive(serde::Deserialize, Schema)]
struct Generic<T> {
    _page: Page<T>,
}

#[derive(serde::Deserialize, Schema)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
struct Case<T> {
    _inner_value: T,
}

#[derive(serde::Deserialize, Schema)]
struct Flat<T> {
    _id: u64,
    #[serde(flatten)]
    _inner: T,
}

#[derive(serde::Deserialize, Schema)]
struct Listed<T> {
    _by_name: std::collections::BTreeMap<String, Vec<T>>,
}

#[derive(serde::Deserialize, Schema)]
#[serde(tag = "kind")]
enum Kind<T> {
    _Some(T),
    _Other { _text: String },
}

#[derive(serde::Deserialize, Schema)]
struct Tagged<T> {
    _kind: Kind<T>,
}

#[derive(serde::Deserialize, Schema)]
#[serde(untagged)]
enum Either<T> {
    _One(T),
    _Other { _flag: bool },
}

#[derive(serde::Deserialize, Schema)]
struct Untagged<T> {
    _either: Either<T>,
}

#[derive(serde::Deserialize, Schema)]
struct Skipped<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    _inner: Option<T>,
}

/// The set; nothing is ever read of it.
pub(crate) struct Places<T>(PhantomData<fn() -> T>);

macro_rules! member {
    ($name:literal: $ty:ty) => {
        Member {
            event: &EventFacts {
                context: "places",
                name: $name,
                rust: $name,
                frozen: false,
                writes: 1,
                older: None,
                versions: &[VersionFacts {
                    version: 1,
                    shape: Some(<$ty as Schema>::SHAPE),
                    floor: 1,
                    edge: &[],
                    runs_code: false,
                    reads: None,
                    from_lock: false,
                }],
                examples: &[],
            },
            role: Role::Current,
        }
    };
}

impl<T: Schema + 'static> EventSet for Places<T> {
    const NAMES: &'static [StoredName] = &[];
    const FACTS: &'static SetFacts = &SetFacts {
        rust: "Places",
        context: "places",
        members: &[
            member!("case": Case<T>),
            member!("flat": Flat<T>),
            member!("generic": Generic<T>),
            member!("list": Listed<T>),
            member!("nested": Deep<T>),
            member!("skipped": Skipped<T>),
            member!("tagged": Tagged<T>),
            member!("top": T),
            member!("untagged": Untagged<T>),
        ],
        aliases: &[],
        dropped: &[],
    };

    fn decode_into(_: &RawEvent<'_>, _: &mut dyn FnMut(Self)) -> Result<Outcome, DecodeError> {
        Ok(Outcome::Dropped)
    }

    fn encode(&self) -> Result<Encoded, EncodeError> {
        Err(EncodeError::Frozen { name: String::new() })
    }

    fn event(&self) -> &dyn std::any::Any {
        self
    }
}
