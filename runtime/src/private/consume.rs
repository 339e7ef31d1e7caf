//! How events reach what reads them: each handler is one function of a list that generated code writes, and this walks the list.

use std::any::Any;

use super::twins::{ChangedInMemory, NamesInstance};
use crate::aggregate::{Apply, FoldError};
use crate::constant::{Text, same};
use crate::consumer::{Consumer, Is, Source};
use crate::envelope::Meta;
use crate::event::{EventName, EventVersion};
use crate::projection::{On, Projection, Tx, ViewError};
use crate::runtime::{Answered, Effect, Input, Instance, IntoEffects, React, Reaction};

/// What a consumer reads, whose handlers are given a transaction, or which was written by hand.
#[must_use]
pub const fn reads<C: Consumer>(_: &str) -> &'static [Source] {
    C::READS
}

/// What a consumer reads, whose handlers have `&mut self`.
///
/// # Panics
/// If it is no view in memory: while the user's crate is compiled, on the receiver.
#[track_caller]
#[must_use]
pub const fn changes<C: Consumer>(consumer: &str) -> &'static [Source] {
    let (is, write) = match C::IS {
        Is::Unsaid | Is::InMemory => return C::READS,
        Is::InDatabase => (
            "a projection whose view does not live in memory, so `&mut self` is not it: write ",
            "`fn name(&self, tx: &mut ..., event: &E, meta: &Meta) -> Result<(), _>`, or remove `view = ...` from the projection",
        ),
        Is::Policy => (
            "a policy, and a reaction changes nothing: write `&self`; ",
            "a policy has no state, and one that has is a process",
        ),
        Is::Process => (
            "a process, and a reaction changes nothing: write `&self`; ",
            "the state of a process changes in `#[apply]`",
        ),
    };
    panic!("{}", is_no(consumer, is, write).as_str());
}

/// What a consumer reads, whose handlers have `&self` and return what shall be done.
///
/// # Panics
/// If it is a projection: while the user's crate is compiled, on the receiver.
#[track_caller]
#[must_use]
pub const fn reacts<C: Consumer>(consumer: &str) -> &'static [Source] {
    let (is, write) = match C::IS {
        Is::Unsaid | Is::Policy | Is::Process => return C::READS,
        Is::InMemory => (
            "a projection, whose handlers change its view and return nothing: write ",
            "`fn name(&mut self, event: &E, meta: &Meta)`",
        ),
        Is::InDatabase => (
            "a projection over a database, whose handlers are given its transaction: write ",
            "`fn name(&self, tx: &mut ..., event: &E, meta: &Meta) -> Result<(), _>`",
        ),
    };
    panic!("{}", is_no(consumer, is, write).as_str());
}

const fn is_no(consumer: &str, is: &str, write: &str) -> Text {
    Text::new().push("`").push(consumer).push("` is ").push(is).push(write)
}

/// The name of an event that is handled.
///
/// # Panics
/// If its aggregate is not read: while the user's crate is compiled, on the event.
#[track_caller]
#[must_use]
pub const fn needed<E: EventVersion>(reads: &[Source], consumer: &str, event: &str) -> EventName {
    if !is_read(reads, E::NAME) {
        let text = Text::new()
            .push("`")
            .push(consumer)
            .push("` does not read the aggregate of `");
        let text = text.push(event).push("`: add it to `reads(...)`");
        panic!("{}", text.as_str());
    }
    E::NAME
}

/// Whether one of the aggregates has the event. Where a mistake is already reported, there is no name.
const fn is_read(reads: &[Source], event: EventName) -> bool {
    let mut is_stub = reads.is_empty() || event.is_empty();
    let mut source = 0;
    while source < reads.len() {
        let names = reads[source].names();
        is_stub |= names.is_empty();
        let mut name = 0;
        while name < names.len() {
            if let Some(read) = names[name].event
                && same(read, event)
            {
                return true;
            }
            name += 1;
        }
        source += 1;
    }
    is_stub
}

