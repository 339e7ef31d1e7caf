//! Where the store of a run lives: in memory, or on a disk that loses what was not synced.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use recount::store::conformance::Hook;
use recount::store::file::FileStore;
use recount::{AnyStore, EventStore, ManualClock, MemoryStore};

use crate::bent::{Bent, Bug, Memory};
use crate::memory_disk::MemoryDisk;
use crate::plan::{Fault, Kind};

/// How long a thread of the store may take before it is taken to hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// Tells the scheduler that a task can go on.
pub(crate) struct Flag {
    raised: AtomicBool,
    disk: MemoryDisk,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        // Under the lock of the disk, or a scheduler between its look and its wait would miss it.
        let _state = self.disk.state();
        self.raised.store(true, Ordering::SeqCst);
        self.disk.0.1.notify_all();
    }
}

/// The place, and what is wrong with the store that is opened there.
pub(crate) struct Place {
    pub(crate) kind: Kind,
    bug: Option<Bug>,
    memory: Memory,
    disk: MemoryDisk,
    clock: ManualClock,
    /// How often it was opened.
    pub(crate) opening: u64,
}

impl Place {
    pub(crate) fn new(kind: Kind, bug: Option<Bug>, clock: ManualClock) -> Self {
        Self {
            kind,
            bug,
            memory: Memory::default(),
            disk: MemoryDisk::default(),
            clock,
            opening: 0,
        }
    }

    pub(crate) fn flag(&self) -> Arc<Flag> {
        let disk = self.disk.clone();
        Arc::new(Flag {
            raised: AtomicBool::new(false),
            disk,
        })
    }

    /// Polls once; `None` while it is not done.
    pub(crate) fn poll<F: Future + ?Sized>(future: std::pin::Pin<&mut F>, flag: &Arc<Flag>) -> Option<F::Output> {
        flag.raised.store(false, Ordering::SeqCst);
        match future.poll(&mut Context::from_waker(&Waker::from(Arc::clone(flag)))) {
            Poll::Ready(output) => Some(output),
            Poll::Pending => None,
        }
    }

    /// Waits for threads of the store until the task can go on; with `held`, or until a commit is held back.
    pub(crate) fn wait(&self, flag: &Flag, held: bool) -> Result<(), String> {
        let state = self.disk.state();
        let waits =
            |state: &mut crate::memory_disk::State| !(flag.raised.load(Ordering::SeqCst) || held && state.held > 0);
        let waited = self.disk.0.1.wait_timeout_while(state, PATIENCE, waits);
        if waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
            return Err(format!("the store has not answered for {PATIENCE:?}"));
        }
        Ok(())
    }

    /// Runs a future of the store to its end.
    pub(crate) fn run<F: Future>(&self, future: F) -> Result<F::Output, String> {
        let (mut future, flag) = (pin!(tokio::task::unconstrained(future)), self.flag());
        loop {
            if let Some(output) = Self::poll(future.as_mut(), &flag) {
                return Ok(output);
            }
            self.wait(&flag, false)?;
        }
    }

    /// The same, for an oracle that reads even while reads fail.
    pub(crate) fn look<F: Future>(&self, future: F) -> Result<F::Output, String> {
        let fails = std::mem::take(&mut self.disk.state().fail_reads);
        let output = self.run(future);
        self.disk.state().fail_reads = fails;
        output
    }

    /// Opens the store. Power may be lost again while it recovers.
    pub(crate) fn open(&mut self, again: Option<u32>) -> Result<AnyStore, String> {
        self.opening += 1;
        let store = match self.kind {
            Kind::Memory => AnyStore::new(MemoryStore::with_clock(self.clock.clone())),
            Kind::File => self.open_file(again)?,
        };
        let Some(bug) = self.bug else {
            return Ok(store);
        };
        let head = self.run(store.head())?.map_err(|error| error.to_string())?;
        let forgets = bug == Bug::ForgetsOnReopen && head.get() > 0 && self.opening > 1;
        let end = forgets.then(|| recount::Position::new(head.get() - 1));
        let (inner, memory) = (store, self.memory.clone());
        Ok(AnyStore::new(Bent {
            inner,
            bug,
            memory,
            end,
        }))
    }

    fn open_file(&mut self, again: Option<u32>) -> Result<AnyStore, String> {
        let mut again = again;
        loop {
            self.calm();
            let is_staged = again.is_some();
            self.disk.state().crash_in = again.take();
            let life = self.disk.state().life;
            // The smallest segments, so that a run crosses some.
            let options = FileStore::options()
                .segment_bytes(64 << 10, 64 << 10)
                .disk(self.disk.clone())
                .clock(self.clock.clone());
            let opened = self.run(options.open("store"))?;
            // It may have come just after the store was open.
            self.disk.state().crash_in = None;
            match opened {
                Ok(store) if self.disk.state().life == life => return Ok(AnyStore::new(store)),
                Err(error) if !is_staged => return Err(format!("the store does not open: {error:?}")),
                _ => {}
            }
        }
    }

    /// Nothing is wrong with the disk any more.
    fn calm(&self) {
        let mut state = self.disk.state();
        (state.hold, state.fail_sync, state.fail_reads, state.full) = (false, false, false, false);
        (state.crash_in, state.crash_in_log) = (None, None);
        drop(state);
        self.disk.0.1.notify_all();
    }

    /// Which life of the computer this is: a crash that was staged has come when it changes.
    pub(crate) fn life(&self) -> u64 {
        self.disk.state().life
    }

    pub(crate) fn holds(&self) -> bool {
        self.disk.state().hold
    }

    /// What happens to the disk; opening again is the scheduler's.
    pub(crate) fn strike(&self, fault: Fault) {
        let hook = match fault {
            Fault::Reopen => return self.calm(),
            Fault::Crash { luck, .. } => {
                self.disk.state().crash(luck);
                return self.disk.0.1.notify_all();
            }
            Fault::CrashIn { steps, luck } => {
                self.disk.state().crash_in_log = Some((steps, luck));
                return;
            }
            Fault::FailSync => Hook::FailSync,
            Fault::FillDisk => Hook::FillDisk,
            Fault::FreeDisk => Hook::FreeDisk,
            Fault::Hold => Hook::Hold,
            Fault::Release => Hook::Release,
            Fault::FailReads => Hook::FailReads,
            Fault::HealReads => Hook::HealReads,
        };
        assert!(self.disk.stage(hook), "the disk offers {hook}");
    }
}
