//! `#[derive(Event)]` on an enum.

use syn::{DataEnum, DeriveInput, Fields};

use super::attribute::{Reader, path};
use super::keys::{EVENT, Place};
use crate::model::{EventSet, SetVariant};
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn event_set(input: &DeriveInput, data: &DataEnum, errors: &mut Errors) -> EventSet {
    let mut runtime = Runtime::default();
    Reader::new(&EVENT, Place::Set, errors).attributes(&input.attrs, &mut |_, meta| {
        runtime = Runtime(Some(path(meta)?));
        Ok(())
    });
    let variants = data.variants.iter().map(|variant| {
        Reader::new(&EVENT, Place::Variant, errors).attributes(&variant.attrs, &mut |_, _| Ok(()));
        set_variant(variant)
    });
    let variants = variants.collect();
    EventSet {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        variants,
        runtime,
    }
}

fn set_variant(variant: &syn::Variant) -> SetVariant {
    let event = match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first().map(|field| field.ty.clone()),
        _ => None,
    };
    SetVariant {
        ident: variant.ident.clone(),
        event,
        original: variant.clone(),
    }
}
