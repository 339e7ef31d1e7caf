//! The keys of what reads: projections, policies, processes, timers, and their methods.

use super::{CRATE, Key, Keys, Place};

const NAME: Key = Key {
    name: "name",
    places: &[Place::Projection, Place::Policy, Place::Process, Place::Timer],
    value: "a name is a text in quotes, such as `name = \"balances\"`",
    example: "name = \"balances\"",
};

const READS: Key = Key {
    name: "reads",
    places: &[Place::Projection, Place::Policy, Place::Process],
    value: "the aggregates whose events are read are a list of types, such as `reads(Account, Order)`",
    example: "reads(Account, Order)",
};

const REV: Key = Key {
    name: "rev",
    places: &[Place::Projection, Place::Policy, Place::Process],
    value: "a revision is a number, such as `rev = 2`",
    example: "rev = 2",
};

const START: Key = Key {
    name: "start",
    places: &[Place::Policy, Place::Process],
    value: "it starts with what happens from now on, `start = now`, or with the first event of the store, `start = beginning`",
    example: "start = now",
};

const HOPS: Key = Key {
    name: "hops",
    places: &[Place::Policy, Place::Process],
    value: "the bound of a loop is a number of reactions, such as `hops = 8`",
    example: "hops = 8",
};

const PATH: Key = Key {
    name: "crate",
    places: &[Place::Projection, Place::Policy, Place::Process, Place::Timer],
    value: CRATE,
    example: "crate = ::other::recount",
};

/// `#[projection(..)]`.
pub(crate) const PROJECTION: Keys = Keys {
    written: "projection",
    keys: &[
        NAME,
        READS,
        REV,
        Key {
            name: "mode",
            places: &[Place::Projection],
            value: "a command's answer waits for the view, `mode = inline`, or does not, `mode = async`, which is the default",
            example: "mode = inline",
        },
        Key {
            name: "view",
            places: &[Place::Projection],
            value: "where the view lives is a type, such as `view = OrdersDb`",
            example: "view = OrdersDb",
        },
        Key {
            name: "on_error",
            places: &[Place::Projection],
            value: "at an error it stops, `on_error = stop`, which is the default, or parks a number of events, `on_error = park(max = 100)`",
            example: "on_error = park(max = 100)",
        },
        PATH,
    ],
    repeated: &[],
};

/// `#[policy(..)]`.
pub(crate) const POLICY: Keys = Keys {
    written: "policy",
    keys: &[NAME, READS, REV, START, HOPS, PATH],
    repeated: &[],
};

/// `#[process(..)]`.
pub(crate) const PROCESS: Keys = Keys {
    written: "process",
    keys: &[
        NAME,
        Key {
            name: "id",
            places: &[Place::Process],
            value: "the id of an instance is a type, such as `id = PayoutId`",
            example: "id = PayoutId",
        },
        READS,
        REV,
        START,
        HOPS,
        Key {
            name: "max_parked",
            places: &[Place::Process],
            value: "how many instances may be parked is a number, such as `max_parked = 100`",
            example: "max_parked = 100",
        },
        PATH,
    ],
    repeated: &[],
};

/// `#[timer(..)]`.
pub(crate) const TIMER: Keys = Keys {
    written: "timer",
    keys: &[NAME, PATH],
    repeated: &[],
};

/// `#[on(..)]`.
pub(crate) const ON: Keys = Keys {
    written: "on",
    keys: &[
        Key {
            name: "key",
            places: &[Place::On],
            value: "a key is an expression in which `event` and `meta` stand, such as `key = event.order`",
            example: "key = event.order",
        },
        Key {
            name: "start",
            places: &[Place::On],
            value: "`start` has no value: write `#[on(start, key = ...)]`",
            example: "start",
        },
    ],
    repeated: &[],
};

/// `#[query(..)]`.
pub(crate) const QUERY: Keys = Keys {
    written: "query",
    keys: &[],
    repeated: &[],
};
