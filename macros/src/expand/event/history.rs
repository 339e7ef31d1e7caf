//! The structs of old versions, the steps between them, and the chain that walks them.

use std::collections::BTreeSet;

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;
use syn::spanned::Spanned;

use super::value::{converted, filled, looks_at_all};
use super::{locked, write};
use crate::model::{Event, Track};
use crate::support::attributes::docs_or;
use crate::support::spans::{generated, located};
use crate::support::words::plain;

/// Structs and steps of all versions that are described here.
pub(super) fn history(event: &Event) -> TokenStream {
    let lowest = event.lowest();
    let inline = (lowest..event.version()).filter(|version| !event.history.is_locked(*version));
    let (structs, locked) = (inline.map(|version| old_struct(event, version)), locked::locked(event));
    let repair = event.history.raw.as_ref().map(|raw| repair(event, &raw.function));
    let steps = (lowest..event.version()).map(|from| step(event, from));
    let steps_down = write::steps(event);
    quote!(#(#structs)* #locked #repair #(#steps)* #steps_down)
}

/// A version as it lies in stores: what serde reads of it is what it reads of the current one.
fn old_struct(event: &Event, version: u32) -> TokenStream {
    let here = generated(event.version_span());
    let (krate, serde, vis) = (event.runtime.at(here), event.runtime.serde(), located(&event.vis, here));
    let ident = event.struct_of(version, here);
    let docs = format!(" Version {version} of `{}`, as it is stored.", event.name());
    // While it is written, it is `Serialize` too.
    let serialize = (event.writes() == version).then(|| quote_spanned!(here=> #krate::__private::serde::Serialize,));
    let derives = &event.history.old_derives;
    let rename_all = event.serde.iter().filter(|meta| meta.path().is_ident("rename_all"));
    let fields = event.fields_in(version).map(|track| old_field(event, track, version));
    let read = read_what_is_stored(event, version, &ident);
    quote_spanned! {here=>
        #[doc = #docs]
        #[derive(#krate::__private::serde::Deserialize, #serialize #(#derives),*)]
        #[serde(crate = #serde #(, #rename_all)*)]
        #vis struct #ident {
            #(#fields,)*
        }
        #read
    }
}

/// A field that the next version does without is stored all the same: rustc is told, or it would ask who reads it.
fn read_what_is_stored(event: &Event, version: u32, ident: &Ident) -> Option<TokenStream> {
    let next = version.saturating_add(1);
    let is_lost = |track: &&Track| !track.lives_in(next) || event.history.step_to(next).is_some();
    let fields = event
        .fields_in(version)
        .filter(is_lost)
        .map(|track| field_in(track, version));
    let fields: Vec<_> = fields.collect();
    let here = ident.span();
    (!fields.is_empty()).then(|| {
        quote_spanned! {here=>
            const _: fn(&#ident) = |old| {
                #(let _ = &old.#fields;)*
            };
        }
    })
}

/// After a mistake: the old versions whose changes could be read, without anything that asks for more.
pub(super) fn structs_without_derives(event: &Event) -> TokenStream {
    let changes = event
        .history
        .changes()
        .into_iter()
        .map(|(number, _)| number.saturating_sub(1));
    let versions: BTreeSet<u32> = changes.filter(|version| *version < event.version()).collect();
    let structs = versions.into_iter().map(|version| {
        let here = generated(event.version_span());
        let (vis, ident, mut seen) = (&event.vis, event.struct_of(version, here), BTreeSet::new());
        let fields = event
            .fields_in(version)
            .filter(|track| seen.insert(track.ident_in(version).to_string()));
        let fields = fields.map(|track| {
            let (vis, ident, ty) = (&track.vis, field_in(track, version), track.type_in(version));
            quote_spanned!(here=> #vis #ident: #ty)
        });
        quote_spanned!(here=> #vis struct #ident { #(#fields,)* })
    });
    quote!(#(#structs)*)
}

fn old_field(event: &Event, track: &Track, version: u32) -> TokenStream {
    let here = generated(track.ident.span());
    let (vis, ident, ty) = (
        located(&track.vis, here),
        field_in(track, version),
        track.type_in(version),
    );
    let docs = docs_or(
        &track.docs,
        &format!("`{}`, as version {version} has it.", plain(&ident)),
    );
    let rename = track.rename_after(version).map(|renamed| &renamed.from);
    let rename = rename.map(|key| quote_spanned!(here=> #[serde(rename = #key)]));
    let metas: Vec<_> = event.serde_in(track, version).collect();
    let serde = (!metas.is_empty()).then(|| quote_spanned!(here=> #[serde(#(#metas),*)]));
    quote_spanned!(here=> #(#docs)* #rename #serde #vis #ident: #ty)
}

/// The field's name in a version; known as generated, so that nobody asks who reads it.
pub(super) fn field_in(track: &Track, version: u32) -> Ident {
    let mut ident = track.ident_in(version);
    ident.set_span(generated(ident.span()));
    ident
}

/// `impl Upcast`, unless it is the user's.
fn step(event: &Event, from: u32) -> TokenStream {
    let to = from.saturating_add(1);
    let written = event.history.step_to(to);
    let here = generated(written.map_or_else(|| event.version_span(), |step| step.from.literal.span()));
    let (krate, old) = (event.runtime.at(here), Ident::new("__old", here));
    let (prev, next) = (event.struct_of(from, here), event.struct_of(to, here));
    let (body, is_read) = match written.map(|step| &step.function) {
        Some(None) => return TokenStream::new(),
        Some(Some(function)) => {
            let at = generated(function.span());
            (quote_spanned!(at=> #function(#old)), true)
        }
        None => stepped(event, from, &old),
    };
    let old = if is_read {
        quote!(#old)
    } else {
        quote_spanned!(here=> _)
    };
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Upcast<#prev> for #next {
            #[inline]
            fn upcast(#old: #prev) -> Self {
                #body
            }
        }
    }
}

/// The step from raw JSON, of whichever version, to the lowest one that has a struct.
fn repair(event: &Event, function: &Path) -> TokenStream {
    let here = generated(function.span());
    let (krate, lowest) = (event.runtime.at(here), event.struct_of(event.lowest(), here));
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::TryUpcast<#krate::__private::Json> for #lowest {
            fn try_upcast(
                __old: #krate::__private::Json,
                __meta: &#krate::UpcastMeta<'_>,
            ) -> ::core::result::Result<Self, #krate::UpcastError> {
                #function(__old, __meta)
            }
        }
    }
}

/// The fields of the next version, and whether any comes from the one before.
fn stepped(event: &Event, from: u32, old: &Ident) -> (TokenStream, bool) {
    let to = from.saturating_add(1);
    let here = generated(event.version_span());
    let (mut of_all, mut of_one, mut is_read) = (Vec::new(), Vec::new(), false);
    for track in event.fields_in(to) {
        let (field, ty) = (field_in(track, to), track.type_in(to));
        let fields = if track.lives_in(from) {
            is_read = true;
            let before = field_in(track, from);
            let value = quote_spanned!(here=> #old.#before);
            let value = match track.retype_at(to) {
                None => value,
                Some(retyped) => match &retyped.with {
                    None => converted(&retyped.from, ty, &value),
                    Some(function) => {
                        let at = generated(function.span());
                        quote_spanned!(at=> #function(#value))
                    }
                },
            };
            of_one.push(quote_spanned!(here=> #field: #value));
            continue;
        } else if looks_at_all(track) {
            is_read = true;
            &mut of_all
        } else {
            &mut of_one
        };
        let value = filled(track, ty, old);
        fields.push(quote_spanned!(here=> #field: #value));
    }
    // What looks at the whole old event comes before anything is moved out of it.
    (quote_spanned!(here=> Self { #(#of_all,)* #(#of_one,)* }), is_read)
}
