//! What is set aside: events that could not be handled, and those that a person has waived.

use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::codec::Shown;
use crate::envelope::{RawEvent, UpcastMeta};
use crate::store::EventRef;
use crate::stream::{AppendId, EventId, Position, StreamId, Version};

/// An event as it is stored, kept apart from its page.
///
/// Its `Debug` shows payload and metadata as text, cut at 512 bytes.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoredEvent {
    /// The stream of the event.
    pub stream: StreamId,
    /// Its number in its stream.
    pub version: Version,
    /// Its place among all events of the store.
    pub position: Position,
    /// When the store wrote it.
    pub recorded_at: Timestamp,
    /// The append that wrote it.
    pub append: AppendId,
    /// Its place in that append, from 0.
    pub index: u32,
    /// The count of events in that append.
    pub count: u32,
    /// The stored name.
    pub name: String,
    /// The stored version of that name.
    pub schema: u32,
    /// The oldest reader version that can read the payload.
    pub floor: u32,
    /// Metadata of all events of the append.
    #[serde(skip)]
    pub shared_metadata: Vec<u8>,
    /// Metadata of this event alone.
    #[serde(skip)]
    pub metadata: Vec<u8>,
    /// The event.
    #[serde(skip)]
    pub payload: Vec<u8>,
}

impl StoredEvent {
    /// A copy of an event with all that is stored of it.
    #[must_use]
    pub fn copied(event: &EventRef<'_>) -> Self {
        Self {
            stream: event.stream.clone(),
            version: event.version,
            position: event.position,
            recorded_at: event.recorded_at,
            append: event.append,
            index: event.index,
            count: event.count,
            name: event.name.to_owned(),
            schema: event.schema,
            floor: event.floor,
            shared_metadata: event.shared_metadata.to_vec(),
            metadata: event.metadata.to_vec(),
            payload: event.payload.to_vec(),
        }
    }

    /// The event as it lies in a page.
    #[must_use]
    pub fn borrowed(&self) -> EventRef<'_> {
        EventRef {
            stream: &self.stream,
            version: self.version,
            position: self.position,
            recorded_at: self.recorded_at,
            append: self.append,
            index: self.index,
            count: self.count,
            name: &self.name,
            schema: self.schema,
            floor: self.floor,
            shared_metadata: &self.shared_metadata,
            metadata: &self.metadata,
            payload: &self.payload,
        }
    }

    /// The identity of the event.
    #[must_use]
    pub const fn event_id(&self) -> EventId {
        self.append.event(self.index)
    }

    /// The event as the decoder takes it.
    #[must_use]
    pub fn raw(&self) -> RawEvent<'_> {
        let meta = UpcastMeta::new(&self.stream, self.event_id(), self.recorded_at, &self.shared_metadata);
        RawEvent::new(&self.name, self.schema, self.floor, &self.payload, meta)
    }
}

impl fmt::Debug for StoredEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredEvent")
            .field("stream", &self.stream)
            .field("version", &self.version)
            .field("position", &self.position)
            .field("recorded_at", &self.recorded_at)
            .field("append", &self.append)
            .field("index", &self.index)
            .field("count", &self.count)
            .field("name", &self.name)
            .field("schema", &self.schema)
            .field("floor", &self.floor)
            .field("shared_metadata", &Shown(&self.shared_metadata))
            .field("metadata", &Shown(&self.metadata))
            .field("payload", &Shown(&self.payload))
            .finish()
    }
}

/// Where a part of a stored event stands: what is read as several events has several parts (rule 5.4), every other one has part 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PartId {
    /// The stored event.
    pub position: Position,
    /// Its part, from 0.
    pub part: u32,
}

impl PartId {
    /// A part of the event at a position.
    #[must_use]
    pub const fn new(position: Position, part: u32) -> Self {
        Self { position, part }
    }
}

/// An event that a consumer has parked: all that is stored of it, so that the decoder of another day can read it (rule 8.5).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadLetter {
    /// What could not be handled, or stands behind something that could not. A consumer has one letter for each.
    pub part: PartId,
    /// Whose order is kept: later events of this key queue behind it.
    pub key: String,
    /// Why it was parked, in words.
    pub reason: String,
    /// The event.
    pub event: StoredEvent,
}

impl DeadLetter {
    /// A part of an event that is parked under a key.
    #[must_use]
    pub fn new(event: &EventRef<'_>, part: u32, key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            part: PartId::new(event.position, part),
            key: key.into(),
            reason: reason.into(),
            event: StoredEvent::copied(event),
        }
    }
}

/// A key with events that wait.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ParkedKey {
    /// The key.
    pub key: String,
    /// How many letters it has; at least 1.
    pub letters: u64,
    /// The first of them.
    pub first: PartId,
}

impl ParkedKey {
    /// A key with so many letters, of which this is the first.
    #[must_use]
    pub const fn new(key: String, letters: u64, first: PartId) -> Self {
        Self { key, letters, first }
    }
}

/// Which letters of a consumer are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LetterRead {
    /// Those of one key; all by default.
    pub key: Option<String>,
    /// Those behind this one; from the first by default.
    pub after: Option<PartId>,
    /// How many at most; 100 by default.
    pub limit: usize,
}

impl Default for LetterRead {
    fn default() -> Self {
        Self {
            key: None,
            after: None,
            limit: 100,
        }
    }
}

impl LetterRead {
    /// The first letters of one key.
    #[must_use]
    pub fn of(key: impl Into<String>) -> Self {
        Self {
            key: Some(key.into()),
            ..Self::default()
        }
    }

    /// Those behind this one.
    #[must_use]
    pub const fn after(mut self, part: PartId) -> Self {
        self.after = Some(part);
        self
    }

    /// How many at most.
    #[must_use]
    pub const fn limit(mut self, limit: usize) -> Self {
        self.limit = limit;
        self
    }

    /// Whether a letter is asked for, but for the limit.
    #[must_use]
    pub fn takes(&self, part: PartId, key: &str) -> bool {
        self.after.is_none_or(|after| part > after) && self.key.as_ref().is_none_or(|wanted| wanted == key)
    }
}

/// A person's word that a consumer passes an event which it cannot handle: the only way past it (rule 8.6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waiver {
    /// What is passed.
    pub part: PartId,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub actor: String,
    /// When it was recorded, by the store's clock.
    pub recorded_at: Timestamp,
}

impl Waiver {
    /// A waiver with the moment at which it is recorded.
    #[must_use]
    pub fn new(part: PartId, reason: impl Into<String>, actor: impl Into<String>, recorded_at: Timestamp) -> Self {
        Self {
            part,
            reason: reason.into(),
            actor: actor.into(),
            recorded_at,
        }
    }
}

/// The keys of letters that come in the order of their parts, in the order of their first ones.
pub(super) fn parked_keys<'a>(letters: impl Iterator<Item = (PartId, &'a str)>) -> Vec<ParkedKey> {
    let (mut keys, mut places) = (Vec::<ParkedKey>::new(), HashMap::new());
    for (part, key) in letters {
        let place = *places.entry(key).or_insert(keys.len());
        match keys.get_mut(place) {
            Some(parked) => parked.letters += 1,
            None => keys.push(ParkedKey::new(key.to_owned(), 1, part)),
        }
    }
    keys
}
