//! What the memory store has written already: the original of each append id and of each key, apart because writing is elsewhere.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault};

use super::Event;
use crate::store::{Batch, CommittedPart, Fingerprint, IdempotencyKey, Refusal};
use crate::stream::{AppendId, FromStream, StreamId, StreamMap};

/// Where each append begins in the log, by its id and by its key, both within the first stream of its batch.
#[derive(Default)]
pub(super) struct Known {
    /// By the mark of stream and id. A mark is half as long as an id: whether it is the one, the event at the place says.
    appends: StreamMap<usize, u64>,
    /// Those whose mark was taken by another, which chance brings about once in a lifetime of stores.
    others: Vec<usize>,
    keys: StreamMap<(Fingerprint, usize), (StreamId, IdempotencyKey)>,
    /// What the appends at these places were asked under.
    keyed: HashMap<usize, (IdempotencyKey, Fingerprint)>,
}

fn mark(stream: &StreamId, append: AppendId) -> u64 {
    BuildHasherDefault::<FromStream>::default().hash_one((stream, append))
}

impl Known {
    /// Notes a batch that is written from `place` on.
    pub(super) fn note(&mut self, batch: &Batch, place: usize) {
        let Some(part) = batch.parts.first() else {
            return;
        };
        if let Some((key, fingerprint)) = &batch.key {
            self.keys
                .insert((part.stream.clone(), key.clone()), (*fingerprint, place));
            self.keyed.insert(place, (key.clone(), *fingerprint));
        }
        if let Some(other) = self.appends.insert(mark(&part.stream, batch.append), place) {
            self.others.push(other);
        }
    }

    /// Where the append of this id begins.
    pub(super) fn append(&self, stream: &StreamId, append: AppendId, events: &[Event]) -> Option<usize> {
        let place = self.appends.get(&mark(stream, append))?;
        let is_it = |place: &&usize| {
            let event = events.get(**place);
            event.is_some_and(|event| event.append == append && event.stream == *stream)
        };
        std::iter::once(place).chain(&self.others).find(is_it).copied()
    }

    /// What was asked under this key, and where what was written for it begins.
    pub(super) fn key(&self, stream: &StreamId, key: &IdempotencyKey) -> Option<(Fingerprint, usize)> {
        self.keys.get(&(stream.clone(), key.clone())).copied()
    }

    /// Where the original of this batch begins, if the batch is a repeat.
    ///
    /// # Errors
    /// The refusal of a batch that is another one under the same key or id. `parts` says what stands at a place.
    pub(super) fn original(
        &self,
        batch: &Batch,
        events: &[Event],
        parts: impl Fn(usize) -> Vec<CommittedPart>,
    ) -> Result<Option<usize>, Refusal> {
        let Some(stream) = batch.parts.first().map(|part| &part.stream) else {
            return Ok(None);
        };
        if let Some((key, fingerprint)) = &batch.key
            && let Some((known, place)) = self.key(stream, key)
        {
            if known == *fingerprint {
                return Ok(Some(place));
            }
            let (key, parts) = (key.clone(), parts(place));
            return Err(Refusal::KeyReused { key, parts });
        }
        let Some(place) = self.append(stream, batch.append, events) else {
            return Ok(None);
        };
        let is_under_the_key = self.keyed.get(&place) == batch.key.as_ref();
        if is_under_the_key && is_the_same(batch, events.get(place..).unwrap_or_default()) {
            return Ok(Some(place));
        }
        let (append, parts) = (batch.append, parts(place));
        Err(Refusal::AppendIdReused { append, parts })
    }
}

/// Whether the events of the append that begins these are those of the batch; metadata is no part of the content.
fn is_the_same(batch: &Batch, stored: &[Event]) -> bool {
    let count = stored.first().map_or(0, |event| event.count as usize);
    let given = batch
        .parts
        .iter()
        .flat_map(|part| part.events.iter().map(move |event| (&part.stream, event)));
    let pairs = given.zip(stored.iter().take(count));
    let same = |((stream, event), stored): ((&StreamId, &crate::store::NewEvent), &Event)| {
        *stream == stored.stream
            && event.name == stored.name
            && event.version == stored.schema
            && event.payload[..] == stored.payload[..]
    };
    batch.events() == count && pairs.into_iter().all(same)
}
