//! What says how far a reader has to have come to see a write: a receipt, as a value that can be handed on.

use serde::{Deserialize, Serialize};

use crate::envelope::Receipt;
use crate::runtime::transaction::TransactionReceipt;
use crate::stream::{Position, StoreId};

/// A write, for whoever wants to see it in a view: `runtime.view::<P>().after(&receipt)`, or in another process, since it can be stored and
/// sent. It means something in its store and epoch alone (rule 3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Token {
    /// The store and epoch of the positions; `None` where nothing was written.
    pub store: Option<StoreId>,
    /// The first position that was written.
    pub first: Position,
    /// The last position that was written: the view has to have come here.
    pub last: Position,
}

impl Token {
    /// This position of this store.
    #[must_use]
    pub const fn new(store: StoreId, position: Position) -> Self {
        Self {
            store: Some(store),
            first: position,
            last: position,
        }
    }

    fn of(store: Option<StoreId>, positions: Option<(Position, Position)>) -> Self {
        let (first, last) = positions.unwrap_or((Position::START, Position::START));
        Self { store, first, last }
    }
}

impl<S> From<&Receipt<S>> for Token {
    fn from(receipt: &Receipt<S>) -> Self {
        Self::of(receipt.store, receipt.positions)
    }
}

impl From<&TransactionReceipt> for Token {
    fn from(receipt: &TransactionReceipt) -> Self {
        Self::of(receipt.store, receipt.positions)
    }
}
