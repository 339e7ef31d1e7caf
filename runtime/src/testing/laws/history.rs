//! `History`: stored events that an aggregate folds, drawn from picks that shrink.

use crate::aggregate::{Aggregate, fold_stored};
use crate::causes::with_causes;
use crate::event::EventSet;
use crate::runtime::Panicked;
use crate::stream::StreamId;
use crate::testing::StoredEvent;
use crate::testing::laws::kind::Kind;

/// Which kind of event comes next, and the seed of its payload.
pub(super) type Pick = (usize, u64);

/// What histories of `A` are drawn from.
pub(super) struct Material {
    pub(super) kinds: Vec<Kind>,
    /// Those that can come first, by their places.
    first: Vec<usize>,
    small: bool,
}

/// Why an event is no part of a history.
pub(super) enum Refused {
    /// It does not fit the events before it, or cannot be read.
    Unfit(String),
    /// Folding it panicked.
    Panicked(String),
}

/// Events as they are stored, each of which the aggregate folds.
pub(super) struct History {
    pub(super) events: Vec<StoredEvent>,
    /// The first event at which folding panicked, behind those before it; it is no part of the history.
    pub(super) panicked: Option<(Vec<StoredEvent>, String)>,
}

impl Material {
    /// # Panics
    /// If no event can come first: every law would hold for want of a history.
    #[track_caller]
    pub(super) fn of<A: Aggregate>(small: bool) -> Self {
        let all_kinds = Kind::all(A::Events::FACTS);
        let kinds: Vec<Kind> = all_kinds.into_iter().filter(|kind| !kind.is_empty()).collect();
        let (mut first, mut told) = (Vec::new(), None);
        for (place, kind) in kinds.iter().enumerate() {
            let mut state: Option<A> = None;
            match step(&mut state, &kind.event(0, small), 0) {
                // What leaves no state, such as a dropped event, begins nothing.
                Ok(()) if state.is_some() => first.push(place),
                Ok(()) => {}
                Err(Refused::Panicked(_)) => first.push(place),
                Err(Refused::Unfit(why)) => told = told.or(Some(why)),
            }
        }
        assert!(
            !first.is_empty(),
            "no history of `{}` can begin, so no law can be tried on one: {}",
            A::NAME,
            told.as_deref()
                .unwrap_or("the shapes of its events are not known, and they have no examples")
        );
        Self { kinds, first, small }
    }

    /// The history of these picks; an event that does not fit is left out.
    pub(super) fn draw<A: Aggregate>(&self, picks: &[Pick]) -> History {
        let mut history = History {
            events: Vec::new(),
            panicked: None,
        };
        let mut state: Option<A> = None;
        for (pick, seed) in picks {
            let place = match (&state, self.first.len()) {
                (None, count) => self.first.get(pick % count.max(1)).copied().unwrap_or_default(),
                (Some(_), _) => pick % self.kinds.len().max(1),
            };
            let Some(kind) = self.kinds.get(place) else { continue };
            let event = kind.event(*seed, self.small);
            match step(&mut state, &event, history.events.len()) {
                Ok(()) => history.events.push(event),
                Err(refused) => {
                    if let (Refused::Panicked(message), None) = (refused, &history.panicked) {
                        let mut events = history.events.clone();
                        events.push(event);
                        history.panicked = Some((events, message));
                    }
                    // What refused an event may have been half changed by it.
                    state = fold(&history.events).unwrap_or(None);
                }
            }
        }
        history
    }
}

/// Folds one event as the runtime does.
fn step<A: Aggregate>(state: &mut Option<A>, event: &StoredEvent, index: usize) -> Result<(), Refused> {
    let index = u32::try_from(index).unwrap_or(u32::MAX);
    match Panicked::caught(|| fold_stored(state, &event.raw(&stream::<A>(), index))) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(Refused::Unfit(with_causes(&error))),
        Err(panicked) => Err(Refused::Panicked(panicked.message)),
    }
}

/// The state after these events.
///
/// # Errors
/// What stands in the way, in words: it did not, when the history was drawn.
pub(super) fn fold<A: Aggregate>(events: &[StoredEvent]) -> Result<Option<A>, String> {
    fold_from(None, events, 0)
}

/// The state after these events, of which the first is the one behind so many others.
///
/// # Errors
/// As [`fold`].
pub(super) fn fold_from<A: Aggregate>(
    mut state: Option<A>,
    events: &[StoredEvent],
    behind: usize,
) -> Result<Option<A>, String> {
    for (place, event) in events.iter().enumerate() {
        step(&mut state, event, behind + place).map_err(|refused| {
            let why = match refused {
                Refused::Unfit(why) => why,
                Refused::Panicked(message) => format!("a panic: {message}"),
            };
            format!("event {} could not be folded again: {why}", behind + place + 1)
        })?;
    }
    Ok(state)
}

/// The stream of every history.
pub(super) fn stream<A: Aggregate>() -> StreamId {
    StreamId::new(A::NAME, "test").unwrap_or_else(|error| panic!("{error}"))
}
