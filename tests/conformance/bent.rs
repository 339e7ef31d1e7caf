//! `MemoryStore` behind a wrapper that bends one rule: what it appends, what it answers, or what it lets a reader see.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use recount::store::conformance::{OpenError, Subject};
use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, Durability, EventRef, Expected, Filter, KnownKey,
    LogRead, Page, PageBuilder, PageSize, ReadError, Refusal, Resolved, StoreId, StreamRead, Unknown,
};
use recount::{AnyStore, AppendId, EventStore, IdempotencyKey, MemoryStore, Position, StreamId, Version};
use uuid::Uuid;

/// What is bent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bend {
    /// Nothing: positions are 2, 4, 6, … and are declared as they are.
    SparseAndSaysSo,
    /// Nothing: a batch over several streams is refused and declared as such.
    OneStreamAndSaysSo,
    Sparse,
    SplitsOverStreams,
    AcceptsStale,
    TakesExistsForAny,
    DropsSomeOfAny,
    ChecksThenWrites,
    BeginsAtTwo,
    LeavesHoles,
    MiscountsBatches,
    WritesUpToTheBadEvent,
    WritesPartByPart,
    TakesEmptyBatches,
    TakesOneMore,
    FoldsCase,
    TrimsNames,
    TakesPayloadForText,
    LosesMetadata,
    ShowsLate,
    BeginsAfterFrom,
    DropsLastPage,
    TakesFullPageForLast,
    ClaimsUnreadCeiling,
    FollowsAnyReader,
    CommitsOutOfOrder,
    RepeatsPositions,
    ShiftsPositionsOfStreams,
    AnswersEarlierPositions,
    ReadsThePast,
    DoesNotClose,
    WritesHalfWhenDropped,
    ClaimsDurability,
    IgnoresFilters,
    IgnoresPageSize,
    WakesNobody,
    Hangs,
}

pub(crate) struct Bent(pub(crate) Bend);

impl Subject for Bent {
    fn fresh(&self) -> Self {
        Self(self.0)
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        let mut limits = recount::store::Limits::DEFAULT;
        limits.events = 1_000;
        if self.0 == Bend::TakesOneMore {
            limits.payload += 1;
        }
        Ok(AnyStore::new(Bending {
            bend: self.0,
            inner: MemoryStore::with(recount::SystemClock, limits),
            hidden: Mutex::default(),
            count: AtomicU64::new(0),
        }))
    }

    fn inside(&self) -> Option<Capabilities> {
        Some(MemoryStore::new().capabilities())
    }

    fn patience(&self) -> Duration {
        if self.0 == Bend::Hangs {
            Duration::from_millis(300)
        } else {
            Duration::from_secs(60)
        }
    }
}

struct Bending {
    bend: Bend,
    inner: MemoryStore,
    /// Appends that no reader is shown yet.
    hidden: Mutex<HashSet<AppendId>>,
    count: AtomicU64,
}

impl Bending {
    fn is(&self, bend: Bend) -> bool {
        self.bend == bend
    }

    /// How far apart positions stand.
    fn scale(&self) -> u64 {
        1 + u64::from(matches!(self.bend, Bend::Sparse | Bend::SparseAndSaysSo))
    }

