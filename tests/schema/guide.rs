//! Every code that a report may say has its section in the guide, and no section is about anything else.

use std::collections::BTreeSet;

use recount::schema::Code;

/// The codes of the tests themselves, beside those of a change and of an entry.
const OWN: [&str; 18] = [
    "BASE_REWRITTEN",
    "CANNOT_CHECK",
    "EVENT_VERSION_DELETED",
    "EXAMPLE_MISSING",
    "FLOOR_WRONG",
    "FROZEN_VERSION_CHANGED",
    "GOLDEN_MISSING",
    "INCOMPATIBLE",
    "LOCK_STALE",
    "NAME_CHANGED",
    "NAME_IN_TWO_TYPES",
    "NOT_FORWARD_COMPATIBLE",
    "NOT_LOCKED",
    "RELEASE_BEHIND",
    "SHAPE_LIES",
    "UNREADABLE",
    "UPCAST_CHANGED",
    "UPCAST_NOT_PINNED",
];

#[test]
fn every_code_has_its_section() {
    let guide = include_str!("../../docs/guide/schema-lock.md");
    let (_, codes) = guide.split_once("\n## Each code").expect("the last part of the guide");
    let sections: BTreeSet<&str> = codes
        .lines()
        .filter_map(|line| line.strip_prefix("### `")?.strip_suffix('`'))
        .collect();
    let changes = Code::ALL.iter().map(|code| code.word());
    let codes: BTreeSet<&str> = OWN.into_iter().chain(changes).collect();
    assert_eq!(sections, codes);
}
