//! Any store with other wake-ups: none, for nothing, or late.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::store::{
    AnyCheckpoints, AnyStore, AppendError, Batch, Capabilities, Committed, EventStore, IdempotencyKey, KnownKey,
    LogRead, Page, ReadError, Resolved, StoreId, StreamRead, Unknown,
};
use crate::stream::{Position, StreamId};

/// Who is woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wakes {
    /// Nobody.
    Never,
    /// Everybody, all the time.
    Always,
    /// By turns: nobody, and everybody before there is anything.
    EveryOther,
}

/// The store.
pub(super) struct Waking {
    inner: AnyStore,
    wakes: Wakes,
    waits: AtomicU64,
}

impl Waking {
    pub(super) const fn new(inner: AnyStore, wakes: Wakes) -> Self {
        Self {
            inner,
            wakes,
            waits: AtomicU64::new(0),
        }
    }
}

impl EventStore for Waking {
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
        self.inner.append(batch).await
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

    async fn wait(&self, _: Position) -> Result<(), ReadError> {
        let turn = self.waits.fetch_add(1, Ordering::Relaxed);
        match self.wakes {
            Wakes::Always => Ok(()),
            Wakes::EveryOther if turn.is_multiple_of(2) => Ok(()),
            Wakes::Never | Wakes::EveryOther => std::future::pending().await,
        }
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
