//! What queries of a view in a database are asked of: nothing until it is open.

use std::sync::{Arc, Mutex, PoisonError};

use crate::store::Checkpoint;

/// What queries are asked of, once the database is open.
pub(super) struct Late<V>(Mutex<Option<(Arc<V>, Checkpoint)>>);

impl<V> Late<V> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(super) fn shown(&self) -> Option<(Arc<V>, Checkpoint)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn show(&self, view: Arc<V>, checkpoint: Checkpoint) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((view, checkpoint));
    }
}
