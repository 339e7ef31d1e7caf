//! `#[derive(Event)]` on a struct.

use syn::{DeriveInput, Fields, LitInt, LitStr};

use super::attribute::{Reader, path, skip_value, value};
use super::keys::{EVENT, Place};
use crate::model::{Event, SerdeKey};
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn event(input: &DeriveInput, fields: &Fields, errors: &mut Errors) -> Event {
    let (mut name, mut version, mut runtime) = (None, None, Runtime::default());
    Reader::new(&EVENT, Place::Event, errors).attributes(&input.attrs, &mut |key, input| {
        match key {
            "name" => name = Some(value::<LitStr>(input)?),
            "version" => version = Some(number(value(input)?)?),
            _ => runtime = Runtime(Some(path(input)?)),
        }
        Ok(())
    });
    for field in fields {
        Reader::new(&EVENT, Place::Field, errors).attributes(&field.attrs, &mut |_, _| Ok(()));
    }
    let (ident, generics, fields) = (input.ident.clone(), input.generics.clone(), fields.clone());
    Event {
        ident,
        generics,
        fields,
        name,
        version,
        serde: serde_keys(input),
        runtime,
    }
}

/// A version with its number; the error is said by the table of keys.
fn number(literal: LitInt) -> syn::Result<(u32, LitInt)> {
    match literal.base10_parse::<u32>()? {
        0 => Err(syn::Error::new_spanned(literal, "0")),
        number => Ok((number, literal)),
    }
}

/// The keys of `#[serde(..)]`; what is wrong with them, serde says.
fn serde_keys(input: &DeriveInput) -> Vec<SerdeKey> {
    let mut keys = Vec::new();
    for attribute in input
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
    {
        let _ = attribute.parse_nested_meta(|meta| {
            keys.push(SerdeKey(meta.path.clone()));
            skip_value(meta.input);
            Ok(())
        });
    }
    keys
}
