//! The older version that is written while a release is rolled out: the steps down to it, and the encoding.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::history::field_in;
use super::value::{converted, filled};
use super::version;
use crate::model::Event;
use crate::support::spans::generated;

/// The body of `encode`, if an older version is written.
pub(super) fn encode(event: &Event) -> Option<TokenStream> {
    event.history.write.as_ref()?;
    let here = write_span(event);
    let krate = event.runtime.at(here);
    let steps = (event.writes()..event.version()).rev().map(|to| {
        let (old, new) = (version(event, to, here), version(event, to.saturating_add(1), here));
        quote_spanned!(here=> let event = <#old as #krate::__private::DowncastsFrom<#new>>::down(event);)
    });
    Some(quote_spanned! {here=>
        let event = <Self as ::core::clone::Clone>::clone(self);
        #(#steps)*
        #krate::__private::encode_older(self, &event)
    })
}

/// `impl Downcast` of every step above the version that is written, unless it is the user's.
pub(super) fn steps(event: &Event) -> TokenStream {
    if event.history.write.is_none() {
        return TokenStream::new();
    }
    let lowest = event.lowest().max(event.writes());
    let steps = (lowest..event.version()).rev().map(|to| step(event, to));
    quote!(#(#steps)*)
}

fn step(event: &Event, to: u32) -> Option<TokenStream> {
    let from = to.saturating_add(1);
    if event.history.step_to(from).is_some() {
        return None;
    }
    let here = write_span(event);
    let (krate, name) = (event.runtime.at(here), Ident::new("__new", here));
    let (old, new) = (event.struct_of(to, here), event.struct_of(from, here));
    let mut is_read = false;
    let fields: Vec<_> = event
        .fields_in(to)
        .map(|track| {
            let (field, ty) = (field_in(track, to), track.type_in(to));
            let value = if track.lives_in(from) {
                is_read = true;
                let after = field_in(track, from);
                let value = quote_spanned!(here=> #name.#after);
                match track.retype_at(from) {
                    Some(retyped) => converted(track.type_in(from), &retyped.from, &value),
                    None => value,
                }
            } else {
                filled(track, ty, &name)
            };
            quote_spanned!(here=> #field: #value)
        })
        .collect();
    let name = if is_read {
        quote!(#name)
    } else {
        quote_spanned!(here=> _)
    };
    Some(quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Downcast<#new> for #old {
            #[inline]
            fn downcast(#name: #new) -> Self {
                Self { #(#fields,)* }
            }
        }
    })
}

/// Where a message about a step down goes.
fn write_span(event: &Event) -> Span {
    let write = event.history.write.as_ref();
    generated(write.map_or_else(|| event.ident.span(), |write| write.literal.span()))
}
