//! A store that stands still for ever at some step, as a process does that is killed there; and the seeds of when.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Change, CheckpointError, CheckpointStore, Committed,
    ConsumerName, DeadLetter, KnownKey, Lease, LetterRead, Live, LogRead, Page, PageSize, ParkedKey, PartId, ReadError,
    Resolved, Saved, StoreId, StreamRead, Unknown, Waiver,
};
use recount::{EventStore, IdempotencyKey, Position, StreamId};
use tokio::sync::Notify;
use tokio::time::sleep;
use uuid::Uuid;

/// Burns down by one at each step, before and after; from its end on nothing goes on.
#[derive(Debug)]
pub struct Fuse {
    left: AtomicI64,
    blown: Notify,
}

impl Fuse {
    pub fn new(steps: i64) -> Arc<Self> {
        Arc::new(Self {
            left: AtomicI64::new(steps),
            blown: Notify::new(),
        })
    }

    /// Ends at the crash.
    pub async fn blown(&self) {
        self.blown.notified().await;
    }

    /// One step on a thread that may block: whether it is the end.
    pub fn burns_down(&self) -> bool {
        let is_end = self.left.fetch_sub(1, Ordering::SeqCst) <= 0;
        if is_end {
            self.blown.notify_one();
        }
        is_end
    }

    /// One step, from which nothing goes on if it is the end. It takes a while, so that others do something
    /// between any two.
    pub async fn burn(&self) {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left <= 0 {
            self.blown.notify_one();
            std::future::pending::<()>().await;
        }
        let turns = left.unsigned_abs().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 61;
        sleep(Duration::from_millis(turns * 30)).await;
    }

    /// Before a step and after it.
    async fn around<T>(&self, step: impl Future<Output = T>) -> T {
        self.burn().await;
        let done = step.await;
        self.burn().await;
        done
    }
}

/// A store with a fuse.
pub struct Crashing<S> {
    pub inner: S,
    pub fuse: Arc<Fuse>,
    /// How many events a page has at most, and how long it takes to read one; `None` for pages as they are asked for.
    pub pages: Option<(usize, Duration)>,
}

/// The checkpoints of a store with a fuse.
struct CrashingCheckpoints {
    inner: AnyCheckpoints,
    fuse: Arc<Fuse>,
}

impl<S: EventStore> EventStore for Crashing<S> {
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
        let reading = async {
            let Some((events, takes)) = self.pages else {
                return self.inner.read_log(read).await;
            };
            sleep(takes).await;
            let size = PageSize::events(events.min(read.size.events));
            self.inner.read_log(read.size(size)).await
        };
        self.fuse.around(reading).await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.inner.wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.inner.head().await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        AnyCheckpoints::new(CrashingCheckpoints {
            inner: self.inner.checkpoints(),
            fuse: Arc::clone(&self.fuse),
        })
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

impl CheckpointStore for CrashingCheckpoints {
    async fn claim(&self, consumer: &ConsumerName, ttl: Duration) -> Result<Lease, CheckpointError> {
        self.fuse.around(self.inner.claim(consumer, ttl)).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, CheckpointError> {
        self.fuse.around(self.inner.renew(lease, ttl)).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), CheckpointError> {
        self.fuse.around(self.inner.release(lease)).await
    }

    async fn load(&self, consumer: &ConsumerName) -> Result<Option<Saved>, CheckpointError> {
        self.fuse.around(self.inner.load(consumer)).await
    }

    async fn save(&self, lease: &Lease, change: Change) -> Result<(), CheckpointError> {
        self.fuse.around(self.inner.save(lease, change)).await
    }

    async fn reset(&self, lease: &Lease, to: Saved) -> Result<(), CheckpointError> {
        self.fuse.around(self.inner.reset(lease, to)).await
    }

    async fn letters(&self, consumer: &ConsumerName, read: LetterRead) -> Result<Vec<DeadLetter>, CheckpointError> {
        self.fuse.around(self.inner.letters(consumer, read)).await
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
        self.fuse.around(self.inner.waive(consumer, part, reason, actor)).await
    }

    async fn waivers(&self, consumer: &ConsumerName) -> Result<Vec<Waiver>, CheckpointError> {
        self.fuse.around(self.inner.waivers(consumer)).await
    }

    async fn live(&self, consumer: &ConsumerName) -> Result<Live, CheckpointError> {
        self.fuse.around(self.inner.live(consumer)).await
    }

    async fn switch(&self, lease: &Lease, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        self.fuse.around(self.inner.switch(lease, consumer, from)).await
    }

    async fn switch_back(&self, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        self.fuse.around(self.inner.switch_back(consumer, from)).await
    }

    async fn remove(&self, consumer: &ConsumerName) -> Result<(), CheckpointError> {
        self.fuse.around(self.inner.remove(consumer)).await
    }

    async fn consumers(&self) -> Result<Vec<ConsumerName>, CheckpointError> {
        self.inner.consumers().await
    }
}
