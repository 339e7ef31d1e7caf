//! What the lock needs of a version, from its type: generated code says the rest.

use serde::de::DeserializeOwned;

use crate::codec::{self, JsonError};
use crate::event::{Event, EventVersion};
use crate::schema::{EventFacts, Schema, SetFacts, VersionFacts};

/// The facts of an event whose mistake is already reported: its name says so.
pub const STUB: EventFacts = EventFacts {
    context: "",
    name: "",
    rust: "",
    frozen: true,
    writes: 1,
    older: None,
    versions: &[],
    examples: &[],
};

/// The facts of a set whose mistake is already reported.
pub const STUB_SET: SetFacts = SetFacts {
    rust: "",
    context: "",
    members: &[],
    aliases: &[],
    dropped: &[],
};

/// The crate of a `module_path!()`: what an event belongs to that does not say it.
#[must_use]
pub const fn context(module: &'static str) -> &'static str {
    let (bytes, mut end) = (module.as_bytes(), 0);
    while end < bytes.len() && bytes[end] != b':' {
        end += 1;
    }
    module.split_at(end).0
}

/// The current version of an event that is written. The bound is `Event` and not serde's, so that a missing derive is reported once.
#[must_use]
pub const fn current<E: Event>(version: u32, floor: u32, edge: &'static [&'static str]) -> VersionFacts {
    older::<E>(version, floor, edge, false)
}

/// The current version of an event that is only read; the bounds are those of its decoder.
#[must_use]
pub const fn frozen_version<E: EventVersion + DeserializeOwned>(
    version: u32,
    floor: u32,
    edge: &'static [&'static str],
) -> VersionFacts {
    older::<E>(version, floor, edge, false)
}

/// The current version of a unit struct: serde knows it as `null`, and it is stored as any object.
#[must_use]
pub const fn unit<E: EventVersion>(version: u32, floor: u32, edge: &'static [&'static str]) -> VersionFacts {
    VersionFacts {
        version,
        shape: Some(E::SHAPE),
        floor,
        edge,
        runs_code: false,
        reads: Some(codec::decode_unit),
        from_lock: false,
    }
}

/// A version that has a struct.
#[must_use]
pub const fn older<V: Schema + DeserializeOwned>(
    version: u32,
    floor: u32,
    edge: &'static [&'static str],
    runs_code: bool,
) -> VersionFacts {
    VersionFacts {
        version,
        shape: Some(V::SHAPE),
        floor,
        edge,
        runs_code,
        reads: Some(reads::<V>),
        from_lock: false,
    }
}

/// A version whose struct is made from the lock.
#[must_use]
pub const fn locked<V: Schema + DeserializeOwned>(
    version: u32,
    floor: u32,
    edge: &'static [&'static str],
    runs_code: bool,
) -> VersionFacts {
    VersionFacts {
        from_lock: true,
        ..older::<V>(version, floor, edge, runs_code)
    }
}

/// A version that a function of the user's reads, whatever it is.
#[must_use]
pub const fn raw(version: u32) -> VersionFacts {
    VersionFacts {
        version,
        shape: None,
        floor: version,
        edge: &[],
        runs_code: true,
        reads: None,
        from_lock: false,
    }
}

/// Whether the bytes are a `V`, by the way that every reader takes.
fn reads<V: DeserializeOwned>(bytes: &[u8]) -> Result<(), JsonError> {
    codec::decode_then::<V, ()>(bytes, drop)
}

#[cfg(test)]
mod tests {
    use super::context;

    #[test]
    fn a_context_is_the_first_word_of_a_path() {
        assert_eq!(context("bank"), "bank");
        assert_eq!(context("bank::accounts::events"), "bank");
    }
}
