//! The frame: what one write and one sync put into a segment, together or not at all.

use sha2::{Digest, Sha256};

use super::bytes::{Bytes, Put, all_zero};
use super::{Damage, align_up, sum};

pub(crate) const MAGIC: [u8; 4] = *b"RFRM";
/// The header with a chain, the longest there is.
pub(crate) const MAX_HEADER: usize = 128;
const HEADER_WITHOUT_CHAIN: usize = 96;
/// The part of the header that the chain covers.
const CHAINED: usize = 80;
/// The bytes of a seal frame's body.
const SEAL_BODY: usize = 32;

/// The length of a frame's header.
pub(crate) fn header_len(chain: bool) -> usize {
    if chain { MAX_HEADER } else { HEADER_WITHOUT_CHAIN }
}

/// The bytes that a seal frame takes: a segment keeps them free for its end.
pub(crate) fn seal_len(chain: bool, align: u32) -> u64 {
    let len = header_len(chain).saturating_add(SEAL_BODY);
    align_up(len as u64, align).unwrap_or(u64::MAX)
}

/// What a frame is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FrameKind {
    /// Records.
    Data,
    /// The last of its segment.
    Seal,
    /// Stands for a lost range; written by a repair only.
    Void,
    /// A frame some of whose records were lost; written by a repair only.
    Repaired,
}

impl FrameKind {
    fn number(self) -> u8 {
        match self {
            Self::Data => 1,
            Self::Seal => 2,
            Self::Void => 3,
            Self::Repaired => 4,
        }
    }

    fn of(number: u8) -> Option<Self> {
        [Self::Data, Self::Seal, Self::Void, Self::Repaired]
            .into_iter()
            .find(|kind| kind.number() == number)
    }
}

/// The state of a segment that a frame is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameRules {
    pub(crate) salt: [u8; 16],
    pub(crate) chain: bool,
    pub(crate) align: u32,
}

/// A frame's header; "true by itself" when it came out of [`FrameHeader::decode`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FrameHeader {
    pub(crate) kind: FrameKind,
    pub(crate) body_len: u32,
    /// Its own place in the file: a write that landed elsewhere is not taken for one that belongs there.
    pub(crate) offset: u32,
    pub(crate) seq: u64,
    pub(crate) first_position: u64,
    pub(crate) event_count: u32,
    /// Frames before this one that were not known to be durable when it was written; 0 when every append is synced.
    pub(crate) unsynced: u32,
    pub(crate) time_us: i64,
    pub(crate) previous: [u8; 16],
    pub(crate) body_hash: [u8; 16],
    /// Zero where the store has no chain.
    pub(crate) chain: [u8; 32],
    /// The hash of the header, and the name of the frame.
    pub(crate) id: [u8; 16],
}

/// What a new frame is to say; the rest is computed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewFrame {
    pub(crate) kind: FrameKind,
    pub(crate) offset: u32,
    pub(crate) seq: u64,
    pub(crate) first_position: u64,
    pub(crate) event_count: u32,
    pub(crate) time_us: i64,
    pub(crate) previous: [u8; 16],
    pub(crate) previous_chain: [u8; 32],
}

/// Writes the header into the room in front of a body and pads the end: `frame` is header room, then body.
///
/// `None` where the frame would be longer than its fields can say.
pub(crate) fn seal_up(frame: &mut Vec<u8>, new: NewFrame, rules: FrameRules) -> Option<FrameHeader> {
    let header_len = header_len(rules.chain);
    let body_len = u32::try_from(frame.len().checked_sub(header_len)?).ok()?;
    let padded = align_up(frame.len() as u64, rules.align)?;
    u32::try_from(padded.checked_add(u64::from(new.offset))?).ok()?;
    frame.resize(usize::try_from(padded).ok()?, 0);
    let (head, body) = frame.split_at_mut_checked(header_len)?;
    let body_hash = sum(&[body]);

    let mut bytes = Vec::with_capacity(header_len);
    bytes.put(&MAGIC);
    bytes.put_u16(u16::try_from(header_len).ok()?);
    bytes.put_u8(new.kind.number());
    bytes.put_u8(0);
    bytes.put_u32(body_len);
    bytes.put_u32(new.offset);
    bytes.put_u64(new.seq);
    bytes.put_u64(new.first_position);
    bytes.put_u32(new.event_count);
    bytes.put_u32(0);
    bytes.put_i64(new.time_us);
    bytes.put(&new.previous);
    bytes.put(&body_hash);
    let mut chain = [0; 32];
    if rules.chain {
        let content = body.get(..usize::try_from(body_len).ok()?)?;
        chain = link(&new.previous_chain, &bytes, content);
        bytes.put(&chain);
    }
    let id = sum(&[&rules.salt, &bytes]);
    bytes.put(&id);
    head.copy_from_slice(&bytes);
    Some(FrameHeader {
        kind: new.kind,
        body_len,
        offset: new.offset,
        seq: new.seq,
        first_position: new.first_position,
        event_count: new.event_count,
        unsynced: 0,
        time_us: new.time_us,
        previous: new.previous,
        body_hash,
        chain,
        id,
    })
}

