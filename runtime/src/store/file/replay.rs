//! From frames to the index: every record of a verified frame is checked against what came before it, then counted in.

use std::collections::HashSet;

use super::format::Damage;
use super::format::bytes::Bytes;
use super::format::frame::{FrameHeader, FrameKind, FrameRules, Seal, header_len};
use super::format::record::{self, EventRecord, Place};
use super::format::segment::record_seed;
use super::format::structural::{StreamDefinition, Structural, TypeDefinition};
use super::index::{EventType, Index};
use super::known::Marks;
use crate::stream::StreamId;

/// What a segment defines and holds so far; the writer goes on with it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// The types that have their definition in this segment.
    pub(crate) types: HashSet<u16>,
    /// The streams that have theirs.
    pub(crate) streams: u32,
    /// The times of its first and last data frame.
    pub(crate) times: Option<(i64, i64)>,
}

impl Tally {
    pub(crate) fn see_time(&mut self, time_us: i64) {
        let first = self.times.map_or(time_us, |(first, _)| first);
        self.times = Some((first, time_us));
    }

    /// What the seal of the segment says.
    pub(crate) fn seal(&self, events: u64) -> Seal {
        let (first_time_us, last_time_us) = self.times.unwrap_or((0, 0));
        Seal {
            events,
            streams: self.streams,
            first_time_us,
            last_time_us,
        }
    }
}

/// An index that grows frame by frame.
#[derive(Debug)]
pub(crate) struct Replay<F> {
    pub(crate) index: Index<F>,
    pub(crate) tally: Tally,
    pub(crate) frames: u64,
    /// What the marks of appends are hashed with.
    seed: u64,
}

/// The append whose records are being read.
struct Open {
    first_at: u64,
    count: u32,
    seen: u32,
}

const NOT_KNOWN: Damage = Damage("a record uses a number that the segment does not define");

impl<F> Replay<F> {
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            index: Index::new(),
            tally: Tally::default(),
            frames: 0,
            seed,
        }
    }

    /// Takes a frame whose header, hash and order have been verified.
    pub(crate) fn frame(&mut self, frame: &FrameHeader, body: &[u8], rules: FrameRules) -> Result<(), Damage> {
        self.frames += 1;
        if frame.kind == FrameKind::Seal {
            let events = self
                .index
                .segments
                .last()
                .map_or(0, |segment| segment.offsets.len() as u64);
            let fits = frame.event_count == 0 && Seal::decode(body)? == self.tally.seal(events);
            return if fits {
                Ok(())
            } else {
                Err(Damage("the seal does not say what the segment holds"))
            };
        }
        let seed = record_seed(&rules.salt);
        let frame_at = u64::from(frame.offset);
        let body_at = frame_at + header_len(rules.chain) as u64;
        let before = self.index.last_position;
        let mut bytes = Bytes::new(body);
        let mut open = None;
        while !bytes.rest().is_empty() {
            let at = body_at + (body.len() - bytes.rest().len()) as u64;
            let record = record::next(&mut bytes, seed)?;
            if record.is_event() {
                self.event(&record.event()?, at, frame_at, &mut open)?;
                continue;
            }
            match Structural::read(&record)? {
                Structural::Stream(stream) => self.stream(&stream)?,
                Structural::Type(ty) => self.event_type(&ty)?,
                Structural::Clock(_) => {}
                Structural::Void => return Err(Damage("a lost record stands in a frame that was not repaired")),
            }
        }
        if open.is_some() || self.index.last_position - before != u64::from(frame.event_count) {
            return Err(Damage("the frame does not hold the events that it counts"));
        }
        self.tally.see_time(frame.time_us);
        Ok(())
    }

    fn event(
        &mut self,
        event: &EventRecord<'_>,
        at: u64,
        frame_at: u64,
        open: &mut Option<Open>,
    ) -> Result<(), Damage> {
        let segment = self.index.segments.last().ok_or(NOT_KNOWN)?;
        let offset = u32::try_from(at).map_err(|_| Damage("a record begins beyond 4 GiB"))?;
        let mut append = match (&event.place, open.take()) {
            (Place::First(first), None) => {
                let ordinal = self.index.last_position + 1 - segment.first_position;
                if u64::from(first.ordinal) != ordinal || at.checked_sub(u64::from(first.frame_back)) != Some(frame_at)
                {
                    return Err(Damage("an append says that it stands elsewhere"));
                }
                Open {
                    first_at: at,
                    count: first.count,
                    seen: 0,
                }
            }
            (Place::Back(distance), Some(append)) if at.checked_sub(u64::from(*distance)) == Some(append.first_at) => {
                append
            }
            _ => return Err(Damage("the events of an append are not together")),
        };
        append.seen += 1;
        if event.last != (append.seen == append.count) {
            return Err(Damage("an append does not hold the events that it counts"));
        }
        let number = segment.number;
        let stream = self
            .index
            .stream(event.stream)
            .filter(|stream| stream.segment == number)
            .ok_or(NOT_KNOWN)?;
        if stream.base + u64::from(event.version) != stream.positions.len() as u64 + 1 {
            return Err(Damage("the versions of a stream have a hole"));
        }
        if !self.tally.types.contains(&event.type_number) {
            return Err(NOT_KNOWN);
        }
        if let Place::First(first) = &event.place {
            let key = first.key.map(|(key, _)| key);
            if key.is_some_and(|key| key.is_empty() || std::str::from_utf8(key).is_err()) {
                return Err(Damage("an idempotency key is no text"));
            }
            let marks = Marks::of(self.seed, &stream.id, &first.append, key);
            self.index.known.add(marks, self.index.last_position + 1);
        }
        self.index.add(event.stream, offset);
        *open = if event.last { None } else { Some(append) };
        Ok(())
    }

    fn stream(&mut self, definition: &StreamDefinition<'_>) -> Result<(), Damage> {
        let id = StreamId::stored(definition.category, definition.id)
            .map_err(|_| Damage("a stream has an impossible name"))?;
        let segment = self.index.segments.last().map_or(0, |segment| segment.number);
        let known = self.index.number(&id);
        let (expected, base, previous) = match known.and_then(|number| self.index.stream(number)) {
            Some(stream) => (known, stream.positions.len() as u64, stream.segment),
            None => (Some(self.index.next_stream()), 0, 0),
        };
        if expected != Some(definition.number) || (base, previous) != (definition.base, definition.previous_segment) {
            return Err(Damage("the definition of a stream does not fit those before"));
        }
        if previous == segment {
            return Err(Damage("a stream is defined twice in one segment"));
        }
        self.index.define_stream(definition.number, &id, segment);
        self.tally.streams += 1;
        Ok(())
    }

    fn event_type(&mut self, definition: &TypeDefinition<'_>) -> Result<(), Damage> {
        if definition.codec != 1 {
            return Err(Damage("an event type has a codec that is unknown"));
        }
        let ty = EventType {
            name: definition.name.into(),
            schema: definition.schema,
            floor: definition.floor,
        };
        let number = self
            .index
            .type_number(&ty.name, ty.schema, ty.floor)
            .map_or(self.index.next_type(), u32::from);
        if number != u32::from(definition.number) || !self.tally.types.insert(definition.number) {
            return Err(Damage("the definition of an event type does not fit those before"));
        }
        if number == self.index.next_type() {
            self.index.define_type(ty);
        }
        Ok(())
    }
}
