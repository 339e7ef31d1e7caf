//! What serde may be told of an event: what would change its stored form behind the back of its versions is refused.

use syn::Meta;

use crate::model::{Event, Track};
use crate::support::errors::Errors;
use crate::support::types;

/// An event is an object of its own fields, whose keys are read as they are written.
pub(super) fn attributes(event: &Event, errors: &mut Errors) {
    for meta in &event.serde {
        stores_only_its_fields(meta, errors);
        has_one_key_per_field(meta, errors);
    }
    for track in &event.history.tracks {
        for meta in &track.serde {
            has_one_key_per_field(meta, errors);
            is_read_as_it_is_written(track, meta, errors);
            is_omitted_only_where_it_may_be(track, meta, errors);
        }
    }
}

/// Name and version lie beside the payload, a reader takes what it does not know yet, and what is said of the struct as a whole is not said
/// of its older versions. What serde has for enums only, it refuses itself.
fn stores_only_its_fields(meta: &Meta, errors: &mut Errors) {
    let reasons = [
        ("tag", "name and version are stored beside the payload: remove `tag`"),
        (
            "deny_unknown_fields",
            "with `deny_unknown_fields` every added field breaks the nodes of the last release: remove it",
        ),
        (
            "default",
            "older versions have defaults field by field: put `#[serde(default)]` on the fields",
        ),
    ];
    let path = meta.path();
    if let Some((_, why)) = reasons.iter().find(|(key, _)| path.is_ident(key)) {
        errors.at(path, why);
    }
    let others = ["transparent", "into", "from", "try_from", "remote"];
    if let Some(key) = others.iter().find(|key| path.is_ident(key)) {
        let message = format!("the fields of an event are what is stored, in every version: remove `{key}`");
        errors.at(path, message);
    }
}

/// What is written under one key and read under another is lost.
fn has_one_key_per_field(meta: &Meta, errors: &mut Errors) {
    let Meta::List(list) = meta else { return };
    for key in ["rename", "rename_all"] {
        if list.path.is_ident(key) {
            errors.at(
                list,
                format!("what is written has to be read: write one key for both, `{key} = \"...\"`"),
            );
        }
    }
}

/// A field is stored in both directions, or it is no part of the event. What is borrowed cannot outlive the payload.
fn is_read_as_it_is_written(track: &Track, meta: &Meta, errors: &mut Errors) {
    let path = meta.path();
    if path.is_ident("skip_serializing") || path.is_ident("skip_deserializing") {
        errors.at(
            path,
            "what is written has to be read: write `skip`, if the field is no part of what is stored",
        );
    } else if path.is_ident("borrow") && types::has_lifetime(&track.ty) {
        errors.at(path, "an event owns its fields: remove `borrow`");
    }
}

/// What the writer leaves out, the reader has to fill in.
fn is_omitted_only_where_it_may_be(track: &Track, meta: &Meta, errors: &mut Errors) {
    if meta.path().is_ident("skip_serializing_if") && !track.may_be_absent_at_last() {
        errors.at(
            meta.path(),
            "this build could not read back what it writes: add `#[serde(default)]`",
        );
    }
}
