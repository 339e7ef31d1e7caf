//! What a type inside an event has to be.

use syn::Meta;

use super::stored;
use crate::model::stored::{has, is, may_be_absent};
use crate::model::{Body, Parts, Schema, Variant};
use crate::support::errors::Errors;

pub(crate) fn schema(schema: &Schema, errors: &mut Errors) {
    for meta in &schema.serde {
        takes_what_it_does_not_know(meta, errors);
        is_its_own_type(meta, errors);
        // Its own name is stored nowhere.
        if !is(meta, &["rename"]) {
            stored::has_one_key(meta, errors);
        }
    }
    if let Some(form) = &schema.form {
        return stored::has_a_form_that_can_be_compared(form, errors);
    }
    stored::has_a_known_format("this type", &schema.serde, &["from", "try_from", "into"], errors);
    match &schema.body {
        Body::Struct(parts) => has_fields_that_are_known(parts, has(&schema.serde, &["default"]), errors),
        Body::Enum(variants) => {
            for variant in variants {
                is_told_like_the_others(variant, errors);
                if variant.is_stored() {
                    has_fields_that_are_known(&variant.parts, false, errors);
                }
            }
        }
    }
}

/// A reader takes what a newer writer added.
fn takes_what_it_does_not_know(meta: &Meta, errors: &mut Errors) {
    if is(meta, &["deny_unknown_fields"]) {
        errors.at(meta.path(), stored::STRICT);
    }
}

/// What stands for a type of another crate is never part of an event itself.
fn is_its_own_type(meta: &Meta, errors: &mut Errors) {
    if is(meta, &["remote"]) {
        errors.at(
            meta.path(),
            "a `remote` type is read through `with`: remove `Schema`, and name the format on the field, `#[schema(scalar = \"...\")]`",
        );
    }
}

fn has_fields_that_are_known(parts: &Parts, has_defaults: bool, errors: &mut Errors) {
    let is_tuple = matches!(parts, Parts::Tuple(parts) if parts.len() > 1);
    for part in parts.fields().iter().filter(|part| part.is_stored()) {
        let omitted = part.serde.iter().find(|meta| is(meta, &["skip_serializing_if"]));
        if let Some(meta) = omitted.filter(|_| is_tuple) {
            errors.at(
                meta.path(),
                "the values of a tuple are told by their places: remove `skip_serializing_if`, or give the fields names",
            );
            continue;
        }
        let absent = has_defaults || may_be_absent(&part.ty, &part.serde);
        stored::field(&part.ty, &part.serde, part.form.as_ref(), absent, errors);
    }
}

/// All variants have the form that the enum says. One that is read and never written is no mistake: values of it are stored.
fn is_told_like_the_others(variant: &Variant, errors: &mut Errors) {
    for meta in &variant.serde {
        stored::has_one_key(meta, errors);
        if is(meta, &["untagged"]) {
            errors.at(
                meta.path(),
                "one variant cannot have another form than the enum: write `untagged` on the enum, or give the other variants one of their own",
            );
        } else if is(meta, &["skip_deserializing"]) {
            errors.at(
                meta.path(),
                "what is written has to be read: write `skip`, if a value is never of this variant",
            );
        } else if is(meta, &["with", "serialize_with", "deserialize_with"]) {
            errors.at(
                meta.path(),
                "a variant has the format of what it holds: write `with` on its field",
            );
        }
    }
}
