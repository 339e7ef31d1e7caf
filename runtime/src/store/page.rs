//! A page of stored events: one buffer of bytes with a table over it, so that reading an event allocates nothing.

use std::ops::Range;

use crate::clock::Timestamp;
use crate::envelope::{Meta, RawEvent, Stored, UpcastMeta};
use crate::store::PageSize;
use crate::stream::{AppendId, EventId, Position, StreamId, Version};

/// A stored event, borrowed from its page or from a store's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventRef<'a> {
    /// The stream of the event.
    pub stream: &'a StreamId,
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
    pub name: &'a str,
    /// The stored version of that name.
    pub schema: u32,
    /// The oldest reader version that can read the payload.
    pub floor: u32,
    /// Metadata of all events of the append.
    pub shared_metadata: &'a [u8],
    /// Metadata of this event alone.
    pub metadata: &'a [u8],
    /// The event.
    pub payload: &'a [u8],
}

impl<'a> EventRef<'a> {
    /// The identity of the event.
    #[must_use]
    pub const fn event_id(&self) -> EventId {
        self.append.event(self.index)
    }

    /// The event as the decoder takes it.
    #[must_use]
    pub const fn raw(&self) -> RawEvent<'a> {
        let meta = UpcastMeta::new(self.stream, self.event_id(), self.recorded_at, self.shared_metadata);
        RawEvent::new(self.name, self.schema, self.floor, self.payload, meta)
    }

    /// What is known of the event beside what happened.
    #[must_use]
    pub fn meta(&self) -> Meta {
        Meta::stored(
            self.stream.clone(),
            (self.version, self.position),
            self.event_id(),
            self.recorded_at,
            self.shared_metadata,
        )
    }

    /// How the event lies in the store.
    #[must_use]
    pub fn stored(&self) -> Stored {
        Stored::new(self.name, self.schema, self.floor)
    }
}

/// Some events of a stream or of the log, in the order that was asked for.
#[derive(Clone, Debug, Default)]
pub struct Page {
    bytes: Vec<u8>,
    names: Vec<Box<str>>,
    entries: Vec<Entry>,
    scanned_through: Position,
    at_end: bool,
}

#[derive(Clone, Debug)]
struct Entry {
    stream: StreamId,
    version: Version,
    position: Position,
    recorded_at: Timestamp,
    append: AppendId,
    index: u32,
    count: u32,
    name: usize,
    schema: u32,
    floor: u32,
    shared_metadata: Range<usize>,
    metadata: Range<usize>,
    payload: Range<usize>,
}

impl Default for Position {
    fn default() -> Self {
        Self::START
    }
}

impl Page {
    /// The events, in the order that was asked for.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = EventRef<'_>> + DoubleEndedIterator {
        self.entries.iter().map(|entry| self.event(entry))
    }

    fn event<'a>(&'a self, entry: &'a Entry) -> EventRef<'a> {
        let bytes = |range: &Range<usize>| self.bytes.get(range.clone()).unwrap_or_default();
        EventRef {
            stream: &entry.stream,
            version: entry.version,
            position: entry.position,
            recorded_at: entry.recorded_at,
            append: entry.append,
            index: entry.index,
            count: entry.count,
            name: self.names.get(entry.name).map_or("", |name| name),
            schema: entry.schema,
            floor: entry.floor,
            shared_metadata: bytes(&entry.shared_metadata),
            metadata: bytes(&entry.metadata),
            payload: bytes(&entry.payload),
        }
    }

    /// The event at this place of the page, from 0.
    #[must_use]
    pub fn get(&self, place: usize) -> Option<EventRef<'_>> {
        self.entries.get(place).map(|entry| self.event(entry))
    }

    /// An empty page, at the end of a log that is known to go so far.
    pub(crate) fn end(scanned_through: Position) -> Self {
        Self {
            scanned_through,
            at_end: true,
            ..Self::default()
        }
    }

    /// About how many bytes it takes in memory.
    pub(crate) fn size(&self) -> usize {
        self.bytes.capacity() + self.entries.capacity() * size_of::<Entry>() + size_of::<Self>()
    }

    /// The last event of the page.
    #[must_use]
    pub fn last(&self) -> Option<EventRef<'_>> {
        self.entries.last().map(|entry| self.event(entry))
    }

    /// The count of events.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Without events.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Of a page of the log: every event up to here that was asked for has been served, in this page or before it. The only thing a
    /// checkpoint may be made of (rules 3.4, 7.5). It is never above the last event of the log, even if the page was asked for after it.
    #[must_use]
    pub const fn scanned_through(&self) -> Position {
        self.scanned_through
    }

    /// Nothing more was there when the page was read.
    #[must_use]
    pub const fn at_end(&self) -> bool {
        self.at_end
    }
}

/// Fills a page up to a size.
#[derive(Debug)]
pub struct PageBuilder {
    page: Page,
    size: PageSize,
}

impl PageBuilder {
    /// An empty page of at most this size.
    #[must_use]
    pub fn new(size: PageSize) -> Self {
        Self {
            page: Page::default(),
            size,
        }
    }

    /// Whether an event with this many bytes of payload and metadata still fits; the first always does.
    #[must_use]
    pub fn fits(&self, bytes: usize) -> bool {
        let page = &self.page;
        page.entries.is_empty()
            || (page.entries.len() < self.size.events && page.bytes.len().saturating_add(bytes) <= self.size.bytes)
    }

    /// Adds an event; `false`, and nothing is added, if the page is full.
    #[must_use]
    pub fn push(&mut self, event: &EventRef<'_>) -> bool {
        if !self.fits(event.shared_metadata.len() + event.metadata.len() + event.payload.len()) {
            return false;
        }
        let name = self.name(event.name);
        let shared_metadata = match self.page.entries.last() {
            // Events of one append stand side by side, so what they share is kept once. The id alone does not make them one append:
            // another caller may have used it again, with metadata of its own.
            Some(last) if last.append == event.append && self.shared(last) == event.shared_metadata => {
                last.shared_metadata.clone()
            }
            _ => self.bytes(event.shared_metadata),
        };
        let (metadata, payload) = (self.bytes(event.metadata), self.bytes(event.payload));
        self.page.entries.push(Entry {
            stream: event.stream.clone(),
            version: event.version,
            position: event.position,
            recorded_at: event.recorded_at,
            append: event.append,
            index: event.index,
            count: event.count,
            name,
            schema: event.schema,
            floor: event.floor,
            shared_metadata,
            metadata,
            payload,
        });
        true
    }

    fn shared(&self, entry: &Entry) -> &[u8] {
        self.page.bytes.get(entry.shared_metadata.clone()).unwrap_or_default()
    }

    fn bytes(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.page.bytes.len();
        self.page.bytes.extend_from_slice(bytes);
        start..self.page.bytes.len()
    }

    fn name(&mut self, name: &str) -> usize {
        let names = &mut self.page.names;
        names.iter().rposition(|known| **known == *name).unwrap_or_else(|| {
            names.push(name.into());
            names.len() - 1
        })
    }

    /// The page; `scanned_through` as [`Page::scanned_through`], `at_end` as [`Page::at_end`].
    #[must_use]
    pub fn finish(mut self, scanned_through: Position, at_end: bool) -> Page {
        self.page.scanned_through = scanned_through;
        self.page.at_end = at_end;
        self.page
    }
}
