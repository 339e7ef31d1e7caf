//! The rules: one function each, a sentence by its name, with its reason above it.

mod aggregate;
mod consumer;
mod event;
mod event_set;
mod events;
mod handlers;
mod on;
mod queries;
mod schema;
mod stored;
mod stream_key;
mod timer;

pub(crate) use aggregate::aggregate;
pub(crate) use consumer::consumer;
pub(crate) use event::event;
pub(crate) use event_set::event_set;
pub(crate) use events::events;
pub(crate) use handlers::handlers;
pub(crate) use schema::schema;
pub(crate) use stream_key::stream_key;
pub(crate) use timer::timer;

use syn::{Generics, LitStr};

use crate::support::errors::Errors;
use crate::support::words::is_letter_of_a_name;

/// Names are stored and compared byte for byte, typed in shells and written in tables: a short alphabet keeps them the same everywhere.
fn has_plain_letters(what: &str, name: &LitStr, errors: &mut Errors) {
    let text = name.value();
    if text.is_empty() {
        errors.at(name, format!("{what} is not empty"));
    } else if let Some(letter) = text.chars().find(|letter| !is_letter_of_a_name(*letter)) {
        errors.at(
            name,
            format!(
                "{what} has only ASCII letters, digits, `.`, `_` and `-`: remove `{}`",
                letter.escape_debug()
            ),
        );
    }
}

/// One name is one type: a parameter would put many types under it.
fn has_no_parameters(what: &str, generics: &Generics, errors: &mut Errors) {
    if !generics.params.is_empty() {
        errors.at(
            &generics.params,
            format!("{what} has no type parameters: its name stands for one type"),
        );
    }
}
