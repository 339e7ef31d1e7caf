//! What stands in for an item after a mistake in it, so that the rest of the user's crate keeps quiet.
//!
//! It fills in only what a user cannot have written, its bodies are never run, and its names are empty: constants pass over those.

mod reads;

pub(crate) use reads::{consumer, timer};

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Generics;

use super::commands::commands_enum;
use super::handlers::{applies, command_struct, decides};
use crate::model::{Aggregate, Event, EventSet, Events, Handlers, Schema, StreamKey};
use crate::support::runtime::Runtime;
use crate::support::spans::generated;

/// A body that is never run.
fn never() -> TokenStream {
    quote!(::core::panic!())
}

pub(crate) fn event(event: &Event) -> TokenStream {
    let (ident, never) = (&event.ident, never());
    let (parameters, arguments, conditions) = event.generics.split_for_impl();
    let here = generated(ident.span());
    let krate = event.runtime.at(here);
    // The bounds of `Event` would be asked of the parameters, and of what is only read.
    let is_plain = event.generics.params.is_empty();
    let versions = is_plain.then(|| super::event::versions_without_steps(event));
    let written = (is_plain && !event.frozen && !event.is_refused_by_serde()).then(|| {
        quote_spanned! {here=>
            impl #krate::Event for #ident {
                const WRITES: u32 = 1;
                const FLOOR: u32 = 1;
                fn encode(&self) -> ::core::result::Result<#krate::Encoded, #krate::EncodeError> {
                    #never
                }
            }
        }
    });
    let schema = without_shape(ident, &event.generics, &event.runtime);
    quote_spanned! {here=>
        #schema
        impl #parameters #krate::EventVersion for #ident #arguments #conditions {
            const NAME: &'static str = "";
            const VERSION: u32 = 1;
            const OLDEST: u32 = 1;
            const FACTS: &'static #krate::schema::EventFacts = &#krate::__private::STUB;
            fn decode_version(
                _: u32,
                _: &[u8],
                _: &#krate::UpcastMeta<'_>,
            ) -> ::core::result::Result<Self, #krate::DecodeError> {
                #never
            }
        }
        #written
        #versions
    }
}

pub(crate) fn schema(schema: &Schema) -> TokenStream {
    without_shape(&schema.ident, &schema.generics, &schema.runtime)
}

/// A schema that asks for none.
fn without_shape(ident: &Ident, generics: &Generics, runtime: &Runtime) -> TokenStream {
    let (parameters, arguments, conditions) = generics.split_for_impl();
    let here = generated(ident.span());
    let krate = runtime.at(here);
    quote_spanned! {here=>
        impl #parameters #krate::Schema for #ident #arguments #conditions {
            const SHAPE: &'static #krate::schema::Shape = &#krate::schema::Shape::Any;
        }
    }
}

pub(crate) fn event_set(set: &EventSet) -> TokenStream {
    let events = set
        .variants
        .iter()
        .filter_map(|variant| variant.event.as_ref().map(ToTokens::to_token_stream));
    let mut seen = std::collections::HashSet::new();
    let events: Vec<_> = events.filter(|event| seen.insert(event.to_string())).collect();
    if set.generics.params.is_empty() {
        a_set(&set.ident, &events, &set.runtime)
    } else {
        TokenStream::new()
    }
}

fn a_set(ident: &Ident, events: &[TokenStream], runtime: &Runtime) -> TokenStream {
    let here = generated(ident.span());
    let (krate, never) = (runtime.at(here), never());
    let itself = ident.to_token_stream();
    let emitted = events.iter().chain([&itself]).map(|event| {
        quote_spanned! {here=>
            impl #krate::IntoEvents<#ident> for #event {
                const EVENTS: &'static #krate::model::Tree<&'static str> = &#krate::model::Tree::Nothing;
                type Rejection = ::core::convert::Infallible;
                fn into_events(
                    self,
                    _: &mut #krate::__private::Vec<#ident>,
                ) -> ::core::result::Result<(), Self::Rejection> {
                    #never
                }
            }
        }
    });
    quote_spanned! {here=>
        impl #krate::EventSet for #ident {
            const NAMES: &'static [#krate::StoredName] = &[];
            const FACTS: &'static #krate::schema::SetFacts = &#krate::__private::STUB_SET;
            fn decode_into(
                _: &#krate::RawEvent<'_>,
                _: &mut dyn ::core::ops::FnMut(Self),
            ) -> ::core::result::Result<#krate::Outcome, #krate::DecodeError> {
                #never
            }
            fn encode(&self) -> ::core::result::Result<#krate::Encoded, #krate::EncodeError> {
                #never
            }
            fn event(&self) -> &dyn ::core::any::Any {
                #never
            }
        }
        impl<__A> #krate::Fold<__A> for #ident {
            fn fold(&self, _: &mut ::core::option::Option<__A>) -> ::core::result::Result<(), #krate::FoldError> {
                #never
            }
        }
        #(#emitted)*
        #(
            impl ::core::convert::From<#events> for #ident {
                fn from(_: #events) -> Self {
                    #never
                }
            }
        )*
    }
}

