//! A store whose answers can be lost on their way, around any other: before the commit, or after it.

use std::sync::{Arc, Mutex, PoisonError};

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, KnownKey, LogRead, Page, ReadError, Resolved, StoreId,
    StreamRead, Unknown,
};
use recount::{AnyStore, EventStore, IdempotencyKey, Position, StreamId};
use uuid::Uuid;

/// Which answer is lost next: that of an append that is committed, or that of one that never arrives.
#[derive(Clone, Default)]
pub(crate) struct Loss(Arc<Mutex<Option<bool>>>);

impl Loss {
    pub(crate) fn lose(&self, committed: bool) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(committed);
    }

    fn take(&self) -> Option<bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// The store, with this on the way to it.
    pub(crate) fn around(&self, inner: impl EventStore) -> AnyStore {
        AnyStore::new(Losing {
            inner,
            loss: self.clone(),
        })
    }
}

struct Losing<S> {
    inner: S,
    loss: Loss,
}

impl<S: EventStore> EventStore for Losing<S> {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn identity(&self) -> StoreId {
        self.inner.identity()
    }

    fn opening(&self) -> Uuid {
        self.inner.opening()
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        let Some(committed) = self.loss.take() else {
            return self.inner.append(batch).await;
        };
        let parts = batch.parts.iter().map(|part| (part.stream.clone(), part.expected));
        let unknown = Unknown::new(batch.append, parts.collect(), self.identity(), self.opening());
        if committed {
            self.inner.append(batch).await?;
        }
        Err(AppendError::Unknown {
            unknown: Box::new(unknown),
            source: "the answer was lost".into(),
        })
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.inner.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.inner.resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.inner.read_stream(read).await
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.inner.read_log(read).await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.inner.wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.inner.head().await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.inner.checkpoints()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
