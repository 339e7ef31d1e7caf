//! What the feeding of a view tells: its span, and how it ends.

use std::future::Future;

use tracing::field::Empty;
use tracing::{Instrument, info_span, warn};

use crate::runtime::meter;
use crate::runtime::trace::TARGET;
use crate::stream::Position;

/// Hands a page to a view.
pub(in crate::runtime) async fn project<E>(
    projection: &'static str,
    (after, through): (Position, Position),
    events: usize,
    feeding: impl Future<Output = Result<(), E>>,
) -> Result<(), E> {
    let span = info_span!(
        target: TARGET,
        "recount.project",
        projection,
        after = after.get(),
        through = through.get(),
        events,
        outcome = Empty,
    );
    let fed = feeding.instrument(span.clone()).await;
    span.record("outcome", if fed.is_ok() { "taken" } else { "failed" });
    if fed.is_ok() {
        meter::projected(projection, events);
    }
    fed
}

/// A projection does nothing until a person starts it again. Why is in its status, and may quote an event.
pub(in crate::runtime) fn stopped(projection: &'static str, position: Position) {
    meter::stopped(projection);
    warn!(target: TARGET, projection, position = position.get(), "a projection has stopped");
}
