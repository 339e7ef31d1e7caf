//! `#[on]` of policies and processes: one impl for each input, the list of them, and the instances of a process.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;

use super::on::{asked, each, keys, meta, needs};
use crate::model::{Apply, Handlers, Input, Kind, On};
use crate::support::attributes::cfgs;
use crate::support::spans::generated;

pub(super) fn reacts(handlers: &Handlers) -> TokenStream {
    let reactions = handlers.ons.iter().map(|on| {
        let effects = on.output.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
        reacts_to(handlers, on, &effects, &call(on))
    });
    let all = all(handlers);
    let asked = asked(handlers);
    let instances = (handlers.kind() == Kind::Process).then(|| instances(handlers));
    quote!(#(#reactions)* #all #asked #instances)
}

/// `Reacts`: the list of the reactions.
fn all(handlers: &Handlers) -> TokenStream {
    let ty = &handlers.self_ty;
    let here = generated(ty.span());
    let krate = handlers.runtime.at(here);
    let needs = needs(handlers);
    let sends = each(&handlers.ons, |on, input| {
        let at = generated(input.span());
        let krate = handlers.runtime.at(at);
        match on.is() {
            Input::Event => quote_spanned!(at=> #krate::__private::sends::<Self, #input>()),
            _ => quote_spanned!(at=> #krate::__private::sends_after::<Self, #input>()),
        }
    });
    let list = each(&handlers.ons, |_, input| {
        let at = generated(input.span());
        let krate = handlers.runtime.at(at);
        quote_spanned!(at=> #krate::__private::react::<Self, #input>)
    });
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Reacts for #ty
        where
            for<'__recount> #ty: #krate::Consumer,
        {
            #needs
            const SENDS: &'static [#krate::Reaction] = #sends;
            fn react_to(
                &self,
                input: &dyn ::core::any::Any,
                meta: &#krate::Meta,
                out: &mut #krate::__private::Vec<#krate::Effect>,
            ) -> bool {
                #krate::__private::react_to(#list, self, input, meta, out)
            }
        }
    }
}

/// `React`, with the effects and the body given: after a mistake they are not the method's.
pub(super) fn reacts_to(handlers: &Handlers, on: &On, effects: &TokenStream, body: &TokenStream) -> TokenStream {
    let (Some(input), ty) = (&on.input, &handlers.self_ty) else {
        return TokenStream::new();
    };
    let here = generated(on.signature.ident.span());
    let krate = handlers.runtime.at(here);
    let conditions = cfgs(&on.attributes);
    let meta = meta(on, here);
    quote_spanned! {here=>
        #(#conditions)*
        #[automatically_derived]
        impl #krate::React<#input> for #ty {
            type Effects = #effects;
            fn react(&self, input: &#input, #meta: &#krate::Meta) -> Self::Effects {
                #body
            }
        }
    }
}

fn call(on: &On) -> TokenStream {
    let method = &on.signature.ident;
    let here = generated(method.span());
    let meta = on.takes_meta.then(|| quote_spanned!(here=> , meta));
    quote_spanned!(here=> Self::#method(self, input #meta))
}

/// `Instances`: which one an event belongs to, and what it does to its state.
fn instances(handlers: &Handlers) -> TokenStream {
    let ty = &handlers.self_ty;
    let here = generated(ty.span());
    let krate = handlers.runtime.at(here);
    let found = keys(handlers, |on| {
        let key = on.key.as_ref()?;
        let (at, starts) = (generated(key.span()), on.start.is_some());
        let krate = handlers.runtime.at(at);
        Some(quote_spanned!(at=> #krate::__private::instance::<Self, _>(&(#key), #starts)))
    });
    let found = found.unwrap_or_else(|| quote!(&[]));
    let applies = handlers.applies.iter().filter_map(|Apply { event, attributes, .. }| {
        let event = event.as_ref()?;
        let (at, conditions) = (generated(event.span()), cfgs(attributes));
        let krate = handlers.runtime.at(at);
        Some(quote_spanned!(at=> #(#conditions)* #krate::__private::apply::<Self, #event>))
    });
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Instances for #ty {
            fn instance(
                event: &dyn ::core::any::Any,
                meta: &#krate::Meta,
            ) -> ::core::option::Option<#krate::Instance> {
                #krate::__private::find(#found, event, meta)
            }
            fn fold(
                state: &mut ::core::option::Option<Self>,
                event: &dyn ::core::any::Any,
            ) -> ::core::result::Result<(), #krate::FoldError> {
                #krate::__private::fold(&[#(#applies),*], state, event)
            }
        }
    }
}
