//! The file `STORE`: which store this is, written once, and once more by each restore.

use super::bytes::{Bytes, Put};
use super::{Damage, FORMAT, Features, HeaderFault, sum};

const MAGIC: [u8; 8] = *b"RECOUNT\0";
/// The bytes of one copy.
pub(crate) const LEN: usize = 128;
/// Where the copies stand: in different pages, so that one bad sector spares the other.
pub(crate) const COPIES: [u64; 2] = [0, 4096];
const SUMMED: usize = 112;

/// Who a store is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) features: Features,
    pub(crate) store: [u8; 16],
    /// Another after every restore: a position means something only together with it.
    pub(crate) epoch: u64,
    pub(crate) name_seed: u64,
    pub(crate) created_us: i64,
    pub(crate) parent_epoch: u64,
    pub(crate) parent_position: u64,
    /// Frames begin at multiples of this: 8, 512 or 4096.
    pub(crate) commit_align: u32,
    pub(crate) chain: bool,
}

impl Identity {
    /// Both copies, as the file holds them.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut copy = Vec::with_capacity(LEN);
        copy.put(&MAGIC);
        copy.put_u32(FORMAT);
        copy.put_u32(self.features.compat);
        copy.put_u32(self.features.ro_compat);
        copy.put_u32(self.features.incompat);
        copy.put(&self.store);
        copy.put_u64(self.epoch);
        copy.put_u64(self.name_seed);
        copy.put_i64(self.created_us);
        copy.put_u64(self.parent_epoch);
        copy.put_u64(self.parent_position);
        copy.put_u32(self.commit_align);
        copy.put_u8(u8::from(self.chain));
        copy.put_zeros(27);
        let sum = sum(&[&copy]);
        copy.put(&sum);
        let mut file = copy.clone();
        file.resize(4096, 0);
        file.extend_from_slice(&copy);
        file
    }

    /// The same store in a history of its own, which branches off behind this position.
    pub(crate) fn restored(self, epoch: u64, last_position: u64) -> Self {
        Self {
            epoch,
            parent_epoch: self.epoch,
            parent_position: last_position,
            ..self
        }
    }

    /// Whether a segment that begins at this position can have been written before the store was restored.
    pub(crate) fn is_before_restore(&self, first_position: u64) -> bool {
        self.parent_epoch != 0 && first_position <= self.parent_position.saturating_add(1)
    }

    /// Whether a watermark is this store's: of this history, or of the one that it branched off from.
    pub(crate) fn is_mark_of(&self, store: [u8; 16], epoch: u64, last_position: u64) -> bool {
        let is_parent = epoch == self.parent_epoch && self.is_before_restore(last_position);
        store == self.store && (epoch == self.epoch || is_parent)
    }

    /// Reads one copy.
    pub(crate) fn decode(copy: &[u8]) -> Result<Self, HeaderFault> {
        let mut bytes = Bytes::new(copy);
        if bytes.array()? != MAGIC {
            return Err(Damage("it does not begin as a store does").into());
        }
        if sum(&[Bytes::new(copy).take(SUMMED)?]) != Bytes::new(copy.get(SUMMED..).unwrap_or_default()).array()? {
            return Err(Damage("its sum does not match").into());
        }
        let format = bytes.u32()?;
        let features = Features {
            compat: bytes.u32()?,
            ro_compat: bytes.u32()?,
            incompat: bytes.u32()?,
        };
        features.check(format)?;
        let identity = Self {
            features,
            store: bytes.array()?,
            epoch: bytes.u64()?,
            name_seed: bytes.u64()?,
            created_us: bytes.i64()?,
            parent_epoch: bytes.u64()?,
            parent_position: bytes.u64()?,
            commit_align: commit_align(bytes.u32()?)?,
            chain: chain(bytes.u8()?)?,
        };
        bytes.zeros(27)?;
        Ok(identity)
    }
}

pub(super) fn commit_align(number: u32) -> Result<u32, Damage> {
    if matches!(number, 8 | 512 | 4096) {
        Ok(number)
    } else {
        Err(Damage("its alignment is none that exists"))
    }
}

pub(super) fn chain(number: u8) -> Result<bool, Damage> {
    match number {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(Damage("its chain is none that exists")),
    }
}
