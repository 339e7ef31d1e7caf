//! Failures that are known from other frameworks. Where each is held:
//!
//! | elsewhere | here |
//! |---|---|
//! | replay, query or subscription skips the upcaster (cqrs-es, evento, Axon) | `every_reader_takes_the_chain`, and `old_events_in_every_place` of the sets |
//! | steps run in the order of their registration (cqrs-es) | `a_chain_of_five_equals_its_steps_by_hand`: no order can be given |
//! | a chain without version 2 compiles (native_model) | the ui case `event/kept_with_a_gap`, and `a_number_that_is_no_version_is_an_error` |
//! | two fields of one type change places in an upcaster | the tests below |
//! | parts of a split share or shift numbers (EventFlow, Axon) | `old_events_in_every_place`, `a_dropped_event_is_an_expected_version` of the sets |
//! | a version too new is filled with defaults (pyeventsourcing) | `a_version_too_new_is_never_filled_in`, and the property over all bytes |
//! | the stored version is gone after upcasting (Axon) | `the_stored_name_and_version_are_told` |

use recount::testing::stored;
use recount::{DecodeError, Upcast};

/// What can happen to a parcel.
#[recount::events(prefix = "parcel")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum ParcelEvent {
    /// Three lengths of one type, two of which got other names, and one of which took the name of another.
    #[event(version = 2)]
    Measured {
        #[event(renamed(2, from = "depth"))]
        height: u64,
        #[event(renamed(2, from = "height"))]
        depth: u64,
        #[event(renamed(2, from = "length"))]
        width: u64,
    },
}

/// A value goes to the field that says from which key it comes, whatever the order and whatever the names of today.
#[test]
fn fields_of_one_type_keep_their_values() {
    let old = stored("parcel.measured", 1, r#"{"height":1,"depth":2,"length":3}"#);
    let new = Measured {
        height: 2,
        depth: 1,
        width: 3,
    };
    assert_eq!(old.read::<ParcelEvent>().expect("readable"), [new.into()]);
    let now = stored("parcel.measured", 2, r#"{"height":1,"depth":2,"width":3}"#);
    let same = Measured {
        height: 1,
        depth: 2,
        width: 3,
    };
    assert_eq!(now.read::<ParcelEvent>().expect("readable"), [same.into()]);
}

/// A payload of one version under the number of the other is refused, where their keys differ, and never filled in.
#[test]
fn a_payload_under_a_wrong_number_is_refused() {
    let wrong = stored("parcel.measured", 2, r#"{"height":1,"depth":2,"length":3}"#);
    assert!(matches!(
        wrong.read::<ParcelEvent>(),
        Err(DecodeError::Payload { version: 2, .. })
    ));
}

/// The steps are typed by their version, so one that was written for another edge does not fit: this compiles for 1 to 2 alone.
#[test]
fn a_step_is_of_its_edge() {
    let old = MeasuredV1 {
        depth: 2,
        height: 1,
        length: 3,
    };
    assert_eq!(
        <MeasuredV2 as Upcast<MeasuredV1>>::upcast(old),
        Measured {
            height: 2,
            depth: 1,
            width: 3
        }
    );
}
