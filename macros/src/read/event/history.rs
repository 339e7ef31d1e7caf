//! What is said of older versions, on the event and on its fields. What is wrong with a value, the table of keys says.

use proc_macro2::TokenStream;
use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::punctuated::Punctuated;
use syn::{Attribute, Ident, LitInt, Meta, Path, Token, Visibility, parenthesized, parse_quote};

use crate::model::{At, Example, Fill, Raw, Renamed, Retyped, Step, Track};

/// What one key of a field says.
pub(super) enum FieldKey {
    Since(At),
    Fill(Fill),
    Renamed(Renamed),
    Retyped(Box<Retyped>),
}

/// One key of a field.
pub(super) fn field_key(key: &str, input: ParseStream<'_>) -> syn::Result<FieldKey> {
    Ok(match key {
        "since" => {
            input.parse::<Token![=]>()?;
            FieldKey::Since(at(input.parse()?, 2)?)
        }
        "default" => FieldKey::Fill(default(input)?),
        "with" => {
            input.parse::<Token![=]>()?;
            FieldKey::Fill(Fill::With(Path::parse_mod_style(input)?))
        }
        "renamed" => FieldKey::Renamed(renamed(input)?),
        _ => FieldKey::Retyped(Box::new(retyped(input)?)),
    })
}

/// A version with its number.
pub(super) fn at(literal: LitInt, least: u32) -> syn::Result<At> {
    match literal.base10_parse::<u32>()? {
        number if number < least => Err(syn::Error::new_spanned(literal, "small")),
        number => Ok(At::new(number, literal)),
    }
}

/// `default`, or `default = expr`.
fn default(input: ParseStream<'_>) -> syn::Result<Fill> {
    if input.parse::<Option<Token![=]>>()?.is_some() {
        Ok(Fill::Constant(Box::new(input.parse()?)))
    } else {
        Ok(Fill::Default)
    }
}

/// `(3, from = "memo")`.
fn renamed(input: ParseStream<'_>) -> syn::Result<Renamed> {
    let entries;
    parenthesized!(entries in input);
    let at = at(entries.parse()?, 2)?;
    let from = named(&entries, "from")?;
    ended(&entries)?;
    Ok(Renamed { at, from })
}

/// `(2, from = AddressV1)` or `(2, from = AddressV1, with = path)`.
fn retyped(input: ParseStream<'_>) -> syn::Result<Retyped> {
    let entries;
    parenthesized!(entries in input);
    let at = at(entries.parse()?, 2)?;
    let from = named(&entries, "from")?;
    let with = if entries.peek(Token![,]) && entries.peek2(Ident) {
        Some(named(&entries, "with")?)
    } else {
        None
    };
    ended(&entries)?;
    Ok(Retyped { at, from, with })
}

/// `(4, memo: String, since = 2, default = expr, serde(default), schema(opaque))`; the last as the attribute that it would be on a field.
pub(super) fn removed(input: ParseStream<'_>) -> syn::Result<(Track, Vec<Attribute>)> {
    let entries;
    parenthesized!(entries in input);
    let until = at(entries.parse()?, 2)?;
    entries.parse::<Token![,]>()?;
    let ident = entries.parse()?;
    entries.parse::<Token![:]>()?;
    let mut track = Track {
        ident,
        ty: entries.parse()?,
        vis: Visibility::Inherited,
        docs: Vec::new(),
        serde: Vec::new(),
        form: None,
        since: None,
        fill: Fill::Unsaid,
        until: Some(until),
        renamed: Vec::new(),
        retyped: Vec::new(),
    };
    let mut attributes = Vec::new();
    while entries.parse::<Option<Token![,]>>()?.is_some() && !entries.is_empty() {
        let key = Ident::parse_any(&entries)?;
        if key == "since" && track.since.is_none() {
            entries.parse::<Token![=]>()?;
            track.since = Some(at(entries.parse()?, 2)?);
        } else if key == "default" && !track.fill.is_said() {
            track.fill = default(&entries)?;
        } else if key == "serde" && track.serde.is_empty() {
            let metas;
            parenthesized!(metas in entries);
            track.serde = Punctuated::<Meta, Token![,]>::parse_terminated(&metas)?
                .into_iter()
                .collect();
        } else if key == "schema" && attributes.is_empty() {
            let metas;
            parenthesized!(metas in entries);
            let metas: TokenStream = metas.parse()?;
            attributes.push(parse_quote!(#[schema(#metas)]));
        } else {
            return Err(syn::Error::new_spanned(key, "unknown"));
        }
    }
    ended(&entries)?;
    Ok((track, attributes))
}

/// `(2 = split_name)` or `(2)`.
pub(super) fn step(input: ParseStream<'_>) -> syn::Result<Step> {
    let entries;
    parenthesized!(entries in input);
    let from = at(entries.parse()?, 1)?;
    let function = match entries.parse::<Option<Token![=]>>()? {
        Some(_) => Some(Path::parse_mod_style(&entries)?),
        None => None,
    };
    ended(&entries)?;
    Ok(Step { from, function })
}

/// `(..=1 = repair)`.
pub(super) fn raw(input: ParseStream<'_>) -> syn::Result<Raw> {
    let entries;
    parenthesized!(entries in input);
    entries.parse::<Token![..=]>()?;
    let up_to = at(entries.parse()?, 1)?;
    entries.parse::<Token![=]>()?;
    let function = Path::parse_mod_style(&entries)?;
    ended(&entries)?;
    Ok(Raw { up_to, function })
}

/// `(1, "{}")`.
pub(super) fn example(input: ParseStream<'_>) -> syn::Result<Example> {
    let entries;
    parenthesized!(entries in input);
    let of = at(entries.parse()?, 1)?;
    entries.parse::<Token![,]>()?;
    let json = entries.parse()?;
    ended(&entries)?;
    Ok(Example { of, json })
}

/// `, key = value`.
fn named<T: Parse>(entries: ParseStream<'_>, key: &str) -> syn::Result<T> {
    entries.parse::<Token![,]>()?;
    let typed: Ident = entries.parse()?;
    if typed != key {
        return Err(syn::Error::new_spanned(typed, "unknown"));
    }
    entries.parse::<Token![=]>()?;
    entries.parse()
}

/// Nothing more, but for a last comma.
fn ended(entries: ParseStream<'_>) -> syn::Result<()> {
    entries.parse::<Option<Token![,]>>()?;
    if entries.is_empty() {
        Ok(())
    } else {
        Err(entries.error("more"))
    }
}
