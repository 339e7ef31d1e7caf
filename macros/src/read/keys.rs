//! The table of attribute keys: how each is spelled, where it may stand, what its value is, and an example.

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Event,
    Field,
    Set,
    Variant,
    Events,
    Aggregate,
    StreamKey,
    Handlers,
    Command,
    Apply,
}

impl Place {
    /// As a message says it.
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Event => "an event",
            Self::Field => "a field",
            Self::Set => "an event set",
            Self::Variant => "a variant of an event set",
            Self::Events => "`#[recount::events]`",
            Self::Aggregate => "an aggregate",
            Self::StreamKey => "a stream key",
            Self::Handlers => "`#[recount::handlers]`",
            Self::Command => "a command",
            Self::Apply => "an apply",
        }
    }
}

/// One key.
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) places: &'static [Place],
    /// What a value of it is, as a sentence: said when something else stands there.
    pub(crate) value: &'static str,
    pub(crate) example: &'static str,
}

/// All keys of one attribute.
pub(crate) struct Keys {
    /// The attribute as it is typed, up to its keys.
    pub(crate) written: &'static str,
    pub(crate) keys: &'static [Key],
}

/// `crate`, which every macro has.
const fn krate(places: &'static [Place]) -> Key {
    Key {
        name: "crate",
        places,
        value: "the path to recount is a path, such as `crate = ::other::recount`",
        example: "crate = ::other::recount",
    }
}

/// The keys that may be given more than once.
pub(crate) const REPEATED: &[&str] = &[
    "alias", "dropped", "split", "removed", "step", "example", "renamed", "retyped",
];

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
            places: &[Place::Event],
            value: "a context is a text in quotes, such as `context = \"bank\"`",
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
        krate(&[Place::Event, Place::Set]),
    ],
};

/// `#[recount::events(..)]`.
pub(crate) const EVENTS: Keys = Keys {
    written: "recount::events",
    keys: &[
        Key {
            name: "prefix",
            places: &[Place::Events],
            value: "a prefix is a text in quotes, such as `prefix = \"account\"`",
            example: "prefix = \"account\"",
        },
        krate(&[Place::Events]),
    ],
};

/// `#[aggregate(..)]`.
pub(crate) const AGGREGATE: Keys = Keys {
    written: "aggregate",
    keys: &[
        Key {
            name: "name",
            places: &[Place::Aggregate],
            value: "a name is a text in quotes, such as `name = \"account\"`",
            example: "name = \"account\"",
        },
        Key {
            name: "id",
            places: &[Place::Aggregate],
            value: "an id is a type, such as `id = String`",
            example: "id = String",
        },
        Key {
            name: "events",
            places: &[Place::Aggregate],
            value: "the events are a type, such as `events = AccountEvent`",
            example: "events = AccountEvent",
        },
        krate(&[Place::Aggregate]),
    ],
};

/// `#[stream_key(..)]`.
pub(crate) const STREAM_KEY: Keys = Keys {
    written: "stream_key",
    keys: &[krate(&[Place::StreamKey])],
};

/// `#[recount::handlers(..)]`.
pub(crate) const HANDLERS: Keys = Keys {
    written: "recount::handlers",
    keys: &[
        Key {
            name: "commands",
            places: &[Place::Handlers],
            value: "the enum of all commands is given a name, such as `commands = AccountCommand`",
            example: "commands = AccountCommand",
        },
        Key {
            name: "rejection",
            places: &[Place::Handlers],
            value: "a rejection is a type, such as `rejection = AccountError`",
            example: "rejection = AccountError",
        },
        Key {
            name: "derive",
            places: &[Place::Handlers],
            value: "the derives of the commands are a list, such as `derive(Clone, Debug)`",
            example: "derive(Clone, Debug)",
        },
        krate(&[Place::Handlers]),
    ],
};

/// `#[command(..)]`; its first entry may be the user's own struct.
pub(crate) const COMMAND: Keys = Keys {
    written: "command",
    keys: &[Key {
        name: "idempotent",
        places: &[Place::Command],
        value: "`idempotent` has no value: write `#[command(idempotent)]`",
        example: "idempotent",
    }],
};

/// `#[apply(..)]`.
pub(crate) const APPLY: Keys = Keys {
    written: "apply",
    keys: &[],
};
