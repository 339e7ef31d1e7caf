//! From a checked unit to the bytes of a frame, and to what the index gains once that frame is durable.

use std::collections::{HashMap, HashSet};

use super::active::Active;
use super::format::frame::{self, FrameHeader, FrameKind, NewFrame, header_len};
use super::format::record::{EventRecord, First, Place, event_room, key_room, put_event};
use super::format::segment::record_seed;
use super::format::structural::{StreamDefinition, TypeDefinition, put_clock};
use super::index::{EventType, Index};
use super::known::Marks;
use super::replay::Tally;
use super::scan::LogEnd;
use super::unit::Unit;
use crate::store::{Batch, NewEvent};
use crate::stream::{StreamId, StreamMap, Version};

/// A unit as bytes, with what it will change once it is durable.
#[derive(Debug)]
pub(crate) struct Encoded {
    pub(crate) frame: FrameHeader,
    /// The streams that get their definition here, the new ones in the order of their numbers.
    streams: Vec<(u32, StreamId)>,
    /// The types that get theirs.
    types: Vec<u16>,
    new_types: Vec<EventType>,
    /// Of each event its stream, and where its record begins in the file.
    events: Vec<(u32, u32)>,
    /// Of each append its marks, and the position of its first event.
    appends: Vec<(Marks, u64)>,
    /// Of each part of each append its first version.
    pub(crate) firsts: Vec<Version>,
}

/// Where a unit is to be written: the log and its last segment, as they are before it.
#[derive(Debug)]
pub(crate) struct Target<'a, F> {
    pub(crate) index: &'a Index<F>,
    pub(crate) active: &'a Active<F>,
    pub(crate) tally: &'a Tally,
    pub(crate) end: &'a LogEnd,
    pub(crate) now_us: i64,
    /// Encode as for a segment that defines nothing yet, to learn how long the unit will be in the next one.
    pub(crate) afresh: bool,
}

/// Encodes a unit; `buffer` is the frame afterwards. `None` if it is larger than a frame can be.
pub(crate) fn encode<F>(buffer: &mut Vec<u8>, unit: &Unit, target: &Target<'_, F>) -> Option<Encoded> {
    let Target {
        active, end, now_us, ..
    } = *target;
    let seed = record_seed(&active.rules.salt);
    buffer.clear();
    buffer.resize(header_len(active.rules.chain), 0);
    let time_us = now_us.max(end.time_us);
    if time_us != now_us {
        put_clock(buffer, seed, now_us);
    }
    let mut staged = Staged::new(target);
    for request in &unit.admitted {
        // All definitions stand before the first event, so that the events of an append are side by side.
        staged.define(buffer, seed, &request.batch);
        let position = end.position + staged.events.len() as u64;
        staged.appends.push((request.marks, position));
        staged.events(buffer, seed, &request.batch)?;
    }
    let new = NewFrame {
        kind: FrameKind::Data,
        offset: u32::try_from(end.end).ok()?,
        seq: end.seq,
        first_position: end.position,
        event_count: u32::try_from(staged.events.len()).ok()?,
        time_us,
        previous: end.frame_id,
        previous_chain: end.chain,
    };
    let frame = frame::seal_up(buffer, new, active.rules)?;
    let Staged {
        streams,
        types,
        new_types,
        events,
        appends,
        firsts,
        ..
    } = staged;
    Some(Encoded {
        frame,
        streams,
        types,
        new_types,
        events,
        appends,
        firsts,
    })
}

/// A stream of the unit.
struct Head {
    number: u32,
    base: u64,
    version: u64,
}

/// What the unit adds to the log while it is encoded.
struct Staged<'a, F> {
    target: &'a Target<'a, F>,
    heads: StreamMap<Head, &'a StreamId>,
    next_stream: u32,
    streams: Vec<(u32, StreamId)>,
    types: Vec<u16>,
    defined: HashSet<u16>,
    numbers: HashMap<(&'a str, u32, u32), u16>,
    new_types: Vec<EventType>,
    events: Vec<(u32, u32)>,
    appends: Vec<(Marks, u64)>,
    firsts: Vec<Version>,
}

impl<'a, F> Staged<'a, F> {
    fn new(target: &'a Target<'a, F>) -> Self {
        Self {
            target,
            heads: StreamMap::default(),
            next_stream: target.index.next_stream(),
            streams: Vec::new(),
            types: Vec::new(),
            defined: HashSet::new(),
            numbers: HashMap::new(),
            new_types: Vec::new(),
            events: Vec::new(),
            appends: Vec::new(),
            firsts: Vec::new(),
        }
    }

    /// Writes the definitions that a batch needs and the segment does not have.
    fn define(&mut self, buffer: &mut Vec<u8>, seed: u32, batch: &'a Batch) {
        for part in &batch.parts {
            self.define_stream(buffer, seed, &part.stream);
            for event in &part.events {
                self.define_type(buffer, seed, event);
            }
        }
    }