/// The structs as they would be, and the enum without a derive of ours.
pub(crate) fn events(events: &Events) -> TokenStream {
    let items = super::events::with(events, &TokenStream::new());
    if !events.item.generics.params.is_empty() {
        return items;
    }
    let known = events
        .variants
        .iter()
        .filter_map(|variant| match &variant.original.fields {
            syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1 => {
                fields.unnamed.first().map(|field| field.ty.to_token_stream())
            }
            syn::Fields::Unnamed(_) => None,
            _ => Some(variant.original.ident.to_token_stream()),
        });
    let known: Vec<_> = known.collect();
    let set = a_set(&events.item.ident, &known, &events.runtime);
    quote!(#items #set)
}

/// A type that is missing is `faulty`, of which rustc asks nothing.
pub(crate) fn aggregate(aggregate: &Aggregate, faulty: &TokenStream) -> TokenStream {
    let Aggregate {
        ident,
        generics,
        id,
        events,
        runtime,
        ..
    } = aggregate;
    if !generics.params.is_empty() {
        return TokenStream::new();
    }
    let or_faulty = |ty: &Option<syn::Type>| ty.as_ref().map_or_else(|| faulty.clone(), ToTokens::to_token_stream);
    let (id, events) = (or_faulty(id), or_faulty(events));
    let here = generated(ident.span());
    let krate = runtime.at(here);
    quote_spanned! {here=>
        impl #krate::Aggregate for #ident {
            type Id = #id;
            type Events = #events;
            const NAME: &'static str = "";
        }
    }
}

pub(crate) fn stream_key(key: &StreamKey) -> TokenStream {
    let (ident, never) = (&key.ident, never());
    let (parameters, arguments, conditions) = key.generics.split_for_impl();
    let here = generated(ident.span());
    let krate = key.runtime.at(here);
    quote_spanned! {here=>
        impl #parameters #krate::StreamKey for #ident #arguments #conditions {
            fn text(&self) -> #krate::__private::Cow<'_, str> {
                #never
            }
        }
    }
}

/// All commands and applies that could be read, with bodies that call nothing.
pub(crate) fn handlers(handlers: &Handlers, faulty: &TokenStream) -> TokenStream {
    let never = never();
    let mut seen = std::collections::HashSet::new();
    let known = handlers
        .commands
        .iter()
        .filter(|command| seen.insert(command.variant()));
    let known: Vec<_> = known.collect();
    let commands_enum = (!known.is_empty()).then(|| commands_enum(handlers, &known));
    let commands = known.iter().map(|command| {
        let item = command_struct(handlers, command, Some(faulty));
        let outcome = if command.returns_a_type() {
            command.output.to_token_stream()
        } else {
            faulty.clone()
        };
        let decides = decides(handlers, command, &outcome, &never);
        quote!(#item #decides)
    });
    let (ons, queries) = (reads::ons(handlers), reads::queries(handlers));
    let commands = quote!(#(#commands)* #commands_enum #ons #queries);
    if handlers.has_lost_apply || handlers.applies.iter().any(|apply| apply.event.is_none()) {
        let all = every_apply(handlers);
        return quote!(#commands #all);
    }
    let applies = handlers.applies.iter().map(|apply| applies(handlers, apply, &never));
    quote!(#commands #(#applies)*)
}

/// Where nobody knows the event of an apply, all events are applied, so that none is reported as forgotten.
fn every_apply(handlers: &Handlers) -> TokenStream {
    let (aggregate, never) = (&handlers.self_ty, never());
    let here = generated(proc_macro2::Span::call_site());
    let krate = handlers.runtime.at(here);
    quote_spanned! {here=>
        impl<__E> #krate::Apply<__E> for #aggregate {
            fn apply(
                _: &mut ::core::option::Option<Self>,
                _: &__E,
            ) -> ::core::result::Result<(), #krate::FoldError> {
                #never
            }
        }
    }
}