    fn hidden(&self) -> HashSet<AppendId> {
        self.hidden.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn head_of(&self, stream: &StreamId) -> Option<Version> {
        let last = StreamRead::new(stream.clone()).backward().size(PageSize::events(1));
        let page = self.inner.read_stream(last).await.ok()?;
        page.last().map(|event| event.version)
    }

    /// One append for each part, of one id.
    async fn part_by_part(&self, batch: Batch) -> Result<Committed, AppendError> {
        let mut whole: Option<Committed> = None;
        for part in batch.parts {
            let one = Batch::new(batch.append).metadata(batch.metadata.clone());
            let mut receipt = self
                .inner
                .append(one.part(part.stream, part.expected, part.events))
                .await?;
            if let Some(before) = whole {
                receipt.first_position = before.first_position;
                receipt.parts.splice(0..0, before.parts);
            }
            whole = Some(receipt);
        }
        whole.ok_or_else(|| Refusal::EmptyBatch.into())
    }

    async fn event_by_event(&self, batch: Batch) -> Result<Committed, AppendError> {
        let mut whole: Option<Committed> = None;
        for part in batch.parts {
            let mut expected = part.expected;
            for event in part.events {
                let one = Batch::new(batch.append).metadata(batch.metadata.clone());
                let mut receipt = self
                    .inner
                    .append(one.part(part.stream.clone(), expected, vec![event]))
                    .await?;
                if let Some(before) = whole {
                    receipt.first_position = before.first_position;
                }
                expected = Expected::Any;
                whole = Some(receipt);
                tokio::task::yield_now().await;
            }
        }
        whole.ok_or_else(|| Refusal::EmptyBatch.into())
    }

    /// The batch as this store takes it.
    async fn taken(&self, mut batch: Batch) -> Result<Batch, AppendError> {
        for part in &mut batch.parts {
            part.expected = match (self.bend, part.expected) {
                (Bend::AcceptsStale, Expected::Exact(_)) | (Bend::TakesExistsForAny, Expected::Exists) => Expected::Any,
                (_, expected) => expected,
            };
            let id = match self.bend {
                Bend::FoldsCase => part.stream.id().to_lowercase(),
                Bend::TrimsNames if !part.stream.id().trim().is_empty() => part.stream.id().trim().to_owned(),
                _ => part.stream.id().to_owned(),
            };
            part.stream = StreamId::new(part.stream.category(), &id).map_err(Refusal::InvalidName)?;
            for event in &mut part.events {
                if self.is(Bend::TakesPayloadForText) {
                    event.payload = String::from_utf8_lossy(&event.payload).into_owned().into_bytes();
                }
                if self.is(Bend::LosesMetadata) {
                    event.metadata.clear();
                }
            }
            if self.is(Bend::ChecksThenWrites) {
                let actual = self.head_of(&part.stream).await;
                if part.expected.holds(actual) {
                    part.expected = Expected::Any;
                    tokio::task::yield_now().await;
                }
            }
            if self.is(Bend::WritesUpToTheBadEvent) {
                let name_is_bad = |event: &recount::store::NewEvent| event.name.contains(' ');
                if let Some(bad) = part.events.iter().position(name_is_bad).filter(|bad| *bad > 0) {
                    let before = part.events.iter().take(bad).cloned().collect();
                    self.inner
                        .append(Batch::new(batch.append).part(part.stream.clone(), part.expected, before))
                        .await?;
                }
            }
        }
        Ok(batch)
    }

    fn bent_event(&self, event: &mut EventRef<'_>, of_stream: bool) {
        let (version, position) = (event.version.get(), event.position.get());
        let new_version = match self.bend {
            Bend::BeginsAtTwo => version + 1,
            Bend::LeavesHoles if version > 3 => version + 1,
            _ => version,
        };
        event.version = Version::new(new_version).unwrap_or(Version::FIRST);
        event.position = Position::new(match self.bend {
            Bend::Sparse | Bend::SparseAndSaysSo => position * 2,
            Bend::RepeatsPositions => position.div_ceil(2),
            Bend::ShiftsPositionsOfStreams if of_stream => position + 1,
            _ => position,
        });
        if self.is(Bend::MiscountsBatches) {
            (event.index, event.count) = (0, 1);
        }
    }

    /// The page as this store shows it.
    fn shown(&self, page: &Page, of_stream: bool) -> Page {
        let hidden = self.hidden();
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let forgets = usize::from(of_stream && self.is(Bend::ReadsThePast) && count.is_multiple_of(7) && page.at_end());
        let mut builder = PageBuilder::new(PageSize {
            events: usize::MAX,
            bytes: usize::MAX,
        });
        let is_dropped = self.is(Bend::DropsLastPage) && !of_stream && page.at_end() && page.len() == 1;
        let shown = if is_dropped {
            0
        } else {
            page.len().saturating_sub(forgets)
        };
        for mut event in page.iter().take(shown).filter(|event| !hidden.contains(&event.append)) {
            self.bent_event(&mut event, of_stream);
            assert!(builder.push(&event), "a page without a limit takes every event");
        }
        let through = page.scanned_through().get();
        let through = match self.bend {
            Bend::Sparse | Bend::SparseAndSaysSo => through * 2,
            Bend::ClaimsUnreadCeiling if !page.at_end() => through + 1,
            _ => through,
        };
        let at_end = page.at_end() || (self.is(Bend::TakesFullPageForLast) && page.len() > 1);
        builder.finish(Position::new(through), at_end)
    }

    fn answered(&self, mut receipt: Committed) -> Committed {
        let (first, last) = (receipt.first_position.get(), receipt.last_position.get());
        (receipt.first_position, receipt.last_position) = match self.bend {
            Bend::Sparse | Bend::SparseAndSaysSo => (Position::new(first * 2), Position::new(last * 2)),
            Bend::AnswersEarlierPositions => (Position::new(1), Position::new(1)),
            _ => (receipt.first_position, receipt.last_position),
        };
        receipt
    }

    async fn write(&self, batch: Batch) -> Result<Committed, AppendError> {
        let (append, is_empty) = (batch.append, batch.events() == 0);
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let any = batch.parts.iter().all(|part| part.expected == Expected::Any);
        let skips = self.is(Bend::DropsSomeOfAny) && any && count % 20 == 19;
        if (self.is(Bend::TakesEmptyBatches) && is_empty) || skips {
            let at = self.inner.head().await.unwrap_or_default();
            return Ok(Committed::new(
                append,
                Vec::new(),
                (at, at),
                recount::Timestamp::MIN,
                self.identity(),
                Durability::None,
            ));
        }
        if self.is(Bend::OneStreamAndSaysSo) && batch.parts.len() > 1 {
            let what = "a batch over several streams";
            return Err(Refusal::Unsupported { what }.into());
        }
        let batch = self.taken(batch).await?;
        if self.is(Bend::ShowsLate) || self.is(Bend::CommitsOutOfOrder) {
            let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
            if self.is(Bend::ShowsLate) {
                hidden.clear();
            }
            hidden.insert(append);
        }
        let receipt = match self.bend {
            Bend::SplitsOverStreams | Bend::WritesPartByPart => self.part_by_part(batch).await,
            Bend::WritesHalfWhenDropped => self.event_by_event(batch).await,
            _ => self.inner.append(batch).await,
        };
        if self.is(Bend::CommitsOutOfOrder) {
            for _ in 0..append.as_uuid().as_u128() % 20 {
                tokio::task::yield_now().await;
            }
            self.hidden
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .remove(&append);
        }
        receipt
    }
}

impl EventStore for Bending {
    fn capabilities(&self) -> Capabilities {
        let mut capabilities = self.inner.capabilities();
        match self.bend {
            Bend::SparseAndSaysSo => capabilities.dense_positions = false,
            Bend::OneStreamAndSaysSo | Bend::SplitsOverStreams => capabilities.many_streams = false,
            Bend::TakesOneMore => capabilities.limits.payload -= 1,
            Bend::ClaimsDurability => capabilities.durability = Durability::Synced,
            _ => {}
        }
        capabilities
    }

