//! Where a history of crashes happens: a store that outlives the processes on it, its clock, and the choices of a seed.

use std::time::Duration;

use proptest::prelude::Rng as _;
use proptest::test_runner::{RngAlgorithm, TestRng};
use recount::{AnyStore, BoxFuture, EventStore as _, FileStore, ManualClock, MemoryStore, Timestamp};
use tempfile::{TempDir, tempdir};
use tokio::runtime::{Builder, Runtime};

/// The choices of a seed.
pub struct Choices(TestRng);

impl Choices {
    pub fn of(seed: u64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        Self(TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0.next_u64() % end
    }

    /// After how many steps a process dies.
    pub fn steps(&mut self, end: u64) -> i64 {
        i64::try_from(self.below(end)).expect("small")
    }
}

/// A store that outlives the processes on it.
pub struct World {
    store: Kept,
    clock: ManualClock,
}

enum Kept {
    Memory(AnyStore),
    /// Each process opens it anew.
    Files(TempDir),
}

impl World {
    pub fn in_memory() -> Self {
        let clock = ManualClock::new(Timestamp::from_micros(0));
        let store = Kept::Memory(AnyStore::new(MemoryStore::with_clock(clock.clone())));
        Self { store, clock }
    }

    pub fn in_files() -> Self {
        let clock = ManualClock::new(Timestamp::from_micros(0));
        let store = Kept::Files(folder());
        Self { store, clock }
    }

    pub fn open(&self) -> BoxFuture<AnyStore> {
        match &self.store {
            Kept::Memory(store) => Box::pin(std::future::ready(store.clone())),
            Kept::Files(folder) => {
                let options = FileStore::options().clock(self.clock.clone());
                let opening = options.open(folder.path().to_owned());
                Box::pin(async { AnyStore::new(opening.await.expect("a store")) })
            }
        }
    }

    /// What a process that is killed leaves of a store: its files are free, and nothing more is written.
    pub async fn end(&self, store: AnyStore) {
        if matches!(self.store, Kept::Files(_)) {
            store.close().await;
        }
    }

    /// Looks at what is kept, when all processes are dead: whoever was killed holds its lease until it has run out.
    pub fn look<T>(&self, at: impl AsyncFnOnce(&AnyStore) -> T) -> T {
        self.clock.advance(Duration::from_secs(60));
        let tokio = tokio().build().expect("a runtime");
        tokio.block_on(async {
            let store = self.open().await;
            let seen = at(&store).await;
            self.end(store).await;
            seen
        })
    }
}

/// A folder in memory, where there is one: a process that is killed leaves its files as they are, so nothing here depends on a sync, and
/// thousands of them take their time.
pub fn folder() -> TempDir {
    let in_memory = tempfile::tempdir_in("/dev/shm");
    in_memory.or_else(|_| tempdir()).expect("a folder")
}

fn tokio() -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_time();
    builder
}

/// Where a process runs, in which time passes when nothing else is to be done.
pub fn process() -> Runtime {
    tokio().start_paused(true).build().expect("a runtime")
}

/// Names the seed of a history that fails.
pub struct Named(pub &'static str, pub u64);

impl Drop for Named {
    #[expect(clippy::print_stderr, reason = "what a failure of a test says")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{} with the seed {}", self.0, self.1);
        }
    }
}
