//! A store that is chosen at run time.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use uuid::Uuid;

use crate::store::erased::Erased;
use crate::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, EventStore, IdempotencyKey, KnownKey, LogRead, Page,
    ReadError, Resolved, StoreId, StreamRead, Unknown,
};
use crate::stream::{Position, StreamId};

/// Any store behind one type; clones are the same store. It keeps what the store inside keeps.
///
/// ```
/// use recount::{AnyStore, MemoryStore};
///
/// let store: AnyStore = AnyStore::new(MemoryStore::new());
/// ```
#[derive(Clone)]
pub struct AnyStore(Arc<dyn Erased>);

impl AnyStore {
    /// The store, behind one type.
    #[must_use]
    pub fn new(store: impl EventStore) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AnyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyStore").field(&self.0.identity()).finish()
    }
}

impl EventStore for AnyStore {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities()
    }

    fn identity(&self) -> StoreId {
        self.0.identity()
    }

    fn opening(&self) -> Uuid {
        self.0.opening()
    }

    // Not async: the future inside is the whole of this one, and is not put into another for each command.
    fn append(&self, batch: Batch) -> impl Future<Output = Result<Committed, AppendError>> + Send {
        self.0.append(batch)
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.0.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.0.resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.0.read_stream(read).await
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.0.read_log(read).await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.0.wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.0.head().await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.0.checkpoints()
    }

    async fn close(&self) {
        self.0.close().await;
    }
}
