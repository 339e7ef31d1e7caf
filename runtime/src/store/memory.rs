//! The store that forgets with the process: for tests, and for what need not be kept.

mod event;
mod known;
mod pages;

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use crate::clock::{Clock, SystemClock, Timestamp};
use crate::store::arrivals::Arrivals;
use crate::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, CommittedPart, Durability, EventStore, IdempotencyKey,
    KnownKey, Limits, LogRead, MemoryCheckpoints, Page, ReadError, Refusal, Resolved, StoreId, StreamRead, Unknown,
};
use crate::stream::{AppendId, Position, StreamId, StreamMap, Version};
use event::Event;
use known::Known;

/// A store in memory. Clones are the same store.
///
/// It keeps encoded bytes as every store does, so an event goes through the decoder here too. An append is done within one poll, under a
/// lock. Memory grows by each event's bytes and about 200 B, and by about 30 B for each append and 150 B for each key, without a bound: use it
/// where the events are few.
///
/// ```
/// use recount::{AnyStore, MemoryStore};
///
/// let store = AnyStore::new(MemoryStore::new());
/// ```
#[derive(Clone)]
pub struct MemoryStore(Arc<Inner>);

struct Inner {
    id: StoreId,
    opening: Uuid,
    limits: Limits,
    clock: Arc<dyn Clock>,
    log: RwLock<Log>,
    arrivals: Arrivals,
    checkpoints: MemoryCheckpoints,
}

#[derive(Default)]
struct Log {
    /// All events; that of position p stands at p - 1.
    events: Vec<Event>,
    /// Of each stream the places of its events in `events`; that of version v stands at v - 1.
    streams: StreamMap<Vec<usize>>,
    known: Known,
    closed: bool,
}

fn position(place: usize) -> Position {
    Position::new(place as u64 + 1)
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store on the computer's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with(SystemClock, Limits::DEFAULT)
    }

    /// An empty store that records the time of this clock.
    #[must_use]
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::with(clock, Limits::DEFAULT)
    }

    /// An empty store with this clock and these limits.
    #[must_use]
    pub fn with(clock: impl Clock, limits: Limits) -> Self {
        let (store, epoch) = (Uuid::new_v4(), Uuid::new_v4().as_u64_pair().0);
        let (id, log) = (StoreId { store, epoch }, RwLock::default());
        let clock: Arc<dyn Clock> = Arc::new(clock);
        let checkpoints = MemoryCheckpoints::shared(Arc::clone(&clock));
        Self(Arc::new(Inner {
            id,
            opening: Uuid::new_v4(),
            limits,
            clock,
            log,
            arrivals: Arrivals::default(),
            checkpoints,
        }))
    }

    fn read<T>(&self, read: impl FnOnce(&Log) -> T) -> Result<T, ReadError> {
        // No code of a user runs under the lock, and no panic leaves a half-written log: it is checked first, then written.
        let log = self.0.log.read().unwrap_or_else(PoisonError::into_inner);
        if log.closed {
            Err(ReadError::Closed)
        } else {
            Ok(read(&log))
        }
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("id", &self.0.id)
            .finish_non_exhaustive()
    }
}

impl EventStore for MemoryStore {
    fn capabilities(&self) -> Capabilities {
        Capabilities::full(Durability::None, self.0.limits)
    }

    fn identity(&self) -> StoreId {
        self.0.id
    }

