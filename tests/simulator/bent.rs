//! Stores with one bug each, for the simulator to find.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, CommittedPart, Durability, Expected, KnownKey,
    LogRead, Page, PageBuilder, PageSize, ReadError, Resolved, StoreId, StreamRead, Unknown,
};
use recount::{AnyStore, AppendId, EventStore, IdempotencyKey, Position, StreamId, Timestamp, Version};
use uuid::Uuid;

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    /// A batch is written, and once more.
    WritesTwice,
    /// The last batch is gone after reopening.
    ForgetsOnReopen,
    /// The newest event of a stream is not served.
    ServesThePast,
    /// What a writer expects does not matter.
    TakesStale,
    /// A batch is written, and answered as a conflict.
    WritesWhatItDenies,
    /// A batch is answered as written, and is not.
    AnswersWithoutWriting,
    /// Only the first event of a batch is written.
    TearsBatches,
    /// An append whose outcome is unknown is written later, behind whatever was written meanwhile.
    WritesLate,
    /// Time of the log goes back.
    StaysInThePast,
    /// Keys are forgotten at once.
    ForgetsKeys,
    /// Whatever is unknown was not written, it says.
    DeniesWhatItWrote,
    /// An event is served with another amount.
    ChangesEvents,
    /// Of a batch over several streams the first part is written alone.
    SplitsTransactions,
    /// What a writer expects of the second stream does not matter.
    TakesStaleParts,
    /// A snapshot is served with the place of the one before it.
    SnapshotsLag,
    /// A snapshot is served with another balance.
    SnapshotsChange,
    /// Snapshots that are put are gone.
    PutsNoSnapshot,
    /// Snapshots that are dropped are kept.
    KeepsDroppedSnapshots,
}

/// What a bug remembers; it outlives the store.
#[derive(Clone, Default)]
pub(crate) struct Memory(Arc<Remembered>);

#[derive(Default)]
struct Remembered {
    appends: AtomicU64,
    reads: AtomicU64,
    late: Mutex<Option<Batch>>,
}

/// A store that is not what it should be.
pub(crate) struct Bent {
    pub(crate) inner: AnyStore,
    pub(crate) bug: Bug,
    pub(crate) memory: Memory,
    /// Events after it are gone.
    pub(crate) end: Option<Position>,
}

/// Every so many calls the bug shows.
const EVERY: u64 = 5;

fn another() -> AppendId {
    AppendId::new(Uuid::new_v4())
}

impl Bent {
    /// The bug shows in this call.
    fn shows(&self, bug: Bug, count: &AtomicU64) -> bool {
        self.bug == bug && count.fetch_add(1, Ordering::SeqCst) % EVERY == EVERY - 1
    }

    fn now(&self, bug: Bug) -> bool {
        self.shows(bug, &self.memory.0.appends)
    }

    async fn write(&self, mut batch: Batch) -> Result<Committed, AppendError> {
        if self.bug == Bug::ForgetsKeys {
            batch.key = None;
        }
        let mut again = batch.clone();
        for part in &mut again.parts {
            part.expected = Expected::Any;
        }
        // Nobody can have loaded that version: it is a probe of the simulator, and no bug of this kind meets it.
        if batch.parts[0].expected == Expected::loaded(Version::new(u64::MAX)) {
            return self.inner.append(batch).await;
        }
        if self.now(Bug::WritesTwice) {
            again.append = another();
            let committed = self.inner.append(batch).await?;
            self.inner.append(again).await?;
            return Ok(committed);
        }
        if self.now(Bug::WritesWhatItDenies) {
            let (stream, expected) = (batch.parts[0].stream.clone(), batch.parts[0].expected);
            let actual = Some(self.inner.append(batch).await?.parts[0].last);
            return Err(AppendError::Conflict {
                stream,
                expected,
                actual,
            });
        }
        if self.now(Bug::AnswersWithoutWriting) {
            return Ok(self.pretend(&batch).await);
        }
        if self.bug == Bug::TakesStale {
            return self.inner.append(again).await;
        }
        if self.bug == Bug::SplitsTransactions {
            batch.parts.truncate(1);
        }
        if self.bug == Bug::TakesStaleParts {
            batch
                .parts
                .iter_mut()
                .skip(1)
                .for_each(|part| part.expected = Expected::Any);
        }
        if self.bug == Bug::TearsBatches {
            for part in &mut batch.parts {
                part.events.truncate(1);
            }
        }
        if self.bug == Bug::WritesLate {
            let late = self.memory.0.late.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(late) = late {
                self.inner.append(late).await?;
            } else if self.now(Bug::WritesLate) {
                let parts = batch.parts.iter().map(|part| (part.stream.clone(), part.expected));
                let unknown = Unknown::new(batch.append, parts.collect(), self.identity(), self.opening());
                *self.memory.0.late.lock().unwrap_or_else(PoisonError::into_inner) = Some(again);
                let source = "it takes long".into();
                let unknown = Box::new(unknown);
                return Err(AppendError::Unknown { unknown, source });
            }
        }
        self.inner.append(batch).await
    }

