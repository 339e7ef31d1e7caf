//! Snapshots in memory, the newest of each stream.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::snapshot::{Snapshot, SnapshotError, SnapshotStore};
use crate::stream::{StreamId, Version};

/// Keeps the newest snapshot of each stream in memory, without a bound; clones are the same store. For tests, and for processes that outlive
/// their runtimes.
#[derive(Clone, Debug, Default)]
pub struct MemorySnapshots(Arc<Mutex<HashMap<StreamId, Snapshot>>>);

impl MemorySnapshots {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StreamId, Snapshot>> {
        // Nothing panics between two changes of the table.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SnapshotStore for MemorySnapshots {
    async fn put(&self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        let mut kept = self.lock();
        if kept
            .get(&snapshot.key.stream)
            .is_none_or(|before| snapshot.replaces(before))
        {
            kept.insert(snapshot.key.stream.clone(), snapshot);
        }
        Ok(())
    }

    async fn newest(&self, stream: &StreamId, at_most: Option<Version>) -> Result<Option<Snapshot>, SnapshotError> {
        let kept = self.lock();
        let newest = kept
            .get(stream)
            .filter(|kept| at_most.is_none_or(|most| kept.version <= most));
        Ok(newest.cloned())
    }

    async fn remove(&self, stream: &StreamId) -> Result<(), SnapshotError> {
        self.lock().remove(stream);
        Ok(())
    }

    async fn remove_all(&self, category: &str) -> Result<(), SnapshotError> {
        self.lock().retain(|stream, _| stream.category() != category);
        Ok(())
    }
}
