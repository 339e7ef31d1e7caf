//! The published view: what queries see, swapped whole.

use std::sync::{Arc, Mutex, PoisonError};

use crate::store::Checkpoint;

/// A view and what it has seen. The lock is held for as long as an `Arc` is cloned, and no user code runs under it.
#[derive(Debug)]
pub(super) struct Front<V>(Mutex<(Arc<V>, Checkpoint)>);

impl<V> Front<V> {
    pub(super) const fn new(view: Arc<V>, checkpoint: Checkpoint) -> Self {
        Self(Mutex::new((view, checkpoint)))
    }

    pub(super) fn shown(&self) -> (Arc<V>, Checkpoint) {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (Arc::clone(&shown.0), shown.1.clone())
    }

    /// What is shown is also what it is at this checkpoint.
    pub(super) fn advance(&self, checkpoint: Checkpoint) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1 = checkpoint;
    }

    /// Shows another view, and gives the one that was shown.
    pub(super) fn swap(&self, view: Arc<V>, checkpoint: Checkpoint) -> Arc<V> {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.1 = checkpoint;
        std::mem::replace(&mut shown.0, view)
    }
}
