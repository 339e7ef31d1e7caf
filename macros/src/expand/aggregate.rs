//! The impl of an aggregate.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::model::{Aggregate, Snapshot};
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
    let snapshots = aggregate
        .snapshot
        .as_ref()
        .map(|snapshot| snapshots(aggregate, snapshot));
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
            #snapshots
        }
    }
}

/// Stands on `snapshot(..)`, where it is asked whether one can be written and read.
fn snapshots(aggregate: &Aggregate, snapshot: &Snapshot) -> TokenStream {
    let Aggregate {
        ident, rev, runtime, ..
    } = aggregate;
    let here = generated(snapshot.key);
    let krate = runtime.at(here);
    let mut ident = ident.clone();
    ident.set_span(here);
    let every = snapshot.every.iter().map(|every| quote_spanned!(here=> .every(#every)));
    let bytes = snapshot.bytes.iter().map(|bytes| quote_spanned!(here=> .bytes(#bytes)));
    let micros = snapshot
        .micros
        .iter()
        .map(|micros| quote_spanned!(here=> .micros(#micros)));
    let rev = rev.iter().map(|rev| quote_spanned!(here=> .rev(#rev)));
    quote_spanned! {here=>
        const SNAPSHOTS: ::core::option::Option<#krate::Snapshots<Self>> = ::core::option::Option::Some(
            <#ident as #krate::__private::Snapshotted>::SNAPSHOTS #(#every)* #(#bytes)* #(#micros)* #(#rev)*
        );
    }
}
