//! Where the snapshots of a run are kept: they outlive every runtime and every loss of power, and things happen to them.

use std::collections::HashMap;
use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use recount::{MemorySnapshots, Runtime, Snapshot, SnapshotError, SnapshotStore, StreamId, Version};
use serde_json::json;

use crate::account::Account;
use crate::bent::Bug;
use crate::ledger::Excuse;
use crate::place::Place;
use crate::plan::{ACCOUNTS, Shelving};
use crate::run::{Run, text};
use crate::work::id;

/// So many times all tasks of the runtimes are let go on: more than what waits to be written takes.
const TURNS: usize = 64;

/// What has happened to a snapshot.
#[derive(Clone, Copy, Debug)]
enum Bend {
    /// One bit of its stored form is another.
    Bit(u64),
    /// It was folded from something else.
    Stale,
    /// It is of a version that is not there.
    Ahead,
    /// It cannot be had.
    Fails,
}

/// A store of snapshots; clones are the same.
#[derive(Clone)]
pub(crate) struct Shelf(Arc<Inner>);

struct Inner {
    kept: MemorySnapshots,
    bug: Option<Bug>,
    bent: Mutex<HashMap<StreamId, Bend>>,
    /// What stood in the place of each before it.
    older: Mutex<HashMap<StreamId, Snapshot>>,
    served: AtomicU64,
    spoilt: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn stream(account: usize) -> Result<StreamId, String> {
    StreamId::new("account", &id(account)).map_err(text)
}

impl Shelf {
    pub(crate) fn new(bug: Option<Bug>) -> Self {
        Self(Arc::new(Inner {
            kept: MemorySnapshots::new(),
            bug,
            bent: Mutex::default(),
            older: Mutex::default(),
            served: AtomicU64::new(0),
            spoilt: AtomicU64::new(0),
        }))
    }

