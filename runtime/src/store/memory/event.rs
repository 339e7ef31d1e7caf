//! An event as the memory store keeps it.

use std::borrow::Cow;
use std::sync::Arc;

use super::position;
use crate::clock::Timestamp;
use crate::store::EventRef;
use crate::stream::{AppendId, StreamId, Version};

pub(super) struct Event {
    pub(super) stream: StreamId,
    pub(super) version: Version,
    pub(super) recorded_at: Timestamp,
    pub(super) append: AppendId,
    pub(super) index: u32,
    pub(super) count: u32,
    pub(super) name: Cow<'static, str>,
    pub(super) schema: u32,
    pub(super) floor: u32,
    pub(super) shared_metadata: Arc<[u8]>,
    pub(super) metadata: Box<[u8]>,
    pub(super) payload: Box<[u8]>,
}

impl Event {
    /// The event at its place in the log.
    pub(super) fn borrowed(&self, place: usize) -> EventRef<'_> {
        EventRef {
            stream: &self.stream,
            version: self.version,
            position: position(place),
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
}