/// The view in memory, that handlers with a `&mut self` change.
pub fn in_memory<'a, P: ChangedInMemory>(view: &'a mut Tx<'_, P>) -> &'a mut P {
    P::changed(view)
}

/// A projection whose view lives in a database: its handlers are called on its default.
#[must_use]
pub fn in_database<P: Projection + Default>() -> P {
    P::default()
}

/// One handler of a projection; `false` if the event is another.
type Handler<P> = fn(&mut Tx<'_, P>, &dyn Any, &Meta) -> Result<bool, ViewError<P>>;

/// The handler of one event.
///
/// # Errors
/// The handler's.
pub fn on<P: On<E>, E: 'static>(view: &mut Tx<'_, P>, event: &dyn Any, meta: &Meta) -> Result<bool, ViewError<P>> {
    match event.downcast_ref() {
        Some(event) => P::on(view, event, meta).map(|()| true),
        None => Ok(false),
    }
}

/// The first handler that takes the event.
///
/// # Errors
/// The handler's.
pub fn project<P: Projection>(
    handlers: &[Handler<P>],
    view: &mut Tx<'_, P>,
    event: &dyn Any,
    meta: &Meta,
) -> Result<bool, ViewError<P>> {
    for handler in handlers {
        if handler(view, event, meta)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What follows from an event; `None` if the event is another.
type Found<T> = fn(&dyn Any, &Meta) -> Option<T>;

/// What follows from the event, by the first that knows it.
pub fn find<T>(known: &[Found<T>], event: &dyn Any, meta: &Meta) -> Option<T> {
    known.iter().find_map(|found| found(event, meta))
}

/// The instance of a process that an event belongs to.
pub fn instance<P, K: NamesInstance<P>>(key: &K, starts: bool) -> Instance {
    let key = key.key();
    Instance { key, starts }
}

/// One reaction; `false` if the input is another.
type Reacting<P> = fn(&P, &dyn Any, &Meta, &mut Vec<Effect>) -> bool;

/// The reaction to one input.
pub fn react<P: React<E>, E: 'static>(reacts: &P, input: &dyn Any, meta: &Meta, out: &mut Vec<Effect>) -> bool {
    let input = input.downcast_ref();
    input.map(|input| reacts.react(input, meta).into_effects(out)).is_some()
}

/// The first reaction that takes the input.
pub fn react_to<P>(reactions: &[Reacting<P>], reacts: &P, input: &dyn Any, meta: &Meta, out: &mut Vec<Effect>) -> bool {
    reactions.iter().any(|reaction| reaction(reacts, input, meta, out))
}

/// What can come of an event. A function and not the constant in place: a wrong return type is then reported once, where it stands.
#[must_use]
pub const fn sends<P: React<E>, E: EventVersion>() -> Reaction {
    Reaction {
        input: Input::Event(E::NAME),
        sends: <P::Effects as IntoEffects<P>>::SENDS,
    }
}

/// What can come of a command that failed, or of a timer that is due.
#[must_use]
pub const fn sends_after<P: React<I>, I: Answered>() -> Reaction {
    Reaction {
        input: I::INPUT,
        sends: <P::Effects as IntoEffects<P>>::SENDS,
    }
}

/// One apply of a process; `None` if the event is another.
type Applying<P> = fn(&mut Option<P>, &dyn Any) -> Option<Result<(), FoldError>>;

/// The apply of one event.
pub fn apply<P: Apply<E>, E: 'static>(state: &mut Option<P>, event: &dyn Any) -> Option<Result<(), FoldError>> {
    event.downcast_ref().map(|event| P::apply(state, event))
}

/// The first apply that takes the event.
///
/// # Errors
/// The apply's.
pub fn fold<P>(applies: &[Applying<P>], state: &mut Option<P>, event: &dyn Any) -> Result<(), FoldError> {
    applies.iter().find_map(|apply| apply(state, event)).unwrap_or(Ok(()))
}
