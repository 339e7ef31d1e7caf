//! `#[recount::events(..)]` on an enum.

use proc_macro2::TokenStream;
use syn::{Attribute, ItemEnum, LitStr};

use super::attribute::{Reader, path, skip_value, value};
use super::keys::{EVENTS, Place};
use crate::model::{Events, EventsVariant};
use crate::support::attributes;
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn events(arguments: TokenStream, item: ItemEnum, errors: &mut Errors) -> Events {
    let (mut prefix, mut context, mut runtime) = (None, None, Runtime::default());
    Reader::new(&EVENTS, Place::Events, errors).arguments(arguments, &mut |key, input| {
        match key {
            "prefix" => prefix = Some(value::<LitStr>(input)?),
            "context" => context = Some(value::<LitStr>(input)?),
            _ => runtime = Runtime(Some(path(input)?)),
        }
        Ok(())
    });
    let variant = |original: &syn::Variant| EventsVariant {
        original: original.clone(),
        is_named: original.attrs.iter().any(|attribute| has_key(attribute, "name")),
        has_context: original.attrs.iter().any(|attribute| has_key(attribute, "context")),
        is_frozen: original.attrs.iter().any(|attribute| has_key(attribute, "frozen")),
    };
    let (derives, variants) = (
        attributes::derives(&item.attrs),
        item.variants.iter().map(variant).collect(),
    );
    Events {
        item,
        prefix,
        context,
        derives,
        variants,
        runtime,
    }
}

/// Whether the attribute is `#[event(..)]` with this key; its mistakes are for the event to report.
fn has_key(attribute: &Attribute, key: &str) -> bool {
    let mut found = false;
    if attribute.path().is_ident("event") {
        let _ = attribute.parse_nested_meta(|meta| {
            found |= meta.path.is_ident(key);
            skip_value(meta.input);
            Ok(())
        });
    }
    found
}
