//! What an event has to be.

mod attributes;
mod history;
mod written;

use syn::Fields;

use super::{has_no_parameters, has_plain_letters};
use crate::model::Event;
use crate::support::errors::Errors;
use crate::support::types;

pub(crate) fn event(event: &Event, errors: &mut Errors) {
    has_a_name(event, errors);
    has_no_parameters("an event", &event.generics, errors);
    has_named_fields(event, errors);
    attributes::attributes(event, errors);
    history::history(event, errors);
    if errors.is_empty() {
        written::written_form(event, errors);
    }
}

/// The stored name must not follow the type's: types are renamed, what is stored is not.
fn has_a_name(event: &Event, errors: &mut Errors) {
    match &event.name {
        Some(name) => has_plain_letters("a name", name, errors),
        None => errors.at(&event.ident, "an event needs a name: add `#[event(name = \"...\")]`"),
    }
}

/// Payloads are JSON objects, so that a field can be added, removed and renamed.
fn has_named_fields(event: &Event, errors: &mut Errors) {
    if let Fields::Unnamed(fields) = &event.fields {
        let ident = &event.ident;
        let example = fields
            .unnamed
            .first()
            .map(|field| format!("value: {}", types::shown(&field.ty)))
            .unwrap_or_default();
        let message = format!("the names of the fields are what is stored: write `struct {ident} {{ {example} }}`");
        errors.at(fields, message);
    }
}
