//! The table of attribute keys: how each is spelled, where it may stand, what its value is, and an example.

mod consumer;
mod event;

pub(crate) use consumer::{ON, POLICY, PROCESS, PROJECTION, QUERY, TIMER};
pub(crate) use event::EVENT;

/// Where an attribute stands.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Event,
    Field,
    Set,
    Variant,
    Events,
    Schema,
    Part,
    Aggregate,
    StreamKey,
    Handlers,
    Command,
    Apply,
    Projection,
    Policy,
    Process,
    Timer,
    On,
    Query,
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
            Self::Schema => "a type",
            Self::Part => "a field",
            Self::Aggregate => "an aggregate",
            Self::StreamKey => "a stream key",
            Self::Handlers => "`#[recount::handlers]`",
            Self::Command => "a command",
            Self::Apply => "an apply",
            Self::Projection => "a projection",
            Self::Policy => "a policy",
            Self::Process => "a process",
            Self::Timer => "a timer",
            Self::On => "an `#[on]`",
            Self::Query => "a query",
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
    /// Those that may be given more than once.
    pub(crate) repeated: &'static [&'static str],
}

const CRATE: &str = "the path to recount is a path, such as `crate = ::other::recount`";

const CONTEXT: &str = "a context is a text in quotes, such as `context = \"bank\"`";

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
        Key {
            name: "context",
            places: &[Place::Events],
            value: CONTEXT,
            example: "context = \"bank\"",
        },
        Key {
            name: "crate",
            places: &[Place::Events],
            value: CRATE,
            example: "crate = ::other::recount",
        },
    ],
    repeated: &[],
};

/// `#[schema(..)]`, on a type with `derive(Schema)` and on the fields of types and events.
pub(crate) const SCHEMA: Keys = Keys {
    written: "schema",
    keys: &[
        Key {
            name: "scalar",
            places: &[Place::Part, Place::Schema],
            value: "a scalar is the name of a format in quotes, such as `scalar = \"decimal/1\"`",
            example: "scalar = \"decimal/1\", example = \"\\\"1.50\\\"\"",
        },
        Key {
            name: "example",
            places: &[Place::Part, Place::Schema],
            value: "an example is a value as JSON in quotes, such as `example = \"\\\"1.50\\\"\"`",
            example: "example = \"\\\"1.50\\\"\"",
        },
        Key {
            name: "opaque",
            places: &[Place::Part, Place::Schema],
            value: "`opaque` has no value: write `#[schema(opaque)]`",
            example: "opaque",
        },
        Key {
            name: "by_name",
            places: &[Place::Part],
            value: "what is expanded elsewhere has a name in quotes, such as `by_name = \"node\"`",
            example: "by_name = \"node\"",
        },
        Key {
            name: "crate",
            places: &[Place::Schema],
            value: CRATE,
            example: "crate = ::other::recount",
        },
    ],
    repeated: &[],
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
        Key {
            name: "snapshot",
            places: &[Place::Aggregate],
            value: "a snapshot is taken after a number of events, of bytes or of microseconds of folding, such as `snapshot(every = 100)`, `snapshot(bytes = 65_536)` or `snapshot(micros = 500)`",
            example: "snapshot(every = 100)",
        },
        Key {
            name: "rev",
            places: &[Place::Aggregate],
            value: "a revision is a number, such as `rev = 2`",
            example: "rev = 2",
        },
        Key {
            name: "crate",
            places: &[Place::Aggregate],
            value: CRATE,
            example: "crate = ::other::recount",
        },
    ],
    repeated: &[],
};

/// `#[stream_key(..)]`.
pub(crate) const STREAM_KEY: Keys = Keys {
    written: "stream_key",
    keys: &[Key {
        name: "crate",
        places: &[Place::StreamKey],
        value: CRATE,
        example: "crate = ::other::recount",
    }],
    repeated: &[],
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
        Key {
            name: "queries",
            places: &[Place::Handlers],
            value: "the enum of all queries is given a name, such as `queries = BalanceQuery`",
            example: "queries = BalanceQuery",
        },
        Key {
            name: "crate",
            places: &[Place::Handlers],
            value: CRATE,
            example: "crate = ::other::recount",
        },
    ],
    repeated: &[],
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
    repeated: &[],
};

/// `#[apply(..)]`.
pub(crate) const APPLY: Keys = Keys {
    written: "apply",
    keys: &[],
    repeated: &[],
};
