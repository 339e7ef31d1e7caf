//! Stores that are not quite what they should be.

use std::sync::atomic::{AtomicU32, Ordering};

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, Expected, KnownKey, LogRead, NewEvent, Page,
    PageBuilder, ReadError, Resolved, StoreId, StreamRead, Unknown,
};
use recount::{AppendId, EventStore, IdempotencyKey, MemoryStore, Position, StreamId};
use uuid::Uuid;

/// What a double does differently.
pub enum Odd {
    /// A rival writes to the stream before each of so many appends.
    Rivals(AtomicU32),
    /// The second event of each stream is not served.
    Hole,
    /// An append is written, and its answer lost.
    LostAnswer,
    /// An append never ends.
    Stuck,
    /// Every page of a stream or of the log is empty, and none is the last.
    Endless,
    /// Nobody is ever woken.
    Deaf,
    /// Everybody is woken all the time.
    Restless,
    /// The log cannot be read behind this position.
    Unreadable(u64),
    /// An earlier write failed: nothing new comes.
    Poisoned,
}

/// A memory store with one oddity.
pub struct Double {
    pub inner: MemoryStore,
    pub odd: Odd,
}

/// An event as bytes, as another program could have written it.
pub fn raw(name: &str, version: u32, floor: u32, payload: &str) -> NewEvent {
    NewEvent::new(name.to_owned(), version, floor, payload)
}

/// Writes raw events behind the back of the runtime.
pub async fn plant(store: &impl EventStore, stream: &str, events: Vec<NewEvent>) -> Committed {
    let stream: StreamId = stream.parse().expect("a stream's name");
    let batch = Batch::new(AppendId::new(Uuid::new_v4())).part(stream, Expected::Any, events);
    store.append(batch).await.expect("a planted append")
}

impl EventStore for Double {
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
        match &self.odd {
            Odd::Rivals(left) => {
                let take = |left: u32| left.checked_sub(1);
                if left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take).is_ok() {
                    let stream = batch.parts[0].stream.as_str().to_owned();
                    plant(&self.inner, &stream, vec![raw("meter.counted", 1, 1, r#"{"by":1}"#)]).await;
                }
                self.inner.append(batch).await
            }
            Odd::LostAnswer => {
                let parts = batch
                    .parts
                    .iter()
                    .map(|part| (part.stream.clone(), part.expected))
                    .collect();
                let append = self.inner.append(batch).await?.append;
                let unknown = Unknown::new(append, parts, self.identity(), self.opening());
                Err(AppendError::Unknown {
                    unknown: Box::new(unknown),
                    source: "the answer was lost".into(),
                })
            }
            Odd::Stuck => std::future::pending().await,
            _ => self.inner.append(batch).await,
        }
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        self.inner.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.inner.resolve(unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        let page = self.inner.read_stream(read.clone()).await?;
        if matches!(self.odd, Odd::Endless) {
            return Ok(PageBuilder::new(read.size).finish(page.scanned_through(), false));
        }
        if !matches!(self.odd, Odd::Hole) {
            return Ok(page);
        }
        let mut holed = PageBuilder::new(read.size);
        for event in page.iter().filter(|event| event.version != 2) {
            assert!(holed.push(&event));
        }
        Ok(holed.finish(page.scanned_through(), page.at_end()))
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        match self.odd {
            Odd::Endless => Ok(PageBuilder::new(read.size).finish(read.after, false)),
            Odd::Unreadable(after) if read.after.get() >= after => Err(ReadError::Io {
                place: format!("position {after}"),
                source: std::io::Error::other("a bad sector"),
            }),
            _ => self.inner.read_log(read).await,
        }
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        match self.odd {
            Odd::Deaf => std::future::pending().await,
            Odd::Restless => Ok(()),
            Odd::Poisoned if self.inner.head().await? <= after => Err(ReadError::Poisoned),
            _ => self.inner.wait(after).await,
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
