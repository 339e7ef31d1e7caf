//! What a projection keeps beside the events: its lease, the view with its checkpoint, and what it has set aside.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::runtime::projections::StopReason;
use crate::runtime::projections::letters::Parked;
use crate::runtime::projections::runner::Next;
use crate::runtime::projections::target::Place;
use crate::schema::Fingerprint;
use crate::store::{
    AnyCheckpoints, Change, Checkpoint, CheckpointError, CheckpointStore, ConsumerName, DeadLetter, Lease, LetterRead,
    PartId, Saved,
};
use crate::stream::Position;

/// How long a lease is good for, and when it is renewed.
const LEASE: Duration = Duration::from_secs(30);
const RENEW: Duration = Duration::from_secs(10);
/// A view is saved after so many events, so long after the last time, or when nothing has come for so long.
const SAVE_EVENTS: u64 = 100_000;
const SAVE_AFTER: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(1);
/// How many letters are read at once.
const LETTERS: usize = 1000;

/// What a projection keeps.
pub(super) struct Keeper {
    pub(super) store: AnyCheckpoints,
    /// The projection, under whose name waivers and the live generation stand.
    pub(super) consumer: ConsumerName,
    pub(super) identity: Fingerprint,
    /// The generation that it is to build, whatever others there are.
    pub(super) build: Option<ConsumerName>,
    held: Option<Held>,
}

/// What it holds while it runs.
struct Held {
    lease: Lease,
    renewed: Instant,
    /// The generation that is live, if this one is to take its place.
    from: Option<ConsumerName>,
    /// Where the saved checkpoint is; `None` if none is saved.
    saved: Option<Position>,
    /// The last save failed, so nobody knows where it is.
    is_in_doubt: bool,
    saved_at: Instant,
    /// When something came last that is not saved; `None` if all is.
    changed_at: Option<Instant>,
    events: u64,
    letters: Vec<DeadLetter>,
    redriven: Vec<PartId>,
}

/// What a projection goes on from.
pub(super) struct Found {
    pub(super) saved: Option<Saved>,
    pub(super) parked: Parked,
    pub(super) waived: BTreeSet<PartId>,
    /// Another generation is live, so this one is built beside it.
    pub(super) is_beside: bool,
}

impl Keeper {
    pub(super) const fn new(store: AnyCheckpoints, consumer: ConsumerName, identity: Fingerprint) -> Self {
        Self {
            store,
            consumer,
            identity,
            build: None,
            held: None,
        }
    }

    pub(super) const fn is_open(&self) -> bool {
        self.held.is_some()
    }

    /// The generation that it feeds, once it is open.
    pub(super) fn fed(&self) -> &ConsumerName {
        let held = self.held.as_ref();
        held.map_or(&self.consumer, |held| held.lease.consumer())
    }

    /// Becomes the owner of the generation of this identity, and loads what was saved of it.
    pub(super) async fn open(&mut self) -> Result<Found, CheckpointError> {
        let live = self.store.live(&self.consumer).await?.generation;
        let generation = self.generation(&live).await?;
        let lease = self.store.claim(&generation, LEASE).await?;
        let saved = match self.store.load(&generation).await {
            // A view is made of events alone, so it is made again.
            Err(CheckpointError::DamagedState { checkpoint, .. }) => {
                let checkpoint = Checkpoint::start(generation.clone(), checkpoint.store());
                let (identity, state) = (self.identity, Vec::new());
                let saved = Saved {
                    checkpoint,
                    identity,
                    state,
                };
                self.store.reset(&lease, saved.clone()).await?;
                Some(saved)
            }
            loaded => loaded?,
        };
        let now = Instant::now();
        let parked = self.parked(&generation).await?;
        let waived = self.waived().await?;
        let from = (generation != live).then_some(live);
        let is_beside = from.is_some();
        self.held = Some(Held {
            lease,
            renewed: now,
            from,
            saved: saved.as_ref().map(|saved| saved.checkpoint.position()),
            is_in_doubt: false,
            saved_at: now,
            changed_at: None,
            events: 0,
            letters: Vec::new(),
            redriven: Vec::new(),
        });
        Ok(Found {
            saved: saved.filter(|saved| !saved.state.is_empty()),
            parked,
            waived,
            is_beside,
        })
    }

