//! The store of the simulated disk: one thread that checks, writes, syncs, publishes and answers, in that order unless it has a bug.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use recount::store::{
    AnyCheckpoints, AppendError, Batch, Capabilities, Committed, Durability, Expected, KeyWindow, KnownKey, Limits,
    LogRead, Page, PageBuilder, PageSize, ReadError, Refusal, Resolved, StoreId, StreamRead, Unknown,
};
use recount::{Clock, EventStore, IdempotencyKey, ManualClock, MemoryStore, Position, StreamId, Timestamp, Version};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::sim::{Bug, Frame, Sim};

type Answer = Result<Committed, AppendError>;

enum Job {
    Append(Batch, oneshot::Sender<Answer>),
    Resolve(Unknown, oneshot::Sender<Result<Resolved, ReadError>>),
    Close(oneshot::Sender<()>),
}

/// What readers see, and what they are told.
struct Published {
    sim: Sim,
    life: u64,
    opening: Uuid,
    id: StoreId,
    /// What was answered as unknown: a repeat is unknown as well.
    doubt: Mutex<Vec<Batch>>,
    memory: MemoryStore,
    clock: ManualClock,
    poisoned: AtomicBool,
    closed: AtomicBool,
    /// The batch that is on its way to the disk, which nobody but a bug looks at.
    in_flight: Mutex<Option<Batch>>,
}

pub(crate) struct SimStore {
    published: Arc<Published>,
    jobs: Sender<Job>,
}

/// A future of `MemoryStore` is ready at once.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("a store in memory does not wait"),
    }
}

impl SimStore {
    pub(crate) fn start(sim: Sim, life: u64) -> Self {
        let clock = ManualClock::new(Timestamp::MIN);
        let mut limits = Limits::DEFAULT;
        limits.events = 1_000;
        let id = sim.world.id();
        let published = Arc::new(Published {
            memory: MemoryStore::with(clock.clone(), limits),
            sim,
            life,
            opening: Uuid::new_v4(),
            id,
            doubt: Mutex::default(),
            clock,
            poisoned: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            in_flight: Mutex::default(),
        });
        let frames = published.sim.world.disk().durable.clone();
        for mut frame in frames {
            if published.has(Bug::ForgetsKeysOnOpen) {
                frame.batch.key = None;
            }
            published.publish(frame).expect("what was durable can be read again");
        }
        let (jobs, waiting) = channel();
        let writer = Arc::clone(&published);
        thread::spawn(move || writer.run(&waiting));
        Self { published, jobs }
    }
}

impl Drop for SimStore {
    fn drop(&mut self) {
        self.published.unlock();
    }
}

impl Published {
    fn has(&self, bug: Bug) -> bool {
        self.sim.bug == Some(bug)
    }

    fn unlock(&self) {
        let mut disk = self.sim.world.disk();
        if disk.life == self.life {
            disk.locked = false;
        }
    }

    fn run(&self, jobs: &Receiver<Job>) {
        while let Ok(job) = jobs.recv() {
            match job {
                Job::Append(batch, answer) => self.append(batch, answer),
                Job::Resolve(unknown, answer) => {
                    // Whatever was handed over before has been decided. Nobody may wait for it any more.
                    let _ = answer.send(self.resolve(&unknown));
                }
                Job::Close(answer) => {
                    self.closed.store(true, Ordering::SeqCst);
                    if !self.has(Bug::ForgetsThatItClosed) {
                        now(self.memory.close());
                    }
                    self.unlock();
                    let _ = answer.send(());
                }
            }
        }
    }

    fn append(&self, batch: Batch, answer: oneshot::Sender<Answer>) {
        *self.in_flight.lock().expect("nobody panics with it") = Some(batch.clone());
        let mut answer = Some(answer);
        let lost = self.sim.world.disk().lose_answer.take();
        let outcome = if lost == Some(false) {
            Err(self.unknown(&batch, "the request was lost"))
        } else {
            self.commit(&batch, &mut answer)
        };
        let outcome = if lost == Some(true) {
            Err(self.unknown(&batch, "the answer was lost"))
        } else {
            outcome
        };
        *self.in_flight.lock().expect("nobody panics with it") = None;
        if let Some(answer) = answer {
            // Nobody may wait for it any more.
            let _ = answer.send(outcome);
        }
    }

