//! The record: one event, or one structural entry, inside a frame; each has its own checksum, so that it can be read alone.

use super::Damage;
use super::bytes::{Bytes, Put};
use super::segment::FIRST_TYPE;

/// The bytes of a record's header.
pub(crate) const HEADER: usize = 20;

const FIRST: u16 = 1;
const LAST: u16 = 1 << 1;
const METADATA: u16 = 1 << 2;
const SHARED: u16 = 1 << 3;
const KEY: u16 = 1 << 4;
const KNOWN: u16 = FIRST | LAST | METADATA | SHARED | KEY;

/// The bytes of a first-of-append part without key and shared metadata: id, count, ordinal, distance to the frame.
const FIRST_PART: usize = 28;

/// A record's header with its content, whose checksum has been compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Record<'a> {
    pub(crate) stream: u32,
    pub(crate) version: u32,
    pub(crate) kind: u16,
    flags: u16,
    content: &'a [u8],
}

/// What the first record of an append says about all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct First<'a> {
    pub(crate) append: [u8; 16],
    /// The events of the append, over all its streams.
    pub(crate) count: u32,
    /// The ordinal of its first event: position minus the segment's first position.
    pub(crate) ordinal: u32,
    /// How far before this record its frame begins.
    pub(crate) frame_back: u32,
    /// The idempotency key and the fingerprint of the command.
    pub(crate) key: Option<(&'a [u8], [u8; 16])>,
    pub(crate) shared: &'a [u8],
}

/// Where an event stands in its append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place<'a> {
    /// It is the first, and carries what concerns all.
    First(First<'a>),
    /// The first record begins so many bytes before this one.
    Back(u32),
}

/// An event as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventRecord<'a> {
    pub(crate) stream: u32,
    /// Its version minus the base version of the stream in this segment.
    pub(crate) version: u32,
    pub(crate) type_number: u16,
    pub(crate) last: bool,
    pub(crate) place: Place<'a>,
    pub(crate) metadata: &'a [u8],
    pub(crate) payload: &'a [u8],
}

/// CRC-32 over the length and everything behind the checksum.
fn crc(seed: u32, len: &[u8], rest: [&[u8]; 2]) -> u32 {
    let mut hasher = crc32fast::Hasher::new_with_initial(seed);
    hasher.update(len);
    for part in rest {
        hasher.update(part);
    }
    hasher.finalize()
}

/// The length of a whole record, from the first bytes of its header; the length itself is not verified yet.
pub(crate) fn whole_len(header: &[u8]) -> Result<usize, Damage> {
    let len = Bytes::new(header).u32()?;
    match usize::try_from(len).ok().and_then(|len| len.checked_add(HEADER)) {
        Some(whole) if len > 0 => Ok(whole),
        _ => Err(Damage("the record has an impossible length")),
    }
}

/// Takes the next record off a body, checksum compared.
pub(crate) fn next<'a>(bytes: &mut Bytes<'a>, seed: u32) -> Result<Record<'a>, Damage> {
    let whole = whole_len(bytes.rest())?;
    let mut record = Bytes::new(bytes.take(whole)?);
    let len = record.take(4)?;
    let checksum = record.u32()?;
    if crc(seed, len, [record.rest(), &[]]) != checksum {
        return Err(Damage("the record does not match its checksum"));
    }
    Ok(Record {
        stream: record.u32()?,
        version: record.u32()?,
        kind: record.u16()?,
        flags: record.u16()?,
        content: record.rest(),
    })
}

/// Appends a record; its content is what `write` puts into the buffer.
///
/// Returns where it begins. The caller has limited the content far below four gigabytes.
fn put(
    body: &mut Vec<u8>,
    seed: u32,
    fields: [u32; 2],
    kind: u16,
    flags: u16,
    write: impl FnOnce(&mut Vec<u8>),
) -> usize {
    let start = body.len();
    body.put_zeros(8);
    fields.into_iter().for_each(|field| body.put_u32(field));
    body.put_u16(kind);
    body.put_u16(flags);
    write(body);
    let len = body.len().saturating_sub(start).saturating_sub(HEADER);
    let len = u32::try_from(len).unwrap_or(u32::MAX).to_le_bytes();
    if let Some((head, rest)) = body
        .get_mut(start..)
        .and_then(|record| record.split_first_chunk_mut::<8>())
    {
        let checksum = crc(seed, &len, [rest, &[]]).to_le_bytes();
        let (len_at, checksum_at) = head.split_at_mut(4);
        len_at.copy_from_slice(&len);
        checksum_at.copy_from_slice(&checksum);
    }
    start
}

