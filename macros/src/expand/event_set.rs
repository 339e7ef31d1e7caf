//! The impls of a set of events.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::model::EventSet;
use crate::support::spans::generated;

pub(crate) fn event_set(set: &EventSet) -> TokenStream {
    let ident = &set.ident;
    let here = generated(ident.span());
    let krate = set.runtime.at(here);
    let (variants, events): (Vec<_>, Vec<_>) = set
        .variants
        .iter()
        .filter_map(|variant| Some((&variant.ident, variant.event.as_ref()?)))
        .unzip();
    // One form on one span: rustc says once that a type is no event.
    let names: Vec<_> = events.iter().map(|event| name(set, event)).collect();
    let read: Vec<_> = events.iter().map(|event| read(set, event)).collect();
    let (fold, conversions, unique) = (
        fold(set, &events),
        conversions(set),
        names_are_unique(set, &events, &names),
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
                ::core::result::Result::Ok(out.push(self))
            }
        }
        #conversions
        #unique
    }
}

/// The stored name of an event.
fn name(set: &EventSet, event: &Type) -> TokenStream {
    let here = generated(event.span());
    let krate = set.runtime.at(here);
    quote_spanned!(here=> <#event as #krate::EventVersion>::NAME)
}

fn read(set: &EventSet, event: &Type) -> TokenStream {
    let here = generated(event.span());
    let krate = set.runtime.at(here);
    quote_spanned!(here=> #krate::__private::read::<#event>(raw))
}

/// The set folds into every aggregate that applies all of its events; a missing one is noted on its variant.
///
/// This impl takes the bare span: under a derive's span rustc adds the advice to write `Fold` by hand.
fn fold(set: &EventSet, events: &[&Type]) -> TokenStream {
    let (ident, variants) = (&set.ident, set.variants.iter().map(|variant| &variant.ident));
    let bounds = events.iter().map(|event| {
        let krate = set.runtime.at(event.span());
        quote_spanned!(event.span()=> __A: #krate::__private::Applies<#event>,)
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
                match self {
                    #(Self::#variants(event) => <__A as #krate::Apply<#events>>::apply(state, event),)*
                }
            }
        }
    }
}

/// Each event alone is what a command may return, and becomes its variant.
fn conversions(set: &EventSet) -> TokenStream {
    let ident = &set.ident;
    let each = set.variants.iter().filter_map(|variant| {
        let (event, variant) = (variant.event.as_ref()?, &variant.ident);
        let here = generated(event.span());
        let (krate, name) = (set.runtime.at(here), name(set, event));
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
                    ::core::result::Result::Ok(out.push(#ident::#variant(self)))
                }
            }
        })
    });
    quote!(#(#each)*)
}

/// One line per variant after the first, spanned on its type.
fn names_are_unique(set: &EventSet, events: &[&Type], names: &[TokenStream]) -> TokenStream {
    if events.len() < 2 {
        return TokenStream::new();
    }
    let here = generated(set.ident.span());
    let krate = set.runtime.at(here);
    let (ident, count) = (set.ident.to_string(), Literal::usize_unsuffixed(events.len()));
    let variants = set.variants.iter().map(|variant| variant.ident.to_string());
    let each = events.iter().enumerate().skip(1).map(|(position, event)| {
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
