//! The header of a segment: where it stands in the log, and what the one before it ended with.

use super::bytes::{Bytes, Put, all_zero};
use super::identity::{chain, commit_align};
use super::{Damage, FIRST_FRAME, FORMAT, Features, HeaderFault, sum};

const MAGIC: [u8; 4] = *b"RSEG";
const LEN: usize = 256;
const SUMMED: usize = 240;
/// Where the copies stand in the first page.
const COPIES: [usize; 2] = [0, 2048];
/// The first number that an event type can have; smaller kinds are structural records.
pub(crate) const FIRST_TYPE: u32 = 16;
/// One more than the last number of an event type.
pub(crate) const TYPES_END: u32 = 0x1_0000;

/// What the first page of a segment file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) features: Features,
    pub(crate) segment: u32,
    pub(crate) store: [u8; 16],
    pub(crate) epoch: u64,
    /// Random, and part of every hash in the segment: no block of another file can pass as a frame of this one.
    pub(crate) salt: [u8; 16],
    pub(crate) first_position: u64,
    pub(crate) first_frame_seq: u64,
    /// The length of the file when the header was written.
    pub(crate) capacity: u64,
    pub(crate) created_us: i64,
    /// Where the last frame of the segment before ends, and which it is; zero in the first segment.
    pub(crate) prev_end: u64,
    pub(crate) prev_frame_id: [u8; 16],
    pub(crate) prev_chain: [u8; 32],
    /// The numbers that the next new stream and the next new event type get.
    pub(crate) next_stream: u32,
    pub(crate) next_type: u32,
    pub(crate) chain: bool,
    pub(crate) commit_align: u32,
}

/// The first page of a segment file, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HeaderPage {
    /// All zero: prepared, and not in use yet.
    Spare,
    /// In use; `damaged` says that one of the two copies is not readable.
    Used { header: SegmentHeader, damaged: bool },
    /// Neither.
    Unreadable(HeaderFault),
}

impl SegmentHeader {
    /// The whole first page.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut copy = Vec::with_capacity(LEN);
        copy.put(&MAGIC);
        // The format has two bytes here and four in `STORE`; it is 1.
        copy.put_u16(u16::try_from(FORMAT).unwrap_or(u16::MAX));
        copy.put_u16(256);
        copy.put_u32(self.features.compat);
        copy.put_u32(self.features.ro_compat);
        copy.put_u32(self.features.incompat);
        copy.put_u32(self.segment);
        copy.put(&self.store);
        copy.put_u64(self.epoch);
        copy.put(&self.salt);
        copy.put_u64(self.first_position);
        copy.put_u64(self.first_frame_seq);
        copy.put_u64(self.capacity);
        copy.put_i64(self.created_us);
        copy.put_u64(self.prev_end);
        copy.put(&self.prev_frame_id);
        copy.put(&self.prev_chain);
        copy.put_u32(self.next_stream);
        // After the last number the field wraps to zero, which no type has.
        copy.put_u16(u16::try_from(self.next_type).unwrap_or(0));
        copy.put(&[1, 1, u8::from(self.chain), 0, 0, 0]);
        copy.put_u32(self.commit_align);
        copy.put_zeros(SUMMED.saturating_sub(copy.len()));
        let sum = sum(&[&copy]);
        copy.put(&sum);
        let mut page = copy.clone();
        page.resize(2048, 0);
        page.put(&copy);
        page.resize(usize::try_from(FIRST_FRAME).unwrap_or(4096), 0);
        page
    }

    fn decode(copy: &[u8]) -> Result<Self, HeaderFault> {
        let mut bytes = Bytes::new(copy);
        if bytes.array()? != MAGIC {
            return Err(Damage("it does not begin as a segment does").into());
        }
        if sum(&[Bytes::new(copy).take(SUMMED)?]) != Bytes::new(copy.get(SUMMED..).unwrap_or_default()).array()? {
            return Err(Damage("the sum of its header does not match").into());
        }
        let format = u32::from(bytes.u16()?);
        let header_len = bytes.u16()?;
        let features = Features {
            compat: bytes.u32()?,
            ro_compat: bytes.u32()?,
            incompat: bytes.u32()?,
        };
        features.check(format)?;
        if usize::from(header_len) != LEN {
            return Err(Damage("its header has another length").into());
        }
        let mut header = Self {
            features,
            segment: bytes.u32()?,
            store: bytes.array()?,
            epoch: bytes.u64()?,
            salt: bytes.array()?,
            first_position: bytes.u64()?,
            first_frame_seq: bytes.u64()?,
            capacity: bytes.u64()?,
            created_us: bytes.i64()?,
            prev_end: bytes.u64()?,
            prev_frame_id: bytes.array()?,
            prev_chain: bytes.array()?,
            next_stream: bytes.u32()?,
            next_type: u32::from(bytes.u16()?),
            chain: false,
            commit_align: 0,
        };
        if header.next_type == 0 {
            header.next_type = TYPES_END;
        }
        if bytes.array()? != [1u8, 1] {
            return Err(Damage("its checksums are none that exist").into());
        }
        header.chain = chain(bytes.u8()?)?;
        bytes.zeros(3)?;
        header.commit_align = commit_align(bytes.u32()?)?;
        bytes.zeros(72)?;
        Ok(header)
    }

    /// Judges the first page of a file.
    pub(crate) fn read_page(page: &[u8]) -> HeaderPage {
        if all_zero(page) {
            return HeaderPage::Spare;
        }
        let [first, second] = COPIES.map(|at| Self::decode(page.get(at..).unwrap_or_default()));
        match (first, second) {
            (Ok(header), Ok(other)) if header == other => HeaderPage::Used { header, damaged: false },
            // Two sound copies that differ: no write of ours does that.
            (Ok(_), Ok(_)) => HeaderPage::Unreadable(Damage("its two headers differ").into()),
            (Ok(header), Err(_)) | (Err(_), Ok(header)) => HeaderPage::Used { header, damaged: true },
            (Err(fault @ HeaderFault::TooNew { .. }), _) | (_, Err(fault)) => HeaderPage::Unreadable(fault),
        }
    }
}

/// The 32 bits of a salt from which the checksum of every record starts.
pub(crate) fn record_seed(salt: &[u8; 16]) -> u32 {
    let [a, b, c, d, ..] = *salt;
    u32::from_le_bytes([a, b, c, d])
}
