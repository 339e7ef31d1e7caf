//! What a set of events has to be.

use std::collections::HashSet;

use super::has_no_parameters;
use crate::model::EventSet;
use crate::support::errors::Errors;
use crate::support::types;

pub(crate) fn event_set(set: &EventSet, errors: &mut Errors) {
    has_no_parameters("an event set", &set.generics, errors);
    has_an_event(set, errors);
    has_one_event_per_variant(set, errors);
    has_every_event_once(set, errors);
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

/// The type of an event says which variant it becomes.
fn has_every_event_once(set: &EventSet, errors: &mut Errors) {
    let mut seen = HashSet::new();
    for event in set.variants.iter().filter_map(|variant| variant.event.as_ref()) {
        if !seen.insert(types::shown(event)) {
            errors.at(event, format!("`{}` is already in this set", types::shown(event)));
        }
    }
}
