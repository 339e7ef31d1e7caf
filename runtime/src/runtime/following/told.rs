//! What consumers at work tell whoever listens. Never a payload.

use tracing::{debug, warn};

use crate::runtime::following::Halt;
use crate::runtime::reaction::Sent;
use crate::runtime::trace::TARGET;
use crate::store::EventRef;
use crate::stream::StreamId;

/// A consumer does not go on.
pub(in crate::runtime) fn halted(consumer: &str, halt: &Halt) {
    let (what, because) = match halt {
        Halt::Retry(because) => ("tries again", because.as_str()),
        Halt::Hold(because) => ("holds", because.as_str()),
        Halt::Elsewhere(because) => ("is run elsewhere", because.as_str()),
        Halt::Stop(because) => ("has stopped", because.as_str()),
        Halt::Closed => return,
    };
    warn!(target: TARGET, consumer, what, because, "a consumer does not go on");
}

/// A command of a consumer had no definite answer.
pub(in crate::runtime) fn sent_again(sent: &Sent, stream: &StreamId, because: &str) {
    debug!(target: TARGET, command = ?sent, %stream, because, "a command is sent again");
}

/// An event was set aside by a consumer.
pub(in crate::runtime) fn parked(consumer: &str, event: &EventRef<'_>, because: &str) {
    warn!(
        target: TARGET,
        consumer,
        stream = %event.stream,
        version = event.version.get(),
        position = event.position.get(),
        event = event.name,
        because,
        "an event is parked",
    );
}

/// An instance of a process stands still.
pub(in crate::runtime) fn parked_instance(stream: &StreamId, because: &str) {
    warn!(target: TARGET, %stream, because, "an instance is parked");
}

/// A record of a process had no definite answer.
pub(in crate::runtime) fn written_again(stream: &StreamId, because: &str) {
    debug!(target: TARGET, %stream, because, "a record is written again");
}
