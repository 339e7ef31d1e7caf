//! Section 5: what is too new, too old, or nobody's.

use recount::{DecodeError, Event, EventVersion, TryUpcast, Upcast, UpcastError, UpcastMeta};
use serde::{Deserialize, Serialize};

use crate::kit::{read, read_set, reads};

/// An amount without its currency is not old, it is wrong: so the floor is raised.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "paid", version = 3, floor = 2)]
pub(crate) struct Paid {
    pub(crate) amount: u64,
    #[event(since = 2, default = "EUR")]
    pub(crate) currency: String,
    #[event(since = 3)]
    pub(crate) note: Option<String>,
}

/// An event that older readers can follow to the beginning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "seen", version = 3, removed(2, by: Option<String>), removed(3, tags: Vec<u8>, serde(default)))]
pub(crate) struct Seen {
    pub(crate) at: u64,
}

#[derive(Debug, PartialEq, Event)]
pub(crate) enum Events {
    Paid(Paid),
    Seen(Seen),
}

/// native_model: a chain without a version compiles, and fails when that version is met.
#[test]
fn a_number_that_is_no_version_is_an_error() {
    for version in [0, 4, u32::MAX] {
        match read::<Paid>(version, r#"{"amount":1,"currency":"EUR"}"#) {
            Err(DecodeError::NoSuchVersion {
                name: "paid",
                version: stored,
                oldest: 1,
                newest: 3,
            }) => assert_eq!(stored, version),
            other => panic!("{other:?}"),
        }
    }
}

/// pyeventsourcing: an event of a newer version is filled with defaults.
#[test]
fn a_version_too_new_is_never_filled_in() {
    let stored =
        |version, floor| read_set::<Events>("paid", version, floor, br#"{"amount":1,"currency":"CHF","when":2}"#);
    match stored(5, 5) {
        Err(DecodeError::TooNew {
            name: "paid",
            version: 5,
            floor: 5,
            reads: 3,
        }) => {}
        other => panic!("{other:?}"),
    }
    assert!(matches!(stored(5, 4), Err(DecodeError::TooNew { floor: 4, .. })));
    let paid = Paid {
        amount: 1,
        currency: "CHF".into(),
        note: None,
    };
    assert_eq!(
        stored(5, 3).expect("its writer says that version 3 can follow"),
        [Events::Paid(paid)]
    );
    assert!(matches!(
        stored(0, 0),
        Err(DecodeError::NoSuchVersion { version: 0, .. })
    ));
}

#[test]
fn floors_follow_from_the_history() {
    assert_eq!((Paid::WRITES, Paid::FLOOR), (3, 2), "raised by hand");
    assert_eq!(Seen::FLOOR, 1, "what an old reader can do without");
    // Each old struct down to the floor reads what is written today.
    let payload = Seen { at: 7 }.encode().expect("writable").payload;
    assert_eq!(
        serde_json::from_slice::<SeenV1>(&payload)
            .expect("version 1 follows")
            .at,
        7
    );
    assert_eq!(
        serde_json::from_slice::<SeenV2>(&payload)
            .expect("version 2 follows")
            .at,
        7
    );
    let payload = reads::<Paid>(1, r#"{"amount":1}"#).encode().expect("writable").payload;
    assert_eq!(
        serde_json::from_slice::<PaidV2>(&payload)
            .expect("version 2 follows")
            .currency,
        "EUR"
    );
}

/// Only across a step that is written by hand may a floor be lower than it looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "measured", version = 2, floor = 1, step(1))]
pub(crate) struct Measured {
    pub(crate) value: i64,
}

impl TryUpcast<MeasuredV1> for MeasuredV2 {
    fn try_upcast(old: MeasuredV1, _: &UpcastMeta<'_>) -> Result<Self, UpcastError> {
        match old.value {
            13 => panic!("nobody measures {}", old.value),
            value => Ok(Self { value }),
        }
    }
}

#[test]
fn an_upcaster_that_panics_is_an_error_of_that_event() {
    assert_eq!((Measured::FLOOR, Measured::OLDEST), (1, 1));
    match read::<Measured>(1, r#"{"value":13}"#) {
        Err(DecodeError::Upcast {
            name: "measured",
            version: 1,
            source,
        }) => assert_eq!(source.to_string(), "user code panicked: nobody measures 13"),
        other => panic!("{other:?}"),
    }
    assert_eq!(reads::<Measured>(1, r#"{"value":12}"#), Measured { value: 12 });
    assert_eq!(reads::<Measured>(2, r#"{"value":13}"#), Measured { value: 13 });
}

/// A kept struct and the names that its impls speak of, when it is the current one no more.
#[derive(Deserialize, Event)]
#[event(name = "moved", version = 2, frozen)]
pub(crate) struct MovedV2 {
    #[event(since = 2, default)]
    to: String,
}

#[derive(Debug, PartialEq, Serialize, Deserialize, Event)]
#[event(name = "moved", version = 3, from = MovedV2)]
pub(crate) struct Moved {
    pub(crate) place: String,
}

impl Upcast<MovedV2> for MovedV3 {
    fn upcast(old: MovedV2) -> Self {
        Self { place: old.to }
    }
}

#[test]
fn a_kept_struct_has_its_own_history() {
    assert_eq!(reads::<Moved>(1, "{}"), Moved { place: String::new() });
    assert_eq!(reads::<Moved>(2, r#"{"to":"x"}"#), Moved { place: "x".into() });
    assert!(matches!(
        read::<Moved>(0, "{}"),
        Err(DecodeError::NoSuchVersion { newest: 3, .. })
    ));
    let _ = MovedV1 {};
}
