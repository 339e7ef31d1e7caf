//! One attempt to decide a command on a state: the same for the runtime and for the testing kit.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::aggregate::{Aggregate, Fold};
use crate::command::{Command, Context, EventsOf, Handle, IntoEvents, RejectionOf, Requires};
use crate::envelope::{RawEvent, UpcastMeta};
use crate::event::{DecodeError, EncodeError, Encoded, EventSet, Outcome};
use crate::runtime::error::ExecuteError;
use crate::runtime::reason::{BadDecision, Panicked};
use crate::stream::AppendId;

/// What a decision is made with.
pub(crate) struct Deciding<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) append: AppendId,
    /// Whether each event is read back from its bytes.
    pub(crate) verify: bool,
}

/// What was decided, and each event as it is stored.
pub(crate) struct Decided<A: Aggregate> {
    pub(crate) events: Vec<A::Events>,
    pub(crate) encoded: Vec<Encoded>,
    /// The state after the events.
    pub(crate) state: Option<A>,
}

/// Decides, encodes, and folds what was decided: what cannot be folded is never written. A panic of the user's code is caught; the state
/// was taken by value, so nobody sees it half changed.
pub(crate) fn decide<C: Command>(
    state: Option<C::Aggregate>,
    command: C,
    deciding: &Deciding<'_>,
) -> Result<Decided<C::Aggregate>, ExecuteError<RejectionOf<C>>> {
    let decided = catch_unwind(AssertUnwindSafe(|| attempt(state, command, deciding)));
    decided.unwrap_or_else(|panic| Err(ExecuteError::Panicked(Panicked::new(&*panic))))
}

fn attempt<C: Command>(
    mut state: Option<C::Aggregate>,
    command: C,
    deciding: &Deciding<'_>,
) -> Result<Decided<C::Aggregate>, ExecuteError<RejectionOf<C>>> {
    let cx = deciding.cx;
    match (<C::Aggregate as Handle<C>>::requires(&command), &state) {
        (Requires::Absent, Some(_)) => {
            return Err(ExecuteError::AlreadyExists {
                stream: cx.stream().clone(),
            });
        }
        (Requires::Present, None) => {
            return Err(ExecuteError::NotFound {
                stream: cx.stream().clone(),
            });
        }
        _ => {}
    }
    let mut events: Vec<EventsOf<C>> = Vec::new();
    let outcome = <C::Aggregate as Handle<C>>::handle(state.as_ref(), command, cx);
    outcome.into_events(&mut events).map_err(ExecuteError::Rejected)?;
    let bad = |bad: BadDecision| ExecuteError::BadDecision(bad);
    let mut encoded = Vec::with_capacity(events.len());
    for event in &events {
        let stored = event.encode().map_err(|error| bad(error.into()))?;
        if deciding.verify {
            read_back::<EventsOf<C>>(&stored, deciding).map_err(|error| bad(error.into()))?;
        }
        event.fold(&mut state).map_err(|error| bad(error.into()))?;
        encoded.push(stored);
    }
    Ok(Decided { events, encoded, state })
}

/// Reads an event from the bytes that are about to be written.
fn read_back<S: EventSet>(stored: &Encoded, deciding: &Deciding<'_>) -> Result<(), EncodeError> {
    let cx = deciding.cx;
    let meta = UpcastMeta::new(cx.stream(), deciding.append.event(0), cx.now(), b"");
    let raw = RawEvent::new(stored.name, stored.version, stored.floor, &stored.payload, meta);
    let unreadable = |source| EncodeError::Unreadable {
        name: stored.name,
        source: Box::new(source),
    };
    match S::decode_into(&raw, &mut |_| {}).map_err(unreadable)? {
        Outcome::Emitted(_) => Ok(()),
        Outcome::Dropped => Err(unreadable(DecodeError::UnknownName {
            name: stored.name.to_owned(),
        })),
    }
}
