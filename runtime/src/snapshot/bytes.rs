//! The stored form of a snapshot: a checksum, what it was folded from as JSON, and the state.

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use crate::clock::Timestamp;
use crate::codec;
use crate::snapshot::{Snapshot, SnapshotError, SnapshotKey};
use crate::store::StoreId;
use crate::stream::{Position, StreamId, Version};

/// The checksum, and the length of what stands before the state.
const SUM: usize = 8;
const PREFIX: usize = SUM + 4;

#[derive(Serialize, Deserialize)]
struct Head {
    stream: StreamId,
    aggregate: String,
    fingerprint: String,
    codec: String,
    store: StoreId,
    version: Version,
    position: Position,
    recorded_at: Timestamp,
    latest: Timestamp,
}

impl Snapshot {
    /// Its stored form, with a checksum over all of it.
    ///
    /// # Errors
    /// [`SnapshotError::Store`] if it is too large to be stored.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        let key = &self.key;
        let head = codec::encode(&Head {
            stream: key.stream.clone(),
            aggregate: key.aggregate.clone(),
            fingerprint: key.fingerprint.to_string(),
            codec: key.codec.clone(),
            store: key.store,
            version: self.version,
            position: self.position,
            recorded_at: self.recorded_at,
            latest: self.latest,
        });
        let head = head.map_err(|error| SnapshotError::Store(error.into()))?;
        let length = u32::try_from(head.len()).map_err(|error| SnapshotError::Store(error.into()))?;
        let mut bytes = Vec::with_capacity(PREFIX + head.len() + self.state.len());
        bytes.extend([0; SUM]);
        bytes.extend(length.to_le_bytes());
        bytes.extend(head);
        bytes.extend(&self.state);
        let sum = xxh3_64(&bytes[SUM..]).to_le_bytes();
        bytes[..SUM].copy_from_slice(&sum);
        Ok(bytes)
    }

    /// Reads its stored form.
    ///
    /// # Errors
    /// [`SnapshotError::Damaged`] if they are not the bytes that were written.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SnapshotError> {
        read(bytes).ok_or(SnapshotError::Damaged)
    }
}

fn read(bytes: &[u8]) -> Option<Snapshot> {
    let (sum, rest) = bytes.split_first_chunk::<SUM>()?;
    if xxh3_64(rest) != u64::from_le_bytes(*sum) {
        return None;
    }
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (head, state) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
    let head: Head = codec::decode(head).ok()?;
    let key = SnapshotKey {
        stream: head.stream,
        aggregate: head.aggregate,
        fingerprint: head.fingerprint.parse().ok()?,
        codec: head.codec,
        store: head.store,
    };
    Some(Snapshot {
        key,
        version: head.version,
        position: head.position,
        recorded_at: head.recorded_at,
        latest: head.latest,
        state: state.to_vec(),
    })
}
