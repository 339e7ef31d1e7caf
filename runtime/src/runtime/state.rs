//! What a stream was folded to, and how far.

use std::sync::Arc;

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
}

/// What was folded since the last snapshot that the state goes back to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Unsaved {
    pub(super) events: u64,
    /// Of their payloads.
    pub(super) bytes: u64,
}

impl Unsaved {
    pub(super) const fn add(&mut self, payload: &[u8]) {
        self.events += 1;
        self.bytes += payload.len() as u64;
    }

    /// With events that are about to be written.
    pub(super) fn with(mut self, events: &[NewEvent]) -> Self {
        for event in events {
            self.add(&event.payload);
        }
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
