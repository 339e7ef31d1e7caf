//! `#[derive(Event)]` on an enum.

use syn::parse::{Parse, ParseStream};
use syn::{DataEnum, DeriveInput, Fields, LitStr, Token, Type};

use super::attribute::{Reader, flag, list, path, value};
use super::keys::{EVENT, Place};
use super::schema;
use crate::model::{Alias, EventSet, Mark, SetVariant};
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

/// The value of one key on a set.
enum Key {
    Aliases(Vec<Alias>),
    Dropped(Vec<LitStr>),
    Splits(Vec<Type>),
    Context(LitStr),
    Crate(syn::Path),
}

pub(crate) fn event_set(input: &DeriveInput, data: &DataEnum, errors: &mut Errors) -> EventSet {
    let mut set = EventSet {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        variants: Vec::new(),
        aliases: Vec::new(),
        dropped: Vec::new(),
        splits: Vec::new(),
        context: None,
        runtime: Runtime::default(),
    };
    let keys = Reader::new(&EVENT, Place::Set, errors).attributes(&input.attrs, &mut |key, input| {
        Ok(match key {
            "alias" => Key::Aliases(list(input, alias)?),
            "dropped" => Key::Dropped(list(input, <LitStr as Parse>::parse)?),
            "split" => Key::Splits(list(input, Type::parse)?),
            "context" => Key::Context(value(input)?),
            _ => Key::Crate(path(input)?),
        })
    });
    schema::nothing(&input.attrs, Place::Set, errors);
    for key in keys {
        match key {
            Key::Aliases(aliases) => set.aliases.extend(aliases),
            Key::Dropped(names) => set.dropped.extend(names),
            Key::Context(context) => set.context = Some(context),
            Key::Splits(events) => set.splits.extend(events),
            Key::Crate(path) => set.runtime = Runtime(Some(path)),
        }
    }
    let variants = data.variants.iter();
    set.variants = variants.map(|variant| set_variant(variant, errors)).collect();
    set
}

/// `"account.payed_in" => Deposited`.
fn alias(input: ParseStream<'_>) -> syn::Result<Alias> {
    let name = input.parse()?;
    input.parse::<Token![=>]>()?;
    let event = input.parse()?;
    Ok(Alias { name, event })
}

fn set_variant(variant: &syn::Variant, errors: &mut Errors) -> SetVariant {
    let marks = Reader::new(&EVENT, Place::Variant, errors)
        .attributes(&variant.attrs, &mut |key, input| flag(input).map(|()| key));
    let mark = match marks.as_slice() {
        [] => Mark::None,
        ["frozen"] => Mark::Frozen,
        ["unknown"] => Mark::Unknown,
        _ => {
            errors.at(&variant.ident, "an unknown event is never emitted: remove `frozen`");
            Mark::Unknown
        }
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
