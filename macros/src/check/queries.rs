//! What `#[query]` methods have to be.

use syn::ReceiverKind;

use crate::model::{Handlers, Kind, Query};
use crate::support::errors::Errors;

pub(super) fn queries(handlers: &Handlers, errors: &mut Errors) {
    if let Some(query) = handlers.queries.first().filter(|_| handlers.kind() != Kind::Projection) {
        let message = "a query asks a view: `#[query]` belongs in the block of a projection";
        errors.at(&query.signature.ident, message);
        return;
    }
    for query in &handlers.queries {
        answers_at_once(query, errors);
        writes_nothing(query, errors);
        if handlers.queries_enum.is_some() {
            is_a_message(query, errors);
        }
    }
    if let Some(name) = handlers.queries_enum.as_ref().filter(|_| handlers.queries.is_empty()) {
        errors.at(
            name,
            "the enum of all queries needs a query: mark a method with `#[query]`",
        );
    }
}

/// A query sees one published view and nothing else.
fn answers_at_once(query: &Query, errors: &mut Errors) {
    if let Some(asyncness) = &query.signature.asyncness {
        errors.at(asyncness, "a query answers from what the view holds: remove `async`");
    }
}

/// Many read a published view at once, and it follows from its events.
fn writes_nothing(query: &Query, errors: &mut Errors) {
    match query.signature.receiver() {
        Some(receiver) if matches!(receiver.kind, ReceiverKind::Reference(_, _, None)) => {}
        Some(receiver) => errors.at(
            receiver,
            "a query writes nothing: write `&self`\nits view changes in `#[on]`",
        ),
        None => errors.at(
            &query.signature.ident,
            "a query asks the view: its first parameter is `&self`",
        ),
    }
}

/// What is asked and answered is sent, and outlives the view.
fn is_a_message(query: &Query, errors: &mut Errors) {
    let parameters = &query.signature.generics.params;
    if !parameters.is_empty() {
        errors.at(
            parameters,
            "a query in an enum has no parameters of its own: its name stands for one type",
        );
        return;
    }
    for field in &query.fields {
        if field.ident.is_none() {
            errors.at(
                &field.original.pat,
                "a parameter of a query in an enum is a field of it: give it a name",
            );
        } else if !field.is_owned() {
            errors.at(
                &field.original.ty,
                "a query in an enum is a message: its parameters are owned, or borrowed as a whole like `&str`",
            );
        }
    }
    if !query.answer_is_owned() {
        errors.at(
            &query.output,
            "the answer of a query in an enum outlives the view: return a type that borrows nothing",
        );
    }
}