    fn identity(&self) -> StoreId {
        self.inner.identity()
    }

    fn opening(&self) -> Uuid {
        self.inner.opening()
    }

    async fn append(&self, batch: Batch) -> Result<Committed, AppendError> {
        if self.is(Bend::Hangs) {
            std::future::pending::<()>().await;
        }
        Ok(self.answered(self.write(batch).await?))
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        let known = self.inner.find_key(stream, key).await?;
        Ok(known.map(|known| KnownKey::new(known.fingerprint, self.answered(known.committed))))
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        Ok(match self.inner.resolve(unknown).await? {
            Resolved::Committed(committed) => Resolved::Committed(self.answered(committed)),
            other => other,
        })
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        let read = match read.from.filter(|_| self.is(Bend::BeginsAfterFrom) && !read.backward) {
            Some(from) => read.from(Version::after(Some(from))),
            None => read,
        };
        Ok(self.shown(&self.inner.read_stream(read).await?, true))
    }

    async fn read_log(&self, mut read: LogRead) -> Result<Page, ReadError> {
        read.after = Position::new(read.after.get() / self.scale());
        if self.is(Bend::IgnoresFilters) {
            read.filter = Filter::default();
        }
        if self.is(Bend::IgnoresPageSize) {
            (read.size.events, read.size.bytes) = (usize::MAX, usize::MAX);
        }
        let after = read.after;
        let page = self.shown(&self.inner.read_log(read).await?, false);
        if self.is(Bend::FollowsAnyReader) && page.is_empty() {
            return Ok(PageBuilder::new(PageSize::DEFAULT).finish(after, true));
        }
        Ok(page)
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        if self.is(Bend::WakesNobody) {
            std::future::pending::<()>().await;
        }
        self.inner.wait(Position::new(after.get() / self.scale())).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        let head = self.inner.head().await?;
        Ok(Position::new(head.get() * self.scale()))
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        self.inner.checkpoints()
    }

    async fn close(&self) {
        if !self.is(Bend::DoesNotClose) {
            self.inner.close().await;
        }
    }
}
