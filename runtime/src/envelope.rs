//! What surrounds an event: the headers beside it, the recorded event, and a command's receipt.

mod raw;
mod stored;
mod write;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::codec;
use crate::stream::{AppendId, EventId, Position, StoreId, StreamId, Version};

pub use raw::{RawEvent, UpcastMeta};
pub use stored::StoredHeaders;

/// Who and what caused an event: the same for all events of one append.
///
/// Its JSON is what a store keeps beside the events; absent fields are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Headers {
    /// What everything that follows from one request has in common: inherited from the cause, else new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Uuid>,
    /// The command that decided the event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Cause>,
    /// Who asked for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// How many reactions of policies and processes lie between what came from outside and this event: 0 for a command from outside.
    #[serde(default, skip_serializing_if = "is_none")]
    pub hops: u32,
    /// The user's own entries.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub user: BTreeMap<String, String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_none(hops: &u32) -> bool {
    *hops == 0
}

/// The command that decided an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Cause {
    /// The identity of this one use of the command: the direct cause of its events.
    pub id: Uuid,
    /// The declared name of the command.
    pub name: Cow<'static, str>,
    /// The event that the command answers; none where it came from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causation: Option<EventId>,
}

impl Cause {
    /// One use of the command of this name.
    #[must_use]
    pub fn new(id: Uuid, name: impl Into<Cow<'static, str>>, causation: Option<EventId>) -> Self {
        Self {
            id,
            name: name.into(),
            causation,
        }
    }
}

impl Headers {
    /// The direct cause of the event: the id of its command.
    #[must_use]
    pub fn causation(&self) -> Option<Uuid> {
        self.command.as_ref().map(|command| command.id)
    }

    /// The headers as a store keeps them.
    ///
    /// # Panics
    /// Never: all of it are texts, which JSON has.
    #[must_use]
    pub fn encode(&self) -> Arc<[u8]> {
        write::headers(self)
    }

    /// Headers are information and never decide anything, so what cannot be read (another program wrote the log) is left out.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            Self::default()
        } else {
            codec::decode(bytes).unwrap_or_default()
        }
    }
}

/// What is known of an event beside what happened: its place, its time, its cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Meta {
    /// The stream of the event.
    pub stream: StreamId,
    /// The event's number in its stream.
    pub version: Version,
    /// The event's place among all events of the store.
    pub position: Position,
    /// The identity of the event.
    pub event_id: EventId,
    /// When the store wrote it.
    pub recorded_at: Timestamp,
    /// Who and what caused it; read when it is looked at.
    pub headers: StoredHeaders,
}

impl Meta {
    /// The facts of one event.
    #[must_use]
    pub const fn new(
        stream: StreamId,
        version: Version,
        position: Position,
        event_id: EventId,
        recorded_at: Timestamp,
        headers: Headers,
    ) -> Self {
        Self {
            stream,
            version,
            position,
            event_id,
            recorded_at,
            headers: StoredHeaders::read(headers),
        }
    }

    /// The same with headers as a store keeps them.
    pub(crate) fn stored(
        stream: StreamId,
        (version, position): (Version, Position),
        event_id: EventId,
        recorded_at: Timestamp,
        headers: &[u8],
    ) -> Self {
        Self {
            stream,
            version,
            position,
            event_id,
            recorded_at,
            headers: StoredHeaders::stored(headers),
        }
    }

    /// The id of the stream, without its category.
    #[must_use]
    pub fn id(&self) -> &str {
        self.stream.id()
    }
}

/// An event with everything that the store knows of it. Derefs to the event.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded<E> {
    event: E,
    meta: Meta,
    stored: Stored,
}

/// How an event lies in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stored {
    /// The stored name, which an alias may since have replaced.
    pub name: String,
    /// The stored version of that name.
    pub version: u32,
    /// The oldest reader version that can read it.
    pub floor: u32,
    /// Which of the events that the stored one became this is, from 0, and how many they are: `(0, 1)` unless it was split.
    pub part: (u32, u32),
}

