//! What a runtime can say of itself at any moment.

use serde::Serialize;

use crate::runtime::Runtime;
use crate::runtime::consumers::ConsumerStatus;
use crate::store::{Durability, EventStore, ReadError, StoreId};
use crate::stream::Position;

/// A runtime at one moment. Reading it is cheap, and waits for nobody but the store's answer.
///
/// `Serialize`, for an endpoint of health. What a [`FileStore`](crate::FileStore) found when it was opened is its own to tell: keep a clone
/// of the store and ask it for its `recovery`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The store, and which of its histories.
    pub store: StoreId,
    /// What an answered command survives.
    pub durability: Durability,
    /// The last event of the store.
    pub head: Position,
    /// Commands that are waiting for their turn, deciding or being written.
    pub commands: usize,
    /// The states that are kept for the next command.
    pub states: KeptStates,
    /// What became of snapshots since the start.
    pub snapshots: SnapshotCounts,
    /// The projections and the other consumers, in the order of their registration.
    pub consumers: Vec<ConsumerStatus>,
}

/// The states that a runtime keeps between two commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeptStates {
    /// How many they are.
    pub count: usize,
    /// How many bytes they have, as [`keep_bytes`](crate::Builder::keep_bytes) counts.
    pub bytes: usize,
    /// How often a command, a load or a step of a process has found its state here, since the start.
    pub hits: u64,
    /// How often it has not, and read the stream from its first event or from its snapshot. The first step of each instance of a process counts.
    pub misses: u64,
    /// How often a state had to go to make room.
    pub evicted: u64,
}

/// What became of snapshots. None of it has changed an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SnapshotCounts {
    /// How often a state began with one.
    pub used: u64,
    /// How often one was not begun with, because it was folded from something else, was damaged, or does not stand in its stream. All events
    /// were read instead.
    pub ignored: u64,
    /// How often the store of snapshots failed to say whether there is one, or took too long over it. All events were read instead.
    pub unread: u64,
    /// How many were written.
    pub written: u64,
    /// How often one was due and there was no room for it in the queue.
    pub skipped: u64,
    /// How often one could not be written: the store failed, or the state is no JSON.
    pub unwritten: u64,
}

impl Runtime {
    /// What store there is, how far it has come, and what the runtime is at.
    ///
    /// # Errors
    /// [`ReadError`] if the store does not answer.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// let status = runtime.status().await?;
    /// assert_eq!((status.head.get(), status.commands, status.states.count), (1, 0, 1));
    /// # Ok(())
    /// # }
    /// ```
    pub async fn status(&self) -> Result<Status, ReadError> {
        let store = &self.0.store;
        let head = store.head().await?;
        Ok(Status {
            store: store.identity(),
            durability: store.capabilities().durability,
            head,
            commands: self.0.live.in_flight(),
            states: self.0.live.states(),
            snapshots: self.0.snapshots.counts(),
            consumers: self.0.consumers.status(head, store, &*self.0.clock).await,
        })
    }
}
