//! The published view: what queries see, swapped whole.

use std::sync::{Arc, Mutex, PoisonError};

use crate::stream::Position;

/// A view and the position it is of. The lock is held for as long as an `Arc` is cloned, and no user code runs under it.
#[derive(Debug)]
pub(super) struct Front<V>(Mutex<(Arc<V>, Position)>);

impl<V> Front<V> {
    pub(super) const fn new(view: Arc<V>, position: Position) -> Self {
        Self(Mutex::new((view, position)))
    }

    pub(super) fn shown(&self) -> (Arc<V>, Position) {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (Arc::clone(&shown.0), shown.1)
    }

    /// What is shown is also what it is at this position.
    pub(super) fn advance(&self, position: Position) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = position;
    }

    /// Shows another view, and gives the one that was shown.
    pub(super) fn swap(&self, view: Arc<V>, position: Position) -> Arc<V> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.1 = position;
        std::mem::replace(&mut shown.0, view)
    }
}
