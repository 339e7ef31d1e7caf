//! What the task of a projection says of itself after each step.

use std::sync::Arc;

use crate::causes::with_causes;
use crate::runtime::consumers::ConsumerState;
use crate::runtime::projections::StopReason;
use crate::runtime::projections::runner::{Next, Runner};
use crate::runtime::trace;

impl Runner {
    pub(super) fn say(&self, next: &Next) {
        // What is built beside another view is seen by nobody yet.
        let position = if self.replaces.is_some() {
            self.target.reached().position()
        } else {
            self.target.shown()
        };
        let (parked, is_open) = (Arc::clone(&self.parked), self.keeper.is_open());
        let because = with_causes;
        let (state, stopped, error) = match next {
            Next::More | Next::Told(_) => (None, None, None),
            Next::Live => (Some(ConsumerState::Live), None, None),
            Next::Retry(error) => {
                let because = because(&**error);
                (
                    Some(ConsumerState::Retrying {
                        because: because.clone(),
                    }),
                    None,
                    Some(because),
                )
            }
            Next::Hold(reason) => {
                let because = because(reason);
                (
                    Some(ConsumerState::Holding {
                        because: because.clone(),
                    }),
                    None,
                    Some(because),
                )
            }
            Next::Stop(reason) => {
                if !matches!(reason, StopReason::ShutDown) {
                    trace::stopped(self.name, self.target.reached().position());
                }
                let because = because(reason);
                let state = ConsumerState::Stopped {
                    because: because.clone(),
                };
                (Some(state), Some(reason.clone()), Some(because))
            }
        };
        self.saying.say(|said| {
            // What is not opened yet is at no position.
            if is_open || said.position.is_some() {
                said.position = Some(position);
            }
            said.parked = parked;
            if !matches!(next, Next::Told(_)) {
                said.stopped = stopped;
            }
            said.last_error = error.or_else(|| said.last_error.take());
            if let Some(state) = state {
                said.state = state;
            }
        });
    }
}
