//! A store of checkpoints that is chosen at run time.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::store::checkpoint::erased::Erased;
use crate::store::checkpoint::{
    Change, CheckpointError, CheckpointStore, ConsumerName, DeadLetter, Lease, LetterRead, Live, ParkedKey, PartId,
    Saved, Waiver,
};

/// Any store of checkpoints behind one type; clones are the same store.
///
/// ```
/// use recount::store::{AnyCheckpoints, MemoryCheckpoints};
///
/// let checkpoints: AnyCheckpoints = AnyCheckpoints::new(MemoryCheckpoints::new());
/// ```
#[derive(Clone)]
pub struct AnyCheckpoints(Arc<dyn Erased>);

impl AnyCheckpoints {
    /// The store, behind one type.
    #[must_use]
    pub fn new(store: impl CheckpointStore) -> Self {
        Self(Arc::new(store))
    }
}

impl fmt::Debug for AnyCheckpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AnyCheckpoints").finish_non_exhaustive()
    }
}

impl CheckpointStore for AnyCheckpoints {
    async fn claim(&self, consumer: &ConsumerName, ttl: Duration) -> Result<Lease, CheckpointError> {
        self.0.claim(consumer, ttl).await
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, CheckpointError> {
        self.0.renew(lease, ttl).await
    }

    async fn release(&self, lease: &Lease) -> Result<(), CheckpointError> {
        self.0.release(lease).await
    }

    async fn load(&self, consumer: &ConsumerName) -> Result<Option<Saved>, CheckpointError> {
        self.0.load(consumer).await
    }

    async fn save(&self, lease: &Lease, change: Change) -> Result<(), CheckpointError> {
        self.0.save(lease, change).await
    }

    async fn reset(&self, lease: &Lease, to: Saved) -> Result<(), CheckpointError> {
        self.0.reset(lease, to).await
    }

    async fn letters(&self, consumer: &ConsumerName, read: LetterRead) -> Result<Vec<DeadLetter>, CheckpointError> {
        self.0.letters(consumer, read).await
    }

    async fn parked(&self, consumer: &ConsumerName) -> Result<Vec<ParkedKey>, CheckpointError> {
        self.0.parked(consumer).await
    }

    async fn waive(
        &self,
        consumer: &ConsumerName,
        part: PartId,
        reason: &str,
        actor: &str,
    ) -> Result<Waiver, CheckpointError> {
        self.0.waive(consumer, part, reason, actor).await
    }

    async fn waivers(&self, consumer: &ConsumerName) -> Result<Vec<Waiver>, CheckpointError> {
        self.0.waivers(consumer).await
    }

    async fn live(&self, consumer: &ConsumerName) -> Result<Live, CheckpointError> {
        self.0.live(consumer).await
    }

    async fn switch(&self, lease: &Lease, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        self.0.switch(lease, consumer, from).await
    }

    async fn switch_back(&self, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        self.0.switch_back(consumer, from).await
    }

    async fn remove(&self, consumer: &ConsumerName) -> Result<(), CheckpointError> {
        self.0.remove(consumer).await
    }

    async fn consumers(&self) -> Result<Vec<ConsumerName>, CheckpointError> {
        self.0.consumers().await
    }
}
