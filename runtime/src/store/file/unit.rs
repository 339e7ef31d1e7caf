//! A unit: the appends that become one frame, checked in the order of their arrival.

use std::collections::HashMap;

use super::format::segment::TYPES_END;
use super::index::Index;
use super::queue::Request;
use crate::store::{AppendError, Batch, Refusal};
use crate::stream::{StreamId, Version};

/// The appends of one frame, checked.
#[derive(Debug, Default)]
pub(crate) struct Unit {
    pub(crate) admitted: Vec<Request>,
    /// Conflicts with an append of this same unit: they are true only once that one is durable.
    pub(crate) resting: Vec<(Request, AppendError)>,
    /// The versions that the streams of this unit will have.
    heads: HashMap<StreamId, Option<Version>>,
    new_streams: u32,
    events: usize,
}

impl Unit {
    /// Checks an append against the durable streams plus this unit, and takes it or answers it.
    pub(crate) fn admit<F>(&mut self, request: Request, index: &Index<F>) {
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
                    self.resting.push((request, conflict));
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
        self.admitted.push(request);
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
        let batches = self.admitted.iter().map(|request| &request.batch).chain([batch]);
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
