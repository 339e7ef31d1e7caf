//! `#[derive(StreamKey)]`.

use syn::{Data, DeriveInput};

use super::attribute::{Reader, path};
use super::keys::{Place, STREAM_KEY};
use crate::model::StreamKey;
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

pub(crate) fn stream_key(input: &DeriveInput, errors: &mut Errors) -> StreamKey {
    let mut runtime = Runtime::default();
    Reader::new(&STREAM_KEY, Place::StreamKey, errors).attributes(&input.attrs, &mut |_, input| {
        runtime = Runtime(Some(path(input)?));
        Ok(())
    });
    let field = match &input.data {
        Data::Struct(data) if data.fields.len() == 1 => data.fields.iter().next().cloned(),
        _ => None,
    };
    StreamKey {
        ident: input.ident.clone(),
        generics: input.generics.clone(),
        field,
        runtime,
    }
}
