//! What `#[on]` methods have to be, and what their block has to have.

use std::collections::HashMap;

use syn::{ReceiverKind, Type};

use crate::model::{Applied, Apply, Does, Handlers, Input, Kind, On};
use crate::support::attributes::{cfgs, last_word};
use crate::support::errors::Errors;
use crate::support::types;

pub(super) fn ons(handlers: &Handlers, errors: &mut Errors) {
    let kind = handlers.kind();
    is_of_one_kind(handlers, kind, errors);
    for on in &handlers.ons {
        waits_for_nothing(on, errors);
        changes_only_a_view(on, kind, errors);
        is_given_an_event(on, errors);
        sees_nothing_else(on, errors);
        sends_nothing_from_a_view(on, kind, errors);
        names_its_effects(on, errors);
        returns_no_result(on, errors);
        has_a_key_of_its_kind(on, kind, errors);
    }
    handles_each_once(handlers, errors);
    if kind == Kind::Process && errors.is_empty() {
        finds_every_instance(handlers, errors);
        starts_and_creates(handlers, errors);
    }
}

/// Each kind has its own words, and is registered under its own name.
fn is_of_one_kind(handlers: &Handlers, kind: Kind, errors: &mut Errors) {
    if kind == Kind::Aggregate {
        let message = "an aggregate decides and is read by others: `#[on]` belongs in the block of a projection, a policy or a process";
        if let Some(on) = handlers.ons.first() {
            errors.at(&on.signature.ident, message);
        }
    }
    if let (Kind::Projection, Some(apply)) = (kind, handlers.applies.first().filter(|_| !handlers.ons.is_empty())) {
        let message = "a projection has no `#[apply]`: its `#[on]` methods change it";
        errors.at(&apply.signature.ident, message);
    }
}

/// A replay hands over years of events, and must come to the same.
fn waits_for_nothing(on: &On, errors: &mut Errors) {
    if let Some(asyncness) = &on.signature.asyncness {
        errors.at(
            asyncness,
            "an `#[on]` waits for nothing: remove `async`\nwhat it cannot know is sent as a command, and comes back as an event",
        );
    }
}

/// `&mut self` is the view. The state of a process changes where its events are applied, and a policy has none.
fn changes_only_a_view(on: &On, kind: Kind, errors: &mut Errors) {
    let Some(receiver) = on.signature.receiver() else {
        let message = "an `#[on]` begins with `&mut self` in a projection, and with `&self` in a policy or a process";
        errors.at(&on.signature.ident, message);
        return;
    };
    let message = match (&receiver.kind, kind) {
        (ReceiverKind::Reference(_, _, Some(_)), Kind::Process) => {
            "a reaction changes nothing: write `&self`\nthe state of a process changes in `#[apply]`"
        }
        (ReceiverKind::Reference(_, _, Some(_)), Kind::Policy) => {
            "a reaction changes nothing: write `&self`\na policy has no state; one that has is a process"
        }
        (ReceiverKind::Reference(..), _) => return,
        _ => "an `#[on]` borrows: write `&mut self` in a projection, and `&self` in a policy or a process",
    };
    errors.at(receiver, message);
}

/// What is handled is a fact that others handle too.
fn is_given_an_event(on: &On, errors: &mut Errors) {
    if on.does != Does::Unclear
        || !matches!(
            &on.signature.receiver().map(|me| &me.kind),
            Some(ReceiverKind::Reference(..))
        )
    {
        return;
    }
    let name = on.name();
    match &on.input {
        Some(Type::Reference(reference)) => errors.at(
            reference,
            "an event has happened and does not change: write `event: &E`",
        ),
        Some(event) => {
            let shown = types::shown(event);
            errors.at(event, format!("an `#[on]` borrows its event: write `&{shown}`"));
        }
        None => errors.at(
            &on.signature.ident,
            format!("an `#[on]` is given an event: write `fn {name}(.., event: &E, meta: &Meta)`"),
        ),
    }
}

/// A handler can act on nothing, so a replay has no effects.
fn sees_nothing_else(on: &On, errors: &mut Errors) {
    for more in &on.more {
        errors.at(
            more,
            "an `#[on]` sees its event and its `&Meta`, and no clock, no store and no runtime: remove this\n\
             what has to be known or done is a command, which a policy or a process sends",
        );
    }
}

/// What follows from an event is sent by who is not replayed.
fn sends_nothing_from_a_view(on: &On, kind: Kind, errors: &mut Errors) {
    if let (Kind::Projection, Does::Changes, Some(output)) = (kind, on.does, &on.output) {
        errors.at(
            output,
            "a projection returns nothing, because a replay would send it again: remove this\n\
             commands and timers are returned by a policy or a process, with `&self`",
        );
    }
}