    /// How often a snapshot was served, and how often one to which something had happened.
    pub(crate) fn served(&self) -> [(&'static str, u64); 2] {
        let count = |count: &AtomicU64| count.load(Ordering::SeqCst);
        [
            ("snapshot served", count(&self.0.served)),
            ("spoilt snapshot served", count(&self.0.spoilt)),
        ]
    }

    fn spoil(&self, stream: StreamId, luck: u64) {
        let bend = match luck % 4 {
            0 => Bend::Stale,
            1 => Bend::Ahead,
            2 => Bend::Fails,
            _ => Bend::Bit(luck / 4),
        };
        lock(&self.0.bent).insert(stream, bend);
    }

    fn spoilt(bend: Bend, mut snapshot: Snapshot) -> Result<Snapshot, SnapshotError> {
        match bend {
            Bend::Bit(luck) => {
                let mut bytes = snapshot.to_bytes()?;
                let bit = usize::try_from(luck).unwrap_or_default() % (bytes.len() * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
                return Snapshot::from_bytes(&bytes);
            }
            Bend::Stale => snapshot.key.fingerprint.0 ^= 1,
            Bend::Ahead => snapshot.version = Version::new(snapshot.version.get() + 1_000).unwrap_or(Version::FIRST),
            Bend::Fails => return Err(SnapshotError::Store("it does not answer".into())),
        }
        Ok(snapshot)
    }

    /// As the planted bug serves it.
    fn bugged(&self, mut snapshot: Snapshot) -> Snapshot {
        if self.0.bug == Some(Bug::SnapshotsLag)
            && let Some(older) = lock(&self.0.older).get(&snapshot.key.stream)
        {
            // A state with the place of an older one: what is between the two is folded once more.
            let state = snapshot.state;
            snapshot = Snapshot { state, ..older.clone() };
        }
        if self.0.bug == Some(Bug::SnapshotsChange) {
            let state = String::from_utf8_lossy(&snapshot.state).replace("\"balance\":", "\"balance\":1");
            snapshot.state = state.into_bytes();
        }
        snapshot
    }

    /// What is kept of an account, whatever has happened to it.
    async fn kept(&self, account: usize) -> Result<Option<Snapshot>, String> {
        self.0.kept.newest(&stream(account)?, None).await.map_err(text)
    }
}

impl SnapshotStore for Shelf {
    async fn put(&self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        if self.0.bug == Some(Bug::PutsNoSnapshot) {
            return Ok(());
        }
        let stream = snapshot.key.stream.clone();
        let before = self.0.kept.newest(&stream, None).await?;
        if let Some(before) = before.filter(|before| snapshot.replaces(before)) {
            lock(&self.0.older).insert(stream.clone(), before);
        }
        lock(&self.0.bent).remove(&stream);
        self.0.kept.put(snapshot).await
    }

    async fn newest(&self, stream: &StreamId, at_most: Option<Version>) -> Result<Option<Snapshot>, SnapshotError> {
        let Some(snapshot) = self.0.kept.newest(stream, at_most).await? else {
            return Ok(None);
        };
        let bend = lock(&self.0.bent).get(stream).copied();
        match bend {
            None => {
                self.0.served.fetch_add(1, Ordering::SeqCst);
                Ok(Some(self.bugged(snapshot)))
            }
            Some(bend) => {
                self.0.spoilt.fetch_add(1, Ordering::SeqCst);
                Self::spoilt(bend, snapshot).map(Some)
            }
        }
    }

    async fn remove(&self, stream: &StreamId) -> Result<(), SnapshotError> {
        self.0.kept.remove(stream).await
    }

    async fn remove_all(&self, category: &str) -> Result<(), SnapshotError> {
        if self.0.bug == Some(Bug::KeepsDroppedSnapshots) {
            return Ok(());
        }
        self.0.kept.remove_all(category).await
    }
}

impl Run {
    pub(crate) async fn shelve(&mut self, shelving: Shelving) -> Result<(), String> {
        match shelving {
            Shelving::Settle => settle().await,
            Shelving::Spoil { account, luck } => self.shelf.spoil(stream(account)?, luck),
            Shelving::Drop { runtime } => {
                let runtime = self.runtimes[runtime].clone();
                let dropping = self.place.run(runtime.drop_snapshots::<Account>())?;
                dropping.map_err(text)?;
                for account in 0..ACCOUNTS {
                    if let Some(kept) = self.shelf.kept(account).await? {
                        let version = kept.version;
                        return Err(format!(
                            "account {account} was dropped, and a snapshot of {version} is still kept"
                        ));
                    }
                }
            }
            Shelving::Warm { runtime } => {
                let runtime = self.runtimes[runtime].clone();
                self.warm(&runtime).await?;
            }
        }
        Ok(())
    }

    /// Every account that exists has a snapshot of now, and it is what the log folds to.
    async fn warm(&mut self, runtime: &Runtime) -> Result<(), String> {
        if self.ledger.is_on(Excuse::Unreadable) || self.place.life() != self.life {
            return Ok(());
        }
        {
            let mut shared = self.world.lock();
            (shared.pauses, shared.page) = ((0, 0), 512);
        }
        let from: Vec<u64> = (0..ACCOUNTS).map(|account| self.ledger.log.version(account)).collect();
        let warmed = self.alongside(runtime.warm_all_snapshots::<Account>()).await?;
        if self.place.life() != self.life {
            // Power was lost in between.
            return Ok(());
        }
        let warmed = warmed.map_err(text)?;
        self.follow()?;
        if !warmed.unreadable.is_empty() || warmed.unwritten > 0 {
            return Err(format!("nothing explains what could not be warmed: {warmed:?}"));
        }
        for (account, from) in from.into_iter().enumerate().filter(|(_, from)| *from > 0) {
            let kept = self.shelf.kept(account).await?;
            let version = kept.as_ref().map_or(0, |kept| kept.version.get());
            let state = self.ledger.log.state(account, version).unwrap_or_default();
            let folded = json!({ "balance": state.balance, "events": state.events, "trail": state.trail });
            let told = kept.and_then(|kept| serde_json::from_slice::<serde_json::Value>(&kept.state).ok());
            if version < from || told.as_ref() != Some(&folded) {
                return Err(format!(
                    "account {account} was warmed at version {from}, and its snapshot is of {version}, {told:?}, where the log folds to {state:?}"
                ));
            }
        }
        Ok(())
    }

    /// Runs a future that waits for tasks of a runtime as well as for the store. How often it has to be polled is up to the threads of the
    /// store; the tasks go as far each time as they can, so nothing else is.
    async fn alongside<F: Future>(&self, future: F) -> Result<F::Output, String> {
        let (mut future, flag) = (pin!(tokio::task::unconstrained(future)), self.place.flag());
        loop {
            let output = Place::poll(future.as_mut(), &flag);
            settle().await;
            match output {
                Some(output) => return Ok(output),
                None => self.place.wait(&flag, false)?,
            }
        }
    }
}

/// Lets the tasks of the runtimes write what waits to be written.
async fn settle() {
    for _ in 0..TURNS {
        tokio::task::yield_now().await;
    }
}
