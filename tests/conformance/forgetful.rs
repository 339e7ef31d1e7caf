//! `MemoryStore` behind a wrapper that breaks one rule of keys, append ids, unknown outcomes or numbers that are drawn and not committed.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use recount::store::conformance::{Hook, OpenError, Subject};
use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, Fingerprint, KeyWindow, KnownKey, LogRead, Page,
    PageBuilder, PageSize, ReadError, Refusal, Resolved, StoreId, StreamRead, Unknown,
};
use recount::{AnyStore, AppendId, EventStore, IdempotencyKey, MemoryStore, Position, StreamId};
use uuid::Uuid;

use crate::losing::Loss;

/// What is forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lapse {
    /// Nothing: keys are refused, and declared as such.
    NoKeysAndSaysSo,
    /// Nothing: unknown outcomes are not resolved, and declared as such.
    NoResolvingAndSaysSo,
    IgnoresKeys,
    TakesAnyContent,
    KeepsKeysStoreWide,
    ChecksVersionFirst,
    LooksThenWrites,
    RemembersRefused,
    ForgetsIds,
    TakesOverlap,
    MarksNothing,
    FindsNothing,
    ResolvesAllAsNotWritten,
    ResolvesForOthers,
    DropsKeysInSilence,
    LetsReadersPass,
    StallsAtGaps,
}

/// What the hooks change; clones are the same place.
#[derive(Clone)]
pub(crate) struct Forgetful {
    lapse: Lapse,
    place: Arc<Place>,
}

#[derive(Default)]
struct Place {
    loss: Loss,
    holds: AtomicBool,
    held: AtomicUsize,
    full: AtomicBool,
}

impl Forgetful {
    pub(crate) fn new(lapse: Lapse) -> Self {
        Self {
            lapse,
            place: Arc::default(),
        }
    }
}

impl Subject for Forgetful {
    fn fresh(&self) -> Self {
        Self::new(self.lapse)
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        Ok(self.place.loss.around(Forgetting {
            lapse: self.lapse,
            place: Arc::clone(&self.place),
            inner: MemoryStore::new(),
            kept: Mutex::default(),
            stuck: Mutex::default(),
            stalled: AtomicU64::new(u64::MAX),
        }))
    }

    fn stage(&self, hook: Hook) -> bool {
        match hook {
            Hook::LoseAnswer { committed } => self.place.loss.lose(committed),
            Hook::Hold if self.lapse == Lapse::LetsReadersPass => self.place.holds.store(true, Ordering::SeqCst),
            Hook::Release => self.place.holds.store(false, Ordering::SeqCst),
            Hook::FillDisk if self.lapse == Lapse::StallsAtGaps => self.place.full.store(true, Ordering::SeqCst),
            Hook::FreeDisk => self.place.full.store(false, Ordering::SeqCst),
            _ => return false,
        }
        true
    }

    fn held(&self) -> usize {
        self.place.held.load(Ordering::SeqCst)
    }

    fn inside(&self) -> Option<Capabilities> {
        Some(MemoryStore::new().capabilities())
    }
}

struct Forgetting {
    lapse: Lapse,
    place: Arc<Place>,
    inner: MemoryStore,
    /// Keys that a bug keeps for itself, with the answer under each.
    kept: Mutex<HashMap<IdempotencyKey, Result<Committed, Refusal>>>,
    /// An append that has its number, and is not committed.
    stuck: Mutex<Option<AppendId>>,
    /// No reader passes this position.
    stalled: AtomicU64,
}

impl Forgetting {
    fn is(&self, lapse: Lapse) -> bool {
        self.lapse == lapse
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<IdempotencyKey, Result<Committed, Refusal>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stuck(&self) -> MutexGuard<'_, Option<AppendId>> {
        self.stuck.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn original(&self, batch: &Batch) -> Option<Committed> {
        let parts = batch.parts.iter().map(|part| (part.stream.clone(), part.expected));
        let unknown = Unknown::new(batch.append, parts.collect(), self.identity(), self.opening());
        match self.inner.resolve(&unknown).await {
            Ok(Resolved::Committed(committed)) => Some(committed.as_duplicate()),
            _ => None,
        }
    }

    /// The first append under a hold is stuck with its number, and those behind it are not held back.
    async fn append_held(&self, batch: Batch) -> Result<Committed, AppendError> {
        let is_first = self.place.held.fetch_add(1, Ordering::SeqCst) == 0;
        let append = batch.append;
        if is_first {
            *self.stuck() = Some(append);
        }
        let receipt = self.inner.append(batch).await;
        while self.place.holds.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        if is_first {
            *self.stuck() = None;
        }
        self.place.held.fetch_sub(1, Ordering::SeqCst);
        receipt
    }

    async fn conflict(&self, batch: &Batch) -> Option<AppendError> {
        for part in &batch.parts {
            let last = StreamRead::new(part.stream.clone())
                .backward()
                .size(PageSize::events(1));
            let page = self.inner.read_stream(last).await.ok()?;
            let actual = page.last().map(|event| event.version);
            if !part.expected.holds(actual) {
                let (stream, expected) = (part.stream.clone(), part.expected);
                return Some(AppendError::Conflict {
                    stream,
                    expected,
                    actual,
                });
            }
        }
        None
    }

    fn shown(&self, page: &Page) -> Page {
        let (stuck, stalled) = (*self.stuck(), self.stalled.load(Ordering::SeqCst));
        let mut builder = PageBuilder::new(PageSize {
            events: usize::MAX,
            bytes: usize::MAX,
        });
        let mut through = page.scanned_through();
        for event in page.iter().filter(|event| Some(event.append) != stuck) {
            if event.position.get() > stalled {
                break;
            }
            assert!(builder.push(&event), "a page without a limit takes every event");
        }
        if through.get() > stalled {
            through = Position::new(stalled);
        }
        builder.finish(through, page.at_end() || through.get() == stalled)
    }
}

impl EventStore for Forgetting {
    fn capabilities(&self) -> Capabilities {
        let mut capabilities = self.inner.capabilities();
        if matches!(self.lapse, Lapse::NoKeysAndSaysSo | Lapse::DropsKeysInSilence) {
            capabilities.key_window = KeyWindow::None;
        }
        capabilities.resolves = !self.is(Lapse::NoResolvingAndSaysSo);
        capabilities
    }

