//! The rules that every store of checkpoints keeps, over what it knows of all consumers: owners, positions, generations.
//!
//! A question changes nothing, so that a store can make the answer durable before it takes it over.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::store::checkpoint::{Checkpoint, CheckpointError, ConsumerName, Lease, Live};
use crate::stream::Position;

/// What is known of all consumers.
#[derive(Debug, Default)]
pub(super) struct Registry {
    consumers: BTreeMap<ConsumerName, Known>,
    /// Consumers of which another generation than that of their own name is live, or was.
    live: BTreeMap<ConsumerName, Live>,
    /// The greatest fence so far, of all consumers: one that was removed and comes back is given no fence again.
    fence: u64,
}

#[derive(Debug, Default)]
struct Known {
    owner: Option<Owner>,
    checkpoint: Option<Checkpoint>,
}

#[derive(Clone, Copy, Debug)]
struct Owner {
    fence: u64,
    until: Timestamp,
}

/// What goes with a removed consumer.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Removal {
    /// Consumers whose live generation is written anew; `None` where it is that of their own name again.
    pub(super) live: Vec<(ConsumerName, Option<Live>)>,
    /// Consumers whose waivers go.
    pub(super) waivers: Vec<ConsumerName>,
}

impl Registry {
    pub(super) const fn fence(&self) -> u64 {
        self.fence
    }

    /// The next fence is above this one.
    pub(super) fn begin_above(&mut self, fence: u64) {
        self.fence = self.fence.max(fence);
    }

    /// What is kept is read anew; owners stay.
    pub(super) fn forget_kept(&mut self) {
        self.live.clear();
        self.consumers.values_mut().for_each(|known| known.checkpoint = None);
    }

    pub(super) fn claim(
        &mut self,
        consumer: &ConsumerName,
        ttl: Duration,
        now: Timestamp,
    ) -> Result<Lease, CheckpointError> {
        self.is_free(consumer, now)?;
        self.fence += 1;
        let (fence, until) = (self.fence, now.after(ttl));
        self.known(consumer).owner = Some(Owner { fence, until });
        Ok(Lease::new(consumer.clone(), fence, until))
    }

    pub(super) fn renew(&mut self, lease: &Lease, ttl: Duration, now: Timestamp) -> Result<Lease, CheckpointError> {
        self.owns(lease)?;
        let (consumer, fence, until) = (lease.consumer(), lease.fence(), now.after(ttl));
        self.known(consumer).owner = Some(Owner { fence, until });
        Ok(Lease::new(consumer.clone(), fence, until))
    }

    pub(super) fn release(&mut self, lease: &Lease) {
        if self.owns(lease).is_ok() {
            self.known(lease.consumer()).owner = None;
        }
    }

    fn known(&mut self, consumer: &ConsumerName) -> &mut Known {
        self.consumers.entry(consumer.clone()).or_default()
    }

    fn is_free(&self, consumer: &ConsumerName, now: Timestamp) -> Result<(), CheckpointError> {
        match self.consumers.get(consumer).and_then(|known| known.owner) {
            Some(owner) if now < owner.until => Err(CheckpointError::Held {
                consumer: consumer.clone(),
                until: owner.until,
            }),
            _ => Ok(()),
        }
    }

    /// Whether a lease is that of the last claim. Its time does not matter: nobody has followed it.
    pub(super) fn owns(&self, lease: &Lease) -> Result<(), CheckpointError> {
        let owner = self.consumers.get(lease.consumer()).and_then(|known| known.owner);
        if owner.is_some_and(|owner| owner.fence == lease.fence()) {
            return Ok(());
        }
        let consumer = lease.consumer().clone();
        Err(CheckpointError::Fenced { consumer })
    }

    pub(super) fn checkpoint(&self, consumer: &ConsumerName) -> Option<&Checkpoint> {
        self.consumers.get(consumer)?.checkpoint.as_ref()
    }

    /// Whether a save may move the checkpoint (rule 7.6).
    pub(super) fn may_save(
        &self,
        lease: &Lease,
        previous: Option<Position>,
        to: &Checkpoint,
    ) -> Result<(), CheckpointError> {
        self.may_reset(lease, to)?;
        let (consumer, before) = (lease.consumer().clone(), self.checkpoint(lease.consumer()));
        let actual = before.map(Checkpoint::position);
        if actual != previous {
            return Err(CheckpointError::Stale {
                consumer,
                previous,
                actual,
            });
        }
        let goes_on = |before: &Checkpoint| before.store() == to.store() && before.position() <= to.position();
        if before.is_none_or(goes_on) {
            Ok(())
        } else {
            Err(CheckpointError::Backward { consumer })
        }
    }

