//! What consumers remember, in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::clock::{Clock, SystemClock};
use crate::store::checkpoint::letter::parked_keys;
use crate::store::checkpoint::registry::Registry;
use crate::store::checkpoint::{
    Change, CheckpointError, CheckpointStore, ConsumerName, DeadLetter, Lease, LetterRead, Live, ParkedKey, PartId,
    Saved, Waiver,
};

/// Keeps what consumers remember in memory; clones are the same store. It is gone with the process, as is a
/// [`MemoryStore`](crate::MemoryStore), whose consumers are kept in one of these.
///
/// ```
/// use recount::store::{CheckpointStore, ConsumerName, MemoryCheckpoints};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let (checkpoints, name) = (MemoryCheckpoints::new(), ConsumerName::new("balances")?);
/// let lease = checkpoints.claim(&name, Duration::from_secs(30)).await?;
/// assert!(checkpoints.claim(&name, Duration::from_secs(30)).await.is_err(), "one owner at a time");
/// checkpoints.release(&lease).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct MemoryCheckpoints(Arc<Inner>);

struct Inner {
    clock: Arc<dyn Clock>,
    tables: Mutex<Tables>,
}

#[derive(Default)]
struct Tables {
    registry: Registry,
    saved: BTreeMap<ConsumerName, Saved>,
    letters: BTreeMap<ConsumerName, BTreeMap<PartId, DeadLetter>>,
    waivers: BTreeMap<ConsumerName, BTreeMap<PartId, Waiver>>,
    closed: bool,
}

impl Default for MemoryCheckpoints {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryCheckpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryCheckpoints").finish_non_exhaustive()
    }
}

impl MemoryCheckpoints {
    /// Without a consumer, on the computer's clock.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(SystemClock)
    }

    /// Without a consumer; leases run by this clock.
    #[must_use]
    pub fn with_clock(clock: impl Clock) -> Self {
        Self::shared(Arc::new(clock))
    }

    pub(in crate::store) fn shared(clock: Arc<dyn Clock>) -> Self {
        let tables = Mutex::default();
        Self(Arc::new(Inner { clock, tables }))
    }

    pub(in crate::store) fn close(&self) {
        self.lock().closed = true;
    }

    fn lock(&self) -> MutexGuard<'_, Tables> {
        // No code of a user runs under the lock, and nothing panics between two changes of the tables.
        self.0.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, Tables>, CheckpointError> {
        let tables = self.lock();
        if tables.closed {
            Err(CheckpointError::Closed)
        } else {
            Ok(tables)
        }
    }
}

impl CheckpointStore for MemoryCheckpoints {
    async fn claim(&self, consumer: &ConsumerName, ttl: Duration) -> Result<Lease, CheckpointError> {
        // The clock may be the user's own code, which must not run under the lock.
        let now = self.0.clock.now();
        self.open()?.registry.claim(consumer, ttl, now)
    }

    async fn renew(&self, lease: &Lease, ttl: Duration) -> Result<Lease, CheckpointError> {
        let now = self.0.clock.now();
        self.open()?.registry.renew(lease, ttl, now)
    }

    async fn release(&self, lease: &Lease) -> Result<(), CheckpointError> {
        self.open()?.registry.release(lease);
        Ok(())
    }

    async fn load(&self, consumer: &ConsumerName) -> Result<Option<Saved>, CheckpointError> {
        Ok(self.open()?.saved.get(consumer).cloned())
    }

    async fn save(&self, lease: &Lease, change: Change) -> Result<(), CheckpointError> {
        let mut tables = self.open()?;
        let Change {
            saved,
            parked,
            redriven,
        } = change;
        match &saved {
            Some((previous, saved)) => tables.registry.may_save(lease, *previous, &saved.checkpoint)?,
            None => tables.registry.owns(lease)?,
        }
        if let Some((_, saved)) = saved {
            tables.keep(saved);
        }
        let letters = tables.letters.entry(lease.consumer().clone()).or_default();
        for letter in parked {
            letters.entry(letter.part).or_insert(letter);
        }
        letters.retain(|part, _| !redriven.contains(part));
        Ok(())
    }

    async fn reset(&self, lease: &Lease, to: Saved) -> Result<(), CheckpointError> {
        let mut tables = self.open()?;
        tables.registry.may_reset(lease, &to.checkpoint)?;
        let position = to.checkpoint.position();
        if let Some(letters) = tables.letters.get_mut(lease.consumer()) {
            letters.retain(|part, _| part.position <= position);
        }
        tables.keep(to);
        Ok(())
    }

    async fn letters(&self, consumer: &ConsumerName, read: LetterRead) -> Result<Vec<DeadLetter>, CheckpointError> {
        let tables = self.open()?;
        let letters = tables.letters.get(consumer).into_iter().flat_map(BTreeMap::values);
        let asked = letters.filter(|letter| read.takes(letter.part, &letter.key));
        Ok(asked.take(read.limit).cloned().collect())
    }

    async fn parked(&self, consumer: &ConsumerName) -> Result<Vec<ParkedKey>, CheckpointError> {
        let tables = self.open()?;
        let letters = tables.letters.get(consumer).into_iter().flat_map(BTreeMap::values);
        Ok(parked_keys(letters.map(|letter| (letter.part, &*letter.key))))
    }

    async fn waive(
        &self,
        consumer: &ConsumerName,
        part: PartId,
        reason: &str,
        actor: &str,
    ) -> Result<Waiver, CheckpointError> {
        let waiver = Waiver::new(part, reason, actor, self.0.clock.now());
        let mut tables = self.open()?;
        let waivers = tables.waivers.entry(consumer.clone()).or_default();
        Ok(waivers.entry(part).or_insert(waiver).clone())
    }

    async fn waivers(&self, consumer: &ConsumerName) -> Result<Vec<Waiver>, CheckpointError> {
        let tables = self.open()?;
        let waivers = tables.waivers.get(consumer).into_iter().flat_map(BTreeMap::values);
        Ok(waivers.cloned().collect())
    }

    async fn live(&self, consumer: &ConsumerName) -> Result<Live, CheckpointError> {
        Ok(self.open()?.registry.live(consumer))
    }

    async fn switch(&self, lease: &Lease, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        let mut tables = self.open()?;
        if let Some(live) = tables.registry.may_switch(lease, consumer, from)? {
            tables.registry.set_live(consumer, Some(live));
        }
        Ok(())
    }

    async fn switch_back(&self, consumer: &ConsumerName, from: &ConsumerName) -> Result<(), CheckpointError> {
        let mut tables = self.open()?;
        let live = tables.registry.may_switch_back(consumer, from)?;
        tables.registry.set_live(consumer, Some(live));
        Ok(())
    }

    async fn remove(&self, consumer: &ConsumerName) -> Result<(), CheckpointError> {
        let now = self.0.clock.now();
        let mut tables = self.open()?;
        let removal = tables.registry.may_remove(consumer, now)?;
        for waived in &removal.waivers {
            tables.waivers.remove(waived);
        }
        tables.saved.remove(consumer);
        tables.letters.remove(consumer);
        tables.registry.remove(consumer, removal);
        Ok(())
    }

    async fn consumers(&self) -> Result<Vec<ConsumerName>, CheckpointError> {
        Ok(self.open()?.registry.consumers())
    }
}

impl Tables {
    fn keep(&mut self, saved: Saved) {
        self.registry.keep(saved.checkpoint.clone());
        self.saved.insert(saved.checkpoint.consumer().clone(), saved);
    }
}
