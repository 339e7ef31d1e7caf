//! What is known in memory of a log: each stream's positions, each event's place, each type's number, each append. Built at open, grown by the writer.
//!
//! An event costs 12 bytes here (at most 24 with the room that a growing vector keeps), a stream about 200 bytes with its name; what an
//! append costs is said in `known`.

use std::collections::HashMap;
use std::sync::Arc;

use super::format::frame::FrameRules;
use super::format::segment::FIRST_TYPE;
use super::known::Known;
use crate::stream::{StreamId, StreamMap, Version};

/// A name with its version and floor: what the number in a record stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct EventType {
    pub(crate) name: Arc<str>,
    pub(crate) schema: u32,
    pub(crate) floor: u32,
}

/// One stream of the log.
#[derive(Debug)]
pub(crate) struct Stream {
    pub(crate) id: StreamId,
    /// The position of each of its events: that of version v stands at v - 1.
    pub(crate) positions: Vec<u64>,
    /// The last segment that defines it, and its version before that segment.
    pub(crate) segment: u32,
    pub(crate) base: u64,
}

/// One segment, as readers need it.
#[derive(Debug)]
pub(crate) struct Segment<F> {
    pub(crate) number: u32,
    pub(crate) file: Arc<F>,
    pub(crate) rules: FrameRules,
    pub(crate) first_position: u64,
    /// Where the last durable frame ends: nothing behind it is read.
    pub(crate) end: u64,
    /// Where each event's record begins: that of position p stands at p minus the first position.
    pub(crate) offsets: Vec<u32>,
}

/// The whole log.
#[derive(Debug)]
pub(crate) struct Index<F> {
    numbers: StreamMap<u32>,
    streams: Vec<Stream>,
    /// By name, because nearly all names have one version: schema, floor and number.
    type_numbers: HashMap<Arc<str>, Vec<(u32, u32, u16)>>,
    types: Vec<EventType>,
    /// Where each append begins, by its id and its key.
    pub(crate) known: Known,
    pub(crate) segments: Vec<Segment<F>>,
    /// The position of the last durable event; 0 without events.
    pub(crate) last_position: u64,
}

/// Where an event lies.
#[derive(Debug)]
pub(crate) struct Place<F> {
    pub(crate) position: u64,
    pub(crate) offset: u32,
    pub(crate) segment: u32,
    /// The event's position minus the segment's first.
    pub(crate) ordinal: u64,
    /// Where the segment's last durable frame ends.
    pub(crate) end: u64,
    pub(crate) rules: FrameRules,
    pub(crate) file: Arc<F>,
}

