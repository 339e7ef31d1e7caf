//! What serde is told of a field, through the versions that have it, and which readers can follow it.

use recount::Event;
use serde::{Deserialize, Serialize};

use crate::kit::reads;

/// Release 1 read the old spelling of a key as well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "noted", version = 3, removed(3, by: Option<String>))]
pub(crate) struct Noted {
    #[event(renamed(2, from = "memo"))]
    #[serde(rename = "text", alias = "comment", alias = "memo")]
    pub(crate) note: Option<String>,
    #[serde(alias = "by")]
    pub(crate) author: Option<String>,
}

#[test]
fn aliases_are_read_in_old_versions_too() {
    let note = |version, payload: &str| reads::<Noted>(version, payload).note;
    for (version, key) in [
        (1, "memo"),
        (1, "comment"),
        (2, "text"),
        (2, "memo"),
        (2, "comment"),
        (3, "comment"),
    ] {
        let payload = format!(r#"{{"{key}":"rent"}}"#);
        assert_eq!(
            note(version, &payload),
            Some("rent".into()),
            "{key} of version {version}"
        );
    }
    assert_eq!(
        note(1, r#"{"text":"rent"}"#),
        None,
        "the new key is none of the old version's"
    );
}

#[test]
fn a_key_of_another_field_is_no_alias_in_that_version() {
    let author = |version| reads::<Noted>(version, r#"{"by":"ada"}"#).author;
    assert_eq!((author(2), author(3)), (None, Some("ada".into())));
}

/// A fee that was a number, was gone, and came back as another thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "charged", version = 4, removed(2, fee: Option<u64>))]
pub(crate) struct Charged {
    #[event(since = 3, default)]
    #[serde(default)]
    pub(crate) fee: Option<u64>,
    #[event(since = 4)]
    pub(crate) note: Option<String>,
}

/// The same under another spelling, which version 1 read as well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "billed", version = 3, removed(2, fee: Option<u64>, serde(alias = "cost")))]
pub(crate) struct Billed {
    #[event(since = 3)]
    #[serde(rename = "cost")]
    pub(crate) price: Option<u64>,
}

/// Its removal stops those readers already.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "paid", version = 3, removed(2, fee: u64))]
pub(crate) struct Paid {
    #[event(since = 3)]
    pub(crate) fee: Option<u64>,
}

/// Its first release read the key as something else.
#[test]
fn a_reader_of_a_key_never_sees_its_second_meaning() {
    assert_eq!((Charged::FLOOR, Billed::FLOOR, Paid::FLOOR), (3, 3, 2));
}

mod cents {
    use serde::{Deserialize, Deserializer};

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
        Option::deserialize(from)
    }
}

/// An `Option` with a format of its own is not absent as `None`: serde asks for the key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "sold", version = 2, removed(2, fee: Option<u64>, serde(with = "cents"), schema(scalar = "cents", example = "5")))]
pub(crate) struct Sold {
    pub(crate) amount: u64,
}

/// Unless it has a default.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "lent", version = 2)]
#[event(removed(
    2,
    fee: Option<u64>,
    serde(default, deserialize_with = "cents::deserialize"),
    schema(scalar = "cents", example = "5")
))]
pub(crate) struct Lent {
    pub(crate) amount: u64,
}

#[test]
fn a_removed_key_that_a_reader_asks_for_raises_the_floor() {
    assert_eq!((Sold::FLOOR, Lent::FLOOR), (2, 1));
    assert!(
        serde_json::from_str::<SoldV1>(r#"{"amount":1}"#).is_err(),
        "so version 1 cannot follow"
    );
    assert_eq!(
        serde_json::from_str::<LentV1>(r#"{"amount":1}"#)
            .expect("version 1 follows")
            .fee,
        None
    );
}
