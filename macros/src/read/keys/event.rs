//! The keys of `#[event(..)]`.

use super::{CONTEXT, CRATE, Key, Keys, Place};

/// `#[event(..)]`, on events, their fields, sets and variants.
pub(crate) const EVENT: Keys = Keys {
    written: "event",
    keys: &[
        Key {
            name: "name",
            places: &[Place::Event],
            value: "a name is a text in quotes, such as `name = \"account.opened\"`",
            example: "name = \"account.opened\"",
        },
        Key {
            name: "version",
            places: &[Place::Event],
            value: "a version is a whole number from 1, such as `version = 3`",
            example: "version = 1",
        },
        Key {
            name: "from",
            places: &[Place::Event],
            value: "a kept struct is named by its path, such as `from = WithdrawnV1`",
            example: "from = WithdrawnV1",
        },
        Key {
            name: "from_lock",
            places: &[Place::Event],
            value: "`from_lock` stands alone: the versions are those that `events.lock` has sealed",
            example: "from_lock",
        },
        Key {
            name: "alias",
            places: &[Place::Set],
            value: "an alias is an old stored name and the event it becomes, such as `alias(\"account.payed_in\" => Deposited)`",
            example: "alias(\"account.payed_in\" => Deposited)",
        },
        Key {
            name: "dropped",
            places: &[Place::Set],
            value: "what is dropped is a stored name in quotes, such as `dropped(\"account.blinked\")`",
            example: "dropped(\"account.blinked\")",
        },
        Key {
            name: "split",
            places: &[Place::Set],
            value: "what is split is an old event, such as `split(DetailsChanged)`",
            example: "split(DetailsChanged)",
        },
        Key {
            name: "frozen",
            places: &[Place::Event, Place::Variant],
            value: "`frozen` has no value: write `#[event(frozen)]`",
            example: "frozen",
        },
        Key {
            name: "removed",
            places: &[Place::Event],
            value: "what is removed has the first version without it, its name and its type, such as `removed(3, memo: String)`",
            example: "removed(3, memo: String)",
        },
        Key {
            name: "step",
            places: &[Place::Event],
            value: "a step has the version it starts at and a function, such as `step(2 = split_name)`; `step(2)` stands for an impl of yours",
            example: "step(2 = split_name)",
        },
        Key {
            name: "raw",
            places: &[Place::Event],
            value: "raw JSON has the last version that is read so, and a function, such as `raw(..=1 = repair)`",
            example: "raw(..=1 = repair)",
        },
        Key {
            name: "write",
            places: &[Place::Event],
            value: "the version to write is an older one, such as `write = 2`",
            example: "write = 2",
        },
        Key {
            name: "floor",
            places: &[Place::Event],
            value: "a floor is the version of the oldest reader, such as `floor = 2`",
            example: "floor = 2",
        },
        Key {
            name: "example",
            places: &[Place::Event],
            value: "an example has a version and its payload, such as `example(1, r#\"{\"amount\":5}\"#)`",
            example: "example(1, r#\"{\"amount\":5}\"#)",
        },
        Key {
            name: "old_derives",
            places: &[Place::Event],
            value: "what old versions derive besides is a list, such as `old_derives(Debug, PartialEq)`",
            example: "old_derives(Debug, PartialEq)",
        },
        Key {
            name: "context",
            places: &[Place::Event, Place::Set],
            value: CONTEXT,
            example: "context = \"bank\"",
        },
        Key {
            name: "since",
            places: &[Place::Field],
            value: "a field is added at a version from 2, such as `since = 2`",
            example: "since = 2, default = \"EUR\"",
        },
        Key {
            name: "default",
            places: &[Place::Field],
            value: "a default is a constant, such as `default = \"EUR\"`; `default` alone is that of the type",
            example: "default = \"EUR\"",
        },
        Key {
            name: "with",
            places: &[Place::Field],
            value: "what computes a field is the path of a function, such as `with = street_len`",
            example: "with = street_len",
        },
        Key {
            name: "renamed",
            places: &[Place::Field],
            value: "a rename has its version and the key before it, such as `renamed(3, from = \"memo\")`",
            example: "renamed(3, from = \"memo\")",
        },
        Key {
            name: "retyped",
            places: &[Place::Field],
            value: "a new type has its version and the type before it, such as `retyped(2, from = AddressV1)`",
            example: "retyped(2, from = AddressV1)",
        },
        Key {
            name: "unknown",
            places: &[Place::Variant],
            value: "`unknown` has no value: write `#[event(unknown)]`",
            example: "unknown",
        },
        Key {
            name: "crate",
            places: &[Place::Event, Place::Set],
            value: CRATE,
            example: "crate = ::other::recount",
        },
    ],
    repeated: &[
        "alias", "dropped", "split", "removed", "step", "example", "renamed", "retyped",
    ],
};
