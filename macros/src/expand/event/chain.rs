//! The chain that reads an old version: from the lowest version that is described here, or what lies below it, up to the current one.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;

use super::{number, version};
use crate::model::Event;
use crate::support::spans::generated;
use crate::support::types;

/// Reads every version below the current one; `None` if there is none.
pub(super) fn chain(event: &Event, itself: &Ident) -> Option<TokenStream> {
    let (lowest, newest) = (event.lowest(), event.version());
    if lowest == newest && !event.stands_on_older() {
        return None;
    }
    let here = generated(event.ident.span());
    let krate = event.runtime.at(here);
    let (bottom, kept) = bottom(event);
    let steps = (lowest..newest).map(|version| {
        let at = number(version);
        let ident = event.struct_of(version, here);
        if version > lowest || event.stands_on_older() {
            let (up, asked) = up(event, version);
            quote_spanned!(asked=> let __event = __old.step(#at, __event, #up)?;)
        } else {
            quote_spanned!(here=> let __event = __old.oldest::<#ident>(#at)?;)
        }
    });
    // One span for the whole line: rustc asks it twice, and says it once.
    let (up, asked) = up(event, newest);
    let last = quote_spanned!(asked=> __old.newest(__event, #up));
    Some(quote_spanned! {here=>
        #kept
        #krate::__private::decode_old::<#itself>(version, payload, meta, |__old| {
            #bottom
            #(#steps)*
            #last
        })
    })
}

/// What lies below the lowest version: a kept struct, which has to be the version just before, or raw JSON.
fn bottom(event: &Event) -> (Option<TokenStream>, Option<TokenStream>) {
    if let Some(raw) = &event.history.raw {
        let (here, up_to) = (generated(raw.up_to.literal.span()), number(raw.up_to.number));
        return (Some(quote_spanned!(here=> let __event = __old.raw(#up_to)?;)), None);
    }
    let Some(path) = &event.history.from else {
        return (None, None);
    };
    let here = generated(path.span());
    let krate = event.runtime.at(here);
    let (name, next) = (event.name(), number(event.lowest()));
    let shown = Literal::string(&types::shown(path));
    let of = |item: &str| {
        let item = Ident::new(item, here);
        quote_spanned!(here=> <#path as #krate::EventVersion>::#item)
    };
    let (its_name, its_version, decode) = (of("NAME"), of("VERSION"), of("decode_version"));
    let kept = quote_spanned! {path.span()=>
        const __KEPT: #krate::__private::Kept<#path> =
            #krate::__private::Kept::new(#its_name, #its_version, #decode).before(#shown, #name, #next);
    };
    (
        Some(quote_spanned!(here=> let __event = __old.kept(&__KEPT)?;)),
        Some(kept),
    )
}

/// The step to a version, as a function. It is asked of the twin, whose words say what to write where the user has not.
fn up(event: &Event, to: u32) -> (TokenStream, Span) {
    let from = to.saturating_sub(1);
    let at = if to > event.lowest() {
        event.history.step_to(to).map(|step| step.from.literal.span())
    } else if let Some(raw) = &event.history.raw {
        Some(raw.function.span())
    } else {
        event.history.from.as_ref().map(Spanned::span)
    };
    let here = generated(at.unwrap_or_else(|| event.ident.span()));
    let krate = event.runtime.at(here);
    let (prev, next) = (version(event, from, here), version(event, to, here));
    let is_written = event.history.write.is_some() && event.writes() < to;
    let twin = Ident::new(if is_written { "UpcastsSurely" } else { "UpcastsFrom" }, here);
    (
        quote_spanned!(here=> <#next as #krate::__private::#twin<#prev>>::up),
        here,
    )
}
