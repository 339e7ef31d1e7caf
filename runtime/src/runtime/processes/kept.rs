//! Instances between two turns: kept beside the states of aggregates, under the same bounds, so that what goes on is not read each time.

use std::sync::Arc;

use crate::runtime::following::Halt;
use crate::runtime::processes::instance::Instance;
use crate::runtime::processes::record;
use crate::runtime::processes::turn::Turner;
use crate::runtime::state::{State, Unsaved};
use crate::runtime::{Inner, Runtime};
use crate::store::EventStore;
use crate::stream::{StreamId, Version};

/// An instance that is kept.
struct Kept {
    instance: Instance,
    /// The lease that it was read under: under another one somebody else may have worked on it.
    fence: u64,
}

impl Turner {
    /// The instance of a key: as it was kept, or read and folded. A kept one may be behind, which whoever appends to it is told of.
    pub(super) async fn load(&self, runtime: &Runtime, key: &str) -> Result<Instance, Halt> {
        let stream = self.stream(key)?;
        match self.kept(runtime, &stream) {
            Some(kept) => Ok(kept),
            None => Instance::load(&runtime.0.store, &self.script, stream).await,
        }
    }

    /// The same as it is now, if its next step is to send a command: that has its effect before its outcome is appended, so no append would
    /// tell that a person has ended the instance meanwhile, or that another runner works on it.
    pub(super) async fn load_to_send(&self, runtime: &Runtime, key: &str) -> Result<Instance, Halt> {
        let (stream, store) = (self.stream(key)?, &runtime.0.store);
        let Some(mut kept) = self.kept(runtime, &stream) else {
            return Instance::load(store, &self.script, stream).await;
        };
        if kept.case.is_pending() && !kept.case.open.is_empty() {
            kept.catch_up(store, &self.script).await?;
        }
        Ok(kept)
    }

    fn stream(&self, key: &str) -> Result<StreamId, Halt> {
        record::stream(self.script.name, key).map_err(|error| Halt::Stop(error.to_string()))
    }

    fn kept(&self, runtime: &Runtime, stream: &StreamId) -> Option<Instance> {
        let Inner { store, live, .. } = &*runtime.0;
        let found = live.take::<Kept>(stream, store.identity())?;
        let kept = Arc::into_inner(found.state.state?)?;
        (kept.fence == self.term.fence).then_some(kept.instance)
    }

    /// Keeps an instance for what comes next. It may be behind then: what is written of it is at its version, what others wrote is read
    /// before a command is sent ([`load_to_send`](Self::load_to_send)), and what is seen in the log has it go ([`outdate`](Self::outdate)).
    /// One that has ended is not waited for, and one that is ahead is not what its records say.
    pub(super) fn keep(&self, runtime: &Runtime, instance: Instance) {
        let is_over = instance.case.ended && !instance.case.is_going_on();
        if instance.is_ahead || is_over {
            return;
        }
        let Inner { store, live, .. } = &*runtime.0;
        let (stream, reached, heap) = (instance.stream.clone(), instance.reached, instance.heap(&self.script));
        let fence = self.term.fence;
        let state = State {
            state: Some(Arc::new(Kept { instance, fence })),
            reached,
            unsaved: Unsaved::default(),
        };
        live.offer(&stream, &state, store.identity(), heap);
    }

    /// A record of an instance was seen in the log: what is kept of it from before that is behind.
    pub(super) fn outdate(&self, runtime: &Runtime, key: &str, record: Version) {
        let before = record.get().checked_sub(1).and_then(Version::new);
        if let Some((stream, before)) = record::stream(self.script.name, key).ok().zip(before) {
            runtime.0.live.forget(&stream, before);
        }
    }
}
