//! The time under one lease: the checkpoint, what is kept beside it, and every save of them.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::Instant;

use crate::consumer::Start;
use crate::runtime::following::Halt;
use crate::runtime::{Inner, Runtime};
use crate::schema::Fingerprint;
use crate::store::{
    AnyCheckpoints, AnyStore, Change, Checkpoint, CheckpointError, CheckpointStore, ConsumerName, EventStore, Filter,
    Lease, LogRead, Page, Saved,
};
use crate::stream::Position;

/// How long a lease runs by the store's clock; it is renewed after a third.
const LEASE: Duration = Duration::from_secs(30);

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
    desk: Mutex<Desk>,
}

struct Desk {
    lease: Lease,
    claimed: Instant,
    checkpoint: Checkpoint,
    /// Where the kept checkpoint is.
    kept: Position,
    state: Vec<u8>,
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
        let desk = Desk {
            lease,
            claimed: Instant::now(),
            kept: saved.checkpoint.position(),
            checkpoint: saved.checkpoint,
            state: saved.state,
        };
        Ok(Self {
            runtime: Arc::downgrade(inner),
            checkpoints,
            name: plan.name.clone(),
            desk: Mutex::new(desk),
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

    /// A page held nothing. The checkpoint behind it is kept with the next save.
    pub(super) async fn pass(&self, page: &Page) -> Result<(), Halt> {
        Ok(self.desk.lock().await.checkpoint.advance(page)?)
    }

    /// Keeps the checkpoint behind pages that held nothing.
    pub(super) async fn keep_passed(&self) -> Result<(), Halt> {
        let mut desk = self.desk.lock().await;
        if desk.checkpoint.position() == desk.kept {
            return Ok(());
        }
        desk.save(&self.checkpoints, Change::new()).await
    }

    /// The first so many events of a page are completed, with what else changes in the same step. `state` is what is kept beside the
    /// checkpoint from then on.
    pub(in crate::runtime) async fn complete(
        &self,
        page: &Page,
        completed: usize,
        state: impl FnOnce(&[u8], Position) -> Vec<u8> + Send,
        change: Change,
    ) -> Result<(), Halt> {
        let mut desk = self.desk.lock().await;
        if completed == page.len() {
            desk.checkpoint.advance(page)?;
        } else {
            desk.checkpoint.advance_part(page, completed);
        }
        desk.state = state(&desk.state, desk.checkpoint.position());
        desk.save(&self.checkpoints, change).await
    }

    /// Keeps something else beside the checkpoint, which stays where it is.
    pub(in crate::runtime) async fn note(&self, change: impl FnOnce(&[u8]) -> Vec<u8> + Send) -> Result<(), Halt> {
        let mut desk = self.desk.lock().await;
        desk.state = change(&desk.state);
        desk.save(&self.checkpoints, Change::new()).await
    }

    /// Letters were handled, or waived.
    pub(in crate::runtime) async fn redriven(&self, change: Change) -> Result<(), Halt> {
        let desk = self.desk.lock().await;
        Ok(self.checkpoints.save(&desk.lease, change).await?)
    }
}

impl Desk {
    async fn save(&mut self, checkpoints: &AnyCheckpoints, mut change: Change) -> Result<(), Halt> {
        let saved = Saved {
            checkpoint: self.checkpoint.clone(),
            identity: Plan::IDENTITY,
            state: self.state.clone(),
        };
        let to = saved.checkpoint.position();
        change.saved = Some((Some(self.kept), saved));
        checkpoints.save(&self.lease, change).await?;
        self.kept = to;
        Ok(())
    }
}
