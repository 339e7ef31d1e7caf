//! From a stored name and version to the version that is decoded.

use serde::de::DeserializeOwned;

use crate::codec;
use crate::envelope::RawEvent;
use crate::event::{DecodeError, Event, EventName, EventVersion};

/// Reads a stored event: in its own version, or as the current one where a newer writer says that this build can follow.
///
/// # Errors
/// [`DecodeError::TooNew`], [`DecodeError::NoSuchVersion`] and those of [`EventVersion::decode_version`].
#[inline]
pub fn read<E: EventVersion>(raw: &RawEvent<'_>) -> Result<E, DecodeError> {
    read_then(raw, |event| event)
}

/// The stored name is none of the set's.
#[cold]
#[must_use]
pub fn unknown_name(raw: &RawEvent<'_>) -> DecodeError {
    DecodeError::UnknownName { name: raw.name.into() }
}

/// The same as [`read`], handed on to `then` where it was read.
///
/// # Errors
/// Those of [`read`].
#[inline]
pub fn read_then<E: EventVersion, R>(raw: &RawEvent<'_>, then: impl FnOnce(E) -> R) -> Result<R, DecodeError> {
    let version = if raw.version == E::VERSION {
        E::VERSION
    } else {
        readable(E::NAME, E::OLDEST, E::VERSION, raw.version, raw.floor)?
    };
    E::decode_then(version, raw.payload, &raw.meta, then)
}

fn readable(name: EventName, oldest: u32, newest: u32, version: u32, floor: u32) -> Result<u32, DecodeError> {
    if (oldest..=newest).contains(&version) {
        Ok(version)
    } else if version < oldest {
        Err(DecodeError::NoSuchVersion {
            name,
            version,
            oldest,
            newest,
        })
    } else if floor <= newest {
        Ok(newest)
    } else {
        Err(DecodeError::TooNew {
            name,
            version,
            floor,
            reads: newest,
        })
    }
}

/// Decodes the current version. The bound is `Event` and not serde's, so that a missing derive is reported once, at the impl.
///
/// # Errors
/// [`DecodeError::Payload`].
pub fn decode_current<E: Event>(payload: &[u8]) -> Result<E, DecodeError> {
    decode_frozen(payload)
}

/// Decodes an event that is only read.
///
/// # Errors
/// [`DecodeError::Payload`].
pub fn decode_frozen<E: EventVersion + DeserializeOwned>(payload: &[u8]) -> Result<E, DecodeError> {
    frozen_then(payload, |event| event)
}

/// [`decode_current`], handed on to `then` where it was read.
///
/// # Errors
/// [`DecodeError::Payload`].
#[inline]
pub fn current_then<E: Event, R>(payload: &[u8], then: impl FnOnce(E) -> R) -> Result<R, DecodeError> {
    frozen_then(payload, then)
}

/// [`decode_frozen`], handed on to `then` where it was read.
///
/// # Errors
/// [`DecodeError::Payload`].
#[inline]
pub fn frozen_then<E: EventVersion + DeserializeOwned, R>(
    payload: &[u8],
    then: impl FnOnce(E) -> R,
) -> Result<R, DecodeError> {
    codec::decode_then(payload, then).map_err(|source| unreadable(E::NAME, E::VERSION, payload, source))
}

/// Decodes a unit struct: serde knows it as `null`, and it is stored as any object.
///
/// # Errors
/// [`DecodeError::Payload`].
pub fn decode_unit<E: EventVersion>(payload: &[u8], event: E) -> Result<E, DecodeError> {
    codec::decode_unit(payload).map_err(|source| unreadable(E::NAME, E::VERSION, payload, source))?;
    Ok(event)
}

/// The stored number is none of the event's versions.
#[cold]
#[must_use]
pub fn no_such_version<E: EventVersion>(version: u32) -> DecodeError {
    DecodeError::NoSuchVersion {
        name: E::NAME,
        version,
        oldest: E::OLDEST,
        newest: E::VERSION,
    }
}

#[cold]
pub(super) fn unreadable(name: EventName, version: u32, payload: &[u8], source: codec::JsonError) -> DecodeError {
    DecodeError::Payload {
        name,
        version,
        path: source.path(payload),
        source,
    }
}
