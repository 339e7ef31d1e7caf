//! One function per macro: read, check, expand; after a mistake the errors and a stub.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, ItemEnum, ItemImpl};

use crate::model::Consumer;
use crate::support::errors::Errors;
use crate::support::shown::shown;
use crate::{check, expand, read};

pub(crate) fn event(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let tokens = match &input.data {
        Data::Struct(data) => {
            let mut errors = Errors::default();
            let event = read::event(&input, &data.fields, &mut errors);
            if errors.is_empty() {
                check::event(&event, &mut errors);
            }
            // What serde refuses, serde says.
            if errors.is_empty() && event.is_refused_by_serde() {
                return expand::stub::event(&event);
            }
            or_stub(errors, || expand::event(&event), |_| expand::stub::event(&event))
        }
        Data::Enum(data) => {
            let mut errors = Errors::default();
            let set = read::event_set(&input, data, &mut errors);
            if errors.is_empty() {
                check::event_set(&set, &mut errors);
            }
            or_stub(errors, || expand::event_set(&set), |_| expand::stub::event_set(&set))
        }
        Data::Union(data) => {
            let mut errors = Errors::default();
            errors.at(data.union_token, "an event is a struct, and a set of events an enum");
            errors.into_tokens()
        }
    };
    shown(&input.ident.to_string(), tokens)
}

pub(crate) fn events(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let Ok(parsed) = syn::parse2::<ItemEnum>(item.clone()) else {
        errors.at(
            item,
            "`#[recount::events]` belongs on an enum: each variant is an event",
        );
        return with_errors(item, errors);
    };
    let name = parsed.ident.to_string();
    let events = read::events(arguments, parsed, &mut errors);
    if errors.is_empty() {
        check::events(&events, &mut errors);
    }
    shown(
        &name,
        or_stub(errors, || expand::events(&events), |_| expand::stub::events(&events)),
    )
}

pub(crate) fn aggregate(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let aggregate = read::aggregate(&input, &mut errors);
    if errors.is_empty() {
        check::aggregate(&aggregate, &mut errors);
    }
    let stub = |faulty: &TokenStream| expand::stub::aggregate(&aggregate, faulty);
    shown(
        &input.ident.to_string(),
        or_stub(errors, || expand::aggregate(&aggregate), stub),
    )
}

pub(crate) fn projection(input: TokenStream) -> TokenStream {
    consumer(input, read::projection)
}

pub(crate) fn policy(input: TokenStream) -> TokenStream {
    consumer(input, read::policy)
}

pub(crate) fn process(input: TokenStream) -> TokenStream {
    consumer(input, read::process)
}

fn consumer(input: TokenStream, read: fn(&DeriveInput, &mut Errors) -> Consumer) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let consumer = read(&input, &mut errors);
    if errors.is_empty() {
        check::consumer(&consumer, &mut errors);
    }
    let stub = |faulty: &TokenStream| expand::stub::consumer(&consumer, faulty);
    shown(
        &input.ident.to_string(),
        or_stub(errors, || expand::consumer(&consumer), stub),
    )
}

pub(crate) fn timer(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let timer = read::timer(&input, &mut errors);
    if errors.is_empty() {
        check::timer(&timer, &mut errors);
    }
    shown(
        &input.ident.to_string(),
        or_stub(errors, || expand::timer(&timer), |_| expand::stub::timer(&timer)),
    )
}

pub(crate) fn schema(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let schema = read::schema(&input, &mut errors);
    if errors.is_empty() {
        check::schema(&schema, &mut errors);
    }
    shown(
        &input.ident.to_string(),
        or_stub(errors, || expand::schema(&schema), |_| expand::stub::schema(&schema)),
    )
}

pub(crate) fn stream_key(input: TokenStream) -> TokenStream {
    let input = match syn::parse2::<DeriveInput>(input) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let key = read::stream_key(&input, &mut errors);
    if errors.is_empty() {
        check::stream_key(&key, &mut errors);
    }
    shown(
        &input.ident.to_string(),
        or_stub(errors, || expand::stream_key(&key), |_| expand::stub::stream_key(&key)),
    )
}

pub(crate) fn handlers(arguments: TokenStream, item: &TokenStream) -> TokenStream {
    let mut errors = Errors::default();
    let belongs = "`#[recount::handlers]` belongs on an `impl` block";
    let Ok(block) = syn::parse2::<ItemImpl>(item.clone()) else {
        errors.at(item, belongs);
        return with_errors(item, errors);
    };
    if let Some((path, _)) = &block.trait_ {
        errors.at(path, format!("{belongs} of the aggregate itself, not of a trait"));
        let block = read::without_ours(block);
        return with_errors(&quote!(#block), errors);
    }
    let handlers = read::handlers(arguments, &block, &mut errors);
    if errors.is_empty() {
        check::handlers(&handlers, &mut errors);
    }
    let expanded = or_stub(
        errors,
        || expand::handlers(&handlers),
        |faulty| expand::stub::handlers(&handlers, faulty),
    );
    let block = read::without_ours(block);
    shown(&handlers.name(), quote!(#block #expanded))
}

/// The expansion, or the errors after a stub, which is given a type for what cannot be one.
fn or_stub(
    errors: Errors,
    expanded: impl FnOnce() -> TokenStream,
    stub: impl FnOnce(&TokenStream) -> TokenStream,
) -> TokenStream {
    if errors.is_empty() {
        return expanded();
    }
    let (stub, errors) = (stub(&errors.as_type()), errors.into_tokens());
    quote!(#stub #errors)
}

fn with_errors(item: &TokenStream, errors: Errors) -> TokenStream {
    let errors = errors.into_tokens();
    quote!(#item #errors)
}
