//! Live aggregates: whose turn it is on each stream, and the folded states that are kept between two commands.

use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::runtime::load::{Reached, State};
use crate::runtime::status::KeptStates;
use crate::store::StoreId;
use crate::stream::{StreamId, Version};

/// What a kept state costs beside its own bytes: its place in the two tables here, about.
const BESIDE: usize = 256;

/// The streams that are in use or have a state here.
///
/// One lock for all: it is held for a look into a table, and never while a future waits or code of the user runs.
pub(super) struct Live {
    slots: Mutex<Slots>,
    entries: usize,
    bytes: usize,
}

#[derive(Default)]
struct Slots {
    streams: HashMap<StreamId, Slot>,
    /// Who is asked to go first when there is no room: a state that was used since it was last asked goes to the end instead. A pair whose
    /// number is not that of its slot is left over, and stands for nothing.
    order: VecDeque<(StreamId, u64)>,
    numbers: u64,
    states: KeptStates,
    in_flight: usize,
}

struct Slot {
    /// One permit, given in the order of arrival.
    turn: Arc<Semaphore>,
    /// Who holds it or waits for it.
    users: usize,
    kept: Option<Kept>,
    was_used: bool,
    /// That of its pair in `order`; 0 for none.
    number: u64,
}

/// A state that is kept.
struct Kept {
    state: Option<Arc<dyn Any + Send + Sync>>,
    reached: Reached,
    store: StoreId,
    is_contended: bool,
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

impl Kept {
    fn found<A: Send + Sync + 'static>(&self, store: StoreId) -> Option<Found<A>> {
        if self.store != store {
            return None;
        }
        let state = match &self.state {
            Some(state) => Some(Arc::clone(state).downcast::<A>().ok()?),
            None => None,
        };
        let state = State {
            state,
            reached: Some(self.reached),
        };
        Some(Found {
            state,
            is_contended: self.is_contended,
        })
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
        let (turn, at_once) = {
            let mut slots = self.lock();
            slots.in_flight += 1;
            let slot = slots.slot(stream);
            slot.users += 1;
            let turn = Arc::clone(&slot.turn);
            let at_once = Arc::clone(&turn).try_acquire_owned().ok();
            (turn, at_once)
        };
        let place = Place {
            live: Arc::clone(self),
            stream: stream.clone(),
        };
        let permit = match at_once {
            Some(permit) => permit,
            None => turn
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
        found
    }

    /// Lets go of the state of this version: the stream has moved on.
    pub(super) fn forget(&self, stream: &StreamId, version: Version) {
        let mut slots = self.lock();
        let is_it = |slot: &Slot| slot.kept.as_ref().is_some_and(|kept| kept.reached.version == version);
        if slots.streams.get(stream).is_some_and(is_it) {
            let dropped = slots.let_go(stream);
            slots.tidy(stream);
            // A state's `Drop` is code of the user.
            drop(slots);
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
            self.put(slots, stream, kept);
        }
    }

    fn put(&self, mut slots: MutexGuard<'_, Slots>, stream: &StreamId, kept: Kept) {
        if kept.bytes > self.bytes || self.entries == 0 {
            return;
        }
        let mut dropped = vec![slots.let_go(stream)];
        slots.states.count += 1;
        slots.states.bytes += kept.bytes;
        let number = slots.numbers + 1;
        let slot = slots.slot(stream);
        slot.kept = Some(kept);
        if slot.number == 0 {
            slot.number = number;
            slots.numbers = number;
            slots.order.push_back((stream.clone(), number));
        } else {
            slot.was_used = true;
        }
        while slots.states.count > self.entries || slots.states.bytes > self.bytes {
            match slots.evict() {
                Some(kept) => dropped.push(Some(kept)),
                None => break,
            }
        }
        slots.prune();
        drop(slots);
        drop(dropped);
    }
}

/// A state as it is kept; `heap` is what it holds beside its own size.
fn kept<A: Send + Sync + 'static>(stream: &StreamId, state: &State<A>, store: StoreId, heap: usize) -> Option<Kept> {
    let bytes = [size_of::<A>(), stream.as_str().len(), BESIDE, heap];
    Some(Kept {
        state: state.state.clone().map(|state| state as Arc<dyn Any + Send + Sync>),
        reached: state.reached?,
        store,
        is_contended: false,
        bytes: bytes.into_iter().fold(0, usize::saturating_add),
    })
}

