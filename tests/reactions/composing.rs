//! What the store has to keep for the consumers of a runtime: asked before anything is read or written.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, KeyWindow, KnownKey, LogRead, Page, ReadError,
    Resolved, StoreId, StreamRead, Unknown,
};
use recount::{AnyStore, EventStore, IdempotencyKey, JsonLines, MemoryStore, Position, StartError, StreamId};
use uuid::Uuid;

use crate::bank::bank;
use crate::pay::Pay;
use crate::policies::{Fees, Welcome};

/// A memory store with another key window, which counts whatever is asked of it.
struct Windowed {
    inner: MemoryStore,
    window: KeyWindow,
    asked: Arc<AtomicU64>,
}

impl Windowed {
    fn asked(&self) -> &MemoryStore {
        self.asked.fetch_add(1, Ordering::SeqCst);
        &self.inner
    }
}

impl EventStore for Windowed {
    fn capabilities(&self) -> Capabilities {
        let mut capabilities = self.inner.capabilities();
        capabilities.key_window = self.window;
        capabilities
    }

    fn identity(&self) -> StoreId {
        self.inner.identity()
    }

    fn opening(&self) -> Uuid {
        self.inner.opening()
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        self.asked().append(batch).await
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.asked().find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.asked().resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        self.asked().read_stream(read).await
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        self.asked().read_log(read).await
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.asked().wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.asked().head().await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.asked().checkpoints()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}

/// A store with this window, and how often it was asked for something.
fn windowed(window: KeyWindow) -> (AnyStore, Arc<AtomicU64>) {
    let asked = Arc::new(AtomicU64::new(0));
    let store = Windowed {
        inner: MemoryStore::new(),
        window,
        asked: Arc::clone(&asked),
    };
    (AnyStore::new(store), asked)
}

/// Rule 12.2: without keys nothing that sends commands starts; all who need them are named, and the store was asked for nothing.
#[tokio::test]
async fn what_sends_commands_needs_keys() {
    let (store, asked) = windowed(KeyWindow::None);
    let builder = bank(store).policy::<Welcome>().process::<Pay>().policy::<Fees>();
    let Err(error) = builder.start().await else {
        panic!("commands would be sent without a key");
    };
    assert!(matches!(error, StartError::Unsupported { .. }), "{error:?}");
    assert_eq!(
        error.to_string(),
        "the store keeps no idempotency keys, and these consumers need them: `welcome`, `pay`, `fees`"
    );
    assert_eq!(asked.load(Ordering::SeqCst), 0);
}

/// Rule 12.2: a store is asked for no more than is needed. What sends nothing needs no keys, and a window that ends is one.
#[tokio::test]
async fn what_sends_nothing_needs_no_keys() {
    let (store, asked) = windowed(KeyWindow::None);
    let folder = tempfile::tempdir().expect("a folder");
    let lines = JsonLines::to_file(folder.path().join("lines")).expect("a file");
    let builder = bank(store).publisher("lines", lines);
    let runtime = builder.start().await.expect("nothing sends a command");
    runtime.shutdown().await;
    assert!(asked.load(Ordering::SeqCst) > 0);

    let (store, _) = windowed(KeyWindow::For(Duration::from_secs(3_600)));
    let runtime = bank(store).policy::<Welcome>().start().await.expect("there are keys");
    runtime.shutdown().await;
}
