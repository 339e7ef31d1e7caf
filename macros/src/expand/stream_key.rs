//! The impl of a stream key.

use proc_macro2::TokenStream;
use quote::quote_spanned;
use syn::spanned::Spanned;

use crate::model::StreamKey;
use crate::support::spans::generated;

pub(crate) fn stream_key(key: &StreamKey) -> TokenStream {
    let StreamKey {
        ident, field, runtime, ..
    } = key;
    let Some(field) = field else { return TokenStream::new() };
    let here = generated(ident.span());
    let krate = runtime.at(here);
    let member = StreamKey::member(field);
    let ty = &field.ty;
    let at = ty.span();
    let krate_at = runtime.at(at);
    let text = quote_spanned!(at=> <#ty as #krate_at::StreamKey>::text(&self.#member));
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::StreamKey for #ident {
            fn text(&self) -> #krate::__private::Cow<'_, str> {
                #text
            }
        }
    }
}
