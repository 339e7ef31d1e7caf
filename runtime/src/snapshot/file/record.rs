//! One record of a file of snapshots: a head with a checksum of its own, so that a table can be made without reading the states.
//!
//! ```text
//! alive u8 | zero u8 | length of the name u16 | length of the snapshot u32 | version u64 | hash of the key u64 | sum of these u64
//! name of the stream | snapshot, with its own checksum
//! ```
//!
//! `alive` is 1, and is overwritten when the snapshot is removed; it is the one byte that no checksum covers. All numbers are little-endian.

use std::io::{self, Read};

use xxhash_rust::xxh3::xxh3_64;

use crate::codec;
use crate::snapshot::{Snapshot, SnapshotError};
use crate::stream::{StreamId, Version};

/// The bytes before the name.
pub(super) const HEAD: usize = 32;
/// The bytes that the sum covers begin behind the byte that changes.
const SUMMED: std::ops::Range<usize> = 1..24;
pub(super) const ALIVE: u8 = 1;
pub(super) const REMOVED: u8 = 0;

/// What is known of a record without its snapshot.
pub(super) struct Head {
    pub(super) alive: bool,
    pub(super) stream: StreamId,
    pub(super) version: Version,
    /// Of all that the snapshot was folded from.
    pub(super) key: u64,
    /// The bytes of the snapshot.
    pub(super) length: u32,
}

impl Head {
    pub(super) fn of(snapshot: &Snapshot, bytes: &[u8]) -> Result<Self, SnapshotError> {
        let key = &snapshot.key;
        let (store, fingerprint) = (key.store, key.fingerprint.to_string());
        let parts = (&key.stream, &key.aggregate, fingerprint, &key.codec, store);
        let parts = codec::encode(&parts).map_err(|error| SnapshotError::Store(error.into()))?;
        Ok(Self {
            alive: true,
            stream: key.stream.clone(),
            version: snapshot.version,
            key: xxh3_64(&parts),
            length: u32::try_from(bytes.len()).map_err(|error| SnapshotError::Store(error.into()))?,
        })
    }

    /// The bytes of the whole record.
    pub(super) fn size(&self) -> u64 {
        (HEAD + self.stream.as_str().len()) as u64 + u64::from(self.length)
    }

    /// Where in its record the snapshot begins.
    pub(super) fn skipped(&self) -> u64 {
        (HEAD + self.stream.as_str().len()) as u64
    }

    /// The bytes before the snapshot.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        let name = self.stream.as_str().as_bytes();
        let length = u16::try_from(name.len()).map_err(|error| SnapshotError::Store(error.into()))?;
        let mut bytes = vec![ALIVE, 0];
        bytes.extend(length.to_le_bytes());
        bytes.extend(self.length.to_le_bytes());
        bytes.extend(self.version.get().to_le_bytes());
        bytes.extend(self.key.to_le_bytes());
        let sum = sum(&bytes[SUMMED], name);
        bytes.extend(sum.to_le_bytes());
        bytes.extend(name);
        Ok(bytes)
    }

    /// Reads the head of the next record; `None` if there is none or it is damaged.
    pub(super) fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut head = [0; HEAD];
        if !is_full(from.read_exact(&mut head))? {
            return Ok(None);
        }
        let number = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&head[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        let mut name = vec![0; usize::from(u16::from_le_bytes([head[2], head[3]]))];
        if !is_full(from.read_exact(&mut name))? || sum(&head[SUMMED], &name) != number(24) {
            return Ok(None);
        }
        let stream = String::from_utf8(name).ok().and_then(|name| name.parse().ok());
        Ok(stream.zip(Version::new(number(8))).map(|(stream, version)| Self {
            alive: head[0] == ALIVE,
            stream,
            version,
            key: number(16),
            length: u32::from_le_bytes([head[4], head[5], head[6], head[7]]),
        }))
    }
}

fn sum(head: &[u8], name: &[u8]) -> u64 {
    xxh3_64(&[head, name].concat())
}

fn is_full(read: io::Result<()>) -> io::Result<bool> {
    match read {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error),
    }
}
