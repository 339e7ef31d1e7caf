//! The moment after which nobody waits any more.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::time::{Instant, timeout_at};

/// A moment after which nobody waits, if there is one.
#[derive(Clone, Copy)]
pub(super) struct Deadline(Option<Instant>);

impl Deadline {
    /// So long from now; a time that no clock can show is none.
    pub(super) fn after(timeout: Option<Duration>) -> Self {
        Self(timeout.and_then(|timeout| Instant::now().checked_add(timeout)))
    }

    /// The output of a future, or `None` if the moment passes first. The future stays where it is pinned: moved in here it would have a
    /// place in this one as well, and its size would double with each that waits for it.
    pub(super) async fn within<F: Future>(self, future: Pin<&mut F>) -> Option<F::Output> {
        match self.0 {
            // On the heap, so that who sets no deadline carries no timer about.
            Some(deadline) => Box::pin(timeout_at(deadline, future)).await.ok(),
            None => Some(future.await),
        }
    }
}