/// The return type lists what can be sent.
fn names_its_effects(on: &On, errors: &mut Errors) {
    if let Some(output) = on.output.as_ref().filter(|output| types::has_impl(output)) {
        errors.at(
            output,
            "a reaction names the effects that it returns: write their type instead of `impl ...`",
        );
    }
}

/// A handler of a view in a database can fail, and is given what it writes to. What a reaction can be refused comes back as `Failed<C>`.
fn returns_no_result(on: &On, errors: &mut Errors) {
    let is_result = |output: &&Type| matches!(output, Type::Path(path) if last_word(&path.path) == "Result");
    if let (Does::Reacts, Some(output)) = (on.does, on.output.as_ref().filter(is_result)) {
        let (name, input) = (on.name(), on.input.as_ref().map(types::shown).unwrap_or_default());
        errors.at(
            output,
            format!(
                "a `Result` is returned by who is given a transaction: write `fn {name}(&self, tx: &mut ..., event: &{input}, meta: &Meta) -> {}`\n\
                 a policy or a process returns effects, and none of them is a `Result`",
                types::shown(output),
            ),
        );
    }
}

/// A key is what events are handled in order of, or what finds an instance; only instances start.
fn has_a_key_of_its_kind(on: &On, kind: Kind, errors: &mut Errors) {
    if let (Kind::Projection | Kind::Aggregate, Some(start)) = (kind, &on.start) {
        errors.at(
            start,
            "`start` begins an instance of a process, and a projection has none: remove it",
        );
    }
    if on.is() == Input::Event {
        return;
    }
    if let Some(key) = &on.key {
        errors.at(key, "what comes back knows its instance: remove `key`");
    }
    if let Some(start) = &on.start {
        errors.at(start, "what comes back has an instance already: remove `start`");
    }
}

/// One event has one place in a block. Two that are conditional may be one at a time, and of two names for one type rustc knows.
fn handles_each_once(handlers: &Handlers, errors: &mut Errors) {
    let mut known: HashMap<String, String> = HashMap::new();
    for on in handlers.ons.iter().filter(|on| cfgs(&on.attributes).is_empty()) {
        let Some(input) = &on.input else { continue };
        let (name, shown) = (on.name(), types::shown(input));
        match known.get(&shown) {
            Some(first) => {
                let message = format!("`{first}` and `{name}` both handle `{shown}`: make them one");
                errors.at(input, message);
            }
            None => _ = known.insert(shown, name),
        }
    }
}

/// An event that finds no instance is ignored, which nobody would see.
fn finds_every_instance(handlers: &Handlers, errors: &mut Errors) {
    let events = handlers.ons.iter().filter_map(|on| Some((on, on.event()?)));
    for (on, event) in events.clone().filter(|(on, _)| on.key.is_none()) {
        let shown = types::shown(event);
        let start = if on.start.is_some() { "start, " } else { "" };
        let message = format!("nobody knows which instance `{shown}` belongs to: write `#[on({start}key = ...)]`");
        errors.at(event, message);
    }
    let is_on = |event: &Type| events.clone().any(|(_, on)| types::shown(on) == types::shown(event));
    for Apply { event, .. } in &handlers.applies {
        let Some(event) = event.as_ref().filter(|event| !is_on(event)) else {
            continue;
        };
        let shown = types::shown(event);
        let message = format!(
            "nobody knows which instance `{shown}` belongs to: add `#[on(key = ...)] fn name(&self, event: &{shown}, meta: &Meta)`"
        );
        errors.at(event, message);
    }
}

/// An instance begins with the event that creates its state.
fn starts_and_creates(handlers: &Handlers, errors: &mut Errors) {
    let creates = |event: &Type| {
        let is = |apply: &&Apply| {
            apply
                .event
                .as_ref()
                .is_some_and(|applied| types::shown(applied) == types::shown(event))
        };
        handlers
            .applies
            .iter()
            .filter(is)
            .any(|apply| apply.does == Applied::Creates)
    };
    for on in &handlers.ons {
        let Some(event) = on.event() else { continue };
        let shown = types::shown(event);
        match &on.start {
            Some(start) if !creates(event) => {
                let message = format!(
                    "an instance that starts with `{shown}` has no state: add `#[apply] fn name(event: &{shown}) -> Self`"
                );
                errors.at(start, message);
            }
            None if creates(event) => {
                let message = format!(
                    "`{shown}` creates the state, so an instance starts with it: write `#[on(start, key = ...)]`"
                );
                errors.at(event, message);
            }
            _ => {}
        }
    }
    if handlers.ons.iter().all(|on| on.start.is_none()) && errors.is_empty() {
        let name = handlers.name();
        let message =
            format!("no event starts an instance of `{name}`: one of its `#[on]`s has to be `#[on(start, key = ...)]`");
        errors.at(&handlers.self_ty, message);
    }
}
