//! `#[derive(Aggregate)]`.

use syn::{DeriveInput, LitStr, Type};

use super::attribute::{Reader, path, value};
use super::keys::{AGGREGATE, Place};
use crate::model::Aggregate;
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn aggregate(input: &DeriveInput, errors: &mut Errors) -> Aggregate {
    let (mut name, mut id, mut events, mut runtime) = (None, None, None, Runtime::default());
    Reader::new(&AGGREGATE, Place::Aggregate, errors).attributes(&input.attrs, &mut |key, meta| {
        match key {
            "name" => name = Some(value::<LitStr>(meta)?),
            "id" => id = Some(value::<Type>(meta)?),
            "events" => events = Some(value::<Type>(meta)?),
            _ => runtime = Runtime(Some(path(meta)?)),
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
