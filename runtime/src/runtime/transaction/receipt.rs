//! What a transaction has written.

use crate::clock::Timestamp;
use crate::store::{Committed, CommittedPart};
use crate::stream::{AppendId, Position, StoreId};

/// What a transaction has written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TransactionReceipt {
    /// The append; its events are `append.event(0)` and on, in the order of the parts.
    pub append: AppendId,
    /// Each stream that was written to, in the order of the commands, with its first and last new version.
    pub parts: Vec<CommittedPart>,
    /// Where the events stand in the store, first and last; `None` if the commands decided none.
    pub positions: Option<(Position, Position)>,
    /// The store and epoch that the positions belong to; `None` if the commands decided none.
    pub store: Option<StoreId>,
    /// When the store wrote them; `None` if the commands decided none.
    pub recorded_at: Option<Timestamp>,
    /// All of it was written by an earlier use of the same idempotency key, and nothing by this one.
    pub duplicate: bool,
}

impl TransactionReceipt {
    pub(super) fn empty(append: AppendId) -> Self {
        Self {
            append,
            parts: Vec::new(),
            positions: None,
            store: None,
            recorded_at: None,
            duplicate: false,
        }
    }

    pub(super) fn of(committed: Committed) -> Self {
        Self {
            append: committed.append,
            parts: committed.parts,
            positions: Some((committed.first_position, committed.last_position)),
            store: Some(committed.store),
            recorded_at: Some(committed.recorded_at),
            duplicate: committed.duplicate,
        }
    }

    /// Where the last event stands in the store; `None` if the commands decided none.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.positions.map(|(_, last)| last)
    }
}