fn at(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl<F> Index<F> {
    pub(crate) fn new() -> Self {
        Self {
            numbers: StreamMap::default(),
            streams: Vec::new(),
            type_numbers: HashMap::new(),
            types: Vec::new(),
            known: Known::new(),
            segments: Vec::new(),
            last_position: 0,
        }
    }

    /// The number of a stream, if it has events.
    pub(crate) fn number(&self, id: &StreamId) -> Option<u32> {
        self.numbers.get(id).copied()
    }

    /// The stream of a number, which begins at 1.
    pub(crate) fn stream(&self, number: u32) -> Option<&Stream> {
        self.streams.get(at(u64::from(number)).checked_sub(1)?)
    }

    /// The last version of a stream; `None` without events.
    pub(crate) fn head(&self, id: &StreamId) -> Option<Version> {
        self.stream(self.number(id)?)
            .and_then(|stream| Version::new(stream.positions.len() as u64))
    }

    /// The number that the next new stream gets.
    pub(crate) fn next_stream(&self) -> u32 {
        u32::try_from(self.streams.len()).map_or(u32::MAX, |count| count.saturating_add(1))
    }

    pub(crate) fn type_number(&self, name: &str, schema: u32, floor: u32) -> Option<u16> {
        let versions = self.type_numbers.get(name)?;
        versions
            .iter()
            .find(|known| (known.0, known.1) == (schema, floor))
            .map(|known| known.2)
    }

    pub(crate) fn event_type(&self, number: u16) -> Option<&EventType> {
        self.types
            .get(at(u64::from(u32::from(number).checked_sub(FIRST_TYPE)?)))
    }

    /// The number that the next new type gets; [`TYPES_END`](super::format::segment::TYPES_END) when there is none left.
    pub(crate) fn next_type(&self) -> u32 {
        u32::try_from(self.types.len()).map_or(u32::MAX, |count| count.saturating_add(FIRST_TYPE))
    }

    /// Notes that a segment defines a stream; the number is that of a known stream or the next.
    pub(crate) fn define_stream(&mut self, number: u32, id: &StreamId, segment: u32) {
        if number == self.next_stream() {
            self.numbers.insert(id.clone(), number);
            self.streams.push(Stream {
                id: id.clone(),
                positions: Vec::new(),
                segment,
                base: 0,
            });
        } else if let Some(stream) = self.stream_mut(number) {
            (stream.segment, stream.base) = (segment, stream.positions.len() as u64);
        }
    }

    /// Notes what the next number of a type stands for.
    pub(crate) fn define_type(&mut self, ty: EventType) {
        if let Ok(number) = u16::try_from(self.next_type()) {
            let versions = self.type_numbers.entry(Arc::clone(&ty.name)).or_default();
            versions.push((ty.schema, ty.floor, number));
            self.types.push(ty);
        }
    }

    fn stream_mut(&mut self, number: u32) -> Option<&mut Stream> {
        self.streams.get_mut(at(u64::from(number)).checked_sub(1)?)
    }

    /// Adds the next event of the log, which lies in the last segment.
    pub(crate) fn add(&mut self, stream: u32, offset: u32) {
        let position = self.last_position + 1;
        if let (Some(segment), Some(number)) = (self.segments.last_mut(), stream.checked_sub(1)) {
            segment.offsets.push(offset);
            if let Some(stream) = self.streams.get_mut(at(u64::from(number))) {
                stream.positions.push(position);
            }
            self.last_position = position;
        }
    }

    /// Where the event of a position lies; `None` beyond the last durable one.
    pub(crate) fn place(&self, position: u64) -> Option<Place<F>> {
        if position > self.last_position {
            return None;
        }
        let after = self
            .segments
            .partition_point(|segment| segment.first_position <= position);
        let segment = self.segments.get(after.checked_sub(1)?)?;
        let ordinal = position.checked_sub(segment.first_position)?;
        Some(Place {
            position,
            offset: *segment.offsets.get(at(ordinal))?,
            segment: segment.number,
            ordinal,
            end: segment.end,
            rules: segment.rules,
            file: Arc::clone(&segment.file),
        })
    }

    /// The first positions of events of these streams, at most `limit`, in order: after one position and up to another.
    pub(crate) fn positions_of(&self, streams: &[StreamId], after: u64, through: u64, limit: usize) -> Vec<u64> {
        let mut found = Vec::new();
        for stream in streams.iter().filter_map(|id| self.stream(self.number(id)?)) {
            let first = stream.positions.partition_point(|position| *position <= after);
            let rest = stream.positions.iter().skip(first).take(limit);
            found.extend(rest.take_while(|position| **position <= through));
        }
        found.sort_unstable();
        found.truncate(limit);
        found
    }

    /// What a record must say of itself: the stream's id, the version of the event at this position, and that version minus the base.
    pub(crate) fn version_at(&self, stream: u32, place: &Place<F>) -> Option<(&StreamId, Version, u64)> {
        let stream = self.stream(stream)?;
        let version = stream.positions.binary_search(&place.position).ok()? as u64 + 1;
        let first = place.position - place.ordinal;
        let base = stream.positions.partition_point(|position| *position < first) as u64;
        Some((&stream.id, Version::new(version)?, version - base))
    }
}
