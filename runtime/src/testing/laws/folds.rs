//! The laws of folding: total, the same each time, and the same in parts.

use crate::aggregate::Aggregate;
use crate::codec;
use crate::testing::StoredEvent;
use crate::testing::laws::history::{fold, fold_from};
use crate::testing::laws::search::{Broken, same};
use crate::testing::laws::{Laws, State, Stored};

/// Every event that fits is folded: `#[apply]` does not panic, whatever the event holds.
///
/// # Panics
/// If it does: an event that is written is there for ever, and its stream could not be loaded again.
#[track_caller]
pub fn fold_total<A: Aggregate>(laws: &Laws) {
    laws.each::<A>("fold_total", |history| match &history.panicked {
        None => Ok(()),
        Some((events, message)) => Err(Broken::by(
            events,
            format!("the last event makes its `#[apply]` panic: {message}"),
        )),
    });
}

/// The same events give the same state.
///
/// # Panics
/// If they do not: `#[apply]` takes something from elsewhere, such as the time, a random number or a global.
#[track_caller]
pub fn fold_twice<A: Aggregate + State>(laws: &Laws) {
    laws.each::<A>("fold_twice", |history| {
        let events = &history.events;
        let twice = || {
            let (first, second) = (fold::<A>(events)?, fold::<A>(events)?);
            same(&first, &second, "the same events were folded twice, into two states")
        };
        twice().map_err(|what| Broken::by(events, what))
    });
}

/// The state after some events, gone on from with the rest, is that after all of them, for every cut. Where the aggregate is `Clone` a copy
/// is gone on from, as a runtime does while somebody holds the state, and the state itself does not change with it.
///
/// # Panics
/// If it is another: there is something beside the state that folding depends on, or two copies share it.
#[track_caller]
pub fn fold_splits<A: Aggregate + State>(laws: &Laws) {
    laws.each::<A>("fold_splits", |history| {
        let events = &history.events;
        each_cut(events, |first, rest| {
            let state = fold::<A>(first)?;
            // Another stream is folded in between, as in a program that runs.
            let whole = fold::<A>(events)?;
            if let Some((copy, state)) = A::COPY.zip(state.as_ref()) {
                let gone_on = fold_from(Some(copy(state)), rest, first.len())?;
                same(&whole, &gone_on, &told(first, rest, "a copy of the state"))?;
            }
            let gone_on = fold_from(state, rest, first.len())?;
            same(&whole, &gone_on, &told(first, rest, "the state"))
        })
    });
}

/// A state that is written and read back at any point, gone on from with the rest, is that after all events.
///
/// # Panics
/// If it is another, or cannot be written or read: its `Serialize` and `Deserialize` lose something.
#[track_caller]
pub fn snapshot_every_cut<A: Aggregate + State + Stored>(laws: &Laws) {
    laws.each::<A>("snapshot_every_cut", |history| {
        let events = &history.events;
        each_cut(events, |first, rest| {
            let Some(state) = fold::<A>(first)? else {
                return Ok(());
            };
            let after = first.len();
            let bytes = codec::encode(&Kept { state: &state })
                .map_err(|error| format!("the state after {after} events cannot be written: {error}"))?;
            let Kept { state } = codec::decode::<Kept<A>>(&bytes)
                .map_err(|error| format!("the state after {after} events cannot be read back: {error}"))?;
            let (whole, gone_on) = (fold::<A>(events)?, fold_from(Some(state), rest, after)?);
            same(
                &whole,
                &gone_on,
                &told(first, rest, "the state, written and read back,"),
            )
        })
    });
}

/// A state need be no JSON object, so it is put into one.
#[derive(serde::Serialize, serde::Deserialize)]
struct Kept<A> {
    state: A,
}

/// Tries every cut, the earliest first.
fn each_cut(
    events: &[StoredEvent],
    check: impl Fn(&[StoredEvent], &[StoredEvent]) -> Result<(), String>,
) -> Result<(), Broken> {
    (0..=events.len()).try_for_each(|place| {
        let (first, rest) = events.split_at(place);
        check(first, rest).map_err(|what| Broken::by(events, what))
    })
}

fn told(first: &[StoredEvent], rest: &[StoredEvent], what: &str) -> String {
    format!(
        "{what} after {} events and then {} more is not that after all of them (- all at once, + in parts)",
        first.len(),
        rest.len()
    )
}
