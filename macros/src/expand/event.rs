//! The impls of one event.

mod history;
mod value;
mod write;

use proc_macro2::{Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::Fields;

use crate::model::Event;
use crate::support::spans::{generated, respanned};

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
    let (meta, old) = match history::chain(event, &itself) {
        Some(chain) => (quote_spanned!(here=> meta), chain),
        None => (
            quote_spanned!(here=> _),
            quote_spanned!(here=> ::core::result::Result::Err(#krate::__private::no_such_version::<#itself>(version))),
        ),
    };
    let then = (!matches!(event.fields, Fields::Unit)).then(|| {
        quote_spanned! {here=>
            #[inline]
            fn decode_then<R>(
                version: u32,
                payload: &[u8],
                meta: &#krate::UpcastMeta<'_>,
                then: impl ::core::ops::FnOnce(Self) -> R,
            ) -> ::core::result::Result<R, #krate::DecodeError> {
                if version == #version {
                    #krate::__private::current_then(payload, then)
                } else {
                    <Self as #krate::EventVersion>::decode_version(version, payload, meta).map(then)
                }
            }
        }
    });
    let (written, alias, history) = (writable(event), alias(event), history::history(event));
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::EventVersion for #ident {
            const NAME: &'static str = #name;
            const VERSION: u32 = #version;
            const OLDEST: u32 = 1;
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
    }
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
    Some(quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Event for #ident {
            const WRITES: u32 = #writes;
            const FLOOR: u32 = #floor;
            fn encode(&self) -> ::core::result::Result<#krate::Encoded, #krate::EncodeError> {
                #encode
            }
        }
    })
}

/// An impl that names the event by its version stays as it is when the next version comes. A kept struct is called so already.
fn alias(event: &Event) -> Option<TokenStream> {
    let (vis, version) = (&event.vis, event.version());
    let here = generated(event.ident.span());
    let (alias, ident) = (event.versioned(version, here), event.struct_of(version, here));
    let docs = format!(" Version {version} of `{}`: [`{ident}`].", event.name());
    (alias != ident).then(|| {
        quote_spanned! {here=>
            #[doc = #docs]
            #vis type #alias = #ident;
        }
    })
}

fn number(version: u32) -> Literal {
    Literal::u32_unsuffixed(version)
}

/// The struct of a version that is described here, or the kept one below them.
fn version(event: &Event, version: u32, span: Span) -> TokenStream {
    match &event.history.from {
        Some(kept) if version < event.lowest() => crate::support::spans::located(kept, span),
        _ => {
            let ident = event.struct_of(version, span);
            quote_spanned!(span=> #ident)
        }
    }
}
