//! The impls of one event and of a set of events.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Fields, Type};

use crate::model::{Event, EventSet};
use crate::support::spans::{generated, respanned};

pub(crate) fn event(event: &Event) -> TokenStream {
    let (ident, name, version) = (
        respanned(&event.ident),
        event.name(),
        Literal::u32_unsuffixed(event.version()),
    );
    let here = generated(event.ident.span());
    let krate = event.runtime.at(here);
    // A unit struct is `null` to serde; it is stored as `{}`, so that it can gain fields.
    let (decode, encode) = match &event.fields {
        Fields::Unit => (
            quote_spanned!(here=> #krate::__private::decode_unit(version, payload, Self)),
            quote_spanned!(here=> ::core::result::Result::Ok(#krate::__private::encode_unit::<Self>())),
        ),
        _ => (
            quote_spanned!(here=> #krate::__private::decode_only(version, payload)),
            quote_spanned!(here=> #krate::__private::encode_current(self)),
        ),
    };
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::EventVersion for #ident {
            const NAME: &'static str = #name;
            const VERSION: u32 = #version;
            const OLDEST: u32 = #version;
            fn decode_version(
                version: u32,
                payload: &[u8],
                _: &#krate::UpcastMeta<'_>,
            ) -> ::core::result::Result<Self, #krate::DecodeError> {
                #decode
            }
        }
        #[automatically_derived]
        impl #krate::Event for #ident {
            const WRITES: u32 = #version;
            const FLOOR: u32 = #version;
            fn encode(&self) -> ::core::result::Result<#krate::Encoded, #krate::EncodeError> {
                #encode
            }
        }
    }
}

pub(crate) fn event_set(set: &EventSet) -> TokenStream {
    let ident = &set.ident;
    let here = generated(ident.span());
    let krate = set.runtime.at(here);
    let known = || {
        set.variants
            .iter()
            .filter_map(|variant| Some((&variant.ident, variant.event.as_ref()?)))
    };
    let variants = known().map(|(variant, _)| variant);
    let variants: Vec<_> = variants.collect();
    let types: Vec<_> = known().map(|(_, event)| event).collect();
    let events: Vec<_> = types.iter().map(respanned).collect();
    // One form on one span: rustc says once that a type is no event.
    let names: Vec<_> = events.iter().map(|event| name(set, event)).collect();
    let read: Vec<_> = events.iter().map(|event| read(set, event)).collect();
    let (fold, conversions, unique) = (
        fold(set, &types),
        conversions(set),
        names_are_unique(set, &types, &names),
    );
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::EventSet for #ident {
            const NAMES: &'static [#krate::StoredName] = &[#(#krate::__private::stored(#names)),*];
            fn decode_into(
                raw: &#krate::RawEvent<'_>,
                out: &mut dyn ::core::ops::FnMut(Self),
            ) -> ::core::result::Result<#krate::Outcome, #krate::DecodeError> {
                match raw.name {
                    #(#names => out(Self::#variants(#read?)),)*
                    _ => return ::core::result::Result::Err(#krate::__private::unknown_name(raw)),
                }
                ::core::result::Result::Ok(#krate::Outcome::Emitted(1))
            }
            fn encode(&self) -> ::core::result::Result<#krate::Encoded, #krate::EncodeError> {
                match self {
                    #(Self::#variants(event) => <#events as #krate::Event>::encode(event),)*
                }
            }
            fn event(&self) -> &dyn ::core::any::Any {
                match self {
                    #(Self::#variants(event) => event,)*
                }
            }
        }
        #fold
        #[automatically_derived]
        impl #krate::IntoEvents<Self> for #ident {
            const EVENTS: &'static #krate::model::Tree<&'static str> =
                &#krate::model::Tree::All(&[#(<#events as #krate::IntoEvents<Self>>::EVENTS),*]);
            type Rejection = ::core::convert::Infallible;
            fn into_events(
                self,
                out: &mut #krate::__private::Vec<Self>,
            ) -> ::core::result::Result<(), Self::Rejection> {
                out.push(self);
                ::core::result::Result::Ok(())
            }
        }
        #conversions
        #unique
    }
}

