//! What stands in for a projection, a policy, a process, and for their methods.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::super::on::handles;
use super::super::queries::queries_enum;
use super::super::react::reacts_to;
use super::{never, without_shape};
use crate::model::{Consumer, ConsumerKind, Handlers, Kind, On, Timer, View};
use crate::support::spans::generated;

/// It reads nothing, and its name is empty: nothing more is asked of what it handles.
pub(crate) fn consumer(consumer: &Consumer, faulty: &TokenStream) -> TokenStream {
    let Consumer {
        ident,
        generics,
        runtime,
        ..
    } = consumer;
    if !generics.params.is_empty() {
        return TokenStream::new();
    }
    let here = generated(ident.span());
    let krate = runtime.at(here);
    let start = quote_spanned!(here=> const START: #krate::Start = #krate::Start::Now;);
    let is = match &consumer.is {
        ConsumerKind::Projection(projection) => {
            let (view, shape) = match &projection.view {
                View::In(store) => (store.to_token_stream(), None),
                View::InMemory { .. } => (
                    quote_spanned!(here=> #krate::InMemory<Self>),
                    Some(without_shape(ident, generics, runtime)),
                ),
            };
            quote_spanned! {here=>
                impl #krate::Projection for #ident {
                    type View = #view;
                }
                #shape
            }
        }
        ConsumerKind::Policy { .. } => quote_spanned!(here=> impl #krate::Policy for #ident { #start }),
        ConsumerKind::Process { id, .. } => {
            let id = id.as_ref().map_or_else(|| faulty.clone(), ToTokens::to_token_stream);
            quote_spanned!(here=> impl #krate::Process for #ident { type Id = #id; #start })
        }
    };
    quote_spanned! {here=>
        impl #krate::Consumer for #ident {
            const NAME: &'static str = "";
            const READS: &'static [#krate::Source] = &[];
        }
        #is
    }
}

pub(crate) fn timer(timer: &Timer) -> TokenStream {
    let Timer {
        ident,
        generics,
        runtime,
        ..
    } = timer;
    if !generics.params.is_empty() {
        return TokenStream::new();
    }
    let here = generated(ident.span());
    let krate = runtime.at(here);
    quote_spanned! {here=>
        impl #krate::Timer for #ident {
            const NAME: &'static str = "";
        }
    }
}

/// The enum of the queries that can be one, each variant once.
pub(super) fn queries(handlers: &Handlers) -> Option<TokenStream> {
    let name = handlers.queries_enum.as_ref()?;
    let mut seen = HashSet::new();
    let known = handlers
        .queries
        .iter()
        .filter(|query| query.is_a_message() && seen.insert(query.variant()));
    let known: Vec<_> = known.collect();
    (!known.is_empty()).then(|| queries_enum(handlers, &known, name))
}

/// All `#[on]`s that could be read, with bodies that call nothing.
pub(super) fn ons(handlers: &Handlers) -> TokenStream {
    if handlers.ons.is_empty() {
        return TokenStream::new();
    }
    let mut seen = HashSet::new();
    let is_new = |on: &&On| {
        on.input
            .as_ref()
            .is_some_and(|input| seen.insert(quote!(#input).to_string()))
    };
    let known = handlers.ons.iter().filter(is_new);
    let (ty, never) = (&handlers.self_ty, never());
    let here = generated(ty.span());
    let krate = handlers.runtime.at(here);
    let needs = quote_spanned!(here=> const NEEDS: &'static [#krate::EventName] = &[];);
    // Also for what was taken for a reaction, by a mistake in it.
    let projects = quote_spanned! {here=>
        impl #krate::Projects for #ty where for<'__recount> #ty: #krate::Projection {
            #needs
            fn project(
                _: &mut #krate::Tx<'_, Self>,
                _: &dyn ::core::any::Any,
                _: &#krate::Meta,
            ) -> ::core::result::Result<bool, #krate::ViewError<Self>> {
                #never
            }
        }
    };
    match handlers.kind() {
        Kind::Aggregate => TokenStream::new(),
        Kind::Projection => {
            let handles = known.map(|on| handles(handlers, on, &never));
            quote_spanned! {here=>
                #(#handles)*
                #projects
            }
        }
        kind => {
            let reacts = known.map(|on| reacts_to(handlers, on, &quote!(()), &never));
            let instances = (kind == Kind::Process).then(|| instances(handlers));
            quote_spanned! {here=>
                #(#reacts)*
                #projects
                impl #krate::Reacts for #ty {
                    #needs
                    const SENDS: &'static [#krate::Reaction] = &[];
                    fn react_to(
                        &self,
                        _: &dyn ::core::any::Any,
                        _: &#krate::Meta,
                        _: &mut #krate::__private::Vec<#krate::Effect>,
                    ) -> bool {
                        #never
                    }
                }
                #instances
            }
        }
    }
}

fn instances(handlers: &Handlers) -> TokenStream {
    let (ty, never) = (&handlers.self_ty, never());
    let here = generated(ty.span());
    let krate = handlers.runtime.at(here);
    quote_spanned! {here=>
        impl #krate::Instances for #ty {
            fn instance(_: &dyn ::core::any::Any, _: &#krate::Meta) -> ::core::option::Option<#krate::Instance> {
                #never
            }
            fn fold(
                _: &mut ::core::option::Option<Self>,
                _: &dyn ::core::any::Any,
            ) -> ::core::result::Result<(), #krate::FoldError> {
                #never
            }
        }
    }
}
