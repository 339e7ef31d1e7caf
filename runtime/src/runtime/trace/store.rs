//! What is asked of the store: a batch handed to it, a stream read on, and what is found there that should not be.

use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;

use tracing::field::Empty;
use tracing::{Instrument, debug, info_span, warn};

use super::{TARGET, record};
use crate::event::DecodeError;
use crate::runtime::error::StateError;
use crate::runtime::meter::{self, Began};
use crate::runtime::reason::CorruptReason;
use crate::runtime::state::Reached;
use crate::store::{AnyStore, AppendError, Batch, Committed, EventRef, EventStore, Expected};
use crate::stream::{StreamId, Version};

/// Hands a batch to the store.
pub(in crate::runtime) fn append(
    store: &AnyStore,
    batch: Batch,
    attempt: u32,
) -> impl Future<Output = Result<Committed, AppendError>> + Send {
    let (first, streams) = (batch.parts.first(), batch.parts.len());
    let events: usize = batch.parts.iter().map(|part| part.events.len()).sum();
    let span = info_span!(
        target: TARGET,
        "recount.append",
        stream = first.map(|part| display(&part.stream)),
        streams,
        events,
        expected = first.and_then(|part| expected(part.expected)),
        attempt,
        append = %batch.append,
        position = Empty,
    );
    let began = Began::now();
    let appending = store.append(batch).instrument(span.clone());
    async move {
        let answer = appending.await;
        match &answer {
            Ok(committed) => {
                record(&span, "position", committed.last_position.get());
                let written = if committed.duplicate { 0 } else { events };
                meter::appended(written, &began);
            }
            Err(AppendError::Conflict { stream, actual, .. }) => {
                meter::conflict();
                let actual = Version::count(*actual);
                span.in_scope(|| debug!(target: TARGET, %stream, actual, attempt, "the stream has moved in between"));
            }
            // The whole is told of these.
            Err(AppendError::Refused(_) | AppendError::Unknown { .. }) => {}
        }
        answer
    }
}

/// The version that is expected, 0 for a stream without events.
fn expected(expected: Expected) -> Option<u64> {
    match expected {
        Expected::Exact(version) => Some(version.get()),
        Expected::NoStream => Some(0),
        Expected::Exists | Expected::Any => None,
    }
}

/// Reads a stream on, from the state that it begins with.
pub(in crate::runtime) async fn fold(
    stream: &StreamId,
    start: Option<Reached>,
    walk: Pin<&mut impl Future<Output = Result<Option<Reached>, StateError>>>,
) -> Result<Option<Reached>, StateError> {
    let version = |reached: Option<Reached>| Version::count(reached.map(|reached| reached.version));
    let from = version(start);
    let span = info_span!(target: TARGET, "recount.fold", %stream, from, version = Empty, events = Empty);
    let folded = walk.instrument(span.clone()).await;
    match &folded {
        Ok(reached) => {
            let events = version(*reached).saturating_sub(from);
            record(&span, "version", version(*reached));
            record(&span, "events", events);
            meter::folded(events);
        }
        Err(StateError::Store(error)) => {
            span.in_scope(|| warn!(target: TARGET, %stream, %error, "the stream could not be read"));
        }
        Err(_) => {}
    }
    folded
}

/// An event that cannot be read. What serde says is left out, because it quotes the payload; whoever asked has all of it as an error.
pub(in crate::runtime) fn unreadable(event: &EventRef<'_>, source: &DecodeError) {
    let because: Option<&dyn Display> = match source {
        DecodeError::UnknownName { .. } | DecodeError::NoSuchVersion { .. } | DecodeError::TooNew { .. } => {
            Some(source)
        }
        DecodeError::Payload { .. } | DecodeError::Upcast { .. } => None,
    };
    warn!(
        target: TARGET,
        stream = %event.stream,
        version = event.version.get(),
        position = event.position.get(),
        event = event.name,
        event_version = event.schema,
        because = because.map(display),
        "a stored event cannot be read",
    );
}

/// An event that does not fit those before it.
pub(in crate::runtime) fn corrupt(event: &EventRef<'_>, reason: &CorruptReason) {
    warn!(
        target: TARGET,
        stream = %event.stream,
        version = event.version.get(),
        position = event.position.get(),
        event = event.name,
        event_version = event.schema,
        %reason,
        "a stream is corrupt",
    );
}
