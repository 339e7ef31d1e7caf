//! The impls of one event.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;
use syn::Fields;

use crate::model::Event;
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
