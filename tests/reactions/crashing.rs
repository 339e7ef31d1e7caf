//! A store that dies at a chosen step, and is there again for the next life: what was written before is kept, what came after is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Change, CheckpointError, CheckpointStore, Committed,
    ConsumerName, DeadLetter, KnownKey, Lease, LetterRead, Live, LogRead, Page, ParkedKey, Part, PartId, ReadError,
    Resolved, Saved, StoreId, StreamRead, Unknown, Waiver,
};
use recount::{AnyStore, EventStore, IdempotencyKey, Position, StreamId};
use tokio::sync::{Notify, RwLock};
use uuid::Uuid;

/// How many steps are left to live. An append has two, before it is done and after, and so has every save of a checkpoint.
#[derive(Debug)]
pub struct Life {
    left: AtomicI64,
    died: Notify,
    /// How often a checkpoint was saved, and a stream of a process was read.
    pub saves: AtomicU64,
    pub instances_read: AtomicU64,
    /// A save that parks something does not come to its end.
    pub parks_nothing: AtomicBool,
    pub tried_to_park: Notify,
    /// What is appended to an account waits for whoever holds this.
    pub accounts: RwLock<()>,
    pub tried_to_append: Notify,
}

impl Life {
    pub fn of(steps: i64) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicI64::new(steps),
            died: Notify::new(),
            saves: AtomicU64::new(0),
            instances_read: AtomicU64::new(0),
            parks_nothing: AtomicBool::new(false),
            tried_to_park: Notify::new(),
            accounts: RwLock::new(()),
            tried_to_append: Notify::new(),
        })
    }

    async fn step(&self) {
        if self.left.fetch_sub(1, Ordering::SeqCst) <= 0 {
            self.died.notify_one();
            std::future::pending::<()>().await;
        }
    }

    pub async fn end(&self) {
        self.died.notified().await;
    }
}

/// The store for one life. To close it closes nothing.
pub struct Mortal {
    pub inner: AnyStore,
    pub life: Arc<Life>,
}

/// A store for a life without an end.
pub fn kept(inner: &AnyStore) -> Mortal {
    Mortal {
        inner: inner.clone(),
        life: Life::of(i64::MAX),
    }
}

impl EventStore for Mortal {
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
        let is_account = |part: &Part| part.stream.category() == "account";
        if batch.parts.iter().any(is_account) {
            self.life.tried_to_append.notify_one();
            drop(self.life.accounts.read().await);
        }
        self.life.step().await;
        let committed = self.inner.append(batch).await;
        self.life.step().await;
        committed
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.inner.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.inner.resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        if read.stream.category() == "$process" {
            self.life.instances_read.fetch_add(1, Ordering::SeqCst);
        }
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
        AnyCheckpoints::new(MortalCheckpoints {
            inner: self.inner.checkpoints(),
            life: Arc::clone(&self.life),
        })
    }

    async fn close(&self) {}
}

struct MortalCheckpoints {
    inner: AnyCheckpoints,
    life: Arc<Life>,
}

impl CheckpointStore for MortalCheckpoints {
    async fn claim(&self, consumer: &ConsumerName, ttl: Duration) -> Result<Lease, CheckpointError> {
        self.inner.claim(consumer, ttl).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, CheckpointError> {
        self.inner.renew(lease, ttl).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), CheckpointError> {
        self.inner.release(lease).await
    }

    async fn load(&self, consumer: &ConsumerName) -> Result<Option<Saved>, CheckpointError> {
        self.inner.load(consumer).await
    }

    async fn save(&self, lease: &Lease, change: Change) -> Result<(), CheckpointError> {
        self.life.saves.fetch_add(1, Ordering::SeqCst);
        if self.life.parks_nothing.load(Ordering::SeqCst) && !change.parked.is_empty() {
            self.life.tried_to_park.notify_one();
            std::future::pending::<()>().await;
        }
        // As on a disk, others go on meanwhile.
        tokio::task::yield_now().await;
        self.life.step().await;
        let saved = self.inner.save(lease, change).await;
        self.life.step().await;
        saved
    }

    async fn reset(&self, lease: &Lease, to: Saved) -> Result<(), CheckpointError> {
        self.inner.reset(lease, to).await
    }

    async fn letters(&self, consumer: &ConsumerName, read: LetterRead) -> Result<Vec<DeadLetter>, CheckpointError> {
        self.inner.letters(consumer, read).await
    }

    async fn parked(&self, consumer: &ConsumerName) -> Result<Vec<ParkedKey>, CheckpointError> {
        self.inner.parked(consumer).await
    }

    async fn waive(
        &self,
        consumer: &ConsumerName,
        part: PartId,
        reason: &str,
        actor: &str,
    ) -> Result<Waiver, CheckpointError> {
        self.inner.waive(consumer, part, reason, actor).await
    }

    async fn waivers(&self, consumer: &ConsumerName) -> Result<Vec<Waiver>, CheckpointError> {
        self.inner.waivers(consumer).await
    }

    async fn live(&self, consumer: &ConsumerName) -> Result<Live, CheckpointError> {
        self.inner.live(consumer).await
    }

    async fn switch(&self, lease: &Lease, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        self.inner.switch(lease, consumer, from).await
    }

    async fn switch_back(&self, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        self.inner.switch_back(consumer, from).await
    }

    async fn remove(&self, consumer: &ConsumerName) -> Result<(), CheckpointError> {
        self.inner.remove(consumer).await
    }

    async fn consumers(&self) -> Result<Vec<ConsumerName>, CheckpointError> {
        self.inner.consumers().await
    }
}
