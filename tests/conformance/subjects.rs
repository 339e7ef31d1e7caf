//! Where the stores of this project live while the suite runs on them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use recount::store::conformance::{Hook, OpenError, Subject};
use recount::store::file::FileStore;
use recount::store::{Capabilities, EventStore};
use recount::{AnyStore, ManualClock, MemoryStore, Timestamp};
use tempfile::TempDir;

use crate::losing::Loss;
use crate::memory_disk::MemoryDisk;

/// The memory store: a clock that can be set, answers that can be lost, and nothing that lasts.
pub(crate) struct Memory {
    clock: ManualClock,
    loss: Loss,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            clock: ManualClock::new(Timestamp::from_micros(1_769_590_800_000_000)),
            loss: Loss::default(),
        }
    }
}

impl Subject for Memory {
    fn fresh(&self) -> Self {
        Self::default()
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        Ok(self.loss.around(MemoryStore::with_clock(self.clock.clone())))
    }

    fn stage(&self, hook: Hook) -> bool {
        match hook {
            Hook::SetClock(now) => self.clock.set(now),
            Hook::LoseAnswer { committed } => self.loss.lose(committed),
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

/// The file store on a disk in memory, with every fault.
#[derive(Default)]
pub(crate) struct File {
    disk: MemoryDisk,
    clock: Memory,
    restores: AtomicBool,
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
        let store = if self.restores.swap(false, Ordering::SeqCst) {
            options.restore("store").await?
        } else {
            options.open("store").await?
        };
        Ok(self.clock.loss.around(store))
    }

    fn stage(&self, hook: Hook) -> bool {
        if hook == Hook::Restore {
            self.restores.store(true, Ordering::SeqCst);
        }
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
    restores: AtomicBool,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            directory: TempDir::new().expect("a directory for a test"),
            clock: Memory::default(),
            restores: AtomicBool::new(false),
        }
    }
}

impl Directory {
    fn store(&self) -> PathBuf {
        self.directory.path().join("store")
    }
}

/// Replaces one directory by a copy of another; a store has no files further down but what was set aside.
fn put(from: &Path, to: &Path) {
    if to.exists() {
        fs::remove_dir_all(to).expect("a directory of the test's own");
    }
    fs::create_dir(to).expect("a directory of the test's own");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry of a directory");
        if entry.path().is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy of a file");
        }
    }
}

impl Subject for Directory {
    fn fresh(&self) -> Self {
        Self::default()
    }

    async fn open(&self) -> Result<AnyStore, OpenError> {
        let options = FileStore::options().clock(self.clock.clock.clone());
        let store = if self.restores.swap(false, Ordering::SeqCst) {
            options.restore(self.store()).await?
        } else {
            options.open(self.store()).await?
        };
        Ok(self.clock.loss.around(store))
    }

    fn stage(&self, hook: Hook) -> bool {
        let copy = self.directory.path().join("copy");
        match hook {
            Hook::Reopen | Hook::OpenTwice => {}
            Hook::Backup => put(&self.store(), &copy),
            Hook::Restore => {
                put(&copy, &self.store());
                self.restores.store(true, Ordering::SeqCst);
            }
            _ => return self.clock.stage(hook),
        }
        true
    }
}
