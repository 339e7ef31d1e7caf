//! Handing stored events to the handlers of a projection: through the one decoder, in order, with every panic caught.

use std::any::Any;

use crate::consumer::{self, Source};
use crate::event::{DecodeError, EventName, Outcome};
use crate::projection::{Projects, Tx, ViewError};
use crate::runtime::projections::unit::Unit;
use crate::runtime::reason::Panicked;
use crate::store::{EventRef, Filter, PartId};
use crate::stream::AppendId;

/// What a projection reads of the log.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub(super) reads: &'static [Source],
    pub(super) filter: Filter,
    pub(super) keyed: &'static [EventName],
}

impl Wanted {
    pub(super) fn of<P: Projects>() -> Self {
        Self {
            reads: P::READS,
            filter: consumer::filter(P::READS, P::NEEDS, None),
            keyed: P::KEYED,
        }
    }

    /// Who decodes this event; `None` if it is not wanted.
    pub(super) fn source(&self, event: &EventRef<'_>) -> Option<&'static Source> {
        let category = event.stream.category();
        let source = self.reads.iter().find(|source| source.category() == category)?;
        self.filter.takes_in(category, event.name).then_some(source)
    }

    /// Whether an event of this stored name may have a key of its own, which nobody knows without reading it.
    pub(super) fn may_have_key(&self, event: &EventRef<'_>) -> bool {
        let names = self.source(event).map_or(&[][..], Source::names);
        let known = names.iter().find(|known| known.name == event.name);
        match known.and_then(|known| known.event) {
            Some(name) => self.keyed.contains(&name),
            // It becomes several events, or nobody knows what.
            None => !self.keyed.is_empty(),
        }
    }
}

/// Which event of a unit could not be handed over, and why.
#[derive(Debug)]
pub(super) struct Unhanded<E> {
    /// Its place in the unit, and its part.
    pub(super) index: usize,
    pub(super) part: u32,
    /// The key of that part; `None` if nobody can tell it.
    pub(super) key: Option<String>,
    pub(super) why: Why<E>,
    /// Nothing of its append has reached the view.
    pub(super) is_clean: bool,
}

#[derive(Debug)]
pub(super) enum Why<E> {
    Unreadable(DecodeError),
    Handler(E),
    Panicked(Panicked),
}

/// Hands all events of a unit to the view. `at` is told each part of an event before its handler is called.
pub(super) fn hand<P: Projects>(
    wanted: &Wanted,
    view: &mut Tx<'_, P>,
    unit: &Unit,
    mut at: impl FnMut(&mut Tx<'_, P>, &EventRef<'_>, u32),
) -> Result<(), Unhanded<ViewError<P>>> {
    // Where it was when it failed: the event's place in the unit, its part, and the key of that part.
    let (mut place, mut part, mut key) = (0, 0, None);
    let mut touched = None::<AppendId>;
    let handed = Panicked::caught(|| {
        for (index, event) in unit.events().enumerate() {
            let Some(source) = wanted.source(&event) else { continue };
            (place, part, key) = (index, 0, None);
            let is_skipped = |part| !unit.skip.is_empty() && unit.skip.contains(&PartId::new(event.position, part));
            let meta = event.meta();
            let mut failed = None;
            let mut each = |decoded: &dyn Any| {
                if failed.is_none() && !is_skipped(part) {
                    at(view, &event, part);
                    touched = Some(event.append);
                    failed = P::project(view, decoded, &meta).err();
                }
                if failed.is_none() {
                    part += 1;
                }
            };
            let decoded = if is_skipped(0) {
                // What could not be read is skipped whole.
                Panicked::caught(|| source.decode(&event.raw(), &mut each))
                    .unwrap_or(Ok(Outcome::Dropped))
                    .or(Ok(Outcome::Dropped))
            } else {
                source.decode(&event.raw(), &mut each)
            };
            decoded.map_err(Why::Unreadable)?;
            if let Some(error) = failed {
                return Err(Why::Handler(error));
            }
        }
        Ok(())
    });
    let why = match handed {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(why)) => why,
        Err(panicked) => Why::Panicked(panicked),
    };
    let event = unit.get(place);
    if let Some(event) = &event {
        let keys = keys::<P>(wanted, event);
        key = keys
            .into_iter()
            .flatten()
            .find_map(|(of, key)| (of == part).then_some(key));
    }
    Err(Unhanded {
        index: place,
        part,
        key,
        why,
        is_clean: touched.is_none() || touched != event.map(|event| event.append),
    })
}

/// The key of each part of an event: the declared one, else its stream. `None` if nobody can tell them.
pub(super) fn keys<P: Projects>(wanted: &Wanted, event: &EventRef<'_>) -> Option<Vec<(u32, String)>> {
    let Some(source) = wanted.source(event) else {
        return Some(Vec::new());
    };
    let mut keys = Vec::new();
    let stream = || event.stream.as_str().to_owned();
    let decoded = Panicked::caught(|| {
        let meta = event.meta();
        source.decode(&event.raw(), &mut |decoded| {
            let key = P::key(decoded, &meta).unwrap_or_else(stream);
            keys.push((u32::try_from(keys.len()).unwrap_or(u32::MAX), key));
        })
    });
    match decoded {
        Ok(Ok(_)) => Some(keys),
        Ok(Err(_)) if !wanted.may_have_key(event) => Some(vec![(0, stream())]),
        Ok(Err(_)) | Err(_) => None,
    }
}
