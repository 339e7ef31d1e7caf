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
    let consumer = handlers.name();
    let names = each(ons, |_, event| {
        let (at, shown) = (event.span(), types::shown(event));
        let krate = handlers.runtime.at(at);
        quote_spanned!(at=> #krate::__private::needed::<Self, #event>(#consumer, #shown))
    });
    let here = generated(handlers.self_ty.span());
    let (krate, of) = (handlers.runtime.at(here), Ident::new(of, here));
    quote_spanned!(here=> const #of: &'static [#krate::EventName] = #names;)
}

/// A constant of a trait is looked at only where somebody asks for it.
pub(super) fn asked(handlers: &Handlers, of: &str) -> TokenStream {
    let ty = &handlers.self_ty;
    let here = generated(ty.span());
    let (krate, of) = (handlers.runtime.at(here), Ident::new(of, here));
    quote_spanned!(here=> const _: &[#krate::EventName] = <#ty as #krate::#of>::NEEDS;)
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
    let asked = asked(handlers, "Projects");
    quote_spanned! {here=>
        #(#ons)*
        #[automatically_derived]
        impl #krate::Projects for #ty {
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
    let meta = meta(on, here);
    quote_spanned! {here=>
        #(#conditions)*
        #[automatically_derived]
        impl #krate::On<#event> for #ty {
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
