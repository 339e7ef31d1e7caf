//! One attempt to decide a command on a state: the same for the runtime and for the testing kit.

use crate::aggregate::{Aggregate, Fold};
use crate::codec;
use crate::command::{Command, Context, EventsOf, Handle, IntoEvents, RejectionOf, Requires};
use crate::envelope::{RawEvent, UpcastMeta};
use crate::event::{DecodeError, EncodeError, Encoded, EventSet};
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
    /// The events as they were read back from their bytes; none where that was not asked for.
    pub(crate) read_back: Vec<A::Events>,
    /// The state after the events.
    pub(crate) state: Option<A>,
}

/// Decides, encodes, and folds what was decided: what cannot be folded is never written. A panic of the user's code is caught; the state
/// was taken by value, so nobody sees it half changed.
pub(crate) fn decide<C: Command>(
    state: Option<C::Aggregate>,
    command: &C,
    deciding: &Deciding<'_>,
) -> Result<Decided<C::Aggregate>, ExecuteError<RejectionOf<C>>> {
    Panicked::caught(|| attempt(state, command.clone(), deciding)).map_err(ExecuteError::Panicked)?
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
    let written = write(&events, &mut state, deciding).map_err(ExecuteError::BadDecision)?;
    let (encoded, read_back) = written;
    Ok(Decided {
        events,
        encoded,
        read_back,
        state,
    })
}

/// Encodes each event and folds it: as it was read back, where that is asked for, so that the state is the one that a load would give.
fn write<A, S: EventSet + Fold<A>>(
    events: &[S],
    state: &mut Option<A>,
    deciding: &Deciding<'_>,
) -> Result<(Vec<Encoded>, Vec<S>), BadDecision> {
    let (mut encoded, mut read_back) = (Vec::with_capacity(events.len()), Vec::new());
    for event in events {
        let stored = event.encode()?;
        if deciding.verify {
            let back: Vec<S> = read(&stored, deciding)?;
            for event in &back {
                event.fold(state)?;
            }
            read_back.extend(back);
        } else {
            event.fold(state)?;
        }
        encoded.push(stored);
    }
    Ok((encoded, read_back))
}

/// Reads an event from the bytes that are about to be written, and writes it again: another text is another event.
fn read<S: EventSet>(stored: &Encoded, deciding: &Deciding<'_>) -> Result<Vec<S>, EncodeError> {
    let (cx, name) = (deciding.cx, stored.name);
    let meta = UpcastMeta::new(cx.stream(), deciding.append.event(0), cx.now(), b"");
    let raw = RawEvent::new(name, stored.version, stored.floor, &stored.payload, meta);
    let unreadable = |source| EncodeError::Unreadable {
        name,
        source: Box::new(source),
    };
    let mut back: Vec<S> = Vec::new();
    S::decode_into(&raw, &mut |event| back.push(event)).map_err(unreadable)?;
    let [event] = &back[..] else {
        return Err(unreadable(DecodeError::UnknownName { name: name.to_owned() }));
    };
    match codec::difference(&stored.payload, &event.encode()?.payload) {
        None => Ok(back),
        Some(path) => Err(EncodeError::Changed { name, path }),
    }
}
