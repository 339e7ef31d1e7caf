//! From a stored name and version to the version that is decoded, and from an event to its stored form.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec;
use crate::envelope::RawEvent;
use crate::event::{DecodeError, EncodeError, Encoded, Event, EventName, EventVersion};

/// The version to decode a stored event as: its own, or the current one where a newer writer says that this build can follow.
///
/// # Errors
/// [`DecodeError::TooNew`] and [`DecodeError::NoSuchVersion`].
pub fn reads<E: EventVersion>(raw: &RawEvent<'_>) -> Result<u32, DecodeError> {
    readable(E::NAME, E::OLDEST, E::VERSION, raw.version, raw.floor)
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

/// Decodes the current version.
///
/// # Errors
/// [`DecodeError::Payload`].
pub fn decode_current<E: EventVersion + DeserializeOwned>(payload: &[u8]) -> Result<E, DecodeError> {
    codec::decode(payload).map_err(|source| unreadable(E::NAME, E::VERSION, payload, source))
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
pub fn encode_current<E: Event + Serialize>(event: &E) -> Result<Encoded, EncodeError> {
    let payload = codec::encode(event).map_err(|source| EncodeError::Json { name: E::NAME, source })?;
    Ok(Encoded::new(E::NAME, E::WRITES, E::FLOOR, payload))
}
