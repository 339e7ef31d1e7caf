//! Appends that were written before: reading one back as its answer, comparing it with a repeat, and finding out what became of one.

use std::sync::Arc;

use uuid::Uuid;

use super::disk::Disk;
use super::index::Index;
use super::known::Marks;
use super::read::Reader;
use super::shared::Shared;
use super::window::{Fault, Waiting};
use crate::clock::Timestamp;
use crate::store::{
    Batch, Committed, CommittedPart, Durability, EventRef, Expected, Fingerprint, IdempotencyKey, KnownKey, ReadError,
    Refusal, Unknown,
};
use crate::stream::{AppendId, Position, StreamId};

/// How many events are read without a thread that may wait.
const AT_ONCE: u32 = 1024;
/// How much is read at once: the events of an append lie side by side.
const WINDOW: u64 = 64 << 10;

/// An append as it is stored.
struct Original {
    committed: Committed,
    key: Option<Kept>,
}

/// A key and its fingerprint, as they are stored.
pub(crate) type Kept = (Box<[u8]>, [u8; 16]);

/// What a batch is to an append that has one of its marks.
#[derive(Debug)]
pub(crate) enum Repeat {
    /// It is the same.
    Same(Committed),
    /// It has the same key and asks for something else, or the same id and is another batch.
    Refused(Refusal),
    /// Only the hash is the same.
    Another,
}

/// What is known of an append of unknown outcome.
#[derive(Debug)]
pub(crate) enum Found {
    Written(Committed),
    /// It is not there, and one of its expected versions can no longer hold.
    Overtaken,
    Nothing,
}

/// Compares a batch with the append at this position.
pub(crate) fn compare<D: Disk>(
    shared: &Shared<D>,
    (batch, position): &(Arc<Batch>, u64),
    waiting: Waiting,
) -> Result<Repeat, Fault> {
    let streams = batch.parts.iter();
    let mut given = streams.flat_map(|part| part.events.iter().map(|event| (&part.stream, event)));
    let mut is_same = true;
    let original = read(shared, *position, waiting, |stored| {
        is_same &= given.next().is_some_and(|(stream, event)| {
            stream == stored.stream
                && event.name == stored.name
                && event.version == stored.schema
                && event.payload == stored.payload
        });
    })?;
    is_same &= given.next().is_none();
    let Original { committed, key: stored } = original;
    let in_stream = committed.parts.first().map(|part| &part.stream) == batch.parts.first().map(|part| &part.stream);
    if !in_stream {
        return Ok(Repeat::Another);
    }
    let is_kept = |(key, fingerprint): &(IdempotencyKey, Fingerprint), (stored, original): &Kept| {
        (*key.as_str().as_bytes() == **stored, fingerprint.as_bytes() == original)
    };
    let kept = batch
        .key
        .as_ref()
        .zip(stored.as_ref())
        .map(|(asked, stored)| is_kept(asked, stored));
    Ok(match (&batch.key, kept) {
        (Some((key, _)), Some((true, is_same_request))) => {
            if is_same_request {
                Repeat::Same(committed)
            } else {
                let (key, parts) = (key.clone(), committed.parts);
                Repeat::Refused(Refusal::KeyReused { key, parts })
            }
        }
        _ if committed.append != batch.append => Repeat::Another,
        _ if is_same && batch.key.is_none() && stored.is_none() => Repeat::Same(committed),
        _ => {
            let (append, parts) = (batch.append, committed.parts);
            Repeat::Refused(Refusal::AppendIdReused { append, parts })
        }
    })
}

