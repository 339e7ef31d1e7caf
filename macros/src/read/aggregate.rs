//! `#[derive(Aggregate)]`.

use syn::{DeriveInput, LitStr};

use super::attribute::{Reader, path, ty, value};
use super::keys::{AGGREGATE, Place};
use crate::model::Aggregate;
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn aggregate(input: &DeriveInput, errors: &mut Errors) -> Aggregate {
    let (mut name, mut id, mut events, mut runtime) = (None, None, None, Runtime::default());
    Reader::new(&AGGREGATE, Place::Aggregate, errors).attributes(&input.attrs, &mut |key, input| {
        match key {
            "name" => name = Some(value::<LitStr>(input)?),
            "id" => id = Some(ty(input)?),
            "events" => events = Some(ty(input)?),
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
        runtime,
    }
}
