//! The names that a set reads: as a list, as patterns, and as the check that no two are one.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Type;
use syn::spanned::Spanned;

use crate::model::EventSet;
use crate::support::spans::{generated, respanned};

/// The stored name of an event.
pub(super) fn name(set: &EventSet, event: &Type) -> TokenStream {
    let here = generated(event.span());
    let (krate, event) = (set.runtime.at(here), respanned(event));
    quote_spanned!(here=> <#event as #krate::EventVersion>::NAME)
}

/// Every name that an event is stored under.
pub(super) fn name_patterns(set: &EventSet, event: &Type) -> Vec<TokenStream> {
    // Not as the user's token, or rustc warns of a pattern where the constant says what is wrong.
    let aliases = set.aliases_of(event).map(respanned);
    [name(set, event)].into_iter().chain(aliases).collect()
}

/// `EventSet::NAMES`: current names, aliases, split, dropped.
pub(super) fn stored_names(set: &EventSet) -> Vec<TokenStream> {
    let here = generated(set.ident.span());
    let krate = set.runtime.at(here);
    let current = set.known().map(|(_, event)| {
        let name = name(set, event);
        quote_spanned!(here=> #krate::__private::stored(#name))
    });
    let aliases = set.known().flat_map(|(_, event)| {
        let (krate, name) = (&krate, name(set, event));
        let alias = move |alias| quote_spanned!(here=> #krate::__private::stored_as(#alias, #name));
        set.aliases_of(event).map(alias)
    });
    let splits = set.splits.iter().flat_map(|event| name_patterns(set, event));
    let dropped = set.dropped.iter().map(|name| quote!(#name));
    let ended = splits
        .chain(dropped)
        .map(|name| quote_spanned!(here=> #krate::__private::ended(#name)));
    current.chain(aliases).chain(ended).collect()
}

/// One line for each name, and one for each after the first, on its own token.
pub(super) fn names_are_unique(set: &EventSet) -> TokenStream {
    let here = generated(set.ident.span());
    let krate = set.runtime.at(here);
    let (spans, names): (Vec<_>, Vec<_>) = checked(set).into_iter().unzip();
    if names.len() < 2 {
        return TokenStream::new();
    }
    let (ident, count) = (set.ident.to_string(), Literal::usize_unsuffixed(names.len()));
    let each = spans.into_iter().enumerate().skip(1).map(|(position, at)| {
        let position = Literal::usize_unsuffixed(position);
        quote_spanned!(at=> const _: () = NAMES.assert_unique(#position);)
    });
    quote_spanned! {here=>
        const _: () = {
            const NAMES: #krate::__private::Names<#count> = #krate::__private::Names::new(
                #ident,
                [#(#krate::__private::Name::#names),*],
            );
            #(#each)*
        };
    }
}

/// Each name, with the token that is wrong where a name before it is the same: an alias and not the event that has the name today.
fn checked(set: &EventSet) -> Vec<(Span, TokenStream)> {
    let here = generated(set.ident.span());
    let read = |kind: &str, label: &str, name: &TokenStream| {
        let kind = Ident::new(kind, here);
        quote_spanned!(here=> #kind(#label, #name))
    };
    let current = set.read().map(|(reader, event)| {
        let (kind, label) = reader.words();
        (event.span(), read(kind, &label, &name(set, event)))
    });
    let aliases = set.aliases.iter().filter_map(|alias| {
        let ((kind, label), name) = (set.target(alias)?.0.words(), &alias.name);
        Some((name.span(), read(kind, &label, &quote!(#name))))
    });
    let dropped = set.dropped.iter();
    let dropped = dropped.map(|name| (name.span(), quote_spanned!(here=> dropped(#name))));
    current.chain(aliases).chain(dropped).collect()
}