    /// The generation that this identity goes on with: one that it has made already, the live one if nothing was ever saved, else a new one.
    async fn generation(&self, live: &ConsumerName) -> Result<ConsumerName, CheckpointError> {
        if let Some(build) = &self.build {
            return Ok(build.clone());
        }
        let name = format!("{}@{}", self.consumer.as_str(), self.identity);
        let own = ConsumerName::new(&name).unwrap_or_else(|_| self.consumer.clone());
        let before = self.store.live(&self.consumer).await?.before;
        let mut is_first = true;
        for generation in [
            Some(live.clone()),
            before,
            Some(own.clone()),
            Some(self.consumer.clone()),
        ] {
            let Some(generation) = generation else { continue };
            match self.store.load(&generation).await {
                Ok(Some(saved)) if saved.identity == self.identity => return Ok(generation),
                Ok(Some(_)) | Err(CheckpointError::DamagedState { .. }) => is_first = false,
                Ok(None) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(if is_first { live.clone() } else { own })
    }

    async fn parked(&self, generation: &ConsumerName) -> Result<Parked, CheckpointError> {
        let mut parked = Parked::default();
        let mut read = LetterRead::default().limit(LETTERS);
        loop {
            let letters = self.store.letters(generation, read.clone()).await?;
            let Some(last) = letters.last() else {
                return Ok(parked);
            };
            read = read.after(last.part);
            parked
                .0
                .extend(letters.into_iter().map(|letter| (letter.part, letter.key)));
        }
    }

    pub(super) async fn waived(&self) -> Result<BTreeSet<PartId>, CheckpointError> {
        let waivers = self.store.waivers(&self.consumer).await?;
        Ok(waivers.into_iter().map(|waiver| waiver.part).collect())
    }

    /// The letters of a key, from the first.
    pub(super) async fn letters(&self, key: &str) -> Result<Vec<DeadLetter>, CheckpointError> {
        let Some(held) = &self.held else { return Ok(Vec::new()) };
        let read = LetterRead::of(key).limit(LETTERS);
        self.store.letters(held.lease.consumer(), read).await
    }

    /// Sets a letter aside with the next save, before or with which no checkpoint passes it.
    pub(super) fn park(&mut self, letter: DeadLetter) {
        if let Some(held) = &mut self.held {
            held.letters.push(letter);
            held.changed_at = Some(Instant::now());
        }
    }

    /// A letter has been handled after all, and goes with the next save.
    pub(super) fn redrive(&mut self, part: PartId) {
        if let Some(held) = &mut self.held {
            held.redriven.push(part);
            held.changed_at = Some(Instant::now());
        }
    }

    /// The view has taken so many events.
    pub(super) fn changed(&mut self, events: usize) {
        if let Some(held) = &mut self.held {
            held.events += events as u64;
            held.changed_at = Some(Instant::now());
        }
    }

    /// When something is to be done that nobody asks for.
    pub(super) fn due(&self) -> Option<Instant> {
        let held = self.held.as_ref()?;
        let renewal = held.renewed + RENEW;
        let save = held
            .changed_at
            .map(|changed| (changed + IDLE).min(held.saved_at + SAVE_AFTER));
        Some(save.map_or(renewal, |save| save.min(renewal)))
    }

    /// Whether the view is to be saved although more is coming.
    pub(super) fn is_save_due(&self) -> bool {
        let is_due = |held: &Held| held.events >= SAVE_EVENTS || held.saved_at + SAVE_AFTER <= Instant::now();
        self.held
            .as_ref()
            .is_some_and(|held| held.changed_at.is_some() && is_due(held))
    }

    /// Keeps the lease.
    pub(super) async fn renew(&mut self) -> Result<(), CheckpointError> {
        if let Some(held) = &mut self.held
            && held.renewed + RENEW <= Instant::now()
        {
            held.lease = self.store.renew(&held.lease, LEASE).await?;
            held.renewed = Instant::now();
        }
        Ok(())
    }

    /// Saves the published view, its checkpoint, and what became of letters, in one step.
    pub(super) async fn save(&mut self, state: Vec<u8>, checkpoint: &Checkpoint) -> Result<(), CheckpointError> {
        let Some(held) = &mut self.held else { return Ok(()) };
        let generation = held.lease.consumer().clone();
        if held.is_in_doubt {
            let saved = self.store.load(&generation).await?;
            held.saved = saved.map(|saved| saved.checkpoint.position());
        }
        let (checkpoint, identity) = (checkpoint.of(generation), self.identity);
        let position = checkpoint.position();
        let saved = Saved {
            checkpoint,
            identity,
            state,
        };
        let change = Change::to(held.saved, saved);
        let change = change.park(held.letters.clone()).redrive(held.redriven.clone());
        held.is_in_doubt = true;
        self.store.save(&held.lease, change).await?;
        held.is_in_doubt = false;
        held.saved = Some(position);
        (held.saved_at, held.changed_at, held.events) = (Instant::now(), None, 0);
        held.letters.clear();
        held.redriven.clear();
        Ok(())
    }

    /// Takes the place of the generation that is live, having come as far. Whether it has.
    pub(super) async fn switch(&mut self) -> Result<bool, CheckpointError> {
        let Some(held) = &mut self.held else { return Ok(false) };
        while let Some(from) = &held.from {
            match self.store.switch(&held.lease, &self.consumer, from).await {
                Ok(()) => held.from = None,
                Err(CheckpointError::Behind { .. }) => return Ok(false),
                // Another one has switched meanwhile. At the end of the log nothing else would have it look again.
                Err(CheckpointError::NotLive { live }) => {
                    held.from = (live != *held.lease.consumer()).then_some(live);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Everything begins anew: the one way back (rule 7.6).
    pub(super) async fn reset(&mut self, start: &Checkpoint) -> Result<(), CheckpointError> {
        let Some(held) = &mut self.held else { return Ok(()) };
        let checkpoint = start.of(held.lease.consumer().clone());
        let (position, identity) = (checkpoint.position(), self.identity);
        let saved = Saved {
            checkpoint,
            identity,
            state: Vec::new(),
        };
        self.store.reset(&held.lease, saved).await?;
        (held.saved, held.is_in_doubt, held.changed_at, held.events) = (Some(position), false, None, 0);
        held.letters.clear();
        held.redriven.clear();
        Ok(())
    }

    /// Where a view that keeps itself is to be opened.
    pub(super) fn place(&self, saved: Option<Saved>) -> Option<Place> {
        let held = self.held.as_ref()?;
        Some(Place {
            consumer: self.consumer.clone(),
            generation: held.lease.consumer().clone(),
            live: held.from.clone(),
            fence: held.lease.fence(),
            saved,
        })
    }

    /// Whether letters wait for the next save.
    pub(super) fn has_letters(&self) -> bool {
        self.held.as_ref().is_some_and(|held| !held.letters.is_empty())
    }

    /// Whether another generation is live.
    pub(super) fn is_beside(&self) -> bool {
        self.held.as_ref().is_some_and(|held| held.from.is_some())
    }

    /// Lets another owner take over.
    pub(super) async fn close(&mut self) {
        if let Some(held) = self.held.take() {
            // It runs out by itself otherwise.
            let _runs_out = self.store.release(&held.lease).await;
        }
    }
}

/// What follows from a failure of the store of checkpoints.
pub(super) fn follows(error: CheckpointError) -> Next {
    let error = Arc::new(error);
    match &*error {
        CheckpointError::Closed => Next::Stop(StopReason::ShutDown),
        CheckpointError::Store(_) | CheckpointError::Held { .. } => Next::Retry(error),
        _ => Next::Stop(StopReason::Checkpoint(error)),
    }
}
