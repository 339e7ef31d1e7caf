//! Old versions that are structs of the user's, or no structs at all; and steps that can fail.

use recount::{DecodeError, Event, EventVersion, Timestamp, TryUpcast, Upcast, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::kit::{read, read_set, reads, recorded_at};

#[derive(Deserialize, Event)]
#[event(name = "account.withdrawn", version = 1, frozen)]
pub(crate) struct WithdrawnV1 {
    amount: i64,
    memo: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "account.withdrawn", version = 2, from = WithdrawnV1, example(1, r#"{"memo":"rent"}"#))]
pub(crate) struct Withdrawn {
    pub amount: i64,
    pub note: Option<String>,
}

impl Upcast<WithdrawnV1> for WithdrawnV2 {
    fn upcast(old: WithdrawnV1) -> Self {
        Self {
            amount: old.amount,
            note: old.memo,
        }
    }
}

#[test]
fn a_struct_is_kept() {
    let withdrawn = Withdrawn {
        amount: 5,
        note: Some("rent".into()),
    };
    assert_eq!(reads::<Withdrawn>(1, r#"{"amount":5,"memo":"rent"}"#), withdrawn);
    assert_eq!(reads::<Withdrawn>(2, r#"{"amount":5,"note":"rent"}"#), withdrawn);
    assert_eq!(Withdrawn::FLOOR, 2);
}

/// A history of five versions in three forms: kept with a history of its own, a step by hand, inline.
#[derive(Debug, Deserialize, Event)]
#[event(name = "parcel.sent", version = 2, frozen)]
pub(crate) struct ParcelV2 {
    #[event(renamed(2, from = "grams"))]
    weight: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "parcel.sent", version = 5, from = ParcelV2, step(3))]
pub(crate) struct Parcel {
    pub weight: u32,
    #[event(since = 4)]
    pub to: String,
    #[event(since = 5)]
    pub note: Option<String>,
}

impl Upcast<ParcelV2> for ParcelV3 {
    fn upcast(old: ParcelV2) -> Self {
        Self { weight: old.weight }
    }
}

impl TryUpcast<ParcelV3> for ParcelV4 {
    fn try_upcast(old: ParcelV3, meta: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        if old.weight == 0 {
            return Err(UpcastError::new("weighs nothing"));
        }
        let (weight, to) = (old.weight, meta.stream().id().into());
        Ok(Self { weight, to })
    }
}

#[test]
fn forms_are_mixed() {
    let parcel = Parcel {
        weight: 5,
        to: "acc-101".into(),
        note: None,
    };
    assert_eq!(reads::<Parcel>(1, r#"{"grams":5}"#), parcel);
    assert_eq!(reads::<Parcel>(2, r#"{"weight":5}"#), parcel);
    assert_eq!(reads::<Parcel>(3, r#"{"weight":5}"#), parcel);
    assert_eq!(reads::<Parcel>(4, r#"{"weight":5,"to":"acc-101"}"#), parcel);
    assert_eq!(reads::<Parcel>(5, r#"{"weight":5,"to":"acc-101"}"#), parcel);
    assert_eq!((Parcel::FLOOR, ParcelV2::VERSION, ParcelV2::OLDEST), (4, 2, 1));
    match read::<Parcel>(2, r#"{"weight":0}"#) {
        Err(DecodeError::Upcast {
            name: "parcel.sent",
            version: 2,
            source,
        }) => assert_eq!(source.to_string(), "weighs nothing"),
        other => panic!("{other:?}"),
    }
    match read::<Parcel>(1, r#"{"weight":5}"#) {
        Err(DecodeError::Payload {
            name: "parcel.sent",
            version: 1,
            ..
        }) => {}
        other => panic!("{other:?}"),
    }
}

#[derive(Deserialize, Event)]
#[event(name = "account.transferred", version = 1, frozen)]
pub(crate) struct TransferredV1 {
    amount: String,
    at: Option<i64>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "account.transferred", version = 2, from = TransferredV1)]
pub(crate) struct Transferred {
    pub amount: u64,
    pub at: i64,
    pub by: Option<String>,
}

impl TryUpcast<TransferredV1> for TransferredV2 {
    fn try_upcast(old: TransferredV1, meta: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        let at = old.at.unwrap_or_else(|| meta.recorded_at().as_micros());
        Ok(Self {
            amount: old.amount.parse().map_err(UpcastError::new)?,
            at,
            by: meta.headers().actor,
        })
    }
}

#[test]
fn a_step_sees_the_metadata_and_can_fail() {
    let by = || Some("teller-9".to_owned());
    let (amount, at) = (5, Timestamp::as_micros(recorded_at()));
    assert_eq!(
        reads::<Transferred>(1, r#"{"amount":"5"}"#),
        Transferred { amount, at, by: by() }
    );
    assert_eq!(
        reads::<Transferred>(1, r#"{"amount":"5","at":9}"#),
        Transferred {
            amount,
            at: 9,
            by: by()
        }
    );
    match read::<Transferred>(1, r#"{"amount":"5,0"}"#) {
        Err(error @ DecodeError::Upcast { .. }) => {
            assert_eq!(
                error.to_string(),
                "`account.transferred` version 1 could not be read as the current version"
            );
            let source = std::error::Error::source(&error).expect("the error of the step");
            assert!(source.is::<std::num::ParseIntError>(), "{source}");
        }
        other => panic!("{other:?}"),
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "meter.read", version = 4, raw(..=2 = repair), example(1, r#"{"kwh":"12,5"}"#))]
pub(crate) struct MeterRead {
    pub wh: u64,
    #[event(since = 4, default = "grid")]
    pub source: String,
}

fn repair(stored: Value, _: &UpcastMeta<'_>) -> Result<MeterReadV3, UpcastError> {
    let kwh = stored["kwh"]
        .as_str()
        .ok_or_else(|| UpcastError::new("no kwh"))?
        .replace(',', ".");
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "small and positive"
    )]
    let wh = (kwh.parse::<f64>().map_err(UpcastError::new)? * 1000.0) as u64;
    Ok(MeterReadV3 { wh })
}

#[test]
fn raw_json_is_repaired() {
    let read_at = |version, payload| reads::<MeterRead>(version, payload);
    let meter = MeterRead {
        wh: 12_500,
        source: "grid".into(),
    };
    assert_eq!(read_at(1, r#"{"kwh":"12,5"}"#), meter);
    assert_eq!(read_at(2, r#"{"kwh":"12.5","more":[]}"#), meter);
    assert_eq!(read_at(3, r#"{"wh":12500}"#), meter);
    assert_eq!(read_at(4, r#"{"wh":12500,"source":"grid"}"#), meter);
    assert!(matches!(
        read::<MeterRead>(2, "{}"),
        Err(DecodeError::Upcast { version: 2, .. })
    ));
    assert!(matches!(
        read::<MeterRead>(1, "{"),
        Err(DecodeError::Payload { version: 1, .. })
    ));
    assert_eq!((MeterRead::OLDEST, MeterRead::FLOOR), (1, 3));
}

/// An event that nobody writes any more, with all of its history.
#[derive(Debug, PartialEq, Deserialize, Event)]
#[event(name = "account.limit_raised", version = 2, frozen)]
pub(crate) struct LimitRaised {
    pub to: u64,
    #[event(since = 2, default = 1)]
    pub by: u64,
}

#[test]
fn a_retired_event_is_read() {
    assert_eq!(reads::<LimitRaised>(1, r#"{"to":5}"#), LimitRaised { to: 5, by: 1 });
    assert_eq!(
        reads::<LimitRaisedV2>(2, r#"{"to":5,"by":2}"#),
        LimitRaised { to: 5, by: 2 }
    );
}

/// The history of `recipes::Deposited`, with a struct kept for each version.
mod by_structs {
    use super::{Deserialize, Event, Serialize, Upcast};

    #[derive(Deserialize, Event)]
    #[event(name = "account.deposited", version = 1, frozen)]
    struct DepositedV1 {
        amount: i64,
        memo: Option<String>,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[derive(Deserialize, Event)]
    #[event(name = "account.deposited", version = 2, from = DepositedV1, frozen)]
    struct DepositedV2 {
        amount: i64,
        currency: String,
        memo: Option<String>,
        #[serde(default)]
        tags: Vec<String>,
    }

    #[derive(Debug, Serialize, Deserialize, Event)]
    #[event(name = "account.deposited", version = 3, from = DepositedV2)]
    pub(super) struct Deposited {
        pub(super) amount: i64,
        pub(super) currency: String,
        pub(super) note: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub(super) tags: Vec<String>,
    }

    impl Upcast<DepositedV1> for DepositedV2 {
        fn upcast(old: DepositedV1) -> Self {
            Self {
                amount: old.amount,
                currency: "EUR".into(),
                memo: old.memo,
                tags: old.tags,
            }
        }
    }

    impl Upcast<DepositedV2> for DepositedV3 {
        fn upcast(old: DepositedV2) -> Self {
            Self {
                amount: old.amount,
                currency: old.currency,
                note: old.memo,
                tags: old.tags,
            }
        }
    }
}

/// Chronicle: the old shape under a new struct counts as a change.
#[test]
fn inline_and_kept_forms_of_one_history_read_the_same() {
    use crate::recipes::Deposited as Inline;
    for (version, payload) in [
        (1, r#"{"channel_code":7,"amount":5,"memo":"rent","tags":["a"]}"#),
        (2, r#"{"channel_code":7,"amount":5,"currency":"CHF","memo":null}"#),
        (3, r#"{"amount":5,"currency":"CHF","note":"rent"}"#),
    ] {
        let (kept, inline) = (
            reads::<by_structs::Deposited>(version, payload),
            reads::<Inline>(version, payload),
        );
        assert_eq!(
            (kept.encode().expect("writable"), kept.note, kept.currency),
            (inline.encode().expect("writable"), inline.note, inline.currency)
        );
    }
    assert_eq!((Inline::FLOOR, by_structs::Deposited::FLOOR), (3, 3));
}

/// A step for several stored forms is told which one it has.
#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "scale.read", version = 3, raw(..=2 = by_version))]
struct ScaleRead {
    grams: u64,
}

fn by_version(stored: Value, meta: &UpcastMeta<'_>) -> Result<ScaleReadV3, UpcastError> {
    let amount = stored["amount"].as_u64().ok_or_else(|| UpcastError::new("no amount"))?;
    match (meta.stored_name(), meta.stored_version()) {
        ("scale.read", 1) => Ok(ScaleRead { grams: amount * 1000 }),
        ("scale.read", 2) => Ok(ScaleRead { grams: amount }),
        other => Err(UpcastError::new(format!("{other:?}"))),
    }
}

#[derive(Debug, PartialEq, Event)]
enum ScaleEvent {
    Read(ScaleRead),
}

#[test]
fn the_stored_name_and_version_are_told() {
    let read = |version, payload: &str| {
        read_set::<ScaleEvent>("scale.read", version, 1, payload.as_bytes()).expect("readable")
    };
    assert_eq!(
        read(1, r#"{"amount":2}"#),
        [ScaleEvent::Read(ScaleRead { grams: 2_000 })]
    );
    assert_eq!(read(2, r#"{"amount":2}"#), [ScaleEvent::Read(ScaleRead { grams: 2 })]);
    assert_eq!(read(3, r#"{"grams":2}"#), [ScaleEvent::Read(ScaleRead { grams: 2 })]);
}
