//! The impls of one event.

mod chain;
pub(super) mod facts;
mod history;
mod locked;
mod sealed;
mod value;
mod write;

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Fields;

use crate::model::Event;
use crate::support::spans::{generated, located, respanned};
use crate::support::words::plain;

pub(crate) fn event(event: &Event) -> TokenStream {
    let (ident, name, version) = (respanned(&event.ident), event.name(), number(event.version()));
    let here = generated(event.ident.span());
    let krate = event.runtime.at(here);
    // A unit struct is `null` to serde; it is stored as `{}`, so that it can gain fields.
    let current = match (&event.fields, event.frozen) {
        (Fields::Unit, _) => quote_spanned!(here=> #krate::__private::decode_unit(payload, Self)),
        (_, true) => quote_spanned!(here=> #krate::__private::decode_frozen(payload)),
        (_, false) => quote_spanned!(here=> #krate::__private::decode_current(payload)),
    };
    // Named by its version, so that the alias is used also where the user does not.
    let itself = event.versioned(event.version(), here);
    let (meta, old) = match chain::chain(event, &itself) {
        Some(chain) => (quote_spanned!(here=> meta), chain),
        None => (
            quote_spanned!(here=> _),
            quote_spanned!(here=> ::core::result::Result::Err(#krate::__private::no_such_version::<#itself>(version))),
        ),
    };
    let then = then(event);
    let (written, alias, history) = (writable(event), alias(event), history::history(event));
    let (facts, shapes, sealed) = (facts::facts(event), facts::shapes(event), sealed::sealed(event));
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::EventVersion for #ident {
            const NAME: &'static str = #name;
            const VERSION: u32 = #version;
            const OLDEST: u32 = 1;
            #facts
            #[inline]
            fn decode_version(
                version: u32,
                payload: &[u8],
                #meta: &#krate::UpcastMeta<'_>,
            ) -> ::core::result::Result<Self, #krate::DecodeError> {
                if version == #version {
                    #current
                } else {
                    #old
                }
            }
            #then
        }
        #written
        #alias
        #history
        #shapes
        #sealed
    }
}

/// The current version handed on where it was read, and the others after their chain. A unit struct has nothing to move.
fn then(event: &Event) -> Option<TokenStream> {
    if matches!(event.fields, Fields::Unit) {
        return None;
    }
    let (here, version) = (generated(event.ident.span()), number(event.version()));
    let krate = event.runtime.at(here);
    let read = Ident::new(if event.frozen { "frozen_then" } else { "current_then" }, here);
    Some(quote_spanned! {here=>
        #[inline]
        fn decode_then<__R>(
            version: u32,
            payload: &[u8],
            meta: &#krate::UpcastMeta<'_>,
            then: impl ::core::ops::FnOnce(Self) -> __R,
        ) -> ::core::result::Result<__R, #krate::DecodeError> {
            if version == #version {
                #krate::__private::#read(payload, then)
            } else {
                <Self as #krate::EventVersion>::decode_version(version, payload, meta).map(then)
            }
        }
    })
}

/// `impl Event`, unless the event is only read.
fn writable(event: &Event) -> Option<TokenStream> {
    if event.frozen {
        return None;
    }
    let (ident, writes, floor) = (respanned(&event.ident), number(event.writes()), number(event.floor()));
    let here = generated(event.ident.span());
    let krate = event.runtime.at(here);
    let encode = match (write::encode(event), &event.fields) {
        (Some(older), _) => older,
        (None, Fields::Unit) => {
            quote_spanned!(here=> ::core::result::Result::Ok(#krate::__private::encode_unit::<Self>()))
        }
        (None, _) => quote_spanned!(here=> #krate::__private::encode_current(self)),
    };
    let exact = event.history.write.is_none().then(|| {
        quote_spanned! {here=>
            const IS_EXACT: bool = {
                use #krate::__private::Unproven as _;
                #krate::__private::EventProof::<Self>::IS_EXACT
            };
        }
    });
    Some(quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Event for #ident {
            const WRITES: u32 = #writes;
            const FLOOR: u32 = #floor;
            #exact
            fn encode(&self) -> ::core::result::Result<#krate::Encoded, #krate::EncodeError> {
                #encode
            }
        }
    })
}

/// An impl that names the event by its version stays as it is when the next version comes. A kept struct is called so already.
fn alias(event: &Event) -> Option<TokenStream> {
    let here = generated(event.ident.span());
    let (vis, version) = (located(&event.vis, here), event.version());
    let (alias, ident) = (event.versioned(version, here), event.struct_of(version, here));
    let docs = format!(" Version {version} of `{}`: [`{}`].", event.name(), plain(&ident));
    (alias != ident).then(|| {
        quote_spanned! {here=>
            #[doc = #docs]
            #vis type #alias = #ident;
        }
    })
}

/// After a mistake: the names that the user's own impls speak of.
pub(super) fn versions_without_steps(event: &Event) -> TokenStream {
    let (alias, structs) = (alias(event), history::structs_without_derives(event));
    quote_spanned!(generated(event.ident.span())=> #alias #structs)
}

fn number(version: u32) -> Literal {
    Literal::u32_unsuffixed(version)
}

/// The struct of a version that is described here; below them the kept one, or JSON.
fn version(event: &Event, version: u32, span: Span) -> TokenStream {
    let krate = event.runtime.at(span);
    match &event.history.from {
        _ if version >= event.lowest() => event.struct_of(version, span).into_token_stream(),
        Some(kept) => located(kept, span),
        None => quote_spanned!(span=> #krate::__private::Json),
    }
}
