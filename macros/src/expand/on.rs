//! `#[on]` of projections: one impl for each event, and the list of them.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::model::{Does, Handlers, On};
use crate::support::attributes::cfgs;
use crate::support::spans::generated;
use crate::support::types;

/// What stands in the list of a block for each of its methods, with the conditions under which it does.
pub(super) fn each<'a>(
    ons: impl IntoIterator<Item = &'a On>,
    entry: impl Fn(&On, &Type) -> TokenStream,
) -> TokenStream {
    let entries = ons.into_iter().filter_map(|on| {
        let (conditions, entry) = (cfgs(&on.attributes), entry(on, on.input.as_ref()?));
        Some(quote!(#(#conditions)* #entry))
    });
    quote!(&[#(#entries),*])
}

/// The events that are handled, each with the question whether it is read.
pub(super) fn needs(handlers: &Handlers) -> TokenStream {
    names(handlers, "NEEDS", handlers.ons.iter().filter(|on| on.event().is_some()))
}

/// The names of the events, as the constant `of`.
fn names<'a>(handlers: &Handlers, of: &str, ons: impl IntoIterator<Item = &'a On>) -> TokenStream {
    let here = generated(handlers.self_ty.span());
    let (krate, of) = (handlers.runtime.at(here), Ident::new(of, here));
    // Whether they are read is asked once, by `asked`: among no aggregates everything is.
    let names = each_read(handlers, ons, |at| quote_spanned!(at=> &[]));
    quote_spanned!(here=> const #of: &'static [#krate::EventName] = #names;)
}

/// The names of events, each with the question whether it is read.
fn each_read<'a>(
    handlers: &Handlers,
    ons: impl IntoIterator<Item = &'a On>,
    reads: impl Fn(Span) -> TokenStream,
) -> TokenStream {
    let consumer = handlers.name();
    each(ons, |_, event| {
        let (at, shown) = (event.span(), types::shown(event));
        let (krate, reads) = (handlers.runtime.at(at), reads(at));
        quote_spanned!(at=> #krate::__private::needed::<#event>(#reads, #consumer, #shown))
    })
}

/// Asks whether the type is what its handlers say, and then whether it reads their events:
///
/// ```text
/// const _: &[EventName] = {
///     const READS: &[Source] = __private::changes::<Balances>("Balances");
///     &[__private::needed::<Deposited>(READS, "Balances", "Deposited")]
/// };
/// ```
///
/// A constant of a trait would be looked at only where somebody asks for it, and a trait that is not there would be missed at every handler.
pub(super) fn asked(handlers: &Handlers) -> TokenStream {
    let (ty, consumer) = (&handlers.self_ty, handlers.name());
    let does = |does| handlers.ons.iter().find(move |on| on.does == does);
    let (asks, on) = match (does(Does::Changes), does(Does::Reacts)) {
        (Some(changes), _) => ("changes", Some(changes)),
        (None, Some(reacts)) => ("reacts", Some(reacts)),
        (None, None) => ("reads", None),
    };
    let receiver = on
        .and_then(|on| on.signature.receiver())
        .map(|receiver| &receiver.self_token);
    let (here, at) = (generated(ty.span()), receiver.map_or_else(|| ty.span(), Spanned::span));
    let (krate, krate_at, asks) = (handlers.runtime.at(here), handlers.runtime.at(at), Ident::new(asks, at));
    let reads = quote_spanned!(at=> #krate_at::__private::#asks::<#ty>(#consumer));
    let events = handlers.ons.iter().filter(|on| on.event().is_some());
    let events = each_read(handlers, events, |at| {
        Ident::new("READS", here.located_at(at)).into_token_stream()
    });
    quote_spanned! {here=>
        const _: &[#krate::EventName] = {
            const READS: &[#krate::Source] = #reads;
            #events
        };
    }
}

/// What an impl of a projection stands on: a view in memory, where a handler changes one. With a lifetime in it rustc does not ask for it before
/// somebody uses the impl, so a type of another kind is one mistake, which [`asked`] tells.
fn if_changed(handlers: &Handlers, does: Does, here: Span) -> Option<TokenStream> {
    let (ty, krate) = (&handlers.self_ty, handlers.runtime.at(here));
    let changes = does == Does::Changes;
    changes.then(|| quote_spanned!(here=> where for<'__recount> #ty: #krate::__private::ChangedInMemory))
}

pub(super) fn projects(handlers: &Handlers) -> TokenStream {
    let ons = handlers.ons.iter().map(|on| handles(handlers, on, &call(handlers, on)));
    let ty = &handlers.self_ty;
    let here = generated(ty.span());
    let krate = handlers.runtime.at(here);
    let needs = needs(handlers);
    let key = key(handlers, here);
    let list = each(&handlers.ons, |_, event| {
        let at = generated(event.span());
        let krate = handlers.runtime.at(at);
        quote_spanned!(at=> #krate::__private::on::<Self, #event>)
    });
    let asked = asked(handlers);
    let changes = handlers.ons.iter().find(|on| on.does == Does::Changes);
    let if_changed = changes.and_then(|on| if_changed(handlers, on.does, here));
    quote_spanned! {here=>
        #(#ons)*
        #[automatically_derived]
        impl #krate::Projects for #ty #if_changed {
            #needs
            #key
            fn project(
                view: &mut #krate::Tx<'_, Self>,
                event: &dyn ::core::any::Any,
                meta: &#krate::Meta,
            ) -> ::core::result::Result<bool, #krate::ViewError<Self>> {
                #krate::__private::project::<Self>(#list, view, event, meta)
            }
        }
        #asked
    }
}

/// `On`, with the body given.
pub(super) fn handles(handlers: &Handlers, on: &On, body: &TokenStream) -> TokenStream {
    let (Some(event), ty) = (&on.input, &handlers.self_ty) else {
        return TokenStream::new();
    };
    let here = generated(on.signature.ident.span());
    let krate = handlers.runtime.at(here);
    let conditions = cfgs(&on.attributes);
    let (meta, if_changed) = (meta(on, here), if_changed(handlers, on.does, here));
    quote_spanned! {here=>
        #(#conditions)*
        #[automatically_derived]
        impl #krate::On<#event> for #ty #if_changed {
            fn on(
                view: &mut #krate::Tx<'_, Self>,
                event: &#event,
                #meta: &#krate::Meta,
            ) -> ::core::result::Result<(), #krate::ViewError<Self>> {
                #body
            }
        }
    }
}

/// The name of the metadata, or `_` where the method does without.
pub(super) fn meta(on: &On, here: Span) -> TokenStream {
    let name = if on.takes_meta { "meta" } else { "_" };
    if on.takes_meta {
        Ident::new(name, here).into_token_stream()
    } else {
        quote_spanned!(here=> _)
    }
}

fn call(handlers: &Handlers, on: &On) -> TokenStream {
    let method = &on.signature.ident;
    let here = generated(method.span());
    let krate = handlers.runtime.at(here);
    let meta = on.takes_meta.then(|| quote_spanned!(here=> , meta));
    match on.does {
        Does::Writes => {
            quote_spanned!(here=> Self::#method(&#krate::__private::in_database::<Self>(), view, event #meta))
        }
        _ => quote_spanned! {here=>
            Self::#method(#krate::__private::in_memory::<Self>(view), event #meta);
            ::core::result::Result::Ok(())
        },
    }
}

/// `Projects::KEYED` and `Projects::key`, where an `#[on]` declares one.
fn key(handlers: &Handlers, here: Span) -> Option<TokenStream> {
    let krate = handlers.runtime.at(here);
    let list = keys(handlers, |on| {
        let key = on.key.as_ref()?;
        let at = generated(key.span());
        let krate = handlers.runtime.at(at);
        Some(quote_spanned!(at=> #krate::__private::KeyText::key_text(&(#key))))
    })?;
    let keyed = handlers
        .ons
        .iter()
        .filter(|on| on.key.is_some() && on.event().is_some());
    let keyed = names(handlers, "KEYED", keyed);
    Some(quote_spanned! {here=>
        #keyed
        fn key(event: &dyn ::core::any::Any, meta: &#krate::Meta) -> ::core::option::Option<#krate::__private::String> {
            #krate::__private::find(#list, event, meta)
        }
    })
}

/// The list of what is found by a declared key; `event` and `meta` are what the user's expression speaks of.
pub(super) fn keys(handlers: &Handlers, found: impl Fn(&On) -> Option<TokenStream>) -> Option<TokenStream> {
    let mut entries = Vec::new();
    for on in &handlers.ons {
        let (Some(found), Some(event)) = (found(on), on.event()) else {
            continue;
        };
        let here = generated(on.signature.ident.span());
        let conditions = cfgs(&on.attributes);
        entries.push(quote_spanned! {here=>
            #(#conditions)*
            |event, meta| {
                let (event, _) = (event.downcast_ref::<#event>()?, meta);
                ::core::option::Option::Some(#found)
            }
        });
    }
    (!entries.is_empty()).then(|| quote!(&[#(#entries),*]))
}
