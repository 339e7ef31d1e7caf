//! What serde may be told of a field, of an event or of a type inside one: what is written has to be read, in a form that is known.

use syn::{LitStr, Meta, Type};

use crate::model::Form;
use crate::model::stored::{has, is, option};
use crate::support::errors::Errors;
use crate::support::{json, types};

/// What breaks every node of the last release as soon as a field is added.
pub(super) const STRICT: &str =
    "with `deny_unknown_fields` every added field breaks the nodes of the last release: remove it";

const NOT_READ_BACK: &str = "this build could not read back what it writes: add `#[serde(default)]`";

/// The rules of one field; `absent` is whether its key may be absent.
pub(super) fn field(ty: &Type, serde: &[Meta], form: Option<&Form>, absent: bool, errors: &mut Errors) {
    for meta in serde {
        has_one_key(meta, errors);
        is_read_as_it_is_written(meta, errors);
        is_owned(ty, meta, errors);
        is_omitted_only_where_it_may_be(meta, absent, errors);
    }
    if let Some(form) = form {
        has_a_form_that_can_be_compared(form, errors);
        stands_under_a_key(serde, form, errors);
    } else {
        has_a_known_format(
            "this field",
            serde,
            &["with", "serialize_with", "deserialize_with"],
            errors,
        );
        has_no_flattened_option(ty, serde, errors);
    }
}

/// Which keys of a flattened `Option` are there says nothing: one that cannot be read takes the others with it.
fn has_no_flattened_option(ty: &Type, serde: &[Meta], errors: &mut Errors) {
    if let Some(option) = option(ty).filter(|_| has(serde, &["flatten"])) {
        errors.at(
            option,
            "serde reads a flattened `Option` as `None` where one of its keys cannot be read: flatten the struct itself, and make its fields `Option`",
        );
    }
}

/// What is written under one key and read under another is lost.
pub(super) fn has_one_key(meta: &Meta, errors: &mut Errors) {
    let Meta::List(list) = meta else { return };
    for key in ["rename", "rename_all", "rename_all_fields"] {
        if list.path.is_ident(key) {
            errors.at(
                list,
                format!("what is written has to be read: write one key for both, `{key} = \"...\"`"),
            );
        }
    }
}

/// A format that serde does not know is not known to anyone, unless it has a name.
pub(super) fn has_a_known_format(what: &str, serde: &[Meta], keys: &[&str], errors: &mut Errors) {
    // One message for `into` and `from` together.
    if let Some(meta) = serde.iter().find(|meta| is(meta, keys)) {
        let key = types::shown(meta.path());
        let message = format!(
            "`{key}` gives {what} a format of its own: name it with `#[schema(scalar = \"...\")]`, so that a change of it can be seen"
        );
        errors.at(meta.path(), message);
    }
}

/// The name is a line in the lock, and the example stands in generated payloads.
pub(super) fn has_a_form_that_can_be_compared(form: &Form, errors: &mut Errors) {
    match form {
        Form::Opaque => {}
        Form::ByName(name) => has_a_word(name, errors),
        Form::Scalar { name, example } => {
            has_a_word(name, errors);
            if !json::is_value(&example.value()) {
                errors.at(
                    example,
                    "an example is one value as JSON; a text has its quotes, as in `example = \"\\\"1.50\\\"\"`",
                );
            }
        }
    }
}

/// A name must not look like a kind of value, or like two words.
fn has_a_word(name: &LitStr, errors: &mut Errors) {
    const KINDS: &[&str] = &[
        "bool", "string", "null", "any", "list", "map", "tuple", "object", "enum", "u8", "u16", "u32", "u64", "u128",
        "i8", "i16", "i32", "i64", "i128", "f32", "f64",
    ];
    let text = name.value();
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '_' | '-' | '/');
    if text.is_empty() || !text.chars().all(is_letter) || KINDS.contains(&text.as_str()) {
        errors.at(
            name,
            "the name of a format has ASCII letters, digits, `.`, `_`, `-` and `/`, and is none of JSON's own kinds, such as `decimal/1`",
        );
    }
}

/// One value lies under one key.
fn stands_under_a_key(serde: &[Meta], form: &Form, errors: &mut Errors) {
    if let Some(meta) = serde
        .iter()
        .find(|meta| is(meta, &["flatten"]))
        .filter(|_| !matches!(form, Form::Opaque))
    {
        errors.at(
            meta.path(),
            "a named format is one value under one key: remove `flatten`",
        );
    }
}

/// A field is stored in both directions, or it is no part of what is stored.
fn is_read_as_it_is_written(meta: &Meta, errors: &mut Errors) {
    if is(meta, &["skip_serializing", "skip_deserializing"]) {
        errors.at(
            meta.path(),
            "what is written has to be read: write `skip`, if the field is no part of what is stored",
        );
    }
}

/// What is borrowed cannot outlive the payload.
fn is_owned(ty: &Type, meta: &Meta, errors: &mut Errors) {
    if is(meta, &["borrow"]) && types::has_lifetime(ty) {
        errors.at(meta.path(), "an event owns its fields: remove `borrow`");
    }
}

/// What the writer leaves out, the reader has to fill in.
fn is_omitted_only_where_it_may_be(meta: &Meta, absent: bool, errors: &mut Errors) {
    if is(meta, &["skip_serializing_if"]) && !absent {
        errors.at(meta.path(), NOT_READ_BACK);
    }
}