    async fn pretend(&self, batch: &Batch) -> Committed {
        let head = self.inner.head().await.unwrap_or_default().get();
        let part = &batch.parts[0];
        let before = if let Expected::Exact(version) = part.expected {
            version.get()
        } else {
            0
        };
        let count = part.events.len() as u64;
        let version = |number| Version::new(number).unwrap_or(Version::FIRST);
        let (first, last) = (version(before.saturating_add(1)), version(before.saturating_add(count)));
        let part = CommittedPart::new(part.stream.clone(), first, last);
        let positions = (Position::new(head + 1), Position::new(head + count));
        Committed::new(
            batch.append,
            vec![part],
            positions,
            Timestamp::MIN,
            self.identity(),
            Durability::None,
        )
    }

    /// The page as this store serves it.
    fn served(&self, page: Page, skips_last: bool) -> Page {
        let mut served = PageBuilder::new(PageSize {
            events: usize::MAX,
            bytes: usize::MAX,
        });
        let count = page.len() - usize::from(skips_last && !page.is_empty());
        for mut event in page.iter().take(count) {
            if self.end.is_some_and(|end| event.position > end) {
                break;
            }
            if self.bug == Bug::StaysInThePast && event.position.get() % EVERY == 0 {
                event.recorded_at = Timestamp::MIN;
            }
            let mut payload = event.payload.to_vec();
            if self.bug == Bug::ChangesEvents && event.position.get() % EVERY == 0 {
                let text = String::from_utf8_lossy(&payload).replace("\"amount\":", "\"amount\":1");
                payload = text.into_bytes();
            }
            event.payload = &payload;
            assert!(served.push(&event), "a page without a limit takes every event");
        }
        served.finish(page.scanned_through(), page.at_end())
    }
}

impl EventStore for Bent {
    fn capabilities(&self) -> Capabilities {
        self.inner.capabilities()
    }

    fn identity(&self) -> StoreId {
        self.inner.identity()
    }

    fn opening(&self) -> Uuid {
        self.inner.opening()
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        if self.bug == Bug::ForgetsKeys {
            return Ok(None);
        }
        self.inner.find_key(stream, key).await
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        if self.bug == Bug::DeniesWhatItWrote {
            return Ok(Resolved::NotWritten);
        }
        self.inner.resolve(unknown).await
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        self.write(batch).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        let page = self.inner.read_stream(read).await?;
        let skips = page.at_end() && self.shows(Bug::ServesThePast, &self.memory.0.reads);
        Ok(self.served(page, skips))
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        let page = self.inner.read_log(read).await?;
        Ok(self.served(page, false))
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.inner.wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        let head = self.inner.head().await?;
        Ok(self.end.map_or(head, |end| head.min(end)))
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.inner.checkpoints()
    }

    async fn close(&self) {
        self.inner.close().await;
    }
}
