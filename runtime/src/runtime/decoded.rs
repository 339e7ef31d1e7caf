//! One stored event as the records that it becomes: the way of histories and subscriptions, whose caller has no state.

use std::collections::VecDeque;

use crate::envelope::Recorded;
use crate::event::{DecodeError, EventSet};
use crate::runtime::load::unreadable;
use crate::runtime::reason::{Panicked, Unreadable};
use crate::store::EventRef;

/// Reads a stored event: each event that it becomes, in order, none if its name was dropped.
///
/// # Errors
/// [`Unreadable`], with its place and its bytes; code of the user that panics while it reads counts as that.
pub(super) fn decoded<E: EventSet>(event: &EventRef<'_>) -> Result<VecDeque<Recorded<E>>, Box<Unreadable>> {
    let (raw, mut parts) = (event.raw(), Vec::new());
    let read = Panicked::caught(|| E::decode_into(&raw, &mut |part| parts.push(part)));
    let read = read.unwrap_or_else(|panicked| {
        let known = E::NAMES.iter().find(|known| known.name == event.name);
        Err(DecodeError::Upcast {
            name: known.map_or("", |known| known.name),
            version: event.schema,
            source: Box::new(panicked),
        })
    });
    if let Err(source) = read {
        return Err(Box::new(unreadable(event, source)));
    }
    let count = u32::try_from(parts.len()).unwrap_or(u32::MAX);
    let record = |(part, index)| {
        let mut stored = event.stored();
        stored.part = (index, count);
        Recorded::new(part, event.meta(), stored)
    };
    Ok(parts.into_iter().zip(0..).map(record).collect())
}
