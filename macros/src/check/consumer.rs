//! What a projection, a policy and a process have to be.

use super::{has_no_parameters, has_plain_letters};
use crate::model::{Consumer, ConsumerKind, View};
use crate::support::errors::Errors;

pub(crate) fn consumer(consumer: &Consumer, errors: &mut Errors) {
    let (words, attribute, ident) = (consumer.words(), consumer.attribute(), &consumer.ident);
    has_no_parameters(words, &consumer.generics, errors);
    match &consumer.name {
        Some(name) => has_plain_letters("a name", name, errors),
        None => errors.at(
            ident,
            format!("{words} needs a name for what it has read: add `#[{attribute}(name = \"...\")]`"),
        ),
    }
    if consumer.reads.is_none() {
        errors.at(
            ident,
            format!("{words} needs the aggregates whose events it reads: add `#[{attribute}(reads(...))]`"),
        );
    }
    says_where_it_starts(consumer, errors);
    has_an_id(consumer, errors);
    is_whole_when_saved(consumer, errors);
}

/// Where a policy begins decides what is sent, so it is never a default.
fn says_where_it_starts(consumer: &Consumer, errors: &mut Errors) {
    if let Some(None) = consumer.start() {
        let (words, attribute) = (consumer.words(), consumer.attribute());
        let message = format!(
            "{words} says where it starts: add `#[{attribute}(start = now)]`, or `start = beginning` to react to all that has happened"
        );
        errors.at(&consumer.ident, message);
    }
}

/// An event finds its instance by its id.
fn has_an_id(consumer: &Consumer, errors: &mut Errors) {
    if let ConsumerKind::Process { id: None, .. } = &consumer.is {
        errors.at(
            &consumer.ident,
            "a process needs the type of the ids of its instances: add `#[process(id = String)]`",
        );
    }
}

/// What is not saved with the checkpoint is missing after the next start.
fn is_whole_when_saved(consumer: &Consumer, errors: &mut Errors) {
    let ConsumerKind::Projection(projection) = &consumer.is else {
        return;
    };
    if let View::InMemory { skipped, .. } = &projection.view {
        for skip in skipped {
            errors.at(
                skip,
                "a view in memory has no skipped fields: it is saved with what it has read, and would come back without them",
            );
        }
    }
}
