//! The published view: what queries see, swapped whole.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::store::Checkpoint;

/// A view and what it has seen; `None` until the projection has found what was saved. The lock is held for as long as an `Arc` is cloned,
/// and no user code runs under it.
#[derive(Debug)]
pub(super) struct Front<V>(Mutex<Option<(Arc<V>, Checkpoint)>>);

impl<V> Front<V> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Arc<V>, Checkpoint)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn shown(&self) -> Option<(Arc<V>, Checkpoint)> {
        self.lock().clone()
    }

    pub(super) fn checkpoint(&self) -> Option<Checkpoint> {
        self.lock().as_ref().map(|(_, checkpoint)| checkpoint.clone())
    }

    /// What is shown is also what it is at this checkpoint.
    pub(super) fn advance(&self, to: &Checkpoint) {
        if let Some((_, checkpoint)) = &mut *self.lock() {
            *checkpoint = to.clone();
        }
    }

    /// Shows another view, and gives the one that was shown.
    pub(super) fn swap(&self, view: Arc<V>, checkpoint: Checkpoint) -> Option<Arc<V>> {
        let before = self.lock().replace((view, checkpoint));
        before.map(|(view, _)| view)
    }
}
