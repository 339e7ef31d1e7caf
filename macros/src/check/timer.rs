//! What a timer has to be.

use super::{has_no_parameters, has_plain_letters};
use crate::model::Timer;
use crate::support::errors::Errors;

pub(crate) fn timer(timer: &Timer, errors: &mut Errors) {
    has_no_parameters("a timer", &timer.generics, errors);
    match &timer.name {
        Some(name) => has_plain_letters("a name", name, errors),
        None => errors.at(
            &timer.ident,
            "a timer needs a name that is recorded: add `#[timer(name = \"...\")]`",
        ),
    }
}
