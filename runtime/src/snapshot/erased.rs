//! The boxed twin of `SnapshotStore`, which can be a `dyn`. Imported by `any.rs` alone: with both traits in scope every call is ambiguous.

use std::future::Future;
use std::pin::Pin;

use crate::snapshot::{Snapshot, SnapshotError, SnapshotStore};
use crate::stream::{StreamId, Version};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, SnapshotError>> + Send + 'a>>;

pub(super) trait Erased: Send + Sync + 'static {
    fn put(&self, snapshot: Snapshot) -> BoxFuture<'_, ()>;
    fn newest<'a>(&'a self, stream: &'a StreamId, at_most: Option<Version>) -> BoxFuture<'a, Option<Snapshot>>;
    fn remove<'a>(&'a self, stream: &'a StreamId) -> BoxFuture<'a, ()>;
    fn remove_all<'a>(&'a self, category: &'a str) -> BoxFuture<'a, ()>;
}

impl<S: SnapshotStore> Erased for S {
    fn put(&self, snapshot: Snapshot) -> BoxFuture<'_, ()> {
        Box::pin(SnapshotStore::put(self, snapshot))
    }

    fn newest<'a>(&'a self, stream: &'a StreamId, at_most: Option<Version>) -> BoxFuture<'a, Option<Snapshot>> {
        Box::pin(SnapshotStore::newest(self, stream, at_most))
    }

    fn remove<'a>(&'a self, stream: &'a StreamId) -> BoxFuture<'a, ()> {
        Box::pin(SnapshotStore::remove(self, stream))
    }

    fn remove_all<'a>(&'a self, category: &'a str) -> BoxFuture<'a, ()> {
        Box::pin(SnapshotStore::remove_all(self, category))
    }
}
