//! What a stream was folded to, and how far.

use std::sync::Arc;
use std::time::Duration;

use crate::aggregate::Aggregate;
use crate::clock::Timestamp;
use crate::store::NewEvent;
use crate::stream::{Position, Version};

/// The last event of a state.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Reached {
    pub(super) version: Version,
    pub(super) position: Position,
    pub(super) recorded_at: Timestamp,
    /// The latest moment that it or any event before it was recorded at: not every store promises that times never go back.
    pub(super) latest: Timestamp,
}

impl Reached {
    /// The event that comes after another, or after none.
    pub(super) fn after(before: Option<Self>, version: Version, position: Position, recorded_at: Timestamp) -> Self {
        Self {
            version,
            position,
            recorded_at,
            latest: before.map_or(recorded_at, |before| before.latest.max(recorded_at)),
        }
    }
}

/// What was folded since the last snapshot that the state goes back to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Unsaved {
    pub(super) events: u64,
    /// Of their payloads.
    pub(super) bytes: u64,
    /// How long it took to read and fold them, where the aggregate asks for it.
    pub(super) spent: Duration,
}

impl Unsaved {
    pub(super) const fn add(&mut self, payload: &[u8]) {
        self.events += 1;
        self.bytes += payload.len() as u64;
    }

    /// With events that are about to be written, and how long it took to fold them.
    pub(super) fn with(mut self, events: &[NewEvent], spent: Duration) -> Self {
        for event in events {
            self.add(&event.payload);
        }
        self.spent = self.spent.saturating_add(spent);
        self
    }
}

/// What a stream was folded to. Both are `None` before the first event; after a dropped event there may be no state at a version.
pub(super) struct State<A> {
    pub(super) state: Option<Arc<A>>,
    pub(super) reached: Option<Reached>,
    pub(super) unsaved: Unsaved,
}

impl<A> Default for State<A> {
    fn default() -> Self {
        Self {
            state: None,
            reached: None,
            unsaved: Unsaved::default(),
        }
    }
}

impl<A> State<A> {
    pub(super) fn version(&self) -> Option<Version> {
        self.reached.map(|reached| reached.version)
    }
}

/// The state for whoever changes it: what others look at is copied where it can be, else there is none.
pub(super) fn owned<A: Aggregate>(state: Arc<A>) -> Option<A> {
    match Arc::try_unwrap(state) {
        Ok(state) => Some(state),
        Err(shared) => A::COPY.map(|copy| copy(&shared)),
    }
}