    fn commit(&self, batch: &Batch, answer: &mut Option<oneshot::Sender<Answer>>) -> Answer {
        if self.closed.load(Ordering::SeqCst) && !self.has(Bug::ForgetsThatItClosed) {
            return Err(Refusal::Closed.into());
        }
        let is_damaged = !self.sim.world.disk().damaged.is_empty();
        if self.poisoned.load(Ordering::SeqCst) || is_damaged {
            return Err(self.refused(batch));
        }
        batch.check(&self.memory.capabilities().limits)?;
        if let Some(known) = self.known(batch) {
            return known;
        }
        self.check_versions(batch)?;
        if self.has(Bug::SplitsBatch) {
            return self.commit_event_by_event(batch, answer);
        }
        let at = self.time();
        self.store(
            Frame {
                batch: batch.clone(),
                at,
            },
            answer,
        )
    }

    /// The answer to a batch that repeats another. What no stream can be makes the memory refuse all others.
    fn known(&self, batch: &Batch) -> Option<Answer> {
        let mut probe = batch.clone();
        if self.is_forgotten(batch) {
            return None;
        }
        for part in &mut probe.parts {
            part.expected = Expected::Exact(Version::new(u64::MAX)?);
        }
        match now(self.memory.append(probe)) {
            Err(AppendError::Conflict { .. }) => None,
            answer => Some(answer.map(|committed| self.answered(committed))),
        }
    }

    /// A window of an hour, which a bug ends after half of it. It forgets keys only, so a repeat needs an id of its own.
    fn is_forgotten(&self, batch: &Batch) -> bool {
        let (Some((key, _)), Some(part)) = (&batch.key, batch.parts.first()) else {
            return false;
        };
        let known = now(self.memory.find_key(&part.stream, key)).ok().flatten();
        known.is_some_and(|known| self.is_outside(known.committed.recorded_at))
    }

    fn is_outside(&self, recorded_at: Timestamp) -> bool {
        let age = self.sim.world.clock.now().as_micros() - recorded_at.as_micros();
        match self.sim.bug {
            Some(Bug::ForgetsKeysEarly) => age > 1_800_000_000,
            Some(Bug::KeepsKeysForAnHour) => age > 3_600_000_000,
            _ => false,
        }
    }

    /// What a store that stopped writing answers: no, unless an earlier attempt may have been written.
    fn refused(&self, batch: &Batch) -> AppendError {
        let doubt = self.doubt.lock().expect("nobody panics with it");
        let key = |batch: &Batch| batch.key.as_ref().map(|(key, _)| key.clone());
        let is_repeat =
            |other: &Batch| other.append == batch.append || (key(other).is_some() && key(other) == key(batch));
        if doubt.iter().any(is_repeat) && !self.has(Bug::RefusesWhatIsInDoubt) {
            self.unknown(batch, "an earlier attempt may have been written")
        } else {
            Refusal::Poisoned.into()
        }
    }

    fn answered(&self, mut receipt: Committed) -> Committed {
        receipt.store = self.id;
        receipt.durability = Durability::Synced;
        receipt
    }

    fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        let (asked, store) = (unknown.store, self.id);
        if asked.store != store.store {
            return Err(ReadError::OtherStore { asked, store });
        }
        let mut inside = unknown.clone();
        inside.store = self.memory.identity();
        if let Resolved::Committed(committed) = now(self.memory.resolve(&inside))? {
            return Ok(Resolved::Committed(self.answered(committed)));
        }
        let is_open = unknown.opening == self.opening && self.poisoned.load(Ordering::SeqCst);
        Ok(if is_open {
            Resolved::StillUnknown
        } else {
            Resolved::NotWritten
        })
    }

    fn unknown(&self, batch: &Batch, why: &str) -> AppendError {
        let parts = batch.parts.iter().map(|part| (part.stream.clone(), part.expected));
        let unknown = Unknown::new(batch.append, parts.collect(), self.id, self.opening);
        AppendError::Unknown {
            unknown: Box::new(unknown),
            source: why.into(),
        }
    }

    fn check_versions(&self, batch: &Batch) -> Result<(), AppendError> {
        for part in &batch.parts {
            let last = StreamRead::new(part.stream.clone())
                .backward()
                .size(PageSize::events(1));
            let actual = now(self.memory.read_stream(last))
                .ok()
                .and_then(|page| page.last().map(|event| event.version));
            if !part.expected.holds(actual) {
                let (stream, expected) = (part.stream.clone(), part.expected);
                return Err(AppendError::Conflict {
                    stream,
                    expected,
                    actual,
                });
            }
        }
        Ok(())
    }

    fn time(&self) -> Timestamp {
        let last = self
            .sim
            .world
            .disk()
            .durable
            .last()
            .map_or(Timestamp::MIN, |frame| frame.at);
        let now = self.sim.world.clock.now();
        if self.has(Bug::ClockGoesBack) {
            now
        } else {
            now.max(last)
        }
    }

    /// Write, sync, publish.
    fn store(&self, frame: Frame, answer: &mut Option<oneshot::Sender<Answer>>) -> Answer {
        let world = &self.sim.world;
        let batch = frame.batch.clone();
        {
            let mut disk = world.disk();
            if disk.life != self.life {
                return Err(Refusal::Poisoned.into());
            }
            if disk.full && self.has(Bug::FullIsUnknown) {
                return Err(self.unknown(&batch, "the disk is full"));
            }
            if disk.full {
                return Err(Refusal::StorageFull.into());
            }
            if !disk.step(self.life) {
                return Err(self.unknown(&batch, "power was lost"));
            }
            disk.unsynced.push(frame.clone());
        }
        if self.has(Bug::AnswersBeforeDurable) {
            let positions = now(self.memory.head()).unwrap_or_default();
            if let Some(answer) = answer.take() {
                let position = Position::new(positions.get() + 1);
                let _ = answer.send(Ok(Committed::new(
                    batch.append,
                    Vec::new(),
                    (position, position),
                    frame.at,
                    self.id,
                    Durability::Synced,
                )));
            }
        }
        let early = if self.has(Bug::PublishesBeforeDurable) {
            Some(self.publish(frame.clone()))
        } else {
            None
        };
        if !world.wait_while_held(self.life) {
            return Err(self.unknown(&batch, "power was lost"));
        }
        let mut disk = world.disk();
        if !disk.step(self.life) {
            return Err(self.unknown(&batch, "power was lost"));
        }
        if std::mem::take(&mut disk.fail_sync) && !self.has(Bug::TriesTheSyncAgain) {
            disk.settle();
            self.poisoned.store(true, Ordering::SeqCst);
            self.doubt.lock().expect("nobody panics with it").push(batch.clone());
            if self.has(Bug::RefusesInsteadOfUnknown) {
                return Err(Refusal::Poisoned.into());
            }
            return Err(self.unknown(&batch, "the sync failed"));
        }
        let unsynced = std::mem::take(&mut disk.unsynced);
        disk.durable.extend(unsynced);
        drop(disk);
        let receipt = early.unwrap_or_else(|| self.publish(frame));
        if self.has(Bug::CommitsWhatItRefused)
            && receipt
                .as_ref()
                .is_ok_and(|receipt| receipt.first_position.get() % 4 == 0)
        {
            return Err(Refusal::Resource { what: "luck" }.into());
        }
        receipt
    }

    /// A bug: each event is a frame of its own, so that a crash leaves a part of the batch.
    fn commit_event_by_event(&self, batch: &Batch, answer: &mut Option<oneshot::Sender<Answer>>) -> Answer {
        let (mut whole, at) = (None, self.time());
        for part in &batch.parts {
            for event in &part.events {
                let one = Batch::new(batch.append).metadata(batch.metadata.clone());
                let one = one.part(part.stream.clone(), Expected::Any, vec![event.clone()]);
                let receipt = self.store(Frame { batch: one, at }, answer)?;
                let first = whole.map_or(receipt.first_position, |whole: Committed| whole.first_position);
                let mut receipt = receipt;
                receipt.first_position = first;
                whole = Some(receipt);
            }
        }
        whole.ok_or_else(|| Refusal::EmptyBatch.into())
    }

    fn publish(&self, frame: Frame) -> Answer {
        self.clock.set(frame.at);
        let mut batch = frame.batch;
        if self.is_forgotten(&batch) {
            batch.key = None;
        }
        let mut receipt = now(self.memory.append(batch))?;
        receipt.recorded_at = frame.at;
        Ok(self.answered(receipt))
    }

    /// Reads fail while the disk fails, and nothing is served from the first damaged event on.
    fn readable(&self, page: Page, from: Position) -> Result<Page, ReadError> {
        let disk = self.sim.world.disk();
        if disk.fail_reads || (disk.life != self.life) {
            if self.has(Bug::TakesReadErrorForEnd) {
                return Ok(PageBuilder::new(PageSize::DEFAULT).finish(from, true));
            }
            return Err(ReadError::Io {
                place: "the disk".to_owned(),
                source: io::Error::other("it cannot be read"),
            });
        }
        let Some(first) = disk.damaged.first().copied() else {
            return Ok(page);
        };
        let mut sound = PageBuilder::new(PageSize {
            events: usize::MAX,
            bytes: usize::MAX,
        });
        let mut through = from;
        for event in page.iter().take_while(|event| event.position.get() < first) {
            through = event.position;
            assert!(sound.push(&event), "a page without a limit takes every event");
        }
        if through == from {
            return Err(ReadError::Corrupt {
                place: format!("position {first}"),
                what: "its bytes have changed".to_owned(),
            });
        }
        Ok(sound.finish(through, false))
    }
}

