//! What an aggregate has to be.

use syn::LitStr;

use super::has_no_parameters;
use crate::model::Aggregate;
use crate::support::errors::Errors;

pub(crate) fn aggregate(aggregate: &Aggregate, errors: &mut Errors) {
    let ident = &aggregate.ident;
    match &aggregate.name {
        Some(name) => is_a_category(name, errors),
        None => errors.at(ident, "an aggregate needs a name: add `#[aggregate(name = \"...\")]`"),
    }
    if aggregate.id.is_none() {
        errors.at(
            ident,
            "an aggregate needs the type of its id: add `#[aggregate(id = String)]`",
        );
    }
    if aggregate.events.is_none() {
        errors.at(
            ident,
            "an aggregate needs its events: add `#[aggregate(events = ...)]` with an event set",
        );
    }
    has_snapshots_to_revise(aggregate, errors);
    is_whole_in_a_snapshot(aggregate, errors);
    has_no_parameters("an aggregate", &aggregate.generics, errors);
}

/// A revision is compared with that of a snapshot, and with nothing else.
fn has_snapshots_to_revise(aggregate: &Aggregate, errors: &mut Errors) {
    if let (Some(rev), None) = (&aggregate.rev, &aggregate.snapshot) {
        errors.at(
            rev,
            "`rev` makes snapshots stale, and this aggregate has none: add `snapshot(every = 100)`, or leave `rev` out",
        );
    }
}

/// A field that is not in the snapshot comes back as its default, which no replay gives.
fn is_whole_in_a_snapshot(aggregate: &Aggregate, errors: &mut Errors) {
    if aggregate.snapshot.is_none() {
        return;
    }
    for skip in &aggregate.skipped {
        errors.at(
            skip,
            "a state with snapshots has no skipped fields: loaded from one, it would be another state than its events give",
        );
    }
}

/// The name is the category of the streams, and the text of a stream is `category/id`.
fn is_a_category(name: &LitStr, errors: &mut Errors) {
    let text = name.value();
    if text.is_empty() {
        errors.at(name, "a name is not empty");
    } else if text.contains('/') {
        errors.at(
            name,
            format!("a name has no `/`: in `{text}/1` the id would begin too early"),
        );
    } else if text.starts_with('$') {
        errors.at(name, "names that begin with `$` belong to recount");
    } else if text.chars().any(char::is_control) {
        errors.at(name, "a name has no control characters");
    } else if text.len() > 511 {
        errors.at(name, "a name has at most 511 bytes");
    }
}
