//! One attempt to decide a command on a state: the same for the runtime and for the testing kit.

use std::time::Duration;

use crate::aggregate::Fold;
use crate::clock::{Clock, Stopwatch};
use crate::codec;
use crate::command::{Command, Context, EventsOf, Handle, IntoEvents, RejectionOf, Requires};
use crate::envelope::{RawEvent, UpcastMeta};
use crate::event::{DecodeError, EncodeError, Encoded, EventSet};
use crate::runtime::error::ExecuteError;
use crate::runtime::reason::{BadDecision, Panicked};
use crate::store::NewEvent;
use crate::stream::AppendId;

/// What a decision is made with.
pub(crate) struct Deciding<'a> {
    pub(crate) cx: &'a Context,
    pub(crate) append: AppendId,
    /// Whether each event that is read back from its bytes is compared with what was decided.
    pub(crate) verify: bool,
    /// Asked how long it takes to fold what was decided; nobody where that is of no use.
    pub(crate) clock: Option<&'a dyn Clock>,
}

/// What was decided, and each event as it is stored.
pub(crate) struct Decided<S> {
    pub(crate) events: Vec<S>,
    pub(crate) encoded: Vec<NewEvent>,
    /// The events as they were read back from their bytes; none where that was not asked for.
    pub(crate) read_back: Vec<S>,
    /// How long it took to read and fold them.
    pub(crate) spent: Duration,
}

/// Decides, encodes, and folds what was decided: what cannot be folded is never written. A panic of the user's code is caught.
///
/// The state is as it was after [`NotFound`](ExecuteError::NotFound), [`AlreadyExists`](ExecuteError::AlreadyExists) and
/// [`Rejected`](ExecuteError::Rejected), because a handler only looks at it; after any other error it is not to be used any more.
pub(crate) fn decide<C: Command>(
    state: &mut Option<C::Aggregate>,
    command: &C,
    deciding: &Deciding<'_>,
) -> Result<Decided<EventsOf<C>>, ExecuteError<RejectionOf<C>>> {
    Panicked::caught(|| attempt(state, command.clone(), deciding)).map_err(ExecuteError::Panicked)?
}

fn attempt<C: Command>(
    state: &mut Option<C::Aggregate>,
    command: C,
    deciding: &Deciding<'_>,
) -> Result<Decided<EventsOf<C>>, ExecuteError<RejectionOf<C>>> {
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
    let written = write(&events, state, deciding).map_err(ExecuteError::BadDecision)?;
    let (encoded, read_back, spent) = written;
    Ok(Decided {
        events,
        encoded,
        read_back,
        spent,
    })
}

/// Encodes each event, and folds what its bytes say: the state is then the one that a load would give, also where a field is not stored or
/// an older version is written. Where the type of the event proves that its bytes say the same, they are not read.
fn write<A, S: EventSet + Fold<A>>(
    events: &[S],
    state: &mut Option<A>,
    deciding: &Deciding<'_>,
) -> Result<(Vec<NewEvent>, Vec<S>, Duration), BadDecision> {
    let (mut encoded, mut read_back) = (Vec::with_capacity(events.len()), Vec::new());
    let mut stopwatch = Stopwatch::new(deciding.clock);
    // Who times a fold wants to know what a load of these events would take, which reads them.
    let is_unlooked_at = !deciding.verify && deciding.clock.is_none();
    for event in events {
        let stored = event.encode()?;
        if event.is_exact() && is_unlooked_at {
            event.fold(state)?;
            encoded.push(stored.into());
            continue;
        }
        let back: S = stopwatch.time(|| read(&stored, deciding))?;
        if deciding.verify {
            compare(&stored, &back)?;
        }
        stopwatch.time(|| back.fold(state))?;
        if deciding.verify {
            read_back.push(back);
        }
        encoded.push(stored.into());
    }
    Ok((encoded, read_back, stopwatch.total()))
}

/// Reads an event from the bytes that are about to be written.
fn read<S: EventSet>(stored: &Encoded, deciding: &Deciding<'_>) -> Result<S, EncodeError> {
    let (cx, name) = (deciding.cx, stored.name);
    let meta = UpcastMeta::new(cx.stream(), deciding.append.event(0), cx.now(), b"");
    let raw = RawEvent::new(name, stored.version, stored.floor, &stored.payload, meta);
    let unreadable = |source| EncodeError::Unreadable {
        name,
        source: Box::new(source),
    };
    let (mut back, mut count) = (None, 0);
    let mut take = |event: S| {
        back = Some(event);
        count += 1;
    };
    S::decode_into(&raw, &mut take).map_err(unreadable)?;
    match back {
        Some(event) if count == 1 => Ok(event),
        _ => Err(unreadable(DecodeError::UnknownName { name: name.to_owned() })),
    }
}

/// What was read back is written again: another text is another event.
fn compare<S: EventSet>(stored: &Encoded, back: &S) -> Result<(), EncodeError> {
    match codec::difference(&stored.payload, &back.encode()?.payload) {
        None => Ok(()),
        Some(path) => Err(EncodeError::Changed {
            name: stored.name,
            path,
        }),
    }
}
