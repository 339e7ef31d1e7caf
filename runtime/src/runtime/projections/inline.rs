//! The answers to commands that wait for views: those of the projections whose mode says so.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::projection::Mode;
use crate::runtime::Runtime;
use crate::runtime::deadline::Deadline;
use crate::runtime::projections::Running;
use crate::stream::Position;

/// The projections that one answer waits for.
pub(in crate::runtime) struct Inline {
    projections: Vec<Arc<Running>>,
    deadline: Deadline,
}

impl Inline {
    /// For an answer that may take so long in all.
    pub(in crate::runtime) fn new(runtime: &Runtime, timeout: Option<Duration>) -> Self {
        let running = runtime.0.projections.values();
        let inline = running.filter(|running| running.mode == Mode::Inline);
        Self {
            projections: inline.cloned().collect(),
            deadline: Deadline::after(timeout),
        }
    }

    /// Waits until the views show what was written. What is written is written: a view that cannot come there, or takes longer than the
    /// command may, fails nothing, and its status says why.
    pub(in crate::runtime) async fn see(&self, position: Option<Position>) {
        let Some(position) = position else { return };
        for running in &self.projections {
            let seen = pin!(running.progress.keep_up(position));
            self.deadline.within(seen).await;
        }
    }
}