    fn define_stream(&mut self, buffer: &mut Vec<u8>, seed: u32, id: &'a StreamId) {
        if self.heads.contains_key(id) {
            return;
        }
        let Target {
            index, active, afresh, ..
        } = *self.target;
        let known = index
            .number(id)
            .and_then(|number| Some((number, index.stream(number)?)));
        let head = match known {
            Some((number, stream)) if stream.segment == active.number && !afresh => {
                let (base, version) = (stream.base, stream.positions.len() as u64);
                self.heads.insert(id, Head { number, base, version });
                return;
            }
            Some((number, stream)) => Head {
                number,
                base: stream.positions.len() as u64,
                version: stream.positions.len() as u64,
            },
            None => {
                self.next_stream += 1;
                Head {
                    number: self.next_stream - 1,
                    base: 0,
                    version: 0,
                }
            }
        };
        let (number, base) = (head.number, head.base);
        let previous_segment = known.map_or(0, |(_, stream)| stream.segment);
        let (category, name) = (id.category(), id.id());
        StreamDefinition {
            number,
            base,
            previous_segment,
            category,
            id: name,
        }
        .put(buffer, seed);
        self.streams.push((number, id.clone()));
        self.heads.insert(id, head);
    }

    fn define_type(&mut self, buffer: &mut Vec<u8>, seed: u32, event: &'a NewEvent) {
        let (name, schema, floor) = (event.name.as_ref(), event.version, event.floor);
        if self.numbers.contains_key(&(name, schema, floor)) {
            return;
        }
        let Target {
            index, tally, afresh, ..
        } = *self.target;
        let number = index.type_number(name, schema, floor).unwrap_or_else(|| {
            let number = index.next_type() + u32::try_from(self.new_types.len()).unwrap_or(u32::MAX);
            self.new_types.push(EventType {
                name: name.into(),
                schema,
                floor,
            });
            // The unit was only admitted because there are numbers enough.
            u16::try_from(number).unwrap_or(u16::MAX)
        });
        self.numbers.insert((name, schema, floor), number);
        if (afresh || !tally.types.contains(&number)) && self.defined.insert(number) {
            TypeDefinition {
                number,
                schema,
                floor,
                codec: 1,
                name,
            }
            .put(buffer, seed);
            self.types.push(number);
        }
    }

    /// Writes the events of a batch.
    fn events(&mut self, buffer: &mut Vec<u8>, seed: u32, batch: &'a Batch) -> Option<()> {
        let Target { active, end, .. } = *self.target;
        let count = u32::try_from(batch.events()).ok()?;
        let ordinal = end.position + self.events.len() as u64 - active.first_position;
        let key = batch.key.as_ref();
        let key = key.map(|(key, fingerprint)| (key.as_str().as_bytes(), *fingerprint.as_bytes()));
        let (mut first_at, mut left) = (None, count);
        for part in &batch.parts {
            let head = self.heads.get_mut(&part.stream)?;
            self.firsts.push(Version::new(head.version + 1)?);
            for event in &part.events {
                head.version += 1;
                left -= 1;
                let at = buffer.len();
                let first = First {
                    append: batch.append.as_uuid().into_bytes(),
                    count,
                    ordinal: u32::try_from(ordinal).ok()?,
                    frame_back: u32::try_from(at).ok()?,
                    key,
                    shared: &batch.metadata,
                };
                let record = EventRecord {
                    stream: head.number,
                    version: u32::try_from(head.version - head.base).ok()?,
                    type_number: *self.numbers.get(&(event.name.as_ref(), event.version, event.floor))?,
                    last: left == 0,
                    place: match first_at {
                        Some(first_at) => Place::Back(u32::try_from(at - first_at).ok()?),
                        None => Place::First(first),
                    },
                    metadata: &event.metadata,
                    payload: &event.payload,
                };
                first_at = first_at.or(Some(at));
                put_event(buffer, seed, &record);
                self.events
                    .push((head.number, u32::try_from(end.end + at as u64).ok()?));
            }
        }
        Some(())
    }
}

impl Encoded {
    /// Counts the durable unit in: from here on it is seen.
    pub(crate) fn publish<F>(&self, index: &mut Index<F>, tally: &mut Tally, segment: u32, end: u64) {
        for (number, id) in &self.streams {
            index.define_stream(*number, id, segment);
        }
        for ty in &self.new_types {
            index.define_type(ty.clone());
        }
        for (marks, position) in &self.appends {
            index.known.add(*marks, *position);
        }
        for (stream, offset) in &self.events {
            index.add(*stream, *offset);
        }
        if let Some(segment) = index.segments.last_mut() {
            segment.end = end;
        }
        tally.types.extend(&self.types);
        tally.streams += u32::try_from(self.streams.len()).unwrap_or(u32::MAX);
        tally.see_time(self.frame.time_us);
    }
}

/// About how many bytes a batch adds to a frame: its share of the memory in flight, and of a unit.
pub(crate) fn room(batch: &Batch) -> usize {
    let events = batch.parts.iter().flat_map(|part| &part.events);
    let events = events.map(|event| event_room(event.payload.len(), event.metadata.len()));
    let names = batch.parts.iter().map(|part| part.stream.as_str().len() + 64);
    let key = batch.key.as_ref().map_or(0, |(key, _)| key_room(key.as_str().len()));
    events
        .chain(names)
        .fold(batch.metadata.len() + key, usize::saturating_add)
}
