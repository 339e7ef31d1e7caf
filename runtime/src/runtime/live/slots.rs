//! The tables of the live aggregates: who uses each stream, which states are kept, and which goes first when there is no room.

use std::any::Any;
use std::collections::VecDeque;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::runtime::live::Found;
use crate::runtime::state::{Reached, State, Unsaved};
use crate::runtime::status::KeptStates;
use crate::store::StoreId;
use crate::stream::{StreamId, StreamMap};

/// What a kept state costs beside its own bytes: its place in the two tables here, about.
const BESIDE: usize = 256;

#[derive(Default)]
pub(super) struct Slots {
    pub(super) streams: StreamMap<Slot>,
    /// Who is asked to go first when there is no room: a state that was used since it was last asked goes to the end instead. A pair whose
    /// number is not that of its slot is left over, and stands for nothing.
    pub(super) order: VecDeque<(StreamId, u64)>,
    pub(super) numbers: u64,
    pub(super) states: KeptStates,
    pub(super) in_flight: usize,
}

pub(super) struct Slot {
    /// One permit, given in the order of arrival.
    pub(super) turn: Arc<Semaphore>,
    /// Who holds it or waits for it.
    pub(super) users: usize,
    pub(super) kept: Option<Kept>,
    pub(super) was_used: bool,
    /// That of its pair in `order`; 0 for none.
    pub(super) number: u64,
}

/// A state that is kept.
pub(super) struct Kept {
    pub(super) state: Option<Arc<dyn Any + Send + Sync>>,
    pub(super) reached: Reached,
    pub(super) unsaved: Unsaved,
    pub(super) store: StoreId,
    pub(super) is_contended: bool,
    pub(super) bytes: usize,
}

impl Slot {
    fn is_empty(&self) -> bool {
        self.users == 0 && self.kept.is_none()
    }
}

impl Kept {
    pub(super) fn found<A: Send + Sync + 'static>(&self, store: StoreId) -> Option<Found<A>> {
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
            unsaved: self.unsaved,
        };
        Some(Found {
            state,
            is_contended: self.is_contended,
        })
    }
}

/// A state as it is kept; `heap` is what it holds beside its own size.
pub(super) fn kept<A: Send + Sync + 'static>(
    stream: &StreamId,
    state: &State<A>,
    store: StoreId,
    heap: usize,
) -> Option<Kept> {
    let bytes = [size_of::<A>(), stream.as_str().len(), BESIDE, heap];
    Some(Kept {
        state: state.state.clone().map(|state| state as Arc<dyn Any + Send + Sync>),
        reached: state.reached?,
        unsaved: state.unsaved,
        store,
        is_contended: false,
        bytes: bytes.into_iter().fold(0, usize::saturating_add),
    })
}

impl Slots {
    pub(super) fn slot(&mut self, stream: &StreamId) -> &mut Slot {
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
        self.streams.get_mut(stream).expect("it was there or put there")
    }

    pub(super) fn counted(&mut self, is_hit: bool) {
        let states = &mut self.states;
        *(if is_hit { &mut states.hits } else { &mut states.misses }) += 1;
    }

    /// Takes a state out, to be dropped after the lock is. A stream that nobody uses is forgotten with it.
    #[must_use]
    pub(super) fn let_go(&mut self, stream: &StreamId) -> Option<Kept> {
        let slot = self.streams.get_mut(stream)?;
        let kept = slot.kept.take()?;
        if slot.is_empty() {
            self.streams.remove(stream);
        }
        self.states.count -= 1;
        self.states.bytes -= kept.bytes;
        Some(kept)
    }

    /// One user goes away.
    pub(super) fn leave(&mut self, stream: &StreamId) {
        self.in_flight -= 1;
        let Some(slot) = self.streams.get_mut(stream) else {
            return;
        };
        slot.users -= 1;
        if slot.is_empty() {
            self.streams.remove(stream);
        }
    }

    /// Takes the first state that was not used since it was last asked. Each is asked twice at most.
    pub(super) fn evict(&mut self) -> Option<Kept> {
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
            self.states.evicted += 1;
            return kept;
        }
        None
    }

    /// Takes the pairs out that stand for nothing, once they are as many as the others.
    pub(super) fn prune(&mut self) {
        let streams = &self.streams;
        if self.order.len() > 2 * streams.len() + 16 {
            let stands =
                |(stream, number): &(StreamId, u64)| streams.get(stream).is_some_and(|slot| slot.number == *number);
            self.order.retain(stands);
        }
    }
}
