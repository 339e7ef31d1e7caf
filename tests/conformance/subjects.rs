//! Where the stores of this project live while the suite runs on them.

use recount::store::conformance::{Hook, OpenError, Subject};
use recount::store::file::FileStore;
use recount::store::{Capabilities, EventStore};
use recount::{AnyStore, ManualClock, MemoryStore, Timestamp};
use tempfile::TempDir;

use crate::memory_disk::MemoryDisk;

/// The memory store: a clock that can be set, and nothing that lasts.
pub(crate) struct Memory {
    clock: ManualClock,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            clock: ManualClock::new(Timestamp::from_micros(1_769_590_800_000_000)),
        }
    }
}

impl Subject for Memory {
    fn fresh(&self) -> Self {
        Self::default()
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        Ok(AnyStore::new(MemoryStore::with_clock(self.clock.clone())))
    }

    fn stage(&self, hook: Hook) -> bool {
        match hook {
            Hook::SetClock(now) => self.clock.set(now),
            _ => return false,
        }
        true
    }
}

/// `AnyStore` once more around what another subject opens.
pub(crate) struct Wrapped<S>(pub(crate) S);

impl<S: Subject> Subject for Wrapped<S> {
    fn fresh(&self) -> Self {
        Self(self.0.fresh())
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        Ok(AnyStore::new(self.0.open().await?))
    }

    fn stage(&self, hook: Hook) -> bool {
        self.0.stage(hook)
    }

    fn held(&self) -> usize {
        self.0.held()
    }

    fn inside(&self) -> Option<Capabilities> {
        // What every store of this kind declares.
        Some(EventStore::capabilities(&MemoryStore::new()))
    }
}

/// The file store on a disk in memory, with every fault but a lost answer.
#[derive(Default)]
pub(crate) struct File {
    disk: MemoryDisk,
    clock: Memory,
}

impl Subject for File {
    fn fresh(&self) -> Self {
        Self::default()
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        // Small segments at first, so that the appends of a case cross some.
        let options = FileStore::options()
            .segment_bytes(64 << 10, 64 << 20)
            .disk(self.disk.clone())
            .clock(self.clock.clock.clone());
        Ok(AnyStore::new(options.open("store").await?))
    }

    fn stage(&self, hook: Hook) -> bool {
        self.clock.stage(hook) || self.disk.stage(hook)
    }

    fn held(&self) -> usize {
        self.disk.state().held
    }
}

/// The file store in a directory of this computer.
pub(crate) struct Directory {
    directory: TempDir,
    clock: Memory,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            directory: TempDir::new().expect("a directory for a test"),
            clock: Memory::default(),
        }
    }
}

impl Subject for Directory {
    fn fresh(&self) -> Self {
        Self::default()
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        let options = FileStore::options().clock(self.clock.clock.clone());
        Ok(AnyStore::new(options.open(self.directory.path().join("store")).await?))
    }

    fn stage(&self, hook: Hook) -> bool {
        self.clock.stage(hook) || matches!(hook, Hook::Reopen | Hook::OpenTwice)
    }
}