    fn opening(&self) -> Uuid {
        self.0.opening
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        batch.check(&self.0.limits)?;
        // The clock may be the user's own code, which must not run under the lock.
        let now = self.0.clock.now();
        let mut log = self.0.log.write().unwrap_or_else(PoisonError::into_inner);
        if log.closed {
            return Err(Refusal::Closed.into());
        }
        let parts = |place| log.parts(place);
        if let Some(place) = log.known.original(&batch, &log.events, parts)? {
            return Ok(log.committed(place, self.0.id).as_duplicate());
        }
        for part in &batch.parts {
            let actual = log.head(&part.stream);
            if !part.expected.holds(actual) {
                let (stream, expected) = (part.stream.clone(), part.expected);
                return Err(AppendError::Conflict {
                    stream,
                    expected,
                    actual,
                });
            }
        }
        let last = log.events.last().map_or(Timestamp::MIN, |event| event.recorded_at);
        let recorded_at = now.max(last);
        let committed = log.write(batch, recorded_at, self.0.id);
        drop(log);
        self.0.arrivals.ring();
        Ok(committed)
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.read(|log| {
            let (fingerprint, place) = log.known.key(stream, key)?;
            Some(KnownKey::new(
                fingerprint,
                log.committed(place, self.0.id).as_duplicate(),
            ))
        })
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        let (asked, store) = (unknown.store, self.0.id);
        if asked.store != store.store {
            return Err(ReadError::OtherStore { asked, store });
        }
        // An append is done within one poll of its future, and that has ended: what is not written never will be.
        self.read(|log| {
            let stream = unknown.parts.first().map(|(stream, _)| stream);
            let place = stream.and_then(|stream| log.known.append(stream, unknown.append, &log.events));
            place.map_or(Resolved::NotWritten, |place| {
                Resolved::Committed(log.committed(place, store))
            })
        })
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.read(|log| log.stream_page(&read))
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.read(|log| log.page(&read))
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        let is_there = || self.read(|log| log.events.len() as u64 > after.get());
        self.0.arrivals.until(is_there).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.read(|log| Position::new(log.events.len() as u64))
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        AnyCheckpoints::new(self.0.checkpoints.clone())
    }

    async fn close(&self) {
        self.0.checkpoints.close();
        self.0.log.write().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.0.arrivals.ring();
    }
}

impl Log {
    fn head(&self, stream: &StreamId) -> Option<Version> {
        self.streams
            .get(stream)
            .and_then(|places| Version::new(places.len() as u64))
    }

    fn write(&mut self, batch: Batch, recorded_at: Timestamp, id: StoreId) -> Committed {
        let start = self.events.len();
        self.known.note(&batch, start);
        let count = u32::try_from(batch.events()).unwrap_or(u32::MAX);
        let shared_metadata = batch.metadata;
        let mut index = 0;
        for part in batch.parts {
            let mut version = self.head(&part.stream);
            let (first, events) = (self.events.len(), part.events.len());
            for event in part.events {
                let next = Version::after(version);
                version = Some(next);
                self.events.push(Event {
                    stream: part.stream.clone(),
                    version: next,
                    recorded_at,
                    append: batch.append,
                    index,
                    count,
                    name: event.name,
                    schema: event.version,
                    floor: event.floor,
                    shared_metadata: Arc::clone(&shared_metadata),
                    metadata: event.metadata.into(),
                    payload: event.payload.into(),
                });
                index += 1;
            }
            let places = first..first + events;
            match self.streams.get_mut(&part.stream) {
                Some(known) => known.extend(places),
                None => _ = self.streams.insert(part.stream, places.collect()),
            }
        }
        self.committed(start, id)
    }

    /// The events of the append that begins here.
    fn of_append(&self, place: usize) -> &[Event] {
        let events = self.events.get(place..).unwrap_or_default();
        let count = events.first().map_or(0, |first| first.count as usize);
        events.get(..count).unwrap_or_default()
    }

    /// What the append that begins here has written to each of its streams.
    fn parts(&self, place: usize) -> Vec<CommittedPart> {
        let of_stream = |events: &[Event]| {
            let (first, last) = (events.first()?, events.last()?);
            Some(CommittedPart::new(first.stream.clone(), first.version, last.version))
        };
        let streams = self.of_append(place).chunk_by(|one, next| one.stream == next.stream);
        streams.filter_map(of_stream).collect()
    }

    /// The answer to the append that begins here.
    fn committed(&self, place: usize, id: StoreId) -> Committed {
        let events = self.of_append(place);
        let (append, recorded_at) = events
            .first()
            .map_or((AppendId::new(Uuid::nil()), Timestamp::MIN), |first| {
                (first.append, first.recorded_at)
            });
        let positions = (position(place), Position::new((place + events.len()) as u64));
        Committed::new(append, self.parts(place), positions, recorded_at, id, Durability::None)
    }
}
