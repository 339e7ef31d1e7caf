//! The time under one lease: the checkpoint, what is kept beside it, and every save of them.

use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::consumer::Start;
use crate::runtime::following::Halt;
use crate::runtime::{Inner, Runtime};
use crate::schema::Fingerprint;
use crate::store::{
    AnyCheckpoints, AnyStore, Change, Checkpoint, CheckpointError, CheckpointStore, ConsumerName, DeadLetter,
    EventStore, Filter, Lease, LogRead, Page, Saved,
};
use crate::stream::Position;

/// How long a lease runs by the store's clock; it is renewed after a third.
const LEASE: Duration = Duration::from_secs(30);
/// How long what is completed may wait to be kept. A crash has it done again, which has no second effect (rule 9.3).
const KEPT_WITHIN: Duration = Duration::from_secs(1);

/// Who a consumer is, and what it reads.
#[derive(Clone, Debug)]
pub(in crate::runtime) struct Plan {
    pub(in crate::runtime) name: ConsumerName,
    pub(in crate::runtime) filter: Filter,
    pub(in crate::runtime) start: Start,
}

impl Plan {
    /// What is kept is no view, so nothing that it was made by makes it void.
    const IDENTITY: Fingerprint = Fingerprint(0);
}

/// The time under one lease.
pub(in crate::runtime) struct Term {
    runtime: Weak<Inner>,
    pub(in crate::runtime) checkpoints: AnyCheckpoints,
    pub(in crate::runtime) name: ConsumerName,
    /// That of the lease: another term has another one.
    pub(in crate::runtime) fence: u64,
    desk: Mutex<Desk>,
    waiting: std::sync::Mutex<Waiting>,
}

/// What changes beside the checkpoint.
type Note = Box<dyn FnOnce(&[u8]) -> Vec<u8> + Send>;

/// What is to be kept beside the checkpoint with the next save, whoever makes it.
#[derive(Default)]
struct Waiting {
    notes: Vec<Note>,
    /// How many there ever were.
    count: u64,
}

struct Desk {
    lease: Lease,
    claimed: Instant,
    checkpoint: Checkpoint,
    /// Where the kept checkpoint is.
    kept: Position,
    /// Since when something is completed for which [`Term::keep`] was not called. Other saves keep the checkpoint as well, and leave beside
    /// it what was there.
    unkept: Option<Instant>,
    /// What was kept beside the checkpoint last.
    state: Vec<u8>,
    /// How many notes are in what was kept.
    noted: u64,
}

/// Keeps where a consumer begins, if it never began before (rule 9.4).
pub(in crate::runtime) async fn begin(
    store: &AnyStore,
    checkpoints: &AnyCheckpoints,
    plan: &Plan,
) -> Result<(), CheckpointError> {
    if checkpoints.load(&plan.name).await?.is_some() {
        return Ok(());
    }
    let lease = match checkpoints.claim(&plan.name, LEASE).await {
        Ok(lease) => lease,
        // Whoever has it begins it.
        Err(CheckpointError::Held { .. }) => return Ok(()),
        Err(error) => return Err(error),
    };
    if checkpoints.load(&plan.name).await?.is_none() {
        let mut checkpoint = Checkpoint::start(plan.name.clone(), store.identity());
        if plan.start == Start::Now {
            let now = now(store).await.map_err(|error| CheckpointError::Store(error.into()))?;
            let moved = checkpoint.advance(&now);
            moved.map_err(|error| CheckpointError::Store(error.into()))?;
        }
        let saved = Saved {
            checkpoint,
            identity: Plan::IDENTITY,
            state: Vec::new(),
        };
        checkpoints.save(&lease, Change::to(None, saved)).await?;
    }
    checkpoints.release(&lease).await
}

/// The page after the last event, which only says where that is.
async fn now(store: &AnyStore) -> Result<Page, crate::store::ReadError> {
    let head = store.head().await?;
    store.read_log(LogRead::after(head)).await
}

impl Term {
    /// Claims the consumer and finds where it goes on.
    pub(super) async fn claim(inner: &Arc<Inner>, plan: &Plan) -> Result<Self, Halt> {
        let checkpoints = inner.checkpoints.clone();
        begin(&inner.store, &checkpoints, plan).await?;
        let lease = checkpoints.claim(&plan.name, LEASE).await?;
        let saved = checkpoints.load(&plan.name).await?;
        let saved = saved.ok_or_else(|| Halt::Retry("the consumer was removed".to_owned()))?;
        saved.checkpoint.check(&inner.store).await?;
        let fence = lease.fence();
        let desk = Desk {
            lease,
            claimed: Instant::now(),
            kept: saved.checkpoint.position(),
            unkept: None,
            checkpoint: saved.checkpoint,
            state: saved.state,
            noted: 0,
        };
        Ok(Self {
            runtime: Arc::downgrade(inner),
            checkpoints,
            name: plan.name.clone(),
            fence,
            desk: Mutex::new(desk),
            waiting: std::sync::Mutex::default(),
        })
    }

    /// The runtime, for as long as something is done with it.
    pub(in crate::runtime) fn runtime(&self) -> Result<Runtime, Halt> {
        self.runtime.upgrade().map(Runtime).ok_or(Halt::Closed)
    }