/// The stored name of an event.
fn name(set: &EventSet, event: &TokenStream) -> TokenStream {
    let here = generated(event.span());
    let krate = set.runtime.at(here);
    quote_spanned!(here=> <#event as #krate::EventVersion>::NAME)
}

fn read(set: &EventSet, event: &TokenStream) -> TokenStream {
    let here = generated(event.span());
    let krate = set.runtime.at(here);
    quote_spanned!(here=> #krate::__private::read::<#event>(raw))
}

/// The set folds into every aggregate that applies all of its events; a missing one is noted on its variant.
///
/// This impl takes the bare span: under a derive's span rustc adds the advice to write `Fold` by hand.
fn fold(set: &EventSet, types: &[&Type]) -> TokenStream {
    let events: Vec<_> = types.iter().map(respanned).collect();
    let (ident, variants) = (&set.ident, set.variants.iter().map(|variant| &variant.ident));
    let bounds = types.iter().zip(&events).map(|(ty, event)| {
        let krate = set.runtime.at(ty.span());
        quote_spanned!(ty.span()=> __A: #krate::__private::Applies<#event>,)
    });
    let here = ident.span();
    let krate = set.runtime.at(here);
    quote_spanned! {here=>
        #[automatically_derived]
        impl<__A> #krate::Fold<__A> for #ident
        where
            #(#bounds)*
        {
            fn fold(
                &self,
                state: &mut ::core::option::Option<__A>,
            ) -> ::core::result::Result<(), #krate::FoldError> {
                match *self {
                    #(Self::#variants(ref event) => <__A as #krate::Apply<#events>>::apply(state, event),)*
                }
            }
        }
    }
}

/// Each event alone is what a command may return, and becomes its variant.
fn conversions(set: &EventSet) -> TokenStream {
    let ident = &set.ident;
    let each = set.variants.iter().filter_map(|variant| {
        let (event, variant) = (respanned(variant.event.as_ref()?), &variant.ident);
        let here = generated(event.span());
        let (krate, name) = (set.runtime.at(here), name(set, &event));
        Some(quote_spanned! {here=>
            #[automatically_derived]
            impl ::core::convert::From<#event> for #ident {
                fn from(event: #event) -> Self {
                    Self::#variant(event)
                }
            }
            #[automatically_derived]
            impl #krate::IntoEvents<#ident> for #event {
                const EVENTS: &'static #krate::model::Tree<&'static str> =
                    &#krate::model::Tree::One(#name);
                type Rejection = ::core::convert::Infallible;
                fn into_events(
                    self,
                    out: &mut #krate::__private::Vec<#ident>,
                ) -> ::core::result::Result<(), Self::Rejection> {
                    out.push(#ident::#variant(self));
                    ::core::result::Result::Ok(())
                }
            }
        })
    });
    quote!(#(#each)*)
}

/// One line per variant after the first, spanned on its type.
fn names_are_unique(set: &EventSet, types: &[&Type], names: &[TokenStream]) -> TokenStream {
    if types.len() < 2 {
        return TokenStream::new();
    }
    let here = generated(set.ident.span());
    let krate = set.runtime.at(here);
    let (ident, count) = (set.ident.to_string(), Literal::usize_unsuffixed(types.len()));
    let variants = set.variants.iter().map(|variant| variant.ident.to_string());
    let each = types.iter().enumerate().skip(1).map(|(position, event)| {
        let position = Literal::usize_unsuffixed(position);
        quote_spanned!(event.span()=> const _: () = NAMES.assert_unique(#position);)
    });
    quote_spanned! {here=>
        const _: () = {
            const NAMES: #krate::__private::Names<#count> = #krate::__private::Names::new(
                #ident,
                [#(#variants),*],
                [#(#names),*],
            );
            #(#each)*
        };
    }
}
