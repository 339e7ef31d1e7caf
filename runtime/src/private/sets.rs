//! What a set does beside reading one event as one: split it, keep what is unknown, refuse to write what is only read.

use super::decode::read;
use crate::envelope::RawEvent;
use crate::event::{DecodeError, EncodeError, Encoded, EventName, EventVersion, Outcome, StoredName};
use crate::runtime::Panicked;
use crate::split::Split;
use crate::unknown::UnknownEvent;

/// The entry of a current event in `EventSet::NAMES`.
#[must_use]
pub const fn stored(name: EventName) -> StoredName {
    stored_as(name, name)
}

/// The entry of an alias.
#[must_use]
pub const fn stored_as(name: EventName, event: EventName) -> StoredName {
    StoredName {
        name,
        event: Some(event),
    }
}

/// The entry of a name that becomes several events or none.
#[must_use]
pub const fn ended(name: EventName) -> StoredName {
    StoredName { name, event: None }
}

/// Reads an old event and hands on what it is split into, when all of it is there.
///
/// # Errors
/// Those of [`read`], and [`DecodeError::Upcast`] if the user's `split` panics.
pub fn split<E: Split<S>, S>(raw: &RawEvent<'_>, out: &mut dyn FnMut(S)) -> Result<Outcome, DecodeError> {
    let event = read::<E>(raw)?;
    let mut parts = Vec::new();
    Panicked::caught(|| event.split(&mut |part| parts.push(part))).map_err(|panicked| DecodeError::Upcast {
        name: E::NAME,
        version: raw.version,
        source: Box::new(panicked),
    })?;
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    parts.into_iter().for_each(out);
    Ok(Outcome::Emitted(count))
}

/// Puts what this build does not know into the variant for it.
///
/// # Errors
/// What else was wrong with a known event.
pub fn or_unknown<S>(
    decoded: Result<Outcome, DecodeError>,
    raw: &RawEvent<'_>,
    out: &mut dyn FnMut(S),
    variant: fn(UnknownEvent) -> S,
) -> Result<Outcome, DecodeError> {
    match decoded {
        Err(DecodeError::UnknownName { .. } | DecodeError::TooNew { .. }) => {
            out(variant(UnknownEvent::from(raw)));
            Ok(Outcome::Emitted(1))
        }
        decoded => decoded,
    }
}

/// A retired event is not written.
///
/// # Errors
/// Always: [`EncodeError::Frozen`].
#[cold]
pub fn frozen<E: EventVersion>() -> Result<Encoded, EncodeError> {
    Err(EncodeError::Frozen { name: E::NAME.into() })
}

/// What this build does not know is not written.
///
/// # Errors
/// Always: [`EncodeError::Frozen`].
#[cold]
pub fn unknown(event: &UnknownEvent) -> Result<Encoded, EncodeError> {
    Err(EncodeError::Frozen {
        name: event.name().to_owned(),
    })
}