    fn identity(&self) -> StoreId {
        self.inner.identity()
    }

    fn opening(&self) -> Uuid {
        self.inner.opening()
    }

    async fn append(&self, mut batch: Batch) -> Result<Committed, AppendError> {
        if self.place.full.load(Ordering::SeqCst) {
            let head = self.inner.head().await.unwrap_or_default();
            self.stalled.store(head.get(), Ordering::SeqCst);
            return Err(Refusal::StorageFull.into());
        }
        if self.place.holds.load(Ordering::SeqCst) {
            return self.append_held(batch).await;
        }
        let key = batch.key.as_ref().map(|(key, _)| key.clone());
        match self.lapse {
            Lapse::NoKeysAndSaysSo if key.is_some() => {
                let what = "idempotency keys";
                return Err(Refusal::Unsupported { what }.into());
            }
            Lapse::IgnoresKeys | Lapse::DropsKeysInSilence => batch.key = None,
            Lapse::TakesAnyContent => {
                batch.key = key.map(|key| (key, Fingerprint::new([0; 16])));
                return self.inner.append(batch).await;
            }
            Lapse::ChecksVersionFirst => {
                if let Some(conflict) = self.conflict(&batch).await {
                    return Err(conflict);
                }
            }
            Lapse::LooksThenWrites | Lapse::KeepsKeysStoreWide | Lapse::RemembersRefused => {
                if let Some(kept) = key.as_ref().and_then(|key| self.kept().get(key).cloned()) {
                    return Ok(kept?.as_duplicate());
                }
                if self.is(Lapse::LooksThenWrites) {
                    tokio::task::yield_now().await;
                    batch.key = None;
                }
            }
            Lapse::ForgetsIds if key.is_none() && self.original(&batch).await.is_some() => {
                batch.append = AppendId::new(Uuid::new_v4());
            }
            _ => {}
        }
        let again = batch.clone();
        let answer = self.inner.append(batch).await;
        let keeps = match (&answer, self.lapse) {
            (Ok(receipt), Lapse::LooksThenWrites | Lapse::KeepsKeysStoreWide) => Some(Ok(receipt.clone())),
            (Err(_), Lapse::RemembersRefused) => Some(Err(Refusal::Poisoned)),
            _ => None,
        };
        if let Some((key, keeps)) = key.zip(keeps) {
            self.kept().insert(key, keeps);
        }
        match answer {
            Ok(mut receipt) if self.is(Lapse::MarksNothing) => {
                receipt.duplicate = false;
                Ok(receipt)
            }
            Err(AppendError::Refused(Refusal::AppendIdReused { .. })) if self.is(Lapse::TakesOverlap) => {
                self.original(&again).await.ok_or_else(|| Refusal::Poisoned.into())
            }
            answer => answer,
        }
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        match self.lapse {
            Lapse::NoKeysAndSaysSo => Err(ReadError::Unsupported {
                what: "idempotency keys",
            }),
            Lapse::FindsNothing => Ok(None),
            _ => self.inner.find_key(stream, key).await,
        }
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        let mut unknown = unknown.clone();
        match self.lapse {
            Lapse::NoResolvingAndSaysSo => {
                let what = "resolving";
                return Err(ReadError::Unsupported { what });
            }
            Lapse::ResolvesAllAsNotWritten => return Ok(Resolved::NotWritten),
            Lapse::ResolvesForOthers => unknown.store = self.identity(),
            _ => {}
        }
        self.inner.resolve(&unknown).await
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        Ok(self.shown(&self.inner.read_stream(read).await?))
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        Ok(self.shown(&self.inner.read_log(read).await?))
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        self.inner.wait(after).await
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
