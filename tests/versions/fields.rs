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