impl Stored {
    /// The stored form of an event that was not split.
    #[must_use]
    pub fn new(name: impl Into<String>, version: u32, floor: u32) -> Self {
        Self {
            name: name.into(),
            version,
            floor,
            part: (0, 1),
        }
    }
}

impl<E> Recorded<E> {
    /// An event, its facts, and how it is stored.
    #[must_use]
    pub const fn new(event: E, meta: Meta, stored: Stored) -> Self {
        Self { event, meta, stored }
    }

    /// What happened.
    #[must_use]
    pub const fn event(&self) -> &E {
        &self.event
    }

    /// What happened, by value.
    #[must_use]
    pub fn into_event(self) -> E {
        self.event
    }

    /// Its place, its time, its cause.
    #[must_use]
    pub const fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The event's number in its stream.
    #[must_use]
    pub const fn version(&self) -> Version {
        self.meta.version
    }

    /// The event's place among all events of the store.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.meta.position
    }

    /// When the store wrote it.
    #[must_use]
    pub const fn recorded_at(&self) -> Timestamp {
        self.meta.recorded_at
    }

    /// The name that lies in the store.
    #[must_use]
    pub fn stored_name(&self) -> &str {
        &self.stored.name
    }

    /// The version of that name that lies in the store.
    #[must_use]
    pub const fn stored_version(&self) -> u32 {
        self.stored.version
    }

    /// Which of the events that the stored one became this is, from 0, and how many they are.
    #[must_use]
    pub const fn part(&self) -> (u32, u32) {
        self.stored.part
    }
}

impl<E> std::ops::Deref for Recorded<E> {
    type Target = E;

    fn deref(&self) -> &E {
        &self.event
    }
}

/// What a command has written.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Receipt<S> {
    /// The stream that the command was for.
    pub stream: StreamId,
    /// The append; its events are `append.event(0)` and on.
    pub append: AppendId,
    /// The version of the stream after the command; `None` if it has no events, because the first command decided none.
    pub version: Option<Version>,
    /// Where the events stand in the store, first and last; `None` if the command decided none.
    pub positions: Option<(Position, Position)>,
    /// The store and epoch that the positions belong to; `None` if the command decided none.
    pub store: Option<StoreId>,
    /// When the store wrote them; `None` if the command decided none.
    pub recorded_at: Option<Timestamp>,
    /// What was decided.
    pub events: Vec<S>,
    /// All of it was written by an earlier use of the same idempotency key, and nothing by this one.
    pub duplicate: bool,
}

impl<S> Receipt<S> {
    /// The receipt of an append.
    #[must_use]
    pub const fn new(stream: StreamId, append: AppendId, version: Option<Version>, events: Vec<S>) -> Self {
        Self {
            stream,
            append,
            version,
            positions: None,
            store: None,
            recorded_at: None,
            events,
            duplicate: false,
        }
    }

    /// Where the last event stands in the store; `None` if the command decided none.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.positions.map(|(_, last)| last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule 4.10: the stored form of the headers; what is absent takes no byte.
    #[test]
    fn headers_are_stored_as_said() -> Result<(), Box<dyn std::error::Error>> {
        let id = Uuid::from_u128(1);
        let headers = Headers {
            correlation: Some(id),
            command: Some(Cause::new(id, "withdraw", Some(AppendId::new(id).event(2)))),
            actor: Some("teller-9".into()),
            hops: 3,
            user: [("ip".to_owned(), "::1".to_owned())].into(),
        };
        let stored = r#"{"correlation":"00000000-0000-0000-0000-000000000001","command":{"id":"00000000-0000-0000-0000-000000000001","name":"withdraw","causation":"00000000-0000-0000-0000-000000000001-2"},"actor":"teller-9","hops":3,"user":{"ip":"::1"}}"#;
        assert_eq!(str::from_utf8(&headers.encode())?, stored);
        assert_eq!(Headers::decode(stored.as_bytes()), headers);
        assert_eq!(&*Headers::default().encode(), b"{}");
        assert_eq!(Headers::decode(b"written by another program"), Headers::default());
        Ok(())
    }
}
