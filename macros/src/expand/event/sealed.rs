//! The check in the compiler: each version of an event against what `events.lock` has sealed.

use proc_macro2::{Literal, TokenStream};
use quote::{quote, quote_spanned};

use super::number;
use crate::lock::{Entry, Status};
use crate::model::Event;
use crate::support::spans::generated;

/// One assertion for all versions, since one for each would say one mistake several times; nothing where the lock does not know the
/// event's context.
pub(super) fn sealed(event: &Event) -> TokenStream {
    let Some(lock) = &event.lock else {
        return TokenStream::new();
    };
    let (here, path) = (generated(event.ident.span()), &lock.path);
    let krate = event.runtime.at(here);
    // Cargo looks at the file again only if it is told that the program is made of it.
    let watched = quote_spanned! {here=>
        const _: &[u8] = ::core::include_bytes!(::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), #path));
    };
    let mode = quote_spanned!(here=> #krate::__private::lock_mode(::core::option_env!("RECOUNT_LOCK"), ::core::cfg!(debug_assertions)));
    let at = event.ident.span();
    if let Err(problem) = &lock.entries {
        let krate = event.runtime.at(at);
        let asserted = quote_spanned!(at=> const _: () = #krate::__private::assert_lock_is_readable(#mode, #problem););
        return quote!(#watched #asserted);
    }
    if !lock.knows_context {
        return watched;
    }
    let versions = (event.lowest()..=event.version()).map(|version| {
        let (of, at) = (event.struct_of(version, here), number(version));
        let locked = locked(lock.entry(version), &krate);
        quote_spanned!(here=> (#at, <#of as #krate::schema::Schema>::SHAPE, #locked))
    });
    let (name, krate) = (event.name(), event.runtime.at(at));
    let asserted =
        quote_spanned!(at=> const _: () = #krate::__private::assert_locked(#mode, #name, &[#(#versions),*]););
    quote!(#watched #asserted)
}

/// What the lock has of a version.
fn locked(entry: Option<&Entry>, krate: &TokenStream) -> TokenStream {
    let Some(entry) = entry else {
        return quote!(#krate::__private::Locked::Missing);
    };
    match (entry.status, entry.hash()) {
        (Status::Sealed, Some(hash)) => {
            let hash = Literal::u128_unsuffixed(hash.0);
            quote!(#krate::__private::Locked::Sealed(#hash))
        }
        (Status::Draft, _) => quote!(#krate::__private::Locked::Draft),
        // Without a shape there is nothing to compare.
        (Status::Sealed, None) => quote!(#krate::__private::Locked::Free),
    }
}
