//! An append whose outcome nobody knows, as one value that can be kept, and what became of it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::store::{Committed, Expected, StoreId};
use crate::stream::{AppendId, StreamId};

/// An append that was written or not, nobody knows: what [`EventStore::resolve`](crate::store::EventStore::resolve) needs to find out
/// (rule 2.7). It can be stored, and resolved after a restart.
///
/// The only other ways on are the same append again, with the same id, expected versions and bytes, or the whole request again under its
/// idempotency key. Never a new append without one of the two: it could be the second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Unknown {
    /// The append.
    pub append: AppendId,
    /// Each stream of the batch, and what was expected of it.
    pub parts: Vec<(StreamId, Expected)>,
    /// The store that it was handed to.
    pub store: StoreId,
    /// Which opening of that store: [`EventStore::opening`](crate::store::EventStore::opening). What was handed to an earlier one can
    /// no longer be written.
    pub opening: Uuid,
}

impl Unknown {
    /// An append that was handed to this opening of this store, and has not been answered.
    #[must_use]
    pub const fn new(append: AppendId, parts: Vec<(StreamId, Expected)>, store: StoreId, opening: Uuid) -> Self {
        Self {
            append,
            parts,
            store,
            opening,
        }
    }
}

/// What became of an append whose outcome was unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Resolved {
    /// It was written: this is the answer that was lost.
    Committed(Committed),
    /// It was not written, and never will be.
    NotWritten,
    /// It cannot be told yet: a `FileStore` that stopped writing can tell after it was reopened.
    StillUnknown,
}
