//! Snapshots: folded states with what they were folded from, and the stores that keep them beside the events.

mod any;
mod bytes;
mod erased;
mod file;
mod memory;

use std::error::Error;
use std::future::Future;

pub use any::AnySnapshots;
pub use file::FileSnapshots;
pub use memory::MemorySnapshots;

use crate::clock::Timestamp;
use crate::schema::Fingerprint;
use crate::store::StoreId;
use crate::stream::{Position, StreamId, Version};

/// How states are written today.
pub(crate) const CODEC: &str = "json/1";

/// What a snapshot was folded from (rule 6.2). All of it is compared before a byte of the state is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotKey {
    /// The stream.
    pub stream: StreamId,
    /// The declared name of the aggregate.
    pub aggregate: String,
    /// Of the shape of the state, of what the events read as, and of the revision: [`Snapshots::fingerprint`](crate::Snapshots::fingerprint).
    pub fingerprint: Fingerprint,
    /// How the state is written.
    pub codec: String,
    /// The store of the events, and which of its histories.
    pub store: StoreId,
}

/// A folded state, as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// What it was folded from.
    pub key: SnapshotKey,
    /// The last event that is in it.
    pub version: Version,
    /// Where that event stands in the store.
    pub position: Position,
    /// When that event was recorded.
    pub recorded_at: Timestamp,
    /// The latest moment that any event in it was recorded at, which is another where the clock of the store went back.
    pub latest: Timestamp,
    /// The state.
    pub state: Vec<u8>,
}

impl Snapshot {
    /// Whether it goes to the place of another one of its stream: if it is of a higher version, or the other one was folded from something
    /// else, so that it is of no use to whoever wrote this (rule 6.4).
    #[must_use]
    pub fn replaces(&self, other: &Self) -> bool {
        self.version > other.version || self.key != other.key
    }
}

/// Why a snapshot was not written or read. No command fails of it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// Its bytes are not those that were written.
    #[error("the snapshot is damaged")]
    Damaged,
    /// Another process has them open. There is one at a time, so this one does without.
    #[error("the snapshots are in use by another process")]
    InUse,
    /// The store could not do it.
    #[error("the store of snapshots failed")]
    Store(#[source] Box<dyn Error + Send + Sync>),
}

/// Where snapshots are kept: a cache, from which anything may be missing at any time.
///
/// One snapshot of each stream is enough, the newest; a store may keep more. Implementations write plain `async fn`s, and
/// [`Snapshot::to_bytes`] and [`Snapshot::from_bytes`] give them a stored form with a checksum.
///
/// ```
/// use recount::schema::Fingerprint;
/// use recount::{
///     EventStore, MemorySnapshots, MemoryStore, Position, Snapshot, SnapshotKey, SnapshotStore, StreamId, Timestamp, Version,
/// };
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let stream = StreamId::new("account", "acc-101")?;
/// let key = SnapshotKey {
///     stream: stream.clone(),
///     aggregate: "account".into(),
///     fingerprint: Fingerprint(7),
///     codec: "json/1".into(),
///     store: MemoryStore::new().identity(),
/// };
/// let at = |version| Snapshot {
///     key: key.clone(),
///     version: Version::new(version).expect("not 0"),
///     position: Position::new(version),
///     recorded_at: Timestamp::from_micros(0),
///     latest: Timestamp::from_micros(0),
///     state: br#"{"balance":5}"#.to_vec(),
/// };
/// let snapshots = MemorySnapshots::new();
/// snapshots.put(at(20)).await?;
/// snapshots.put(at(10)).await?;
/// assert_eq!(snapshots.newest(&stream, None).await?, Some(at(20)), "a lower one never replaces a higher one");
/// # Ok(())
/// # }
/// ```
pub trait SnapshotStore: Send + Sync + 'static {
    /// Keeps a snapshot, if it [replaces](Snapshot::replaces) the one that is there; otherwise nothing happens.
    ///
    /// # Errors
    /// [`SnapshotError`]; what was there may be lost.
    fn put(&self, snapshot: Snapshot) -> impl Future<Output = Result<(), SnapshotError>> + Send;

    /// The newest snapshot of a stream, or the newest one that is kept at or below a version.
    ///
    /// # Errors
    /// [`SnapshotError`]; whoever asks then reads the events.
    fn newest(
        &self,
        stream: &StreamId,
        at_most: Option<Version>,
    ) -> impl Future<Output = Result<Option<Snapshot>, SnapshotError>> + Send;

    /// Removes what is kept of a stream.
    ///
    /// # Errors
    /// [`SnapshotError`]; something may still be there.
    fn remove(&self, stream: &StreamId) -> impl Future<Output = Result<(), SnapshotError>> + Send;

    /// Removes what is kept of all streams of a category, which is the name of an aggregate.
    ///
    /// # Errors
    /// [`SnapshotError`]; something may still be there.
    fn remove_all(&self, category: &str) -> impl Future<Output = Result<(), SnapshotError>> + Send;
}
