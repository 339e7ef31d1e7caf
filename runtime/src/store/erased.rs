//! The boxed twin of `EventStore`, which can be a `dyn`. Imported by `any.rs` alone: with both traits in scope every call is ambiguous.

use std::future::Future;
use std::pin::Pin;

use uuid::Uuid;

use crate::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, EventStore, IdempotencyKey, KnownKey, LogRead, Page,
    ReadError, Resolved, StoreId, StreamRead, Unknown,
};
use crate::stream::{Position, StreamId};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

pub(super) trait Erased: Send + Sync + 'static {
    fn capabilities(&self) -> Capabilities;
    fn identity(&self) -> StoreId;
    fn opening(&self) -> Uuid;
    fn append(&self, batch: Batch) -> BoxFuture<'_, Result<Committed, AppendError>>;
    fn find_key<'a>(
        &'a self,
        stream: &'a StreamId,
        key: &'a IdempotencyKey,
    ) -> BoxFuture<'a, Result<Option<KnownKey>, ReadError>>;
    fn resolve<'a>(&'a self, unknown: &'a Unknown) -> BoxFuture<'a, Result<Resolved, ReadError>>;
    fn read_stream(&self, read: StreamRead) -> BoxFuture<'_, Result<Page, ReadError>>;
    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<Page, ReadError>>;
    fn wait(&self, after: Position) -> BoxFuture<'_, Result<(), ReadError>>;
    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>>;
    fn checkpoints(&self) -> AnyCheckpoints;
    fn close(&self) -> BoxFuture<'_, ()>;
}

impl<S: EventStore> Erased for S {
    fn capabilities(&self) -> Capabilities {
        EventStore::capabilities(self)
    }

    fn identity(&self) -> StoreId {
        EventStore::identity(self)
    }

    fn opening(&self) -> Uuid {
        EventStore::opening(self)
    }

    fn append(&self, batch: Batch) -> BoxFuture<'_, Result<Committed, AppendError>> {
        Box::pin(EventStore::append(self, batch))
    }

    fn find_key<'a>(
        &'a self,
        stream: &'a StreamId,
        key: &'a IdempotencyKey,
    ) -> BoxFuture<'a, Result<Option<KnownKey>, ReadError>> {
        Box::pin(EventStore::find_key(self, stream, key))
    }

    fn resolve<'a>(&'a self, unknown: &'a Unknown) -> BoxFuture<'a, Result<Resolved, ReadError>> {
        Box::pin(EventStore::resolve(self, unknown))
    }

    fn read_stream(&self, read: StreamRead) -> BoxFuture<'_, Result<Page, ReadError>> {
        Box::pin(EventStore::read_stream(self, read))
    }

    fn read_log(&self, read: LogRead) -> BoxFuture<'_, Result<Page, ReadError>> {
        Box::pin(EventStore::read_log(self, read))
    }

    fn wait(&self, after: Position) -> BoxFuture<'_, Result<(), ReadError>> {
        Box::pin(EventStore::wait(self, after))
    }

    fn head(&self) -> BoxFuture<'_, Result<Position, ReadError>> {
        Box::pin(EventStore::head(self))
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        EventStore::checkpoints(self)
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(EventStore::close(self))
    }
}
