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
    let (mut prefix, mut runtime) = (None, Runtime::default());
    Reader::new(&EVENTS, Place::Events, errors).arguments(arguments, &mut |key, input| {
        match key {
            "prefix" => prefix = Some(value::<LitStr>(input)?),
            _ => runtime = Runtime(Some(path(input)?)),
        }
        Ok(())
    });
    let variant = |original: &syn::Variant| EventsVariant {
        original: original.clone(),
        is_named: original.attrs.iter().any(is_named),
    };
    let (derives, variants) = (
        attributes::derives(&item.attrs),
        item.variants.iter().map(variant).collect(),
    );
    Events {
        item,
        prefix,
        derives,
        variants,
        runtime,
    }
}

/// Whether the attribute is `#[event(name = ..)]`; its other mistakes are for the event to report.
fn is_named(attribute: &Attribute) -> bool {
    let mut named = false;
    if attribute.path().is_ident("event") {
        let _ = attribute.parse_nested_meta(|meta| {
            named |= meta.path.is_ident("name");
            skip_value(meta.input);
            Ok(())
        });
    }
    named
}
