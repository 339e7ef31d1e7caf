//! A chain of five is its steps one after another; and no number but the stored one chooses the struct that is read.

use recount::{Event, EventVersion, Upcast};
use serde::{Deserialize, Serialize};

use crate::kit::{read, reads};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "order.placed", version = 5, removed(2, channel: u8), removed(4, total: u64), step(3 = in_cents))]
pub(crate) struct Placed {
    #[event(renamed(2, from = "number"), renamed(5, from = "order_no"))]
    pub(crate) order: String,
    #[event(since = 4)]
    pub(crate) cents: u64,
    #[event(since = 3, with = shouted)]
    pub(crate) title: String,
}

fn shouted(old: &PlacedV2) -> String {
    old.order_no.to_uppercase()
}

fn in_cents(old: PlacedV3) -> PlacedV4 {
    PlacedV4 {
        order_no: old.order_no,
        cents: old.total * 100,
        title: old.title,
    }
}

const PAYLOADS: [&str; 5] = [
    r#"{"number":"a1","total":5,"channel":3}"#,
    r#"{"order_no":"a1","total":5}"#,
    r#"{"order_no":"a1","total":5,"title":"A1"}"#,
    r#"{"order_no":"a1","cents":500,"title":"A1"}"#,
    r#"{"order":"a1","cents":500,"title":"A1"}"#,
];

/// cqrs-es: steps registered in the wrong order are skipped, and the event is labelled as the newest all the same.
#[test]
fn a_chain_of_five_equals_its_steps_by_hand() {
    let one: PlacedV1 = serde_json::from_str(PAYLOADS[0]).expect("version 1");
    let two = PlacedV2::upcast(one);
    let three = PlacedV3::upcast(two);
    let four = PlacedV4::upcast(three);
    let by_hand: PlacedV5 = Placed::upcast(four);
    for (version, payload) in (1..).zip(PAYLOADS) {
        assert_eq!(reads::<Placed>(version, payload), by_hand, "version {version}");
    }
    assert_eq!(Placed::FLOOR, 5);
}

/// A payload of one version is none of another.
#[test]
fn no_version_is_read_as_another() {
    for (stored, payload) in (1..).zip(PAYLOADS) {
        for version in (1..=5).filter(|version| *version != stored) {
            // What version 3 has, version 2 has too: a reader takes what it does not know.
            let read = read::<Placed>(version, payload);
            assert_eq!(
                read.is_ok(),
                (stored, version) == (3, 2),
                "{stored} as {version}: {read:?}"
            );
        }
    }
}

/// Every field optional, and the same keys in both versions: nothing but the number tells them apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "note.taken", version = 2)]
pub(crate) struct Taken {
    #[event(renamed(2, from = "title"))]
    pub(crate) text: Option<String>,
    #[event(renamed(2, from = "text"))]
    pub(crate) title: Option<String>,
}

/// magic_migrate, serde-versioning: the first struct that the bytes fit is taken, and what the other had is lost. And two fields of one
/// type that change their names are found by their keys.
#[test]
fn the_stored_number_alone_chooses_the_struct() {
    let payload = r#"{"title":"a","text":"b"}"#;
    let taken = |text: &str, title: &str| Taken {
        text: Some(text.into()),
        title: Some(title.into()),
    };
    assert_eq!(reads::<Taken>(1, payload), taken("a", "b"));
    assert_eq!(reads::<Taken>(2, payload), taken("b", "a"));
    let nothing = Taken {
        text: None,
        title: None,
    };
    assert_eq!(reads::<Taken>(1, "{}"), nothing);
    assert_eq!(reads::<Taken>(2, "{}"), nothing);
}

/// A key that was one thing, then nothing, then another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "user.named", version = 3, removed(2, age: String))]
pub(crate) struct Named {
    pub(crate) name: String,
    #[event(since = 3, default = 0)]
    pub(crate) age: u8,
}

#[test]
fn a_field_is_removed_and_added_again_with_another_type() {
    let named = |age| Named {
        name: "Ada".into(),
        age,
    };
    assert_eq!(reads::<Named>(1, r#"{"name":"Ada","age":"old"}"#), named(0));
    assert_eq!(reads::<Named>(2, r#"{"name":"Ada","age":"ignored"}"#), named(0));
    assert_eq!(reads::<Named>(3, r#"{"name":"Ada","age":36}"#), named(36));
}

/// An event without fields gains some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "user.left", version = 2)]
pub(crate) struct Left {
    #[event(since = 2, default = "unknown")]
    pub(crate) why: String,
}

#[test]
fn a_unit_struct_gains_a_field() {
    assert_eq!(reads::<Left>(1, "{}").why, "unknown");
    assert_eq!(reads::<Left>(2, r#"{"why":"moved"}"#).why, "moved");
    assert!(read::<Left>(1, "null").is_err());
    assert_eq!((Left::VERSION, Left::FLOOR), (2, 1));
}
