//! `write = n`: the release that reads the new version and writes the old one still.

use recount::{Downcast, EncodeError, Event, Schema, Upcast};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::kit::{reads, written};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "account.deposited", version = 4, write = 2)]
#[event(removed(3, channel_code: u32, default = 0), removed(4, memo: Option<String>))]
pub(crate) struct Deposited {
    #[event(retyped(3, from = u32))]
    pub(crate) amount: Amount,
    #[event(since = 2, default = "EUR")]
    pub(crate) currency: String,
    #[event(renamed(4, from = "remark"))]
    pub(crate) note: String,
    #[event(since = 4)]
    pub(crate) by: Option<String>,
}

/// Cents, and back to what can be said in cents.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, Schema)]
pub(crate) struct Amount(u64);

impl From<u32> for Amount {
    fn from(cents: u32) -> Self {
        Self(cents.into())
    }
}

impl From<Amount> for u32 {
    fn from(amount: Amount) -> Self {
        Self::try_from(amount.0).unwrap_or(Self::MAX)
    }
}

fn deposited(amount: u64, by: Option<&str>) -> Deposited {
    Deposited {
        amount: Amount(amount),
        currency: "CHF".into(),
        note: "rent".into(),
        by: by.map(Into::into),
    }
}

#[test]
fn the_version_before_is_written_and_read() {
    let event = deposited(5, None);
    let (name, version, floor, payload) = written(&event);
    assert_eq!((name, version, floor), ("account.deposited", 2, 1));
    let expected = json!({"channel_code": 0, "amount": 5, "currency": "CHF", "remark": "rent", "memo": null});
    assert_eq!(payload, expected);
    assert_eq!(
        reads::<Deposited>(2, &payload.to_string()),
        event,
        "as this release reads it"
    );
    let old: DepositedV2 = serde_json::from_value(payload).expect("as the release before reads it");
    assert_eq!((old.amount, old.remark.as_str()), (5, "rent"));
    // And what the next release writes, this one reads.
    assert_eq!(
        reads::<Deposited>(4, r#"{"amount":5,"currency":"CHF","note":"rent","by":null}"#),
        event
    );
    assert_eq!((Deposited::WRITES, Deposited::FLOOR), (2, 1));
}

/// A value that the older version cannot hold is refused, and does not vanish.
#[test]
fn a_lossy_write_is_refused() {
    let refused = |event: &Deposited| match event.encode() {
        Err(error @ EncodeError::Lossy { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    };
    let sentence = |path: &str| {
        format!("version 2 of `account.deposited`, which `write = 2` asks for, cannot hold `{path}` as it is")
    };
    assert_eq!(refused(&deposited(5, Some("Ada"))), sentence("by"));
    assert_eq!(refused(&deposited(u64::MAX, None)), sentence("amount"));
}

/// Over a step the way back is the user's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "person.named", version = 2, write = 1, step(1), removed(2, name: String), old_derives(Debug))]
pub(crate) struct Named {
    #[event(since = 2)]
    pub(crate) first: String,
    #[event(since = 2)]
    pub(crate) last: String,
}

impl Upcast<NamedV1> for NamedV2 {
    fn upcast(old: NamedV1) -> Self {
        let (first, last) = old.name.split_once(' ').unwrap_or((&old.name, ""));
        Self {
            first: first.into(),
            last: last.into(),
        }
    }
}

impl Downcast<NamedV2> for NamedV1 {
    fn downcast(new: NamedV2) -> Self {
        Self {
            name: format!("{} {}", new.first, new.last),
        }
    }
}

#[test]
fn a_step_is_gone_back() {
    let named = |first: &str, last: &str| Named {
        first: first.into(),
        last: last.into(),
    };
    assert_eq!(written(&named("Ada", "Lovelace")).3, json!({"name": "Ada Lovelace"}));
    match named("Ada King", "Lovelace").encode() {
        Err(EncodeError::Lossy {
            name: "person.named",
            version: 1,
            path,
        }) => assert_eq!(path, "first"),
        other => panic!("{other:?}"),
    }
}

/// The kept struct below is the oldest that can be written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "person.left", version = 1, frozen)]
pub(crate) struct LeftV1 {
    on: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "person.left", version = 3, write = 1, from = LeftV1)]
pub(crate) struct Left {
    pub(crate) day: u32,
    #[event(since = 3)]
    pub(crate) why: Option<String>,
}

impl Upcast<LeftV1> for LeftV2 {
    fn upcast(old: LeftV1) -> Self {
        Self { day: old.on }
    }
}

impl Downcast<LeftV2> for LeftV1 {
    fn downcast(new: LeftV2) -> Self {
        Self { on: new.day }
    }
}

#[test]
fn a_kept_version_is_written() {
    let (_, version, floor, payload) = written(&Left { day: 3, why: None });
    assert_eq!((version, floor, payload), (1, 1, json!({"on": 3})));
    assert!(matches!(
        Left {
            day: 3,
            why: Some(String::new())
        }
        .encode(),
        Err(EncodeError::Lossy { .. })
    ));
}

/// An event without fields, whose older version had some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "person.closed", version = 2, write = 1, removed(2, why: String, default = "none"))]
pub(crate) struct Closed;

#[test]
fn a_unit_struct_is_written_with_its_old_fields() {
    assert_eq!(written(&Closed).3, json!({"why": "none"}));
    assert_eq!(reads::<Closed>(1, r#"{"why":"x"}"#), Closed);
}
