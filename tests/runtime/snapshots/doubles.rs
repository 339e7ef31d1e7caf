//! Stores of snapshots, and of events, that are not quite what they should be.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use recount::{MemorySnapshots, Snapshot, SnapshotError, SnapshotStore, StreamId, Version};

use crate::live::Dice;

/// Keeps bytes, and reads them after something has happened to them; clones are the same store.
#[derive(Clone)]
pub struct Bent {
    inner: MemorySnapshots,
    bend: Arc<Mutex<Option<Bend>>>,
    last_wins: bool,
    puts: Arc<AtomicU64>,
}

/// What happens to the bytes and to what is read from them.
pub enum Bend {
    /// One bit of the stored form is another.
    Bit(usize),
    /// What is read is changed.
    Part(fn(&mut Snapshot)),
}

impl Bent {
    pub fn new() -> Self {
        Self {
            inner: MemorySnapshots::new(),
            bend: Arc::default(),
            last_wins: false,
            puts: Arc::default(),
        }
    }

    /// How many snapshots were put.
    pub fn puts(&self) -> u64 {
        self.puts.load(Ordering::SeqCst)
    }

    /// Keeps what was put last.
    pub fn last_wins() -> Self {
        Self {
            last_wins: true,
            ..Self::new()
        }
    }

    /// From now on; while something happens to it, what is there stays.
    pub fn bend(&self, bend: Option<Bend>) {
        *self.bend.lock().expect("not poisoned") = bend;
    }
}

impl SnapshotStore for Bent {
    async fn put(&self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        self.puts.fetch_add(1, Ordering::SeqCst);
        if self.bend.lock().expect("not poisoned").is_some() {
            return Ok(());
        }
        if self.last_wins {
            self.inner.remove(&snapshot.key.stream).await?;
        }
        self.inner.put(snapshot).await
    }

    async fn newest(&self, stream: &StreamId, at_most: Option<Version>) -> Result<Option<Snapshot>, SnapshotError> {
        let Some(mut snapshot) = self.inner.newest(stream, at_most).await? else {
            return Ok(None);
        };
        match &*self.bend.lock().expect("not poisoned") {
            None => {}
            Some(Bend::Bit(bit)) => {
                let mut bytes = snapshot.to_bytes()?;
                bytes[bit / 8] ^= 1 << (bit % 8);
                snapshot = Snapshot::from_bytes(&bytes)?;
            }
            Some(Bend::Part(part)) => part(&mut snapshot),
        }
        Ok(Some(snapshot))
    }

    async fn remove(&self, _: &StreamId) -> Result<(), SnapshotError> {
        Ok(())
    }

    async fn remove_all(&self, _: &str) -> Result<(), SnapshotError> {
        Ok(())
    }
}

/// Loses snapshots and damages them, by dice.
#[derive(Clone)]
pub struct Careless {
    pub inner: MemorySnapshots,
    pub dice: Arc<Mutex<Dice>>,
}

impl Careless {
    pub fn new(seed: u64) -> Self {
        Self {
            inner: MemorySnapshots::new(),
            dice: Arc::new(Mutex::new(Dice(seed))),
        }
    }

    fn roll(&self, sides: u64) -> u64 {
        self.dice.lock().expect("not poisoned").roll(sides)
    }
}

impl SnapshotStore for Careless {
    async fn put(&self, snapshot: Snapshot) -> Result<(), SnapshotError> {
        match self.roll(4) {
            0 => Err(SnapshotError::Store("no room".into())),
            _ => self.inner.put(snapshot).await,
        }
    }

    async fn newest(&self, stream: &StreamId, at_most: Option<Version>) -> Result<Option<Snapshot>, SnapshotError> {
        match self.roll(6) {
            0 => self.inner.remove(stream).await?,
            1 => return Err(SnapshotError::Store("no answer".into())),
            2 => {
                if let Some(snapshot) = self.inner.newest(stream, at_most).await? {
                    let mut bytes = snapshot.to_bytes()?;
                    let bit = usize::try_from(self.roll(bytes.len() as u64 * 8)).expect("small");
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    return Snapshot::from_bytes(&bytes).map(Some);
                }
            }
            _ => {}
        }
        self.inner.newest(stream, at_most).await
    }

    async fn remove(&self, stream: &StreamId) -> Result<(), SnapshotError> {
        self.inner.remove(stream).await
    }

    async fn remove_all(&self, category: &str) -> Result<(), SnapshotError> {
        self.inner.remove_all(category).await
    }
}

/// Never answers, or panics where it is asked to write.
#[derive(Clone, Default)]
pub struct Broken {
    pub panics: Arc<AtomicBool>,
}

impl SnapshotStore for Broken {
    async fn put(&self, _: Snapshot) -> Result<(), SnapshotError> {
        assert!(!self.panics.load(Ordering::SeqCst), "it broke");
        std::future::pending().await
    }

    async fn newest(&self, _: &StreamId, _: Option<Version>) -> Result<Option<Snapshot>, SnapshotError> {
        std::future::pending().await
    }

    async fn remove(&self, _: &StreamId) -> Result<(), SnapshotError> {
        std::future::pending().await
    }

    async fn remove_all(&self, _: &str) -> Result<(), SnapshotError> {
        std::future::pending().await
    }
}
