//! The impl of an aggregate.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::model::Aggregate;
use crate::support::spans::generated;

pub(crate) fn aggregate(aggregate: &Aggregate) -> TokenStream {
    let Aggregate {
        ident,
        name,
        id,
        events,
        runtime,
        ..
    } = aggregate;
    let here = generated(ident.span());
    let krate = runtime.at(here);
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Aggregate for #ident {
            type Id = #id;
            type Events = #events;
            const NAME: &'static str = #name;
            const COPY: ::core::option::Option<fn(&Self) -> Self> = {
                use #krate::__private::NotCopied as _;
                #krate::__private::Copied::<Self>::COPY
            };
        }
    }
}
