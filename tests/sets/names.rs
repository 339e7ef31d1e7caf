//! The names of a set: each is listed with the event it becomes, and an alias is the same sequence of versions.

use recount::{DecodeError, EventSet, StoredName};

use crate::account::AccountEvent;
use crate::planted::{newer, raw};
use crate::readers::decoded;

/// A filter asks for `NAMES`, so it cannot miss an alias, a split or a retired event.
#[test]
fn every_stored_name_is_listed() {
    let becomes = |name, event| StoredName {
        name,
        event: Some(event),
    };
    let ends = |name| StoredName { name, event: None };
    assert_eq!(
        AccountEvent::NAMES,
        [
            becomes("account.opened", "account.opened"),
            becomes("account.deposited", "account.deposited"),
            becomes("account.name_changed", "account.name_changed"),
            becomes("account.email_changed", "account.email_changed"),
            becomes("account.limit_raised", "account.limit_raised"),
            becomes("account.created", "account.opened"),
            becomes("account.payed_in", "account.deposited"),
            becomes("account.put", "account.deposited"),
            ends("account.details_changed"),
            ends("account.registered"),
            ends("account.blinked"),
            ends("account.winked"),
        ]
    );
}

#[test]
fn an_alias_has_the_versions_of_its_event() {
    let payload = r#"{"amount":1}"#;
    for name in ["account.deposited", "account.payed_in", "account.put"] {
        assert_eq!(
            decoded(&raw(name, payload)).expect("the first version").len(),
            1,
            "{name}"
        );
        assert_eq!(
            decoded(&newer(name, 7, 1, payload)).expect("a low floor").len(),
            1,
            "{name}"
        );
        assert!(
            matches!(
                decoded(&newer(name, 7, 2, payload)),
                Err(DecodeError::TooNew {
                    name: "account.deposited",
                    version: 7,
                    floor: 2,
                    reads: 1
                })
            ),
            "{name}"
        );
        assert!(
            matches!(
                decoded(&newer(name, 0, 0, payload)),
                Err(DecodeError::NoSuchVersion {
                    name: "account.deposited",
                    version: 0,
                    ..
                })
            ),
            "{name}"
        );
    }
}
