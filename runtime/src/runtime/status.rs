//! What a runtime can say of itself at any moment.

use serde::Serialize;

use crate::runtime::Runtime;
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
}

/// The states that a runtime keeps between two commands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct KeptStates {
    /// How many they are.
    pub count: usize,
    /// How many bytes they have, as [`keep_bytes`](crate::Builder::keep_bytes) counts.
    pub bytes: usize,
    /// How often a command or a load has found its state here, since the start.
    pub hits: u64,
    /// How often it has not, and read the stream from its first event.
    pub misses: u64,
    /// How often a state had to go to make room.
    pub evicted: u64,
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
        Ok(Status {
            store: store.identity(),
            durability: store.capabilities().durability,
            head: store.head().await?,
            commands: self.0.live.in_flight(),
            states: self.0.live.states(),
        })
    }
}