impl Slots {
    fn slot(&mut self, stream: &StreamId) -> &mut Slot {
        if !self.streams.contains_key(stream) {
            let slot = Slot {
                turn: Arc::new(Semaphore::new(1)),
                users: 0,
                kept: None,
                was_used: false,
                number: 0,
            };
            self.streams.insert(stream.clone(), slot);
        }
        self.streams.get_mut(stream).expect("it was just put there")
    }

    fn counted(&mut self, is_hit: bool) {
        let states = &mut self.states;
        *(if is_hit { &mut states.hits } else { &mut states.misses }) += 1;
    }

    /// Takes a state out, to be dropped after the lock is.
    #[must_use]
    fn let_go(&mut self, stream: &StreamId) -> Option<Kept> {
        let kept = self.streams.get_mut(stream)?.kept.take()?;
        self.states.count -= 1;
        self.states.bytes -= kept.bytes;
        Some(kept)
    }

    /// Forgets a stream that nobody uses and that has no state.
    fn tidy(&mut self, stream: &StreamId) {
        let is_empty = |slot: &Slot| slot.users == 0 && slot.kept.is_none();
        if self.streams.get(stream).is_some_and(is_empty) {
            self.streams.remove(stream);
        }
    }

    /// Takes the first state that was not used since it was last asked. Each is asked twice at most.
    fn evict(&mut self) -> Option<Kept> {
        for _ in 0..self.order.len() * 2 {
            let (stream, number) = self.order.pop_front()?;
            let Some(slot) = self.streams.get_mut(&stream).filter(|slot| slot.number == number) else {
                continue;
            };
            if std::mem::take(&mut slot.was_used) || slot.kept.is_none() {
                self.order.push_back((stream, number));
                continue;
            }
            slot.number = 0;
            let kept = self.let_go(&stream);
            self.tidy(&stream);
            self.states.evicted += 1;
            return kept;
        }
        None
    }

    /// Takes the pairs out that stand for nothing, once they are as many as the others.
    fn prune(&mut self) {
        let streams = &self.streams;
        if self.order.len() > 2 * streams.len() + 16 {
            let stands =
                |(stream, number): &(StreamId, u64)| streams.get(stream).is_some_and(|slot| slot.number == *number);
            self.order.retain(stands);
        }
    }
}

/// The turn on one stream: until it is dropped nobody else of this runtime decides on it.
pub(super) struct Turn {
    // Given back before the place is left: fields are dropped in this order.
    _permit: OwnedSemaphorePermit,
    place: Place,
}

impl Turn {
    /// The kept state, which is then nowhere else but with those who look at it.
    pub(super) fn take<A: Send + Sync + 'static>(&self, store: StoreId) -> Option<Found<A>> {
        let mut slots = self.place.live.lock();
        let kept = slots.let_go(&self.place.stream);
        let found = kept.as_ref().and_then(|kept| kept.found(store));
        slots.counted(found.is_some());
        drop(slots);
        found
    }

    /// Keeps the state for the next turn.
    pub(super) fn keep<A: Send + Sync + 'static>(&self, found: &Found<A>, store: StoreId, heap: usize) {
        let Place { live, stream } = &self.place;
        if let Some(mut kept) = kept(stream, &found.state, store, heap) {
            kept.is_contended = found.is_contended;
            live.put(live.lock(), stream, kept);
        }
    }
}

/// One user of a slot.
struct Place {
    live: Arc<Live>,
    stream: StreamId,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut slots = self.live.lock();
        slots.in_flight -= 1;
        if let Some(slot) = slots.streams.get_mut(&self.stream) {
            slot.users -= 1;
        }
        slots.tidy(&self.stream);
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Turn").field(&self.place.stream).finish()
    }
}
