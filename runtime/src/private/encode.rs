//! From an event to its stored form: as the current version, or as an older one while a release is rolled out.

use serde::Serialize;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::codec;
use crate::envelope::UpcastMeta;
use crate::event::{EncodeError, Encoded, Event};
use crate::stream::{AppendId, StreamId};

/// Encodes the current version.
///
/// # Errors
/// [`EncodeError::Json`].
pub fn encode_current<E: Event>(event: &E) -> Result<Encoded, EncodeError> {
    Ok(encoded::<E>(json::<E, E>(event)?))
}

/// Encodes a unit struct: an object without keys, so that it can gain some.
#[must_use]
pub fn encode_unit<E: Event>() -> Encoded {
    encoded::<E>(b"{}".to_vec())
}

/// Encodes an older version of the event, and reads it back: what the older version cannot hold must not vanish.
///
/// # Errors
/// [`EncodeError::Json`], [`EncodeError::Unreadable`] and [`EncodeError::Lossy`].
pub fn encode_older<E: Event, Old: Serialize>(event: &E, old: &Old) -> Result<Encoded, EncodeError> {
    let name = E::NAME;
    let payload = json::<E, Old>(old)?;
    // The steps above the written version see no metadata: they are `Upcast`.
    let stream = StreamId::new("written", "now").expect("plain letters are a name");
    let nothing = AppendId::new(Uuid::nil()).event(0);
    let meta = UpcastMeta::new(&stream, nothing, Timestamp::from_micros(0), b"");
    let back = E::decode_version(E::WRITES, &payload, &meta).map_err(|source| EncodeError::Unreadable {
        name,
        source: Box::new(source),
    })?;
    let lost = codec::difference(&json::<E, E>(event)?, &json::<E, E>(&back)?);
    match lost {
        None => Ok(encoded::<E>(payload)),
        Some(path) => Err(EncodeError::Lossy {
            name,
            version: E::WRITES,
            path,
        }),
    }
}

fn json<E: Event, V: Serialize>(value: &V) -> Result<Vec<u8>, EncodeError> {
    codec::encode(value).map_err(|source| EncodeError::Json { name: E::NAME, source })
}

fn encoded<E: Event>(payload: Vec<u8>) -> Encoded {
    Encoded::new(E::NAME, E::WRITES, E::FLOOR, payload)
}
