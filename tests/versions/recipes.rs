//! Each change of an event, said in place: what an old payload becomes, and which readers can follow.

use recount::{Event, EventVersion, Schema, Upcast};
use serde::{Deserialize, Serialize};

use crate::kit::{read, reads, written};

/// The first page of the design.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 3, removed(3, channel_code: u32))]
pub(crate) struct Deposited {
    pub amount: i64,
    #[event(since = 2, default = "EUR")]
    pub currency: String,
    #[event(renamed(3, from = "memo"))]
    pub note: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
}

#[test]
fn a_field_is_added_renamed_and_removed() {
    let v1 = reads::<Deposited>(1, r#"{"channel_code":7,"amount":5,"memo":"rent"}"#);
    let v2 = reads::<Deposited>(
        2,
        r#"{"channel_code":7,"amount":5,"currency":"CHF","memo":"rent","tags":["a"]}"#,
    );
    let v3 = reads::<Deposited>(3, r#"{"amount":5,"currency":"CHF","note":"rent"}"#);
    let deposited = |currency: &str, tags: &[&str]| Deposited {
        amount: 5,
        currency: currency.into(),
        note: Some("rent".into()),
        tags: tags.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(v1, deposited("EUR", &[]));
    assert_eq!(v2, deposited("CHF", &["a"]));
    assert_eq!(v3, deposited("CHF", &[]));
    // The new name of a key is none of the old version's.
    assert_eq!(
        reads::<Deposited>(2, r#"{"channel_code":7,"amount":5,"currency":"CHF","note":"x"}"#).note,
        None
    );
    assert!(
        read::<Deposited>(2, r#"{"amount":5,"currency":"CHF"}"#).is_err(),
        "version 2 has a channel"
    );
    let (name, version, floor, json) = written(&v3);
    assert_eq!((name, version, floor), ("account.deposited", 3, 3));
    assert_eq!(
        json,
        serde_json::json!({"amount": 5, "currency": "CHF", "note": "rent"})
    );
}

#[test]
fn old_versions_and_the_current_one_have_names() {
    let old = DepositedV1 {
        channel_code: 7,
        amount: 5,
        memo: None,
        tags: Vec::new(),
    };
    let middle = DepositedV2::upcast(old);
    assert_eq!((middle.channel_code, middle.currency.as_str()), (7, "EUR"));
    let current: DepositedV3 = Deposited::upcast(middle);
    assert_eq!(current.amount, 5);
    assert_eq!((Deposited::OLDEST, Deposited::VERSION), (1, 3));
    // Also where there is no history yet.
    let _: PlainV1 = Plain {};
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "plain")]
struct Plain {}

/// An address as it was.
#[derive(Debug, PartialEq, Deserialize, Schema)]
pub(crate) struct AddressV1 {
    line: String,
}

/// An address as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct Address {
    street: String,
}

impl From<AddressV1> for Address {
    fn from(old: AddressV1) -> Self {
        Self { street: old.line }
    }
}

/// Everything at once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "customer.moved", version = 4, step(2 = split_name), removed(3, name: String))]
#[event(
    example(1, r#"{"name":"Ada Lovelace"}"#),
    old_derives(Debug, PartialEq),
    context = "bank"
)]
pub(crate) struct CustomerMoved {
    #[event(since = 3)]
    pub first: String,
    #[event(since = 3)]
    pub last: String,
    #[event(retyped(2, from = AddressV1))]
    pub address: Address,
    #[event(since = 4, with = street_len)]
    pub street_len: u32,
    pub reason: u8,
}

fn split_name(old: CustomerMovedV2) -> CustomerMovedV3 {
    let (first, last) = old.name.split_once(' ').unwrap_or((&old.name, ""));
    CustomerMovedV3 {
        first: first.into(),
        last: last.into(),
        address: old.address,
        reason: old.reason,
    }
}

fn street_len(old: &CustomerMovedV3) -> u32 {
    u32::try_from(old.address.street.len()).unwrap_or(u32::MAX)
}

#[test]
fn a_type_changes_a_step_writes_all_and_a_field_is_computed() {
    let moved = CustomerMoved {
        first: "Ada".into(),
        last: "Lovelace".into(),
        address: Address { street: "Main".into() },
        street_len: 4,
        reason: 1,
    };
    for (version, payload) in [
        (1, r#"{"name":"Ada Lovelace","address":{"line":"Main"},"reason":1}"#),
        (2, r#"{"name":"Ada Lovelace","address":{"street":"Main"},"reason":1}"#),
        (
            3,
            r#"{"first":"Ada","last":"Lovelace","address":{"street":"Main"},"reason":1}"#,
        ),
        (
            4,
            r#"{"first":"Ada","last":"Lovelace","address":{"street":"Main"},"street_len":4,"reason":1}"#,
        ),
    ] {
        assert_eq!(reads::<CustomerMoved>(version, payload), moved, "version {version}");
    }
    assert_eq!(CustomerMoved::FLOOR, 3, "a field that is added needs no newer reader");
    let old: CustomerMovedV1 =
        serde_json::from_str(r#"{"name":"Ada","address":{"line":"Main"},"reason":1}"#).expect("version 1");
    assert_eq!(
        format!("{old:?}").split(' ').next(),
        Some("CustomerMovedV1"),
        "as `old_derives` asks"
    );
}

/// serde's attributes go along with the field, and the stored key of a rename is the one that is named.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "sensor.read", version = 3, removed(3, raw_value: u8, since = 2, default = 0, serde(rename = "raw")))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SensorRead {
    #[event(renamed(2, from = "sensor-id"))]
    #[serde(rename = "sensor", alias = "id")]
    pub sensor_id: String,
    #[serde(flatten)]
    pub place: Place,
    #[event(retyped(3, from = String, with = parsed))]
    #[serde(default)]
    pub milli_volts: i32,
    #[event(since = 2, default)]
    pub r#type: u8,
    #[event(since = 3, default = -1)]
    pub offset: i32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct Place {
    pub room: u8,
}

fn parsed(old: String) -> i32 {
    old.parse().unwrap_or_default()
}

#[test]
fn what_serde_is_told_goes_along() {
    let read = SensorRead {
        sensor_id: "s".into(),
        place: Place { room: 2 },
        milli_volts: 5,
        r#type: 0,
        offset: -1,
    };
    assert_eq!(
        reads::<SensorRead>(1, r#"{"sensor-id":"s","room":2,"milliVolts":"5"}"#),
        read
    );
    assert_eq!(
        reads::<SensorRead>(2, r#"{"id":"s","room":2,"milliVolts":"5","type":0,"raw":9}"#),
        read
    );
    assert_eq!(
        reads::<SensorRead>(3, r#"{"sensor":"s","room":2,"milliVolts":5,"type":0,"offset":-1}"#),
        read
    );
    let absent = reads::<SensorRead>(2, r#"{"sensor":"s","room":2,"type":0,"raw":9}"#);
    assert_eq!(absent.milli_volts, 0);
}

/// Variants of an enum are events as all others.
#[recount::events(prefix = "door")]
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum DoorEvent {
    /// The door is there.
    Built { width: u32 },
    /// It was opened.
    #[event(version = 2)]
    Opened {
        #[event(since = 2, default = "somebody")]
        by: String,
    },
    /// It was shut.
    #[event(name = "door.shut", version = 2, removed(2, hard: bool))]
    Closed,
}

#[test]
fn a_variant_has_a_history() {
    let read = |name, version, payload: &str| {
        crate::kit::read_set::<DoorEvent>(name, version, version, payload.as_bytes()).expect("readable")
    };
    assert_eq!(read("door.opened", 1, "{}"), [Opened { by: "somebody".into() }.into()]);
    assert_eq!(
        read("door.opened", 2, r#"{"by":"Ada"}"#),
        [Opened { by: "Ada".into() }.into()]
    );
    assert_eq!(read("door.shut", 1, r#"{"hard":true}"#), [Closed.into()]);
    assert_eq!(read("door.shut", 2, "{}"), [Closed.into()]);
    assert_eq!(read("door.built", 1, r#"{"width":1}"#), [Built { width: 1 }.into()]);
    assert_eq!((Opened::FLOOR, Closed::FLOOR, Built::FLOOR), (1, 2, 1));
    let _: (BuiltV1, OpenedV2) = (Built { width: 1 }, OpenedV2 { by: String::new() });
    let _: ClosedV2 = Closed;
}
