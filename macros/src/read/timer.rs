//! `#[derive(Timer)]`.

use syn::{DeriveInput, LitStr};

use super::attribute::{Reader, path, value};
use super::keys::{Place, TIMER};
use crate::model::Timer;
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn timer(input: &DeriveInput, errors: &mut Errors) -> Timer {
    let (mut name, mut runtime) = (None, Runtime::default());
    Reader::new(&TIMER, Place::Timer, errors).attributes(&input.attrs, &mut |key, input| {
        match key {
            "name" => name = Some(value::<LitStr>(input)?),
            _ => runtime = Runtime(Some(path(input)?)),
        }
        Ok(())
    });
    Timer {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        name,
        runtime,
    }
}