    pub(in crate::runtime) async fn position(&self) -> Position {
        self.desk.lock().await.checkpoint.position()
    }

    /// What was kept beside the checkpoint.
    pub(in crate::runtime) async fn state(&self) -> Vec<u8> {
        self.desk.lock().await.state.clone()
    }

    /// Gives the consumer up. What cannot be given up runs out.
    pub(super) async fn release(&self) {
        let lease = self.desk.lock().await.lease.clone();
        let _released = self.checkpoints.release(&lease).await;
    }

    pub(super) async fn renew(&self) -> Result<(), Halt> {
        let mut desk = self.desk.lock().await;
        if desk.claimed.elapsed() >= LEASE / 3 {
            desk.lease = self.checkpoints.renew(&desk.lease, LEASE).await?;
            desk.claimed = Instant::now();
        }
        Ok(())
    }

    /// A page held nothing.
    pub(super) async fn pass(&self, page: &Page) -> Result<(), Halt> {
        self.complete(page, page.len()).await
    }

    /// The first places of a page are completed. The checkpoint behind them is kept before long. Once it has the
    /// desk it waits for nothing, so what its caller does next is done whenever this is.
    pub(in crate::runtime) async fn complete(&self, page: &Page, completed: usize) -> Result<(), Halt> {
        let mut desk = self.desk.lock().await;
        desk.checkpoint = desk.behind(page, completed)?;
        desk.unkept.get_or_insert_with(Instant::now);
        Ok(())
    }

    /// The same, with events that are set aside: they are kept with the checkpoint behind them in one step, before anything else is.
    pub(in crate::runtime) async fn park(
        &self,
        page: &Page,
        completed: usize,
        letters: Vec<DeadLetter>,
    ) -> Result<(), Halt> {
        let mut desk = self.desk.lock().await;
        let checkpoint = desk.behind(page, completed)?;
        // What is kept beside the checkpoint is as it was: it is brought up to this with the next `keep`.
        desk.unkept.get_or_insert_with(Instant::now);
        desk.save(&self.checkpoints, checkpoint, Change::new().park(letters))
            .await
    }

    /// What is completed and not kept is to be kept now.
    pub(super) async fn is_due(&self) -> bool {
        let unkept = self.desk.lock().await.unkept;
        unkept.is_some_and(|since| since.elapsed() >= KEPT_WITHIN)
    }

    /// Keeps the checkpoint, and beside it what `state` makes of what was kept there.
    pub(super) async fn keep(
        &self,
        state: impl FnOnce(&[u8], Position) -> Result<Vec<u8>, Halt> + Send,
    ) -> Result<(), Halt> {
        let mut desk = self.desk.lock().await;
        if desk.unkept.is_none() {
            return Ok(());
        }
        desk.state = state(&desk.state, desk.checkpoint.position())?;
        let checkpoint = desk.checkpoint.clone();
        desk.save(&self.checkpoints, checkpoint, Change::new()).await?;
        desk.unkept = None;
        Ok(())
    }

    /// Keeps something else beside the checkpoint, which stays where it is. What others ask for meanwhile is kept in the same step.
    pub(in crate::runtime) async fn note(
        &self,
        change: impl FnOnce(&[u8]) -> Vec<u8> + Send + 'static,
    ) -> Result<(), Halt> {
        let number = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            waiting.notes.push(Box::new(change));
            waiting.count += 1;
            waiting.count
        };
        let mut desk = self.desk.lock().await;
        if desk.noted >= number {
            return Ok(());
        }
        let (notes, count) = {
            let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
            (std::mem::take(&mut waiting.notes), waiting.count)
        };
        for note in notes {
            desk.state = note(&desk.state);
        }
        let checkpoint = desk.checkpoint.clone();
        desk.save(&self.checkpoints, checkpoint, Change::new()).await?;
        desk.noted = count;
        Ok(())
    }

    /// Letters were handled, or waived.
    pub(in crate::runtime) async fn redriven(&self, change: Change) -> Result<(), Halt> {
        let desk = self.desk.lock().await;
        Ok(self.checkpoints.save(&desk.lease, change).await?)
    }
}

impl Desk {
    /// The checkpoint behind the first places of a page.
    fn behind(&self, page: &Page, completed: usize) -> Result<Checkpoint, Halt> {
        let mut checkpoint = self.checkpoint.clone();
        if completed == page.len() {
            checkpoint.advance(page)?;
        } else {
            checkpoint.advance_part(page, completed);
        }
        Ok(checkpoint)
    }

    /// Moves the checkpoint here only when it is kept: what changes in the same step must not be left behind by a later save.
    async fn save(
        &mut self,
        checkpoints: &AnyCheckpoints,
        checkpoint: Checkpoint,
        mut change: Change,
    ) -> Result<(), Halt> {
        let saved = Saved {
            checkpoint: checkpoint.clone(),
            identity: Plan::IDENTITY,
            state: self.state.clone(),
        };
        change.saved = Some((Some(self.kept), saved));
        checkpoints.save(&self.lease, change).await?;
        self.kept = checkpoint.position();
        self.checkpoint = checkpoint;
        Ok(())
    }
}
