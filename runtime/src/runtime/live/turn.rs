//! The turn on one stream, and the place in its queue.

use std::fmt;
use std::sync::Arc;

use tokio::sync::OwnedSemaphorePermit;

use crate::runtime::live::slots::kept;
use crate::runtime::live::{Found, Live};
use crate::store::StoreId;
use crate::stream::StreamId;

/// The turn on one stream: until it is dropped nobody else of this runtime decides on it.
pub(crate) struct Turn {
    // Given back before the place is left: fields are dropped in this order.
    pub(super) _permit: OwnedSemaphorePermit,
    pub(super) place: Place,
}

impl Turn {
    /// The kept state, which is then nowhere else but with those who look at it.
    pub(crate) fn take<A: Send + Sync + 'static>(&self, store: StoreId) -> Option<Found<A>> {
        self.place.live.take(&self.place.stream, store)
    }

    /// Keeps the state for the next turn, which this one ends with.
    pub(crate) fn keep<A: Send + Sync + 'static>(self, found: &Found<A>, store: StoreId, heap: usize) {
        let mut place = self.place;
        let Place { live, stream, is_left } = &mut place;
        if let Some(mut kept) = kept(stream, &found.state, store, heap) {
            kept.is_contended = found.is_contended;
            *is_left = true;
            live.put(live.lock(), stream, kept, true);
        }
    }
}

/// One user of a slot.
pub(super) struct Place {
    pub(super) live: Arc<Live>,
    pub(super) stream: StreamId,
    /// It has told so, with something else under the same lock.
    pub(super) is_left: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        if !self.is_left {
            self.live.lock().leave(&self.stream);
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Turn").field(&self.place.stream).finish()
    }
}
