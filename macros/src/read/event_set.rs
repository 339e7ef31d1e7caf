//! `#[derive(Event)]` on an enum.

use syn::{DataEnum, DeriveInput, Fields, LitStr, Token, Type};

use super::attribute::{Reader, flag, list, path};
use super::keys::{EVENT, Place};
use crate::model::{Alias, EventSet, Mark, SetVariant};
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn event_set(input: &DeriveInput, data: &DataEnum, errors: &mut Errors) -> EventSet {
    let mut set = EventSet {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        variants: Vec::new(),
        aliases: Vec::new(),
        dropped: Vec::new(),
        splits: Vec::new(),
        runtime: Runtime::default(),
    };
    Reader::new(&EVENT, Place::Set, errors).attributes(&input.attrs, &mut |key, meta| {
        match key {
            "alias" => set.aliases.extend(list(meta, alias)?),
            "dropped" => set.dropped.extend(list(meta, |input| input.parse::<LitStr>())?),
            "split" => set.splits.extend(list(meta, |input| input.parse::<Type>())?),
            _ => set.runtime = Runtime(Some(path(meta)?)),
        }
        Ok(())
    });
    set.variants = data
        .variants
        .iter()
        .map(|variant| set_variant(variant, errors))
        .collect();
    set
}

/// `"account.payed_in" => Deposited`.
fn alias(input: syn::parse::ParseStream<'_>) -> syn::Result<Alias> {
    let name = input.parse()?;
    input.parse::<Token![=>]>()?;
    let event = input.parse()?;
    Ok(Alias { name, event })
}

fn set_variant(variant: &syn::Variant, errors: &mut Errors) -> SetVariant {
    let (mut frozen, mut unknown) = (None, None);
    Reader::new(&EVENT, Place::Variant, errors).attributes(&variant.attrs, &mut |key, meta| {
        flag(meta)?;
        match key {
            "frozen" => frozen = Some(meta.path.clone()),
            _ => unknown = Some(meta.path.clone()),
        }
        Ok(())
    });
    let mark = match (frozen, unknown) {
        (Some(frozen), Some(_)) => {
            errors.at(&frozen, "an unknown event is never emitted: remove `frozen`");
            Mark::Frozen
        }
        (Some(_), None) => Mark::Frozen,
        (None, Some(unknown)) => Mark::Unknown(unknown),
        (None, None) => Mark::None,
    };
    let event = match &variant.fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => fields.unnamed.first().map(|field| field.ty.clone()),
        _ => None,
    };
    SetVariant {
        ident: variant.ident.clone(),
        event,
        mark,
        original: variant.clone(),
    }
}
