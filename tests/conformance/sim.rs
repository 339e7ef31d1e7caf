//! A durable store on a simulated disk, which offers every hook: the cases that `MemoryStore` cannot run are proved on it, and on the
//! same store with one bug at a time.

use std::collections::BTreeSet;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use recount::store::conformance::{Hook, OpenError, Subject};
use recount::store::{Batch, MemoryCheckpoints, StoreId};
use recount::{AnyStore, ManualClock, Timestamp};
use uuid::Uuid;

use crate::sim_store::SimStore;

/// What is wrong with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Bug {
    AnswersBeforeDurable,
    PublishesBeforeDurable,
    RefusesInsteadOfUnknown,
    TriesTheSyncAgain,
    NamesWhatIsNotDurable,
    SplitsBatch,
    LosesTail,
    ReordersTail,
    CutsAtDamage,
    TakesReadErrorForEnd,
    TakesNoLock,
    FullIsUnknown,
    StaysFull,
    ClockGoesBack,
    ForgetsThatItClosed,
    CommitsWhatItRefused,
    ForgetsKeysOnOpen,
    ForgetsKeysEarly,
    /// None: it declares that it forgets them after an hour, and does.
    KeepsKeysForAnHour,
    RefusesWhatIsInDoubt,
    ResolvesEarly,
    KeepsEpoch,
    SavesAnywhere,
    SavesIntoAnyHistory,
    SavesInTwoSteps,
    TakesOldFences,
    LeasesByAnotherClock,
    KeepsTheLaterLetter,
    SwitchesToWhatIsBehind,
}

impl Bug {
    /// It concerns what consumers remember, and nothing of the log.
    pub(crate) fn is_of_checkpoints(self) -> bool {
        use Bug::{
            KeepsTheLaterLetter, LeasesByAnotherClock, SavesAnywhere, SavesInTwoSteps, SavesIntoAnyHistory,
            SwitchesToWhatIsBehind, TakesOldFences,
        };
        matches!(
            self,
            SavesAnywhere
                | SavesIntoAnyHistory
                | SavesInTwoSteps
                | TakesOldFences
                | LeasesByAnotherClock
                | KeepsTheLaterLetter
                | SwitchesToWhatIsBehind
        )
    }
}

/// A place with a disk; clones are the same place.
#[derive(Clone)]
pub(crate) struct Sim {
    pub(crate) world: Arc<World>,
    pub(crate) bug: Option<Bug>,
}

pub(crate) struct World {
    disk: Mutex<Disk>,
    changed: Condvar,
    pub(crate) clock: ManualClock,
    /// What consumers remember outlives every crash here: it is kept in one step.
    pub(crate) checkpoints: MemoryCheckpoints,
    store: Uuid,
}

/// One write: a batch and its time.
#[derive(Clone)]
pub(crate) struct Frame {
    pub(crate) batch: Batch,
    pub(crate) at: Timestamp,
}

#[derive(Default)]
pub(crate) struct Disk {
    pub(crate) durable: Vec<Frame>,
    pub(crate) unsynced: Vec<Frame>,
    /// Counts lives of the store: a store of an earlier life can do nothing more.
    pub(crate) life: u64,
    pub(crate) locked: bool,
    pub(crate) held: usize,
    pub(crate) full: bool,
    pub(crate) fail_reads: bool,
    pub(crate) fail_sync: bool,
    pub(crate) lose_answer: Option<bool>,
    pub(crate) damaged: BTreeSet<u64>,
    /// How often it was restored: each is another epoch.
    epoch: u64,
    backup: Option<Vec<Frame>>,
    hold: bool,
    crash_in: Option<u32>,
    /// All steps so far: they decide what outlives a crash.
    steps: u32,
}

impl Disk {
    /// One step that changes the disk; `false` if power is lost in it.
    pub(crate) fn step(&mut self, life: u64) -> bool {
        if self.life != life {
            return false;
        }
        self.steps += 1;
        match self.crash_in {
            Some(0) => {
                self.crash();
                false
            }
            left => {
                self.crash_in = left.map(|left| left - 1);
                true
            }
        }
    }

    pub(crate) fn crash(&mut self) {
        self.life += 1;
        self.settle();
        (self.locked, self.hold, self.held, self.crash_in) = (false, false, 0, None);
        (self.fail_sync, self.fail_reads, self.lose_answer) = (false, false, None);
    }

