//! A memory store that counts what it is asked for, and whose appends can be held.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, KnownKey, LogRead, Page, ReadError, Resolved, StoreId,
    StreamRead, Unknown,
};
use recount::{EventStore, IdempotencyKey, MemoryStore, Position, StreamId};
use tokio::sync::Semaphore;
use uuid::Uuid;

/// The store; clones are the same one.
#[derive(Clone)]
pub struct Watched(Arc<Inner>);

struct Inner {
    store: MemoryStore,
    reads: AtomicU64,
    pages: AtomicU64,
    events: AtomicU64,
    /// An append takes a permit and gives it back.
    gate: Semaphore,
    /// Appends that have arrived at the gate.
    arrived: Semaphore,
    lose: AtomicU64,
    id: Mutex<StoreId>,
    capabilities: Capabilities,
}

impl Watched {
    pub fn new() -> Self {
        Self::declaring(|_| ())
    }

    /// One that declares less than it keeps.
    pub fn declaring(less: fn(&mut Capabilities)) -> Self {
        let store = MemoryStore::new();
        let mut capabilities = store.capabilities();
        less(&mut capabilities);
        let id = Mutex::new(store.identity());
        Self(Arc::new(Inner {
            store,
            reads: AtomicU64::new(0),
            pages: AtomicU64::new(0),
            events: AtomicU64::new(0),
            gate: Semaphore::new(1_000),
            arrived: Semaphore::new(0),
            lose: AtomicU64::new(0),
            id,
            capabilities,
        }))
    }

    /// How often a stream was read since the last call, and how many events were served.
    pub fn read(&self) -> (u64, u64) {
        (
            self.0.reads.swap(0, Ordering::SeqCst),
            self.0.events.swap(0, Ordering::SeqCst),
        )
    }

    /// How many pages of the log were served since the last call.
    pub fn pages(&self) -> u64 {
        self.0.pages.swap(0, Ordering::SeqCst)
    }

    /// Holds all appends from now on.
    pub async fn hold(&self) {
        self.0.gate.acquire_many(1_000).await.expect("open").forget();
    }

    /// Waits until so many more appends stand at the gate.
    pub async fn arrived(&self, count: u32) {
        self.0.arrived.acquire_many(count).await.expect("open").forget();
    }

    /// Lets all appends through.
    pub fn release(&self) {
        self.0.gate.add_permits(1_000);
    }

    /// Loses the answers of the next so many appends, after they were written.
    pub fn lose_answers(&self, count: u64) {
        self.0.lose.store(count, Ordering::SeqCst);
    }

    /// The same events under another epoch, as after a restore.
    pub fn restore(&self) {
        let mut id = self.0.id.lock().expect("no panic");
        *id = StoreId::new(id.store, id.epoch.wrapping_add(1));
    }
}

impl EventStore for Watched {
    fn capabilities(&self) -> Capabilities {
        self.0.capabilities
    }

    fn identity(&self) -> StoreId {
        *self.0.id.lock().expect("no panic")
    }

    fn opening(&self) -> Uuid {
        self.0.store.opening()
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        self.0.arrived.add_permits(1);
        let _through = self.0.gate.acquire().await.expect("open");
        let parts = batch.parts.iter().map(|part| (part.stream.clone(), part.expected));
        let (append, parts) = (batch.append, parts.collect());
        let mut committed = self.0.store.append(batch).await?;
        let take = |left: u64| left.checked_sub(1);
        if self
            .0
            .lose
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
            .is_ok()
        {
            let unknown = Unknown::new(append, parts, self.0.store.identity(), self.opening());
            return Err(AppendError::Unknown {
                unknown: Box::new(unknown),
                source: "the answer was lost".into(),
            });
        }
        committed.store = self.identity();
        Ok(committed)
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.0.store.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.0.store.resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        let page = self.0.store.read_stream(read).await?;
        self.0.reads.fetch_add(1, Ordering::SeqCst);
        self.0.events.fetch_add(page.len() as u64, Ordering::SeqCst);
        Ok(page)
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.0.pages.fetch_add(1, Ordering::SeqCst);
        self.0.store.read_log(read).await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.0.store.wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.0.store.head().await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.0.store.checkpoints()
    }

    async fn close(&self) {
        self.0.store.close().await;
    }
}