impl EventStore for SimStore {
    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::full(Durability::Synced, self.published.memory.capabilities().limits);
        if self.published.has(Bug::ForgetsKeysEarly) || self.published.has(Bug::KeepsKeysForAnHour) {
            capabilities.key_window = KeyWindow::For(Duration::from_secs(3_600));
        }
        capabilities
    }

    fn identity(&self) -> StoreId {
        self.published.id
    }

    fn opening(&self) -> Uuid {
        self.published.opening
    }

    async fn append(&self, batch: Batch) -> Answer {
        if self.published.has(Bug::NamesWhatIsNotDurable) {
            let in_flight = self.published.in_flight.lock().expect("nobody panics with it").clone();
            let same = in_flight.filter(|other| {
                other.parts.first().map(|part| &part.stream) == batch.parts.first().map(|part| &part.stream)
            });
            if let (Some(_), Some(part)) = (same, batch.parts.first()) {
                let (stream, expected) = (part.stream.clone(), part.expected);
                let actual = Version::new(2);
                return Err(AppendError::Conflict {
                    stream,
                    expected,
                    actual,
                });
            }
        }
        let (answer, answered) = oneshot::channel();
        let tried = batch.clone();
        if self.jobs.send(Job::Append(batch, answer)).is_err() {
            return Err(Refusal::Closed.into());
        }
        answered
            .await
            .unwrap_or_else(|_| Err(self.published.unknown(&tried, "the writer is gone")))
    }

    async fn find_key(&self, stream: &StreamId, key: &IdempotencyKey) -> Result<Option<KnownKey>, ReadError> {
        let known = self.published.memory.find_key(stream, key).await?;
        let known = known.filter(|known| !self.published.is_outside(known.committed.recorded_at));
        Ok(known.map(|mut known| {
            known.committed = self.published.answered(known.committed);
            known
        }))
    }

    async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        if self.published.has(Bug::ResolvesEarly) {
            return self.published.resolve(unknown);
        }
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Job::Resolve(unknown.clone(), answer)).is_err() {
            return Err(ReadError::Closed);
        }
        answered.await.unwrap_or(Err(ReadError::Closed))
    }

    async fn read_stream(&self, read: StreamRead) -> Result<Page, ReadError> {
        let page = self.published.memory.read_stream(read).await?;
        self.published.readable(page, Position::START)
    }

    async fn read_log(&self, read: LogRead) -> Result<Page, ReadError> {
        let after = read.after;
        let page = self.published.memory.read_log(read).await?;
        self.published.readable(page, after)
    }

    async fn wait(&self, after: Position) -> Result<(), ReadError> {
        let published = &self.published;
        if published.poisoned.load(Ordering::SeqCst) && published.memory.head().await? <= after {
            return Err(ReadError::Poisoned);
        }
        published.memory.wait(after).await
    }

    async fn head(&self) -> Result<Position, ReadError> {
        self.published.memory.head().await
    }

    fn checkpoints(&self) -> AnyCheckpoints {
        crate::leaking::checkpoints(&self.published.sim, self.published.life)
    }

    async fn close(&self) {
        let (answer, answered) = oneshot::channel();
        if self.jobs.send(Job::Close(answer)).is_ok() {
            // The writer may have been lost with its power.
            let _ = answered.await;
        }
    }
}
