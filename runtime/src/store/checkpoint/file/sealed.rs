//! The one form of all files of consumers: a header with two sums, a head that says what it is, and a body; `docs/file-format.md`.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic
)]

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec;
use crate::store::file::format::bytes::{Bytes, Put};
use crate::store::file::format::{Damage, FORMAT, Features, HeaderFault, sum};

const MAGIC: [u8; 4] = *b"RCNS";
/// The bytes before the head.
pub(super) const HEADER: usize = 64;
/// What the second sum covers begins with these bytes of the header.
const SUMMED: usize = 48;

/// What a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// A checkpoint; its body is the state.
    Checkpoint = 1,
    /// Some letters; its body is their payloads and metadata.
    Letters = 2,
    /// All waivers of a consumer.
    Waivers = 3,
    /// Which generation of a consumer is live.
    Live = 4,
    /// A removal that is to be finished.
    Removal = 5,
    /// Which fences were given.
    Fences = 6,
}

/// The bytes of a file.
pub(super) fn seal(kind: Kind, head: &impl Serialize, body: &[u8]) -> Result<Vec<u8>, codec::JsonError> {
    let head = codec::encode(head)?;
    let mut bytes = Vec::with_capacity(HEADER.saturating_add(head.len()).saturating_add(body.len()));
    bytes.put(&MAGIC);
    bytes.put_u16(u16::try_from(FORMAT).unwrap_or(u16::MAX));
    bytes.put_u8(kind as u8);
    bytes.put_u8(0);
    bytes.put_zeros(12);
    // A head is bounded by the letters of one save, far below this.
    bytes.put_u32(u32::try_from(head.len()).unwrap_or(u32::MAX));
    bytes.put_u64(body.len() as u64);
    bytes.put(&sum(&[body]));
    let of_head = sum(&[&bytes, &head]);
    bytes.put(&of_head);
    bytes.put(&head);
    bytes.put(body);
    Ok(bytes)
}

/// The header of a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    kind: u8,
    /// The length of the head.
    pub(super) head: usize,
    /// The length of the body.
    pub(super) body: u64,
    of_body: [u8; 16],
    of_head: [u8; 16],
}

impl Header {
    /// Reads the first bytes of a file.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, HeaderFault> {
        let mut bytes = Bytes::new(bytes);
        if bytes.array()? != MAGIC {
            return Err(Damage("it does not begin as a file of consumers does").into());
        }
        let (format, kind) = (bytes.u16()?, bytes.u8()?);
        bytes.zeros(1)?;
        let features = Features {
            compat: bytes.u32()?,
            ro_compat: bytes.u32()?,
            incompat: bytes.u32()?,
        };
        let header = Self {
            kind,
            head: bytes.u32()? as usize,
            body: bytes.u64()?,
            of_body: bytes.array()?,
            of_head: bytes.array()?,
        };
        features.check(u32::from(format))?;
        Ok(header)
    }

    /// Where the body begins.
    pub(super) fn body_at(&self) -> u64 {
        (HEADER as u64).saturating_add(self.head as u64)
    }

    /// The length of the whole file.
    pub(super) fn file_len(&self) -> u64 {
        self.body_at().saturating_add(self.body)
    }

    /// Reads the head, which stands behind these first bytes.
    pub(super) fn head<T: DeserializeOwned>(&self, kind: Kind, first: &[u8], head: &[u8]) -> Result<T, Damage> {
        let summed = Bytes::new(first).take(SUMMED)?;
        if sum(&[summed, head]) != self.of_head {
            return Err(Damage("the sum of its head does not match"));
        }
        if self.kind != kind as u8 {
            return Err(Damage("it holds something else than its name says"));
        }
        codec::decode(head).map_err(|_| Damage("its head cannot be read"))
    }

    /// Whether the body is what was written.
    pub(super) fn is_body(&self, body: &[u8]) -> bool {
        sum(&[body]) == self.of_body
    }
}
