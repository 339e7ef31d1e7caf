//! `#[derive(Projection)]`, `#[derive(Policy)]`, `#[derive(Process)]`.

use syn::ext::IdentExt;
use syn::parse::{Parse, ParseStream};
use syn::{DeriveInput, Ident, LitInt, LitStr, Path, Token, Type};

use super::attribute::{Reader, list, path, ty, value};
use super::keys::{Keys, POLICY, PROCESS, PROJECTION, Place};
use super::{number, skipped};
use crate::model::{Consumer, ConsumerKind, Projection, Start, View};
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

/// What one key says.
enum Key {
    Name(LitStr),
    Reads(Vec<Type>),
    Rev(LitInt),
    Hops(LitInt),
    Mode(bool),
    View(Type),
    OnError(Option<LitInt>),
    Id(Type),
    Start(Start),
    MaxParked(LitInt),
    Crate(Path),
}

/// All that the keys say, whoever has them.
#[derive(Default)]
struct Said {
    name: Option<LitStr>,
    reads: Option<Vec<Type>>,
    rev: Option<LitInt>,
    hops: Option<LitInt>,
    is_inline: bool,
    view: Option<Type>,
    park: Option<LitInt>,
    id: Option<Type>,
    start: Option<Start>,
    max_parked: Option<LitInt>,
    runtime: Runtime,
}

pub(crate) fn projection(input: &DeriveInput, errors: &mut Errors) -> Consumer {
    let mut said = said(input, &PROJECTION, Place::Projection, errors);
    let view = match said.view.take() {
        Some(view) => View::In(Box::new(view)),
        None => {
            let mut shape = super::schema(input, errors);
            shape.runtime = said.runtime.clone();
            View::InMemory {
                shape: Box::new(shape),
                skipped: skipped(&input.data),
            }
        }
    };
    let (is_inline, park) = (said.is_inline, said.park.take());
    let projection = Projection { is_inline, park, view };
    said.consumer(input, ConsumerKind::Projection(projection))
}

pub(crate) fn policy(input: &DeriveInput, errors: &mut Errors) -> Consumer {
    let said = said(input, &POLICY, Place::Policy, errors);
    let start = said.start;
    said.consumer(input, ConsumerKind::Policy { start })
}

pub(crate) fn process(input: &DeriveInput, errors: &mut Errors) -> Consumer {
    let mut said = said(input, &PROCESS, Place::Process, errors);
    let (id, start) = (said.id.take().map(Box::new), said.start);
    let max_parked = said.max_parked.take();
    said.consumer(input, ConsumerKind::Process { id, start, max_parked })
}

impl Said {
    fn consumer(self, input: &DeriveInput, is: ConsumerKind) -> Consumer {
        Consumer {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            name: self.name,
            reads: self.reads,
            rev: self.rev,
            hops: self.hops,
            is,
            runtime: self.runtime,
        }
    }
}

fn said(input: &DeriveInput, keys: &'static Keys, here: Place, errors: &mut Errors) -> Said {
    let read = Reader::new(keys, here, errors).attributes(&input.attrs, &mut |key, input| {
        Ok(match key {
            "name" => Key::Name(value(input)?),
            "reads" => Key::Reads(list(input, Type::parse)?),
            "rev" => Key::Rev(number::<u32>(value(input)?)?),
            "max_parked" => Key::MaxParked(number::<u32>(value(input)?)?),
            "hops" => Key::Hops(number::<u32>(value(input)?)?),
            "mode" => Key::Mode(one_of(input, ["async", "inline"])? == "inline"),
            "view" => Key::View(ty(input)?),
            "on_error" => Key::OnError(on_error(input)?),
            "id" => Key::Id(ty(input)?),
            "start" => Key::Start(match one_of(input, ["now", "beginning"])? {
                "now" => Start::Now,
                _ => Start::Beginning,
            }),
            _ => Key::Crate(path(input)?),
        })
    });
    let mut said = Said::default();
    for key in read {
        match key {
            Key::Name(name) => said.name = Some(name),
            Key::Reads(reads) => said.reads = Some(reads),
            Key::Rev(rev) => said.rev = Some(rev),
            Key::Hops(hops) => said.hops = Some(hops),
            Key::Mode(is_inline) => said.is_inline = is_inline,
            Key::View(view) => said.view = Some(view),
            Key::OnError(park) => said.park = park,
            Key::Id(id) => said.id = Some(id),
            Key::Start(start) => said.start = Some(start),
            Key::MaxParked(most) => said.max_parked = Some(most),
            Key::Crate(path) => said.runtime = Runtime(Some(path)),
        }
    }
    said
}

/// Reads one of these words after `=`, keywords included.
fn one_of(input: ParseStream<'_>, words: [&'static str; 2]) -> syn::Result<&'static str> {
    input.parse::<Token![=]>()?;
    let typed = Ident::parse_any(input)?;
    let known = words.into_iter().find(|word| typed == word);
    known.ok_or_else(|| syn::Error::new(typed.span(), "word"))
}

/// `= stop` or `= park(max = 100)`.
fn on_error(input: ParseStream<'_>) -> syn::Result<Option<LitInt>> {
    if one_of(input, ["stop", "park"])? == "stop" {
        return Ok(None);
    }
    let max;
    syn::parenthesized!(max in input);
    let key: Ident = max.parse()?;
    if key != "max" {
        return Err(syn::Error::new(key.span(), "key"));
    }
    max.parse::<Token![=]>()?;
    number::<std::num::NonZeroU32>(max.parse()?).map(Some)
}
