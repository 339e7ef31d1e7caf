//! The names of a set: each is listed with the event it becomes, and an alias is the same sequence of versions.

use recount::{DecodeError, EventSet, StoredName};

use crate::account::{AccountEvent, deposited};
use crate::planted::newer;
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

/// An old name is another name of one sequence of versions, and has no versions of its own.
#[test]
fn an_alias_has_the_versions_of_its_event() {
    for name in ["account.deposited", "account.payed_in", "account.put"] {
        let read = |version, floor, payload| decoded(&newer(name, version, floor, payload));
        let (first, second) = (r#"{"amount":1}"#, r#"{"amount":2,"currency":"NOK"}"#);
        assert_eq!(read(1, 1, first).expect("the first version"), [deposited(1, "EUR")]);
        assert_eq!(read(2, 1, second).expect("the second version"), [deposited(2, "NOK")]);
        assert_eq!(read(7, 2, second).expect("a low floor"), [deposited(2, "NOK")]);
        let known = "account.deposited";
        assert!(matches!(
            read(7, 3, second),
            Err(DecodeError::TooNew { name, version: 7, floor: 3, reads: 2 }) if name == known
        ));
        assert!(matches!(
            read(0, 0, first),
            Err(DecodeError::NoSuchVersion { name, version: 0, .. }) if name == known
        ));
        assert!(matches!(read(2, 1, first), Err(DecodeError::Payload { name, version: 2, .. }) if name == known));
    }
}
