//! The impls of what reads: a projection, a policy, a process.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::schema;
use crate::model::{Consumer, ConsumerKind, Projection, Start, View};
use crate::support::spans::{generated, respanned};

pub(crate) fn consumer(consumer: &Consumer) -> TokenStream {
    let Consumer {
        ident,
        name,
        rev,
        hops,
        runtime,
        ..
    } = consumer;
    let here = generated(ident.span());
    let krate = runtime.at(here);
    let reads = consumer.reads.iter().flatten().map(|aggregate| {
        let at = generated(aggregate.span());
        let (krate, aggregate) = (runtime.at(at), respanned(aggregate));
        quote_spanned!(at=> #krate::Source::of::<#aggregate>())
    });
    let rev = rev.iter().map(|rev| quote_spanned!(here=> const REV: u32 = #rev;));
    let hops = hops.iter().map(
        |hops| quote_spanned!(here=> const HOPS: ::core::option::Option<u32> = ::core::option::Option::Some(#hops);),
    );
    let is = match &consumer.is {
        ConsumerKind::Projection(projection) => self::projection(consumer, projection, here),
        ConsumerKind::Policy { start } => {
            let start = started(consumer, *start, here);
            quote_spanned! {here=>
                #[automatically_derived]
                impl #krate::Policy for #ident {
                    #start
                }
            }
        }
        ConsumerKind::Process { id, start, max_parked } => {
            let start = started(consumer, *start, here);
            let max_parked = max_parked
                .iter()
                .map(|most| quote_spanned!(here=> const MAX_PARKED: u32 = #most;));
            quote_spanned! {here=>
                #[automatically_derived]
                impl #krate::Process for #ident {
                    type Id = #id;
                    #start
                    #(#max_parked)*
                }
            }
        }
    };
    let kind = match &consumer.is {
        ConsumerKind::Projection(Projection {
            view: View::InMemory { .. },
            ..
        }) => "InMemory",
        ConsumerKind::Projection(_) => "InDatabase",
        ConsumerKind::Policy { .. } => "Policy",
        ConsumerKind::Process { .. } => "Process",
    };
    let kind = Ident::new(kind, here);
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Consumer for #ident {
            const IS: #krate::__private::Is = #krate::__private::Is::#kind;
            const NAME: &'static str = #name;
            const READS: &'static [#krate::Source] = &[#(#reads),*];
            #(#rev)*
            #(#hops)*
        }
        #is
    }
}

fn started(consumer: &Consumer, start: Option<Start>, here: Span) -> Option<TokenStream> {
    let krate = consumer.runtime.at(here);
    let start = match start? {
        Start::Now => quote_spanned!(here=> Now),
        Start::Beginning => quote_spanned!(here=> Beginning),
    };
    Some(quote_spanned!(here=> const START: #krate::Start = #krate::Start::#start;))
}

fn projection(consumer: &Consumer, projection: &Projection, here: Span) -> TokenStream {
    let (ident, krate) = (&consumer.ident, consumer.runtime.at(here));
    let mode = projection
        .is_inline
        .then(|| quote_spanned!(here=> const MODE: #krate::Mode = #krate::Mode::Inline;));
    let on_error = projection.park.iter().map(|max| {
        quote_spanned! {here=>
            const ON_ERROR: #krate::OnError = #krate::OnError::Park { max: #max };
        }
    });
    let (view, copied, kept) = match &projection.view {
        View::In(store) => (quote!(#store), None, None),
        View::InMemory { shape, .. } => {
            let copied = quote_spanned! {here=>
                const COPY: ::core::option::Option<fn(&Self) -> Self> = {
                    use #krate::__private::NotCopied as _;
                    #krate::__private::Copied::<Self>::COPY
                };
                const SHAPE: ::core::option::Option<&'static #krate::schema::Shape> =
                    ::core::option::Option::Some(<Self as #krate::Schema>::SHAPE);
            };
            let shape = schema(shape);
            let kept = quote_spanned! {here=>
                const _: () = <#ident as #krate::__private::IsKeptInMemory>::OK;
                #shape
            };
            (quote_spanned!(here=> #krate::InMemory<Self>), Some(copied), Some(kept))
        }
    };
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Projection for #ident {
            type View = #view;
            #mode
            #(#on_error)*
            #copied
        }
        #kept
    }
}
