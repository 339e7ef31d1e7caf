//! The impls of a set of events.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use super::event::facts::context;
use super::stored_names::{name, name_patterns, names_are_unique, stored_names};
use crate::model::{EventSet, Mark, SetVariant};
use crate::support::spans::{generated, respanned};
use crate::support::words::plain;

pub(crate) fn event_set(set: &EventSet) -> TokenStream {
    let ident = &set.ident;
    let here = generated(ident.span());
    let krate = set.runtime.at(here);
    let (names, decode, encode, exact) = (stored_names(set), decode(set), encode(set), exact(set));
    let emitted = set
        .known()
        .filter(|(variant, _)| matches!(variant.mark, Mark::None))
        .map(|(_, event)| respanned(event));
    let variants = set.variants.iter().map(|variant| &variant.ident);
    let facts = facts(set);
    let (fold, conversions, unique) = (fold(set), conversions(set), names_are_unique(set));
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::EventSet for #ident {
            const NAMES: &'static [#krate::StoredName] = &[#(#names),*];
            #facts
            fn decode_into(
                raw: &#krate::RawEvent<'_>,
                out: &mut dyn ::core::ops::FnMut(Self),
            ) -> ::core::result::Result<#krate::Outcome, #krate::DecodeError> {
                #decode
            }
            fn encode(&self) -> ::core::result::Result<#krate::Encoded, #krate::EncodeError> {
                match self {
                    #(#encode,)*
                }
            }
            fn is_exact(&self) -> bool {
                match self {
                    #(#exact,)*
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
                &#krate::model::Tree::All(&[#(<#emitted as #krate::IntoEvents<Self>>::EVENTS),*]);
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

/// `EventSet::FACTS`.
fn facts(set: &EventSet) -> TokenStream {
    let here = generated(set.ident.span());
    let (krate, rust) = (set.runtime.at(here), plain(&set.ident));
    let context = context(set.context.as_ref(), &set.runtime, here);
    let member = |role: &str, event: &Type| {
        let (role, here) = (Ident::new(role, here), generated(event.span()));
        let (krate, event) = (set.runtime.at(here), respanned(event));
        quote_spanned!(here=> #krate::schema::Member {
            event: <#event as #krate::EventVersion>::FACTS,
            role: #krate::schema::Role::#role,
        })
    };
    let known = set.known().map(|(variant, event)| {
        let is_frozen = matches!(variant.mark, Mark::Frozen);
        member(if is_frozen { "Frozen" } else { "Current" }, event)
    });
    let members = known.chain(set.splits.iter().map(|event| member("Split", event)));
    let aliases = set.read().flat_map(|(_, event)| {
        let of = name(set, event);
        set.aliases_of(event).map(move |alias| quote!((#alias, #of)))
    });
    let dropped = &set.dropped;
    quote_spanned! {here=>
        const FACTS: &'static #krate::schema::SetFacts = &#krate::schema::SetFacts {
            rust: #rust,
            context: #context,
            members: &[#(#members),*],
            aliases: &[#(#aliases),*],
            dropped: &[#(#dropped),*],
        };
    }
}

/// From a stored name to the event: one arm for each event, with all the names that it was ever stored under.
fn decode(set: &EventSet) -> TokenStream {
    let here = generated(set.ident.span());
    let krate = set.runtime.at(here);
    let read = set.known().map(|(variant, event)| {
        let (patterns, variant, here) = (name_patterns(set, event), &variant.ident, generated(event.span()));
        let (krate, event) = (set.runtime.at(here), respanned(event));
        let read = quote_spanned!(here=> #krate::__private::read_then::<#event, _>);
        quote!(#(#patterns)|* => #read(raw, |event| out(Self::#variant(event)))?)
    });
    let split = set.splits.iter().map(|event| {
        let (patterns, here) = (name_patterns(set, event), generated(event.span()));
        let (krate, event) = (set.runtime.at(here), respanned(event));
        let split = quote_spanned!(here=> #krate::__private::split::<#event, Self>(raw, out));
        quote!(#(#patterns)|* => return #split)
    });
    let dropped: Vec<_> = set.dropped.iter().map(respanned).collect();
    let dropped = (!dropped.is_empty())
        .then(|| quote_spanned!(here=> #(#dropped)|* => return ::core::result::Result::Ok(#krate::Outcome::Dropped),));
    let arms = quote_spanned! {here=>
        match raw.name {
            #(#read,)*
            #(#split,)*
            #dropped
            _ => return ::core::result::Result::Err(#krate::__private::unknown_name(raw)),
        }
        ::core::result::Result::Ok(#krate::Outcome::Emitted(1))
    };
    let Some(unknown) = set.unknown() else {
        return arms;
    };
    let (variant, event) = (&unknown.ident, unknown.event.as_ref());
    // On the user's type, so that a field of another type is underlined there.
    let here_too = generated(event.map_or(here, Spanned::span));
    let variant = quote_spanned!(here_too=> Self::#variant);
    quote_spanned! {here=>
        let known = |out: &mut dyn ::core::ops::FnMut(Self)| -> ::core::result::Result<#krate::Outcome, #krate::DecodeError> {
            #arms
        };
        #krate::__private::or_unknown(known(out), raw, out, #variant)
    }
}

/// From a variant to its stored form; what is only read has none.
fn encode(set: &EventSet) -> Vec<TokenStream> {
    let arm = |variant: &SetVariant| {
        let (ident, event) = (&variant.ident, respanned(variant.event.as_ref()?));
        let here = generated(event.span());
        let krate = set.runtime.at(here);
        Some(match variant.mark {
            Mark::None => quote_spanned!(here=> Self::#ident(event) => <#event as #krate::Event>::encode(event)),
            Mark::Frozen => quote_spanned!(here=> Self::#ident(_) => #krate::__private::frozen::<#event>()),
            Mark::Unknown => quote_spanned!(here=> Self::#ident(event) => #krate::__private::unknown(event)),
        })
    };
    set.variants.iter().filter_map(arm).collect()
}

/// Whether what is written in a variant is known to be read as it is.
fn exact(set: &EventSet) -> Vec<TokenStream> {
    let arm = |variant: &SetVariant| {
        let (ident, event) = (&variant.ident, respanned(variant.event.as_ref()?));
        let here = generated(event.span());
        let krate = set.runtime.at(here);
        Some(match variant.mark {
            Mark::None => quote_spanned!(here=> Self::#ident(_) => <#event as #krate::Event>::IS_EXACT),
            Mark::Frozen | Mark::Unknown => quote_spanned!(here=> Self::#ident(_) => false),
        })
    };
    set.variants.iter().filter_map(arm).collect()
}

/// The set folds into every aggregate that applies all of its events; a missing one is noted on its variant.
///
/// This impl takes the bare span: under a derive's span rustc adds the advice to write `Fold` by hand.
fn fold(set: &EventSet) -> TokenStream {
    let (ident, variants) = (&set.ident, set.variants.iter().map(|variant| &variant.ident));
    let types = || set.variants.iter().filter_map(|variant| variant.event.as_ref());
    let events: Vec<_> = types().map(respanned).collect();
    let bounds = types().zip(&events).map(|(ty, event)| {
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
            #[inline]
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

/// Each event becomes its variant, and is alone what a command may return, if it may be written.
fn conversions(set: &EventSet) -> TokenStream {
    let ident = &set.ident;
    let each = set.variants.iter().filter_map(|variant| {
        let event = variant.event.as_ref()?;
        let emitted = emitted(set, variant, event);
        let (event, variant) = (respanned(event), &variant.ident);
        let here = generated(event.span());
        Some(quote_spanned! {here=>
            #[automatically_derived]
            impl ::core::convert::From<#event> for #ident {
                fn from(event: #event) -> Self {
                    Self::#variant(event)
                }
            }
            #emitted
        })
    });
    quote!(#(#each)*)
}

/// What is only read has the impl under a condition that never holds, so that rustc says why a command cannot return it. The condition
/// speaks of every `'a`, because one that speaks of nothing is an error where it is false.
fn emitted(set: &EventSet, variant: &SetVariant, event: &Type) -> TokenStream {
    let (ident, here) = (&set.ident, generated(event.span()));
    let krate = set.runtime.at(here);
    let name = name(set, event);
    let event = respanned(event);
    let (condition, events) = match variant.mark {
        Mark::None => (
            TokenStream::new(),
            quote_spanned!(here=> #krate::model::Tree::One(#name)),
        ),
        _ => (
            quote_spanned!(here=> where for<'a> #event: #krate::__private::Emitted<'a>),
            quote_spanned!(here=> #krate::model::Tree::Nothing),
        ),
    };
    let variant = &variant.ident;
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::IntoEvents<#ident> for #event #condition {
            const EVENTS: &'static #krate::model::Tree<&'static str> = &#events;
            type Rejection = ::core::convert::Infallible;
            fn into_events(
                self,
                out: &mut #krate::__private::Vec<#ident>,
            ) -> ::core::result::Result<(), Self::Rejection> {
                out.push(#ident::#variant(self));
                ::core::result::Result::Ok(())
            }
        }
    }
}
