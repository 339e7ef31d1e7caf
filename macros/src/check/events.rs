//! What the enum of `#[recount::events]` has to be.

use syn::Fields;

use super::{has_no_parameters, has_plain_letters};
use crate::model::Events;
use crate::support::errors::Errors;

pub(crate) fn events(events: &Events, errors: &mut Errors) {
    has_a_prefix(events, errors);
    has_no_parameters("an event set", &events.item.generics, errors);
    has_named_fields(events, errors);
}

/// The names of the events begin with it, unless each says its own.
fn has_a_prefix(events: &Events, errors: &mut Errors) {
    match &events.prefix {
        Some(prefix) => has_plain_letters("a prefix", prefix, errors),
        None if events.variants.iter().all(|variant| variant.is_named) => {}
        None => errors.at(
            &events.item.ident,
            "events need a prefix for their names: write `#[recount::events(prefix = \"...\")]`",
        ),
    }
}

/// The names of the fields are what is stored. A variant that holds one struct is already what the others become.
fn has_named_fields(events: &Events, errors: &mut Errors) {
    for variant in &events.variants {
        let ident = &variant.original.ident;
        match &variant.original.fields {
            Fields::Unnamed(fields) if fields.unnamed.len() != 1 => errors.at(
                fields,
                format!("the names of the fields are what is stored: write `{ident} {{ name: Type }}`"),
            ),
            _ => {}
        }
    }
}
