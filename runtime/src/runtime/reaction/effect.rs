//! Effects as the runtime records and performs them.

use std::any::Any;
use std::fmt;
use std::time::Duration;

use uuid::Uuid;

use crate::codec::JsonError;
use crate::event::EventName;
use crate::model::Tree;
use crate::runtime::{BoxFuture, Runtime};
use crate::store::IdempotencyKey;
use crate::stream::{EventId, InvalidName, StreamId};

/// What shall be done.
#[derive(Debug)]
#[non_exhaustive]
pub enum Effect {
    /// A command.
    Command {
        /// Which.
        sent: &'static Sent,
        /// Where it goes.
        stream: Result<StreamId, InvalidName>,
        /// The command as JSON.
        payload: Result<Vec<u8>, JsonError>,
        /// A failure parks the instance instead of coming back.
        or_park: bool,
    },
    /// A timer that is set.
    Timer {
        /// Which.
        timer: &'static SentTimer,
        /// How long after the input was recorded.
        after: Duration,
        /// The timer as JSON.
        payload: Result<Vec<u8>, JsonError>,
    },
    /// The timer of this name is taken back.
    CancelTimer {
        /// Its name.
        name: &'static str,
    },
    /// The instance ends.
    End,
}

/// One thing that a reaction can do: a command that it can send, or a timer that it can set.
#[derive(Debug)]
pub enum Sends {
    /// A command, and whether its failure comes back.
    Command {
        /// Which.
        sent: Sent,
        /// Its failure is parked instead of coming back.
        or_park: bool,
    },
    /// A timer.
    Timer(SentTimer),
    /// The end of the instance.
    End,
}

/// A command that can be sent: what the runtime needs to send it from its recorded bytes.
pub struct Sent {
    /// The name of its aggregate.
    pub aggregate: &'static str,
    /// Its name.
    pub command: &'static str,
    /// The events that it can decide.
    pub emits: &'static Tree<EventName>,
    pub(crate) send: fn(&Runtime, StreamId, &[u8], Errand) -> BoxFuture<Sending>,
}

/// A timer that can be set.
pub struct SentTimer {
    /// Its name.
    pub name: &'static str,
    /// The due timer, from its recorded bytes.
    pub(crate) due: Read,
}

/// A value from its recorded bytes.
type Read = fn(&[u8]) -> Result<Box<dyn Any + Send>, JsonError>;

/// Under which name a command is sent, and what caused it.
#[derive(Clone, Debug)]
pub(crate) struct Errand {
    /// The identity of the effect (rule 9.3).
    pub(crate) key: IdempotencyKey,
    pub(crate) causation: EventId,
    pub(crate) correlation: Option<Uuid>,
    /// How many reactions lie before the command, this one included.
    pub(crate) hops: u32,
}

/// What became of a command that was sent.
pub(crate) enum Sending {
    /// It is written, now or before; or it decided nothing.
    Done,
    /// Its aggregate refused it: a `Failed<C>`, and why in words.
    Failed(Box<dyn Any + Send>, String),
    /// Nothing definite is known, or the store could not: it is sent again under the same key.
    Again(String),
    /// It can never be sent like this: the key was used for another command, the bytes cannot be read, a handler panicked.
    Never(String),
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.aggregate, self.command)
    }
}

impl fmt::Debug for SentTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
