//! What keeps a view from going on: an event that fails the same way every time, or something around it that passes.

use std::error::Error;
use std::sync::Arc;

use crate::causes::with_causes;
use crate::event::DecodeError;
use crate::projection::{Projects, ViewError};
use crate::runtime::load;
use crate::runtime::projections::StopReason;
use crate::runtime::projections::handing::{Unhanded, Wanted, Why, keys};
use crate::runtime::projections::unit::Unit;
use crate::store::{DeadLetter, EventRef, PartId};
use crate::stream::Position;

/// What keeps a view from going on.
#[derive(Debug)]
pub(super) enum Fault {
    /// This event fails, and would fail again.
    Event(Box<BadEvent>),
    /// The database does not answer; the same can succeed later.
    Passing(Arc<dyn Error + Send + Sync>),
    /// There is no going on.
    Stop(StopReason),
}

/// An event that cannot be handled.
#[derive(Debug)]
pub(super) struct BadEvent {
    pub(super) part: PartId,
    /// Where the append before its own ends.
    pub(super) boundary: Position,
    pub(super) reason: StopReason,
    /// A newer build knows it (rule 5.6).
    pub(super) is_new: bool,
    /// The event under its key, to be set aside; `None` if nobody can tell the key.
    pub(super) letter: Option<DeadLetter>,
}

impl BadEvent {
    /// The event of a unit that could not be handed over; `None` if there is no such event.
    pub(super) fn new<P: Projects>(unit: &Unit, failed: Unhanded<ViewError<P>>) -> Option<Self> {
        let event = unit.get(failed.index)?;
        let is_new = matches!(
            failed.why,
            Why::Unreadable(DecodeError::UnknownName { .. } | DecodeError::TooNew { .. })
        );
        let reason = match failed.why {
            Why::Unreadable(source) => StopReason::Unreadable(Arc::new(load::unreadable(&event, source))),
            Why::Handler(error) => failed_with(&event, Arc::new(error)),
            Why::Panicked(panicked) => failed_with(&event, Arc::new(panicked)),
        };
        let letter = failed
            .key
            .map(|key| DeadLetter::new(&event, failed.part, key, with_causes(&reason)));
        Some(Self {
            letter,
            part: PartId::new(event.position, failed.part),
            boundary: unit.boundary(failed.index),
            reason,
            is_new,
        })
    }

    /// What the handlers made of a unit is not taken: by the event that was handed over, or by all of them if there are more. `None` if there
    /// was none.
    pub(super) fn refused<P: Projects>(
        unit: &Unit,
        wanted: &Wanted,
        source: Arc<dyn Error + Send + Sync>,
    ) -> Option<Self> {
        let mut events = unit.events().filter_map(|event| {
            let parts = handed::<P>(unit, wanted, &event);
            (!parts.is_empty()).then_some((event, parts))
        });
        let (first, parts) = events.next()?;
        let last = events.next_back().map(|(last, _)| last.position);
        let reason = match last {
            None => failed_with(&first, source),
            Some(last) => {
                let first = first.position;
                StopReason::Refused { first, last, source }
            }
        };
        // Of several events or parts nobody knows which one it is.
        let letter = match (&*parts, last) {
            ([(part, Some(key))], None) => Some(DeadLetter::new(&first, *part, key.clone(), with_causes(&reason))),
            _ => None,
        };
        Some(Self {
            letter,
            part: PartId::new(first.position, parts.first().map_or(0, |(part, _)| *part)),
            boundary: unit.boundary(0),
            reason,
            is_new: false,
        })
    }
}

/// Which parts of an event were handed over, and the key of each, where it can be told.
fn handed<P: Projects>(unit: &Unit, wanted: &Wanted, event: &EventRef<'_>) -> Vec<(u32, Option<String>)> {
    let keyed = keys::<P>(wanted, event).map_or_else(
        || vec![(0, None)],
        |keys| keys.into_iter().map(|(part, key)| (part, Some(key))).collect(),
    );
    let is_handed = |part| !unit.skip.contains(&PartId::new(event.position, part));
    keyed.into_iter().filter(|(part, _)| is_handed(*part)).collect()
}

fn failed_with(event: &EventRef<'_>, source: Arc<dyn Error + Send + Sync>) -> StopReason {
    StopReason::Failed {
        stream: event.stream.clone(),
        version: event.version,
        position: event.position,
        name: event.name.to_owned(),
        source,
    }
}