    /// Whether a reset may put the checkpoint anywhere.
    pub(super) fn may_reset(&self, lease: &Lease, to: &Checkpoint) -> Result<(), CheckpointError> {
        self.owns(lease)?;
        if lease.consumer() == to.consumer() {
            return Ok(());
        }
        let (lease, checkpoint) = (lease.consumer().clone(), to.consumer().clone());
        Err(CheckpointError::OtherConsumer { lease, checkpoint })
    }

    /// The checkpoint is kept.
    pub(super) fn keep(&mut self, checkpoint: Checkpoint) {
        let consumer = checkpoint.consumer().clone();
        self.known(&consumer).checkpoint = Some(checkpoint);
    }

    pub(super) fn consumers(&self) -> Vec<ConsumerName> {
        let kept = self.consumers.iter().filter(|(_, known)| known.checkpoint.is_some());
        kept.map(|(consumer, _)| consumer.clone()).collect()
    }

    pub(super) fn live(&self, consumer: &ConsumerName) -> Live {
        let own = || Live::new(consumer.clone(), None);
        self.live.get(consumer).cloned().unwrap_or_else(own)
    }

    /// What is live after a switch; `None` if it is already (rule 8.7).
    pub(super) fn may_switch(
        &self,
        lease: &Lease,
        consumer: &ConsumerName,
        from: &ConsumerName,
    ) -> Result<Option<Live>, CheckpointError> {
        self.owns(lease)?;
        let (generation, live) = (lease.consumer().clone(), self.live(consumer).generation);
        if live == generation {
            return Ok(None);
        }
        if live != *from {
            return Err(CheckpointError::NotLive { live });
        }
        let reached = self.checkpoint(&generation).is_some_and(|new| {
            // Positions of another history say nothing about this one.
            let old = self.checkpoint(from).filter(|old| old.store() == new.store());
            old.is_none_or(|old| old.position() <= new.position())
        });
        if reached {
            Ok(Some(Live::new(generation, Some(live))))
        } else {
            Err(CheckpointError::Behind { generation, live })
        }
    }

    /// What is live after a switch was undone.
    pub(super) fn may_switch_back(
        &self,
        consumer: &ConsumerName,
        from: &ConsumerName,
    ) -> Result<Live, CheckpointError> {
        let Live { generation, before } = self.live(consumer);
        if generation != *from {
            return Err(CheckpointError::NotLive { live: generation });
        }
        let before = before.ok_or_else(|| CheckpointError::NothingBefore {
            consumer: consumer.clone(),
        })?;
        Ok(Live::new(before, Some(generation)))
    }

    /// From now on this is live; `None`: the generation of the consumer's own name.
    pub(super) fn set_live(&mut self, consumer: &ConsumerName, live: Option<Live>) {
        match live {
            Some(live) => drop(self.live.insert(consumer.clone(), live)),
            None => drop(self.live.remove(consumer)),
        }
    }

    /// What goes with a consumer that is removed.
    pub(super) fn may_remove(&self, removed: &ConsumerName, now: Timestamp) -> Result<Removal, CheckpointError> {
        self.is_free(removed, now)?;
        let mut removal = Removal {
            live: Vec::new(),
            waivers: Vec::new(),
        };
        if !self.live.contains_key(removed) {
            removal.waivers.push(removed.clone());
        }
        for (consumer, live) in &self.live {
            if live.generation == *removed {
                if live.before.is_some() {
                    let (consumer, generation) = (consumer.clone(), removed.clone());
                    return Err(CheckpointError::IsLive { consumer, generation });
                }
                removal.live.push((consumer.clone(), None));
                if consumer == removed || self.checkpoint(consumer).is_none() {
                    removal.waivers.push(consumer.clone());
                }
            } else if live.before.as_ref() == Some(removed) {
                let left = (live.generation != *consumer).then(|| Live::new(live.generation.clone(), None));
                removal.live.push((consumer.clone(), left));
            }
        }
        Ok(removal)
    }

    pub(super) fn remove(&mut self, removed: &ConsumerName, removal: Removal) {
        self.consumers.remove(removed);
        for (consumer, live) in removal.live {
            self.set_live(&consumer, live);
        }
    }
}