    /// What was written and not synced is there or not, as the disk likes.
    pub(crate) fn settle(&mut self) {
        let unsynced = std::mem::take(&mut self.unsynced);
        if (self.steps / 2).is_multiple_of(2) {
            self.durable.extend(unsynced);
        }
    }
}

impl World {
    pub(crate) fn disk(&self) -> MutexGuard<'_, Disk> {
        self.disk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which store this is, and which of its histories.
    pub(crate) fn id(&self) -> StoreId {
        StoreId::new(self.store, self.disk().epoch)
    }

    /// Waits while commits are held back; `false` if power was lost meanwhile.
    pub(crate) fn wait_while_held(&self, life: u64) -> bool {
        let mut disk = self.disk();
        disk.held += 1;
        while disk.hold && disk.life == life {
            disk = self.changed.wait(disk).unwrap_or_else(PoisonError::into_inner);
        }
        disk.held = disk.held.saturating_sub(1);
        disk.life == life
    }
}

impl Sim {
    pub(crate) fn new(bug: Option<Bug>) -> Self {
        let clock = ManualClock::new(Timestamp::from_micros(1_769_590_800_000_000));
        let world = World {
            disk: Mutex::default(),
            changed: Condvar::new(),
            checkpoints: MemoryCheckpoints::with_clock(clock.clone()),
            clock,
            store: Uuid::new_v4(),
        };
        Self {
            world: Arc::new(world),
            bug,
        }
    }

    /// Recovers, with two steps that can be crashed in.
    fn recover(&self) -> Result<SimStore, OpenError> {
        let mut disk = self.world.disk();
        if disk.locked && self.bug != Some(Bug::TakesNoLock) {
            return Err("the store is open already".into());
        }
        let life = disk.life;
        disk.settle();
        for _ in 0..2 {
            if !disk.step(life) {
                return Err(io::Error::other("power was lost").into());
            }
        }
        if self.bug == Some(Bug::LosesTail) {
            disk.durable.pop();
        }
        let count = disk.durable.len();
        if self.bug == Some(Bug::ReordersTail) && count > 2 {
            disk.durable.swap(count - 1, count - 2);
        }
        if let Some(first) = disk.damaged.first().copied() {
            if self.bug == Some(Bug::CutsAtDamage) {
                disk.durable.truncate(usize::try_from(first - 1).unwrap_or(usize::MAX));
                disk.damaged.clear();
            } else if first % 2 == 0 {
                return Err(format!("the event at position {first} is damaged").into());
            }
        }
        disk.locked = true;
        drop(disk);
        Ok(SimStore::start(self.clone(), life))
    }
}

impl Subject for Sim {
    fn fresh(&self) -> Self {
        Self::new(self.bug)
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        self.recover().map(AnyStore::new)
    }

    fn stage(&self, hook: Hook) -> bool {
        let mut disk = self.world.disk();
        match hook {
            Hook::Reopen | Hook::OpenTwice => {}
            Hook::SetClock(now) => self.world.clock.set(now),
            Hook::Hold => disk.hold = true,
            Hook::Release => disk.hold = false,
            Hook::FailSync => disk.fail_sync = true,
            Hook::LoseAnswer { committed } => disk.lose_answer = Some(committed),
            Hook::FillDisk => disk.full = true,
            Hook::FreeDisk => disk.full = self.bug == Some(Bug::StaysFull),
            Hook::FailReads => disk.fail_reads = true,
            Hook::HealReads => disk.fail_reads = false,
            Hook::Backup => disk.backup = Some(disk.durable.clone()),
            Hook::Restore => {
                let Some(backup) = disk.backup.clone() else {
                    return false;
                };
                disk.durable = backup;
                disk.epoch += u64::from(self.bug != Some(Bug::KeepsEpoch));
            }
            Hook::Crash => disk.crash(),
            Hook::CrashAfter(steps) => disk.crash_in = Some(steps),
            Hook::Damage(position) => drop(disk.damaged.insert(position.get())),
            _ => return false,
        }
        drop(disk);
        self.world.changed.notify_all();
        true
    }

    fn held(&self) -> usize {
        self.world.disk().held
    }
}
