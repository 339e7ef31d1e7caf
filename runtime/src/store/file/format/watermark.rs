//! The file `watermark`: how far the log is known to be durable, never ahead of it.

use super::bytes::{Bytes, Put};
use super::{Damage, sum};

const MAGIC: [u8; 4] = *b"RWMK";
/// The bytes of one slot.
pub(crate) const LEN: usize = 136;
const SUMMED: usize = 120;
/// Where the slots stand; they are written in turn, so that one is always whole.
pub(crate) const SLOTS: [u64; 2] = [0, 4096];
/// The length of the file.
pub(crate) const FILE_LEN: u64 = 8192;

/// What the last owner of the store said about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It was open: after a crash this is what stands there.
    Open,
    /// It was closed, and the log ends exactly here.
    Clean,
    /// A write or a sync failed.
    Poisoned,
}

/// One slot: the last frame that a sync covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Watermark {
    pub(crate) state: State,
    pub(crate) slot_seq: u64,
    pub(crate) store: [u8; 16],
    pub(crate) epoch: u64,
    pub(crate) segment: u32,
    /// Where that frame begins and ends; `start` is zero where the segment has none yet.
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) frame_seq: u64,
    pub(crate) last_position: u64,
    pub(crate) frame_id: [u8; 16],
    pub(crate) chain: [u8; 32],
}

impl Watermark {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut slot = Vec::with_capacity(LEN);
        slot.put(&MAGIC);
        slot.put_u8(match self.state {
            State::Open => 0,
            State::Clean => 1,
            State::Poisoned => 2,
        });
        slot.put_zeros(3);
        slot.put_u64(self.slot_seq);
        slot.put(&self.store);
        slot.put_u64(self.epoch);
        slot.put_u32(self.segment);
        slot.put_u32(self.start);
        slot.put_u32(self.end);
        slot.put_u32(0);
        slot.put_u64(self.frame_seq);
        slot.put_u64(self.last_position);
        slot.put(&self.frame_id);
        slot.put(&self.chain);
        let sum = sum(&[&slot]);
        slot.put(&sum);
        slot
    }

    pub(crate) fn decode(slot: &[u8]) -> Result<Self, Damage> {
        let mut bytes = Bytes::new(slot);
        if bytes.array()? != MAGIC {
            return Err(Damage("it does not begin as a watermark does"));
        }
        if sum(&[Bytes::new(slot).take(SUMMED)?]) != Bytes::new(slot.get(SUMMED..).unwrap_or_default()).array()? {
            return Err(Damage("its sum does not match"));
        }
        let state = match bytes.u8()? {
            0 => State::Open,
            1 => State::Clean,
            2 => State::Poisoned,
            _ => return Err(Damage("its state is none that exists")),
        };
        bytes.zeros(3)?;
        let mut mark = Self {
            state,
            slot_seq: bytes.u64()?,
            store: bytes.array()?,
            epoch: bytes.u64()?,
            segment: bytes.u32()?,
            start: bytes.u32()?,
            end: bytes.u32()?,
            frame_seq: 0,
            last_position: 0,
            frame_id: [0; 16],
            chain: [0; 32],
        };
        bytes.zeros(4)?;
        mark.frame_seq = bytes.u64()?;
        mark.last_position = bytes.u64()?;
        mark.frame_id = bytes.array()?;
        mark.chain = bytes.array()?;
        Ok(mark)
    }
}
