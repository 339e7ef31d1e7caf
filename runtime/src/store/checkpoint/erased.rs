//! The boxed twin of `CheckpointStore`, which can be a `dyn`. Imported by `any.rs` alone: with both traits in scope every call is ambiguous.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use crate::store::checkpoint::{
    Change, CheckpointError, CheckpointStore, ConsumerName, DeadLetter, Lease, LetterRead, Live, ParkedKey, PartId,
    Saved, Waiver,
};

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, CheckpointError>> + Send + 'a>>;

pub(super) trait Erased: Send + Sync + 'static {
    fn claim<'a>(&'a self, consumer: &'a ConsumerName, ttl: Duration) -> BoxFuture<'a, Lease>;
    fn renew<'a>(&'a self, lease: &'a Lease, ttl: Duration) -> BoxFuture<'a, Lease>;
    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, ()>;
    fn load<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, Option<Saved>>;
    fn save<'a>(&'a self, lease: &'a Lease, change: Change) -> BoxFuture<'a, ()>;
    fn reset<'a>(&'a self, lease: &'a Lease, to: Saved) -> BoxFuture<'a, ()>;
    fn letters<'a>(&'a self, consumer: &'a ConsumerName, read: LetterRead) -> BoxFuture<'a, Vec<DeadLetter>>;
    fn parked<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, Vec<ParkedKey>>;
    fn waive<'a>(
        &'a self,
        consumer: &'a ConsumerName,
        part: PartId,
        reason: &'a str,
        actor: &'a str,
    ) -> BoxFuture<'a, Waiver>;
    fn waivers<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, Vec<Waiver>>;
    fn live<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, Live>;
    fn switch<'a>(&'a self, lease: &'a Lease, consumer: &'a ConsumerName, from: &'a ConsumerName) -> BoxFuture<'a, ()>;
    fn switch_back<'a>(&'a self, consumer: &'a ConsumerName, from: &'a ConsumerName) -> BoxFuture<'a, ()>;
    fn remove<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, ()>;
    fn consumers(&self) -> BoxFuture<'_, Vec<ConsumerName>>;
}

impl<S: CheckpointStore> Erased for S {
    fn claim<'a>(&'a self, consumer: &'a ConsumerName, ttl: Duration) -> BoxFuture<'a, Lease> {
        Box::pin(CheckpointStore::claim(self, consumer, ttl))
    }

    fn renew<'a>(&'a self, lease: &'a Lease, ttl: Duration) -> BoxFuture<'a, Lease> {
        Box::pin(CheckpointStore::renew(self, lease, ttl))
    }

    fn release<'a>(&'a self, lease: &'a Lease) -> BoxFuture<'a, ()> {
        Box::pin(CheckpointStore::release(self, lease))
    }

    fn load<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, Option<Saved>> {
        Box::pin(CheckpointStore::load(self, consumer))
    }

    fn save<'a>(&'a self, lease: &'a Lease, change: Change) -> BoxFuture<'a, ()> {
        Box::pin(CheckpointStore::save(self, lease, change))
    }

    fn reset<'a>(&'a self, lease: &'a Lease, to: Saved) -> BoxFuture<'a, ()> {
        Box::pin(CheckpointStore::reset(self, lease, to))
    }

    fn letters<'a>(&'a self, consumer: &'a ConsumerName, read: LetterRead) -> BoxFuture<'a, Vec<DeadLetter>> {
        Box::pin(CheckpointStore::letters(self, consumer, read))
    }

    fn parked<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, Vec<ParkedKey>> {
        Box::pin(CheckpointStore::parked(self, consumer))
    }

    fn waive<'a>(
        &'a self,
        consumer: &'a ConsumerName,
        part: PartId,
        reason: &'a str,
        actor: &'a str,
    ) -> BoxFuture<'a, Waiver> {
        Box::pin(CheckpointStore::waive(self, consumer, part, reason, actor))
    }

    fn waivers<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, Vec<Waiver>> {
        Box::pin(CheckpointStore::waivers(self, consumer))
    }

    fn live<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, Live> {
        Box::pin(CheckpointStore::live(self, consumer))
    }

    fn switch<'a>(&'a self, lease: &'a Lease, consumer: &'a ConsumerName, from: &'a ConsumerName) -> BoxFuture<'a, ()> {
        Box::pin(CheckpointStore::switch(self, lease, consumer, from))
    }

    fn switch_back<'a>(&'a self, consumer: &'a ConsumerName, from: &'a ConsumerName) -> BoxFuture<'a, ()> {
        Box::pin(CheckpointStore::switch_back(self, consumer, from))
    }

    fn remove<'a>(&'a self, consumer: &'a ConsumerName) -> BoxFuture<'a, ()> {
        Box::pin(CheckpointStore::remove(self, consumer))
    }

    fn consumers(&self) -> BoxFuture<'_, Vec<ConsumerName>> {
        Box::pin(CheckpointStore::consumers(self))
    }
}
