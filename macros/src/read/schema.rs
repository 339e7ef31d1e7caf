//! `#[derive(Schema)]`, and `#[schema(..)]` wherever it stands.

use syn::{Attribute, Data, DeriveInput, Fields, LitStr, Path};

use super::attribute::{Reader, flag, path, value};
use super::keys::{Place, SCHEMA};
use crate::model::{Body, Form, Part, Parts, Schema, Variant};
use crate::support::attributes::serde_metas;
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

/// What one key says.
enum Key {
    Scalar(LitStr),
    Example(LitStr),
    Opaque,
    ByName(LitStr),
    Crate(Path),
}

pub(crate) fn schema(input: &DeriveInput, errors: &mut Errors) -> Schema {
    let (form, runtime) = said(&input.attrs, Place::Schema, errors);
    let body = match &input.data {
        Data::Struct(data) => Body::Struct(parts(&data.fields, errors)),
        Data::Enum(data) => {
            let variants = data.variants.iter();
            Body::Enum(variants.map(|variant| self::variant(variant, errors)).collect())
        }
        Data::Union(data) => {
            errors.at(data.union_token, "what serde reads and writes is a struct or an enum");
            Body::Struct(Parts::Unit)
        }
    };
    Schema {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        body,
        serde: serde_metas(&input.attrs),
        form,
        runtime,
    }
}

fn variant(variant: &syn::Variant, errors: &mut Errors) -> Variant {
    Variant {
        ident: variant.ident.clone(),
        serde: serde_metas(&variant.attrs),
        parts: parts(&variant.fields, errors),
    }
}

fn parts(fields: &Fields, errors: &mut Errors) -> Parts {
    let parts = |errors: &mut Errors| fields.iter().map(|field| part(field, errors)).collect();
    match fields {
        Fields::Named(_) => Parts::Named(parts(errors)),
        Fields::Unnamed(_) => Parts::Tuple(parts(errors)),
        Fields::Unit => Parts::Unit,
    }
}

fn part(field: &syn::Field, errors: &mut Errors) -> Part {
    Part {
        ident: field.ident.clone(),
        ty: field.ty.clone(),
        serde: serde_metas(&field.attrs),
        form: form(&field.attrs, errors),
    }
}

/// What is said of a field.
pub(super) fn form(attributes: &[Attribute], errors: &mut Errors) -> Option<Form> {
    said(attributes, Place::Part, errors).0
}

/// Where nothing is to be said, each key is reported.
pub(super) fn nothing(attributes: &[Attribute], here: Place, errors: &mut Errors) {
    said(attributes, here, errors);
}

fn said(attributes: &[Attribute], here: Place, errors: &mut Errors) -> (Option<Form>, Runtime) {
    let before = errors.count();
    let keys = Reader::new(&SCHEMA, here, errors).attributes(attributes, &mut |key, input| {
        Ok(match key {
            "scalar" => Key::Scalar(value(input)?),
            "example" => Key::Example(value(input)?),
            "opaque" => flag(input).map(|()| Key::Opaque)?,
            "by_name" => Key::ByName(value(input)?),
            _ => Key::Crate(path(input)?),
        })
    });
    let (mut scalar, mut example, mut others, mut runtime) = (None, None, Vec::new(), Runtime::default());
    for key in keys {
        match key {
            Key::Scalar(name) => scalar = Some(name),
            Key::Example(json) => example = Some(json),
            Key::Opaque => others.push(Form::Opaque),
            Key::ByName(name) => others.push(Form::ByName(name)),
            Key::Crate(path) => runtime = Runtime(Some(path)),
        }
    }
    // What was misspelled is not missing.
    if errors.count() > before {
        return (None, runtime);
    }
    match (scalar, example) {
        (Some(name), Some(example)) => others.push(Form::Scalar { name, example }),
        (Some(name), None) => errors.at(
            name,
            "generated payloads need a value of this format: add `example = \"...\"`, one of them as JSON",
        ),
        (None, Some(example)) => errors.at(
            example,
            "an example belongs to a scalar: add the name of its format, such as `scalar = \"decimal/1\"`",
        ),
        (None, None) => {}
    }
    let at = attributes.iter().find(|attribute| attribute.path().is_ident("schema"));
    if let Some(attribute) = at.filter(|_| others.len() > 1) {
        errors.at(
            &attribute.meta,
            "a value has one form: keep one of `scalar`, `opaque` and `by_name`",
        );
    }
    (others.pop(), runtime)
}
