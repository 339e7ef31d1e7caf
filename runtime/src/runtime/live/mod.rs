//! Live aggregates: whose turn it is on each stream, and the folded states that are kept between two commands.

mod slots;
mod turn;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::runtime::meter;
use crate::runtime::state::State;
use crate::runtime::status::KeptStates;
use crate::store::StoreId;
use crate::stream::{StreamId, Version};
use slots::{Kept, Slot, Slots, kept};
use turn::Place;
pub(super) use turn::Turn;

/// The streams that are in use or have a state here.
///
/// One lock for all: it is held for a look into a table, and never while a future waits or code of the user runs.
pub(super) struct Live {
    slots: Mutex<Slots>,
    entries: usize,
    bytes: usize,
}

/// A state that was kept, with what is known of it.
pub(super) struct Found<A> {
    pub(super) state: State<A>,
    /// Others write to the stream as well, so that it is better read before it is decided on.
    pub(super) is_contended: bool,
}

impl<A> Default for Found<A> {
    fn default() -> Self {
        Self {
            state: State::default(),
            is_contended: false,
        }
    }
}

impl Live {
    pub(super) fn new(entries: usize, bytes: usize) -> Self {
        Self {
            slots: Mutex::default(),
            entries,
            bytes,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Slots> {
        // Nothing panics between two changes of the tables.
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn states(&self) -> KeptStates {
        self.lock().states
    }

    /// How many hold a turn or wait for one.
    pub(super) fn in_flight(&self) -> usize {
        self.lock().in_flight
    }

    /// Waits until everyone who asked for this stream before has had their turn.
    ///
    /// # Cancel safety
    /// Whoever goes away while they wait leaves nothing behind.
    pub(super) async fn turn(self: &Arc<Self>, stream: &StreamId) -> Turn {
        let at_once = {
            let mut slots = self.lock();
            slots.in_flight += 1;
            let slot = slots.slot(stream);
            slot.users += 1;
            match Arc::clone(&slot.turn).try_acquire_owned() {
                Ok(permit) => Ok(permit),
                Err(_) => Err(Arc::clone(&slot.turn)),
            }
        };
        let place = Place {
            live: Arc::clone(self),
            stream: stream.clone(),
            is_left: false,
        };
        let permit = match at_once {
            Ok(permit) => permit,
            Err(turn) => turn
                .acquire_owned()
                .await
                .expect("the turns of a stream are never closed"),
        };
        Turn { _permit: permit, place }
    }

    /// The kept state, shared: it stays where it is.
    pub(super) fn peek<A: Send + Sync + 'static>(&self, stream: &StreamId, store: StoreId) -> Option<Found<A>> {
        let mut slots = self.lock();
        let slot = slots.streams.get_mut(stream);
        let found = slot.and_then(|slot| {
            let found = slot.kept.as_ref()?.found(store)?;
            slot.was_used = true;
            Some(found)
        });
        slots.counted(found.is_some());
        drop(slots);
        meter::found(found.is_some());
        found
    }

    /// The kept state, which is then nowhere else but with those who look at it: for whoever works on the stream alone, without a turn.
    pub(super) fn take<A: Send + Sync + 'static>(&self, stream: &StreamId, store: StoreId) -> Option<Found<A>> {
        let mut slots = self.lock();
        let kept = slots.let_go(stream);
        let found = kept.as_ref().and_then(|kept| kept.found(store));
        slots.counted(found.is_some());
        let states = slots.states;
        drop(slots);
        meter::found(found.is_some());
        meter::kept(states);
        found
    }

    /// Lets go of the state of this version, or of one before: the stream has moved on.
    pub(super) fn forget(&self, stream: &StreamId, version: Version) {
        let mut slots = self.lock();
        let is_it = |slot: &Slot| slot.kept.as_ref().is_some_and(|kept| kept.reached.version <= version);
        if slots.streams.get(stream).is_some_and(is_it) {
            let dropped = slots.let_go(stream);
            let states = slots.states;
            drop(slots);
            meter::kept(states);
            drop(dropped);
        }
    }

    /// Keeps a state that was loaded, unless someone is at work on the stream or a newer one is kept.
    pub(super) fn offer<A: Send + Sync + 'static>(
        &self,
        stream: &StreamId,
        state: &State<A>,
        store: StoreId,
        heap: usize,
    ) {
        let Some(kept) = kept(stream, state, store, heap) else {
            return;
        };
        let slots = self.lock();
        let is_newer = |slot: &Slot| {
            let known = slot.kept.as_ref().map(|kept| kept.reached.version);
            slot.users == 0 && known.is_none_or(|known| known < kept.reached.version)
        };
        if slots.streams.get(stream).is_none_or(is_newer) {
            self.put(slots, stream, kept, false);
        }
    }

    /// Puts a state into its place, of which a user goes away with it if `is_left`.
    fn put(&self, mut slots: MutexGuard<'_, Slots>, stream: &StreamId, kept: Kept, is_left: bool) {
        if kept.bytes > self.bytes || self.entries == 0 {
            if is_left {
                slots.leave(stream);
            }
            // A state's `Drop` is code of the user, so no state is dropped under the lock.
            drop(slots);
            return drop(kept);
        }
        let (bytes, next) = (kept.bytes, slots.numbers + 1);
        let slot = slots.slot(stream);
        let before = slot.kept.replace(kept);
        if slot.number == 0 {
            slot.number = next;
            slots.numbers = next;
            slots.order.push_back((stream.clone(), next));
        } else {
            slot.was_used = true;
        }
        slots.states.count += 1;
        slots.states.bytes += bytes;
        if let Some(before) = &before {
            slots.states.count -= 1;
            slots.states.bytes -= before.bytes;
        }
        let mut dropped: Vec<Kept> = before.into_iter().collect();
        let evicted = slots.states.evicted;
        while slots.states.count > self.entries || slots.states.bytes > self.bytes {
            let Some(kept) = slots.evict() else { break };
            dropped.push(kept);
        }
        if is_left {
            slots.leave(stream);
        }
        slots.prune();
        let (states, evicted) = (slots.states, slots.states.evicted - evicted);
        drop(slots);
        // A recorder is code of the user as well.
        meter::kept(states);
        meter::evicted(evicted);
        drop(dropped);
    }
}

#[cfg(test)]
mod tests;