/// Appends a structural record: a kind below 16.
pub(super) fn put_structural(body: &mut Vec<u8>, seed: u32, number: u32, kind: u16, write: impl FnOnce(&mut Vec<u8>)) {
    put(body, seed, [number, 0], kind, 0, write);
}

/// Appends an event. Metadata, key and shared metadata are within their limits; what is empty is left out.
pub(crate) fn put_event(body: &mut Vec<u8>, seed: u32, event: &EventRecord<'_>) -> usize {
    let mut flags = if event.last { LAST } else { 0 };
    if !event.metadata.is_empty() {
        flags |= METADATA;
    }
    if let Place::First(first) = &event.place {
        flags |= FIRST;
        if !first.shared.is_empty() {
            flags |= SHARED;
        }
        if first.key.is_some() {
            flags |= KEY;
        }
    }
    put(
        body,
        seed,
        [event.stream, event.version],
        event.type_number,
        flags,
        |body| {
            match &event.place {
                Place::Back(distance) => body.put_u32(*distance),
                Place::First(first) => {
                    body.put(&first.append);
                    body.put_u32(first.count);
                    body.put_u32(first.ordinal);
                    body.put_u32(first.frame_back);
                    if let Some((key, fingerprint)) = first.key {
                        body.put_u8(u8::try_from(key.len()).unwrap_or(u8::MAX));
                        body.put(key);
                        body.put(&fingerprint);
                    }
                    put_sized(body, first.shared);
                }
            }
            put_sized(body, event.metadata);
            body.put(event.payload);
        },
    )
}

fn put_sized(body: &mut Vec<u8>, bytes: &[u8]) {
    if !bytes.is_empty() {
        body.put_u16(u16::try_from(bytes.len()).unwrap_or(u16::MAX));
        body.put(bytes);
    }
}

/// The most bytes that an event adds to a frame: for the room in a segment, known before it is encoded.
pub(crate) fn event_room(payload: usize, metadata: usize) -> usize {
    payload
        .saturating_add(metadata)
        .saturating_add(HEADER)
        .saturating_add(FIRST_PART)
        .saturating_add(2)
}

/// The bytes that a key adds to the first record of its append: its length, itself, and the fingerprint.
pub(crate) fn key_room(key: usize) -> usize {
    key.saturating_add(17)
}

impl<'a> Record<'a> {
    /// Whether this is an event, which has a position, and not a structural record.
    pub(crate) fn is_event(&self) -> bool {
        u32::from(self.kind) >= FIRST_TYPE
    }

    /// The content of a structural record.
    pub(super) fn structural(&self) -> Result<Bytes<'a>, Damage> {
        if self.flags == 0 && self.version == 0 {
            Ok(Bytes::new(self.content))
        } else {
            Err(Damage("a structural record has flags"))
        }
    }

    /// Reads the event.
    pub(crate) fn event(&self) -> Result<EventRecord<'a>, Damage> {
        if !self.is_event() || self.flags & !KNOWN != 0 {
            return Err(Damage("the record has flags that are unknown"));
        }
        let has = |flag: u16| self.flags & flag != 0;
        let mut bytes = Bytes::new(self.content);
        let place = if has(FIRST) {
            let (append, count, ordinal, frame_back) = (bytes.array()?, bytes.u32()?, bytes.u32()?, bytes.u32()?);
            let key = if has(KEY) {
                let len = bytes.u8()?;
                Some((bytes.take(usize::from(len))?, bytes.array()?))
            } else {
                None
            };
            let shared = if has(SHARED) { bytes.sized()? } else { &[] };
            Place::First(First {
                append,
                count,
                ordinal,
                frame_back,
                key,
                shared,
            })
        } else if has(KEY) || has(SHARED) {
            return Err(Damage(
                "a record in the middle of an append has what only the first has",
            ));
        } else {
            Place::Back(bytes.u32()?)
        };
        let metadata = if has(METADATA) { bytes.sized()? } else { &[] };
        Ok(EventRecord {
            stream: self.stream,
            version: self.version,
            type_number: self.kind,
            last: has(LAST),
            place,
            metadata,
            payload: bytes.rest(),
        })
    }
}
