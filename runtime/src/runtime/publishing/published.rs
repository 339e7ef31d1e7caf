//! An event as the world outside is given it.

use serde::{Serialize, Serializer};

use crate::clock::Timestamp;
use crate::codec::{self, Raw};
use crate::store::{EventRef, StoredEvent};
use crate::stream::{EventId, Position, StreamId, Version};

/// A stored event on its way outside: as it is stored, not as this build reads it. `Serialize` is the stored JSON form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published(StoredEvent);

impl Published {
    pub(super) fn new(event: &EventRef<'_>) -> Self {
        Self(StoredEvent::copied(event))
    }

    /// What the event is known by, however often it comes.
    #[must_use]
    pub const fn id(&self) -> EventId {
        self.0.event_id()
    }

    /// The stream of the event, in which order is kept: the key of a partition.
    #[must_use]
    pub const fn stream(&self) -> &StreamId {
        &self.0.stream
    }

    /// All that is stored of the event.
    #[must_use]
    pub const fn event(&self) -> &StoredEvent {
        &self.0
    }

    /// The stored JSON form, in one line:
    /// `{"id":..,"position":..,"stream":..,"version":..,"type":..,"schema":..,"floor":..,"recorded_at":..,"meta":{..},"data":{..}}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and numbers can always be written.
        let json = codec::encode(self).unwrap_or_default();
        String::from_utf8(json).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Form<'a> {
    id: EventId,
    position: Position,
    stream: &'a StreamId,
    version: Version,
    r#type: &'a str,
    schema: u32,
    floor: u32,
    recorded_at: Timestamp,
    meta: Raw,
    data: Raw,
}

impl Serialize for Published {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let event = &self.0;
        let form = Form {
            id: event.event_id(),
            position: event.position,
            stream: &event.stream,
            version: event.version,
            r#type: &event.name,
            schema: event.schema,
            floor: event.floor,
            recorded_at: event.recorded_at,
            meta: Raw::of(&event.shared_metadata),
            data: Raw::of(&event.payload),
        };
        form.serialize(serializer)
    }
}
