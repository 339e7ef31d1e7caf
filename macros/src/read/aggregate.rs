//! `#[derive(Aggregate)]`.

use syn::parse::ParseStream;
use syn::{Data, DeriveInput, Field, Ident, LitInt, LitStr, Path, Token};

use super::attribute::{Reader, list, path, ty, value};
use super::keys::{AGGREGATE, Place};
use crate::model::stored::is;
use crate::model::{Aggregate, Snapshot};
use crate::support::attributes::serde_metas;
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn aggregate(input: &DeriveInput, errors: &mut Errors) -> Aggregate {
    let (mut name, mut id, mut events, mut runtime) = (None, None, None, Runtime::default());
    let (mut snapshot, mut rev) = (None, None);
    Reader::new(&AGGREGATE, Place::Aggregate, errors).attributes(&input.attrs, &mut |key, input| {
        match key {
            "name" => name = Some(value::<LitStr>(input)?),
            "id" => id = Some(ty(input)?),
            "events" => events = Some(ty(input)?),
            "snapshot" => snapshot = Some(taken(input)?),
            "rev" => rev = Some(number::<u32>(value(input)?)?),
            _ => runtime = Runtime(Some(path(input)?)),
        }
        Ok(())
    });
    Aggregate {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        name,
        id,
        events,
        snapshot,
        rev,
        skipped: skipped(&input.data),
        runtime,
    }
}

/// `#[serde(skip)]` and its relatives on the fields of the state.
pub(super) fn skipped(data: &Data) -> Vec<Path> {
    let fields: Vec<&Field> = match data {
        Data::Struct(data) => data.fields.iter().collect(),
        Data::Enum(data) => data.variants.iter().flat_map(|variant| &variant.fields).collect(),
        Data::Union(_) => Vec::new(),
    };
    let metas = fields.into_iter().flat_map(|field| serde_metas(&field.attrs));
    let skips = metas.filter(|meta| is(meta, &["skip", "skip_serializing", "skip_deserializing"]));
    skips.map(|meta| meta.path().clone()).collect()
}

/// When a snapshot is taken: each of the three once at most, and none after nothing.
fn taken(input: ParseStream<'_>) -> syn::Result<Snapshot> {
    let (mut every, mut bytes, mut micros, mut key) = (None, None, None, None);
    for (name, count) in list(input, count)? {
        key.get_or_insert(name.span());
        let before = match name.to_string().as_str() {
            "every" => every.replace(count),
            "bytes" => bytes.replace(count),
            "micros" => micros.replace(count),
            _ => return Err(syn::Error::new(name.span(), "key")),
        };
        if before.is_some() {
            return Err(syn::Error::new(name.span(), "twice"));
        }
    }
    let key = key.unwrap_or_else(|| input.span());
    Ok(Snapshot {
        key,
        every,
        bytes,
        micros,
    })
}

fn count(input: ParseStream<'_>) -> syn::Result<(Ident, LitInt)> {
    let name = input.parse()?;
    input.parse::<Token![=]>()?;
    let count = number::<std::num::NonZeroU64>(input.parse()?)?;
    Ok((name, count))
}

/// A number of this type, as it is typed.
pub(super) fn number<T: std::str::FromStr<Err: std::fmt::Display>>(number: LitInt) -> syn::Result<LitInt> {
    number.base10_parse::<T>()?;
    Ok(number)
}