/// The next link of the chain: the link before, the first 80 bytes of the header, and the body without its padding.
fn link(previous: &[u8; 32], header: &[u8], body: &[u8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(previous);
    hasher.update(header);
    hasher.update(body);
    hasher.finalize().into()
}

impl FrameHeader {
    /// Reads a header that should stand at `offset`: magic, lengths, place and hash must fit.
    pub(crate) fn decode(bytes: &[u8], offset: u64, rules: FrameRules) -> Result<Self, Damage> {
        let header_len = header_len(rules.chain);
        let head = Bytes::new(bytes).take(header_len)?;
        let mut bytes = Bytes::new(head);
        if bytes.array()? != MAGIC {
            return Err(Damage("no frame begins there"));
        }
        let own_len = usize::from(bytes.u16()?);
        let (hashed, id) = head
            .split_at_checked(header_len.saturating_sub(16))
            .ok_or(Damage("it ends too early"))?;
        let id = Bytes::new(id).array()?;
        if own_len != header_len || sum(&[&rules.salt, hashed]) != id {
            return Err(Damage("the frame's header does not match its hash"));
        }
        let kind = FrameKind::of(bytes.u8()?).ok_or(Damage("the frame is of an unknown kind"))?;
        bytes.zeros(1)?;
        let body_len = bytes.u32()?;
        let own_offset = bytes.u32()?;
        if u64::from(own_offset) != offset {
            return Err(Damage("the frame belongs to another place"));
        }
        let mut header = Self {
            kind,
            body_len,
            offset: own_offset,
            seq: bytes.u64()?,
            first_position: bytes.u64()?,
            event_count: bytes.u32()?,
            unsynced: bytes.u32()?,
            time_us: bytes.i64()?,
            previous: bytes.array()?,
            body_hash: bytes.array()?,
            chain: [0; 32],
            id,
        };
        if rules.chain {
            header.chain = bytes.array()?;
        }
        Ok(header)
    }

    /// Where the frame ends, its padding included.
    pub(crate) fn end(&self, rules: FrameRules) -> u64 {
        let len = (header_len(rules.chain) as u64).saturating_add(u64::from(self.body_len));
        align_up(len.saturating_add(u64::from(self.offset)), rules.align).unwrap_or(u64::MAX)
    }

    /// Compares what follows the header, padding included, with its hash, and returns the body.
    pub(crate) fn check_body<'a>(&self, rest: &'a [u8]) -> Result<&'a [u8], Damage> {
        if sum(&[rest]) != self.body_hash {
            return Err(Damage("the frame's body does not match its hash"));
        }
        let mut bytes = Bytes::new(rest);
        let body = bytes.take(usize::try_from(self.body_len).unwrap_or(usize::MAX))?;
        if all_zero(bytes.rest()) {
            Ok(body)
        } else {
            Err(Damage("the frame's padding is not zero"))
        }
    }

    /// Whether this frame's link of the chain follows from the one before: `head` begins with the frame's header.
    pub(crate) fn check_chain(&self, previous: &[u8; 32], head: &[u8], body: &[u8]) -> Result<(), Damage> {
        if link(previous, Bytes::new(head).take(CHAINED)?, body) == self.chain {
            Ok(())
        } else {
            Err(Damage(
                "the chain is broken here: the content is not what it was when it was written",
            ))
        }
    }
}

/// What a seal frame says about its segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Seal {
    pub(crate) events: u64,
    pub(crate) streams: u32,
    pub(crate) first_time_us: i64,
    pub(crate) last_time_us: i64,
}

impl Seal {
    pub(crate) fn encode(&self, body: &mut Vec<u8>) {
        body.put_u64(self.events);
        body.put_u32(self.streams);
        body.put_u32(0);
        body.put_i64(self.first_time_us);
        body.put_i64(self.last_time_us);
    }

    pub(crate) fn decode(body: &[u8]) -> Result<Self, Damage> {
        let mut bytes = Bytes::new(body);
        let (events, streams) = (bytes.u64()?, bytes.u32()?);
        bytes.zeros(4)?;
        let seal = Self {
            events,
            streams,
            first_time_us: bytes.i64()?,
            last_time_us: bytes.i64()?,
        };
        if bytes.rest().is_empty() {
            Ok(seal)
        } else {
            Err(Damage("the seal is too long"))
        }
    }
}
