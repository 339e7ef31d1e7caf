//! A unit: the appends that become one frame, checked in the order of their arrival.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;

use super::format::segment::TYPES_END;
use super::index::Index;
use super::known::AsIs;
use super::queue::Request;
use crate::store::{AppendError, Batch, IdempotencyKey, Refusal};
use crate::stream::{StreamId, StreamMap, Version};

/// The appends of one frame, checked.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    pub(crate) admitted: Vec<Request>,
    /// Answers that rest on an append of this same unit: they are true only once that one is durable.
    pub(crate) resting: Vec<(Request, Rest)>,
    /// The versions that the streams of this unit will have.
    heads: StreamMap<Option<Version>>,
    /// The marks of the appends of this unit.
    marks: HashSet<u64, BuildHasherDefault<AsIs>>,
    new_streams: u32,
    events: usize,
}

/// An answer that rests on an append of the same unit.
#[derive(Debug)]
pub(crate) enum Rest {
    Conflict(AppendError),
    /// It is the same as the one admitted at this place.
    Repeat(usize),
    /// The one admitted at this place has its key and asks for something else.
    KeyReused(usize, IdempotencyKey),
    /// The one admitted at this place has its id and is another batch.
    IdReused(usize),
}

impl Unit {
    /// Checks an append against the durable streams plus this unit, and takes it or answers it.
    pub(crate) fn admit<F>(&mut self, request: Request, index: &Index<F>) {
        // What is known already is not written again, whatever it expects.
        let stored = request.marks.iter().find_map(|mark| {
            let mut places = index.known.places(mark);
            places.find(|position| !request.passed.contains(position))
        });
        if let Some(position) = stored {
            return request.compare(position);
        }
        if let Some(rest) = self.repeated(&request) {
            return self.resting.push((request, rest));
        }
        let mut new_streams = 0;
        for part in &request.batch.parts {
            let (actual, in_unit) = self.head(&part.stream, index);
            if !part.expected.holds(actual) {
                let (stream, expected) = (part.stream.clone(), part.expected);
                let conflict = AppendError::Conflict {
                    stream,
                    expected,
                    actual,
                };
                if in_unit {
                    self.resting.push((request, Rest::Conflict(conflict)));
                } else {
                    request.answer(Err(conflict));
                }
                return;
            }
            new_streams += u32::from(actual.is_none());
        }
        let streams = u64::from(index.next_stream()) + u64::from(self.new_streams) + u64::from(new_streams);
        if streams > u64::from(u32::MAX) {
            return request.answer(Err(Refusal::Exhausted {
                what: "numbers for streams",
            }
            .into()));
        }
        if self.lacks_types(&request.batch, index) {
            return request.answer(Err(Refusal::Exhausted {
                what: "numbers for event types",
            }
            .into()));
        }
        for part in &request.batch.parts {
            let before = Version::count(self.head(&part.stream, index).0);
            self.heads
                .insert(part.stream.clone(), Version::new(before + part.events.len() as u64));
        }
        self.new_streams += new_streams;
        self.events += request.batch.events();
        self.marks.extend(request.marks.iter());
        self.admitted.push(request);
    }

    /// Whether an append of this unit has the key or the id of a request, and what that makes of the request.
    fn repeated(&self, request: &Request) -> Option<Rest> {
        if !request.marks.iter().any(|mark| self.marks.contains(&mark)) {
            return None;
        }
        let batch = &request.batch;
        let stream = batch.parts.first().map(|part| &part.stream);
        let find = |is_it: &dyn Fn(&Batch) -> bool| {
            let mut admitted = self.admitted.iter().enumerate();
            let found = admitted
                .find(|(_, mate)| mate.batch.parts.first().map(|part| &part.stream) == stream && is_it(&mate.batch));
            found.map(|(place, mate)| (place, &mate.batch))
        };
        if let Some((key, fingerprint)) = &batch.key {
            let has_key = |mate: &Batch| mate.key.as_ref().is_some_and(|(known, _)| known == key);
            if let Some((place, mate)) = find(&has_key) {
                let is_same = mate.key.as_ref().is_some_and(|(_, known)| known == fingerprint);
                return Some(if is_same {
                    Rest::Repeat(place)
                } else {
                    Rest::KeyReused(place, key.clone())
                });
            }
        }
        let (place, mate) = find(&|mate| mate.append == batch.append)?;
        Some(if mate.key == batch.key && mate.writes_what(batch) {
            Rest::Repeat(place)
        } else {
            Rest::IdReused(place)
        })
    }

    /// The version that a stream has after this unit so far, and whether this unit changes it.
    fn head<F>(&self, stream: &StreamId, index: &Index<F>) -> (Option<Version>, bool) {
        match self.heads.get(stream) {
            Some(head) => (*head, true),
            None => (index.head(stream), false),
        }
    }

    /// Whether the new types of this unit would need more numbers than there are. Counted only where that is near.
    fn lacks_types<F>(&self, batch: &Batch, index: &Index<F>) -> bool {
        let left = TYPES_END.saturating_sub(index.next_type()) as usize;
        if self.events + batch.events() <= left {
            return false;
        }
        let batches = self.admitted.iter().map(|request| &*request.batch).chain([batch]);
        let events = batches.flat_map(|batch| &batch.parts).flat_map(|part| &part.events);
        let mut new: Vec<_> = events
            .filter(|event| index.type_number(&event.name, event.version, event.floor).is_none())
            .map(|event| (&event.name, event.version, event.floor))
            .collect();
        new.sort_unstable();
        new.dedup();
        new.len() > left
    }
}
