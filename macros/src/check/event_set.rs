//! What a set of events has to be.

use std::collections::HashSet;

use syn::Type;

use super::{has_no_parameters, has_plain_letters};
use crate::model::{EventSet, Mark};
use crate::support::attributes::last_word;
use crate::support::errors::Errors;
use crate::support::types;

pub(crate) fn event_set(set: &EventSet, errors: &mut Errors) {
    has_no_parameters("an event set", &set.generics, errors);
    has_an_event(set, errors);
    has_one_event_per_variant(set, errors);
    has_every_event_once(set, errors);
    has_aliases_of_its_events(set, errors);
    has_names_that_can_be_stored(set, errors);
    has_one_place_for_what_is_unknown(set, errors);
}

/// Without an event there is nothing that could be read or folded.
fn has_an_event(set: &EventSet, errors: &mut Errors) {
    if set.variants.is_empty() {
        errors.at(
            &set.ident,
            "an event set holds at least one event: add a variant such as `Opened(Opened)`",
        );
    }
}

/// The event is a struct of its own, which handlers return and apply.
fn has_one_event_per_variant(set: &EventSet, errors: &mut Errors) {
    for variant in set.variants.iter().filter(|variant| variant.event.is_none()) {
        let ident = &variant.ident;
        let message = format!(
            "a variant of an event set holds one event: write `{ident}({ident})`\n\
             or let `#[recount::events(prefix = \"...\")]` write the struct"
        );
        errors.at(&variant.original, message);
    }
}

/// The type of an event says which variant it becomes, and its name whether it is split.
fn has_every_event_once(set: &EventSet, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for (_, event) in set.read() {
        if !seen.insert(types::shown(event)) {
            errors.at(event, format!("`{}` is already in this set", types::shown(event)));
        }
    }
}

/// An alias is another name of an event that the set reads, and of nothing else.
fn has_aliases_of_its_events(set: &EventSet, errors: &mut Errors) {
    for alias in set.aliases.iter().filter(|alias| set.target(alias).is_none()) {
        let event = types::shown(&alias.event);
        let message = format!(
            "`{event}` is no event of `{}`: an alias is read as one of its variants, or as one of its splits",
            set.ident
        );
        errors.at(&alias.event, message);
    }
}

/// The names were stored once, so they have the letters of stored names.
fn has_names_that_can_be_stored(set: &EventSet, errors: &mut Errors) {
    for alias in &set.aliases {
        has_plain_letters("an alias", &alias.name, errors);
    }
    for name in &set.dropped {
        has_plain_letters("a name", name, errors);
    }
}

/// What no other variant reads goes to one variant, as it lies in the store, and says so by its mark.
fn has_one_place_for_what_is_unknown(set: &EventSet, errors: &mut Errors) {
    let mut taken = None;
    for variant in &set.variants {
        let Some(event) = &variant.event else { continue };
        let holds_it = matches!(event, Type::Path(path) if last_word(&path.path) == "UnknownEvent");
        match (&variant.mark, taken) {
            (Mark::Unknown, Some(first)) => {
                errors.at(&variant.ident, format!("`{first}` holds what is unknown already"));
            }
            (Mark::Unknown, None) if !holds_it => {
                let ident = &variant.ident;
                let message = format!("what is unknown has no other type: write `{ident}(UnknownEvent)`");
                errors.at(event, message);
            }
            (Mark::Unknown, None) => taken = Some(&variant.ident),
            _ if holds_it => errors.at(
                event,
                "an `UnknownEvent` stands only in the variant that is marked for it: add `#[event(unknown)]`",
            ),
            _ => {}
        }
    }
}
