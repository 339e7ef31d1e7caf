//! From a stored name and version to the version that is decoded, and from an event to its stored form.

use crate::codec;
use crate::envelope::RawEvent;
use crate::event::{DecodeError, EncodeError, Encoded, Event, EventName, EventVersion};

/// Reads a stored event: in its own version, or as the current one where a newer writer says that this build can follow.
///
/// # Errors
/// [`DecodeError::TooNew`], [`DecodeError::NoSuchVersion`] and those of [`EventVersion::decode_version`].
#[inline]
pub fn read<E: EventVersion>(raw: &RawEvent<'_>) -> Result<E, DecodeError> {
    let version = readable(E::NAME, E::OLDEST, E::VERSION, raw.version, raw.floor)?;
    E::decode_version(version, raw.payload, &raw.meta)
}

/// The stored name is none of the set's.
#[cold]
#[must_use]
pub fn unknown_name(raw: &RawEvent<'_>) -> DecodeError {
    DecodeError::UnknownName { name: raw.name.into() }
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

/// Decodes an event that has one version only.
///
/// # Errors
/// [`DecodeError::NoSuchVersion`] and [`DecodeError::Payload`].
#[inline]
pub fn decode_only<E: Event>(version: u32, payload: &[u8]) -> Result<E, DecodeError> {
    if version == E::VERSION {
        decode_current(payload)
    } else {
        Err(no_such_version::<E>(version))
    }
}

/// Decodes the current version. The bound is `Event` and not serde's, so that a missing derive is reported once, at the impl.
///
/// # Errors
/// [`DecodeError::Payload`].
pub fn decode_current<E: Event>(payload: &[u8]) -> Result<E, DecodeError> {
    codec::decode(payload).map_err(|source| unreadable(E::NAME, E::VERSION, payload, source))
}

/// Decodes a unit struct that has one version only: serde knows it as `null`, and it is stored as any object.
///
/// # Errors
/// [`DecodeError::NoSuchVersion`] and [`DecodeError::Payload`].
pub fn decode_unit<E: Event>(version: u32, payload: &[u8], event: E) -> Result<E, DecodeError> {
    if version != E::VERSION {
        return Err(no_such_version::<E>(version));
    }
    codec::decode_unit(payload).map_err(|source| unreadable(E::NAME, E::VERSION, payload, source))?;
    Ok(event)
}

#[cold]
fn no_such_version<E: EventVersion>(version: u32) -> DecodeError {
    DecodeError::NoSuchVersion {
        name: E::NAME,
        version,
        oldest: E::OLDEST,
        newest: E::VERSION,
    }
}

#[cold]
fn unreadable(name: EventName, version: u32, payload: &[u8], source: codec::JsonError) -> DecodeError {
    DecodeError::Payload {
        name,
        version,
        path: source.path(payload),
        source,
    }
}

/// Encodes the current version.
///
/// # Errors
/// [`EncodeError::Json`].
pub fn encode_current<E: Event>(event: &E) -> Result<Encoded, EncodeError> {
    let payload = codec::encode(event).map_err(|source| EncodeError::Json { name: E::NAME, source })?;
    Ok(Encoded::new(E::NAME, E::WRITES, E::FLOOR, payload))
}

/// Encodes a unit struct: an object without keys, so that it can gain some.
#[must_use]
pub fn encode_unit<E: Event>() -> Encoded {
    Encoded::new(E::NAME, E::WRITES, E::FLOOR, b"{}".to_vec())
}
