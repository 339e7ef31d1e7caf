//! A store of snapshots that is chosen at run time.

use std::fmt;
use std::sync::Arc;

use crate::snapshot::erased::Erased;
use crate::snapshot::{Snapshot, SnapshotError, SnapshotStore};
use crate::stream::{StreamId, Version};

/// Any store of snapshots behind one type; clones are the same store.
///
/// ```
/// use recount::{AnySnapshots, MemorySnapshots};
///
/// let snapshots: AnySnapshots = AnySnapshots::new(MemorySnapshots::new());
/// ```
#[derive(Clone)]
pub struct AnySnapshots(Arc<dyn Erased>);

impl AnySnapshots {
    /// The store, behind one type.
    #[must_use]
    pub fn new(store: impl SnapshotStore) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AnySnapshots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnySnapshots").finish_non_exhaustive()
    }
}

impl SnapshotStore for AnySnapshots {
    async fn put(&self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        self.0.put(snapshot).await
    }

    async fn newest(&self, stream: &StreamId, at_most: Option<Version>) -> Result<Option<Snapshot>, SnapshotError> {
        self.0.newest(stream, at_most).await
    }

    async fn remove(&self, stream: &StreamId) -> Result<(), SnapshotError> {
        self.0.remove(stream).await
    }

    async fn remove_all(&self, category: &str) -> Result<(), SnapshotError> {
        self.0.remove_all(category).await
    }
}
