//! A store of checkpoints that breaks one rule: of owners, of order, of histories, or of what is kept together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use recount::MemoryStore;
use recount::store::{
    AnyCheckpoints, Change, CheckpointError, CheckpointStore, ConsumerName, DeadLetter, EventStore, Lease, LetterRead,
    Live, MemoryCheckpoints, ParkedKey, PartId, Saved, Waiver,
};

use crate::sim::{Bug, Sim};

/// The checkpoints of a simulated place, with its bug.
pub(crate) fn checkpoints(sim: &Sim, life: u64) -> AnyCheckpoints {
    let inner = sim.world.checkpoints.clone();
    let Some(bug) = sim.bug.filter(|bug| bug.is_of_checkpoints()) else {
        return AnyCheckpoints::new(inner);
    };
    AnyCheckpoints::new(Leaking {
        inner,
        bug,
        sim: sim.clone(),
        life,
        // On a clock that no test sets.
        elsewhere: MemoryStore::new().checkpoints(),
        owners: Mutex::default(),
        live: Mutex::default(),
    })
}

struct Leaking {
    inner: MemoryCheckpoints,
    bug: Bug,
    sim: Sim,
    life: u64,
    elsewhere: AnyCheckpoints,
    /// The last lease of each consumer.
    owners: Mutex<HashMap<ConsumerName, Lease>>,
    live: Mutex<HashMap<ConsumerName, Live>>,
}

impl Leaking {
    fn owner(&self, lease: &Lease) -> Lease {
        let owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        match owners.get(lease.consumer()) {
            Some(last) if self.bug == Bug::TakesOldFences => last.clone(),
            _ => lease.clone(),
        }
    }

    fn note(&self, lease: &Lease) {
        let mut owners = self.owners.lock().unwrap_or_else(PoisonError::into_inner);
        owners.insert(lease.consumer().clone(), lease.clone());
    }

    /// The state first, and the checkpoint after a step in which power may fail.
    async fn save_apart(&self, lease: &Lease, change: Change) -> Result<(), CheckpointError> {
        let before = self.inner.load(lease.consumer()).await?;
        if let (Some(before), Some((_, saved))) = (before, &change.saved) {
            let half = Saved {
                checkpoint: before.checkpoint,
                ..saved.clone()
            };
            let previous = Some(half.checkpoint.position());
            self.inner.save(lease, Change::to(previous, half)).await?;
        }
        if !self.sim.world.disk().step(self.life) {
            return Err(CheckpointError::Store("power was lost".into()));
        }
        self.inner.save(lease, change).await
    }
}

/// The same, saved wherever the checkpoint is.
async fn force(inner: &MemoryCheckpoints, lease: &Lease, change: Change) -> Result<(), CheckpointError> {
    match change.saved {
        Some((_, saved)) => inner.reset(lease, saved).await,
        None => Ok(()),
    }
}

impl CheckpointStore for Leaking {
    async fn claim(&self, consumer: &ConsumerName, ttl: Duration) -> Result<Lease, CheckpointError> {
        if self.bug == Bug::LeasesByAnotherClock {
            return self.elsewhere.claim(consumer, ttl).await;
        }
        let lease = self.inner.claim(consumer, ttl).await?;
        self.note(&lease);
        Ok(lease)
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, CheckpointError> {
        let lease = self.inner.renew(&self.owner(lease), ttl).await?;
        self.note(&lease);
        Ok(lease)
    }

    async fn release(&self, lease: &Lease) -> Result<(), CheckpointError> {
        self.inner.release(lease).await
    }

    async fn load(&self, consumer: &ConsumerName) -> Result<Option<Saved>, CheckpointError> {
        self.inner.load(consumer).await
    }

    async fn save(&self, lease: &Lease, change: Change) -> Result<(), CheckpointError> {
        let lease = self.owner(lease);
        if self.bug == Bug::SavesInTwoSteps {
            return self.save_apart(&lease, change).await;
        }
        if self.bug == Bug::KeepsTheLaterLetter {
            let parts = change.parked.iter().map(|letter| letter.part);
            self.inner.save(&lease, Change::new().redrive(parts)).await?;
        }
        match (self.inner.save(&lease, change.clone()).await, self.bug) {
            (Err(CheckpointError::Stale { .. } | CheckpointError::Backward { .. }), Bug::SavesAnywhere) => {
                force(&self.inner, &lease, change).await
            }
            (Err(CheckpointError::Backward { .. }), Bug::SavesIntoAnyHistory) => {
                let before = self
                    .inner
                    .load(lease.consumer())
                    .await?
                    .map(|saved| saved.checkpoint.store());
                let to = change.saved.as_ref().map(|(_, saved)| saved.checkpoint.store());
                if before == to {
                    return self.inner.save(&lease, change).await;
                }
                force(&self.inner, &lease, change).await
            }
            (answer, _) => answer,
        }
    }

    async fn reset(&self, lease: &Lease, to: Saved) -> Result<(), CheckpointError> {
        self.inner.reset(&self.owner(lease), to).await
    }

    async fn letters(&self, consumer: &ConsumerName, read: LetterRead) -> Result<Vec<DeadLetter>, CheckpointError> {
        self.inner.letters(consumer, read).await
    }

    async fn parked(&self, consumer: &ConsumerName) -> Result<Vec<ParkedKey>, CheckpointError> {
        self.inner.parked(consumer).await
    }

    async fn waive(
        &self,
        consumer: &ConsumerName,
        part: PartId,
        reason: &str,
        actor: &str,
    ) -> Result<Waiver, CheckpointError> {
        self.inner.waive(consumer, part, reason, actor).await
    }

    async fn waivers(&self, consumer: &ConsumerName) -> Result<Vec<Waiver>, CheckpointError> {
        self.inner.waivers(consumer).await
    }

    async fn live(&self, consumer: &ConsumerName) -> Result<Live, CheckpointError> {
        let forced = self
            .live
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(consumer)
            .cloned();
        match forced {
            Some(live) => Ok(live),
            None => self.inner.live(consumer).await,
        }
    }

    async fn switch(&self, lease: &Lease, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        let has_any = self.inner.load(lease.consumer()).await?.is_some();
        match self.inner.switch(lease, consumer, from).await {
            Err(CheckpointError::Behind { .. }) if self.bug == Bug::SwitchesToWhatIsBehind && has_any => {
                let live = Live::new(lease.consumer().clone(), Some(from.clone()));
                let mut forced = self.live.lock().unwrap_or_else(PoisonError::into_inner);
                forced.insert(consumer.clone(), live);
                Ok(())
            }
            answer => answer,
        }
    }

    async fn switch_back(&self, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        self.inner.switch_back(consumer, from).await
    }

    async fn remove(&self, consumer: &ConsumerName) -> Result<(), CheckpointError> {
        self.inner.remove(consumer).await
    }

    async fn consumers(&self) -> Result<Vec<ConsumerName>, CheckpointError> {
        self.inner.consumers().await
    }
}
