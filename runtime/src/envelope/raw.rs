//! The stored event that is decoded, and what a step between two versions may see of it.

use crate::clock::Timestamp;
use crate::envelope::Headers;
use crate::stream::{EventId, StreamId};

/// A stored event on its way into the decoder, borrowed from a page of the store.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RawEvent<'a> {
    /// The stored name.
    pub name: &'a str,
    /// The stored version of that name, from 1.
    pub version: u32,
    /// The oldest reader version that can read the payload.
    pub floor: u32,
    /// A JSON object.
    pub payload: &'a [u8],
    /// What else an upcaster may see.
    pub meta: UpcastMeta<'a>,
}

impl<'a> RawEvent<'a> {
    /// A raw event of these parts.
    #[must_use]
    pub const fn new(name: &'a str, version: u32, floor: u32, payload: &'a [u8], meta: UpcastMeta<'a>) -> Self {
        let stored = (name, version);
        Self {
            name,
            version,
            floor,
            payload,
            meta: UpcastMeta { stored, ..meta },
        }
    }
}

/// What an upcaster may see beside the payload: facts of this one event that are the same in every copy of the store. So there is no
/// position, and nothing of its neighbours.
#[derive(Clone, Copy, Debug)]
pub struct UpcastMeta<'a> {
    /// Given by the raw event around it.
    stored: (&'a str, u32),
    stream: &'a StreamId,
    event_id: EventId,
    recorded_at: Timestamp,
    headers: &'a [u8],
}

impl<'a> UpcastMeta<'a> {
    /// The facts of one event; `headers` as they are stored.
    #[must_use]
    pub const fn new(stream: &'a StreamId, event_id: EventId, recorded_at: Timestamp, headers: &'a [u8]) -> Self {
        Self {
            stored: ("", 0),
            stream,
            event_id,
            recorded_at,
            headers,
        }
    }

    /// The name that the event is stored under, also where an alias has replaced it; empty outside a [`RawEvent`].
    #[must_use]
    pub const fn stored_name(&self) -> &'a str {
        self.stored.0
    }

    /// The version of that name that is stored, below the step that asks; 0 outside a [`RawEvent`].
    #[must_use]
    pub const fn stored_version(&self) -> u32 {
        self.stored.1
    }

    /// The stream of the event.
    #[must_use]
    pub const fn stream(&self) -> &'a StreamId {
        self.stream
    }

    /// The identity of the event.
    #[must_use]
    pub const fn event_id(&self) -> EventId {
        self.event_id
    }

    /// When the store wrote the event.
    #[must_use]
    pub const fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    /// Who and what caused the event; read from their stored form at each call.
    #[must_use]
    pub fn headers(&self) -> Headers {
        Headers::decode(self.headers)
    }
}