/// What was written to a stream under a key.
pub(crate) fn find_key<D: Disk>(
    shared: &Shared<D>,
    (stream, key): &(StreamId, IdempotencyKey),
    waiting: Waiting,
) -> Result<Option<KnownKey>, Fault> {
    let bytes = key.as_str().as_bytes();
    let mark = Marks::of(shared.identity.name_seed, stream, &[0; 16], Some(bytes)).key;
    let places: Vec<u64> = mark.map_or_else(Vec::new, |mark| shared.index().known.places(mark).collect());
    for position in places {
        let Original { committed, key } = read(shared, position, waiting, |_| ())?;
        let is_its_first = committed.parts.first().is_some_and(|part| part.stream == *stream);
        if let Some((_, fingerprint)) = key.filter(|(key, _)| is_its_first && **key == *bytes) {
            return Ok(Some(KnownKey::new(
                Fingerprint::new(fingerprint),
                committed.as_duplicate(),
            )));
        }
    }
    Ok(None)
}

/// What the log says of an append of unknown outcome.
pub(crate) fn find<D: Disk>(shared: &Shared<D>, unknown: &Unknown, waiting: Waiting) -> Result<Found, Fault> {
    let Some((first, _)) = unknown.parts.first() else {
        return Ok(Found::Overtaken);
    };
    let append = unknown.append;
    let mark = Marks::of(shared.identity.name_seed, first, append.as_uuid().as_bytes(), None).append;
    // Both under one lock: an append that lands in between would be missed, and then taken for the one that overtook it.
    let (places, is_overtaken) = {
        let index = shared.index();
        let places: Vec<u64> = index.known.places(mark).collect();
        (
            places,
            unknown
                .parts
                .iter()
                .any(|(stream, expected)| is_overtaken(&index, stream, *expected)),
        )
    };
    for position in places {
        let Original { committed, .. } = read(shared, position, waiting, |_| ())?;
        let is_its_first = committed.parts.first().is_some_and(|part| part.stream == *first);
        if is_its_first && committed.append == append {
            return Ok(Found::Written(committed));
        }
    }
    Ok(if is_overtaken { Found::Overtaken } else { Found::Nothing })
}

/// Whether the version that was expected is taken: a stream never goes back.
fn is_overtaken<F>(index: &Index<F>, stream: &StreamId, expected: Expected) -> bool {
    let head = index.head(stream);
    match expected {
        Expected::NoStream => head.is_some(),
        Expected::Exact(version) => head > Some(version),
        Expected::Exists | Expected::Any => false,
    }
}

/// Reads the append whose first event stands at this position.
fn read<D: Disk>(
    shared: &Shared<D>,
    position: u64,
    waiting: Waiting,
    mut see: impl FnMut(&EventRef<'_>),
) -> Result<Original, Fault> {
    let mut reader = Reader::new(shared, waiting, WINDOW, false);
    let mut parts: Vec<CommittedPart> = Vec::new();
    let (mut next, mut left) = (position, 1);
    let (mut append, mut recorded_at) = (AppendId::new(Uuid::nil()), Timestamp::MIN);
    while left > 0 {
        let place = shared.index().place(next).ok_or_else(|| gone(position))?;
        let (index, count) = reader.event(&place, None, |event| {
            match parts.last_mut().filter(|part| part.stream == *event.stream) {
                Some(part) => part.last = event.version,
                None => parts.push(CommittedPart::new(event.stream.clone(), event.version, event.version)),
            }
            (append, recorded_at) = (event.append, event.recorded_at);
            see(event);
            (event.index, event.count)
        })?;
        if next == position && index != 0 {
            return Err(gone(position));
        }
        if waiting == Waiting::Never && count > AT_ONCE {
            return Err(Fault::WouldBlock);
        }
        left = count - index - 1;
        next += 1;
    }
    let positions = (Position::new(position), Position::new(next - 1));
    let committed = Committed::new(append, parts, positions, recorded_at, shared.id, Durability::Synced);
    Ok(Original {
        committed,
        key: reader.key(),
    })
}

/// The index says that an append begins where none does.
fn gone(position: u64) -> Fault {
    Fault::Failed(ReadError::Corrupt {
        place: format!("position {position}"),
        what: "no append begins here".to_owned(),
    })
}
