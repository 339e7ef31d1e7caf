//! What the compiler and the lock know of an event: the shape of each version, and how one became the next.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::Fields;
use syn::spanned::Spanned;

use super::number;
use crate::expand::shape::Shapes;
use crate::model::{Event, Track};
use crate::support::runtime::Runtime;
use crate::support::spans::{generated, located, respanned};
use crate::support::words::plain;

/// `impl Schema` of every version that has a struct here; the structs from the lock come with theirs.
pub(super) fn shapes(event: &Event) -> TokenStream {
    let mut shapes = Shapes::new(&event.ident, &event.runtime);
    let impls: Vec<_> = (event.lowest()..=event.version())
        .filter(|version| !event.history.is_locked(*version))
        .map(|version| shape(event, version, &mut shapes))
        .collect();
    shapes.beside(quote!(#(#impls)*))
}

fn shape(event: &Event, version: u32, shapes: &mut Shapes<'_>) -> TokenStream {
    let here = generated(event.ident.span());
    let krate = event.runtime.at(here);
    let ident = event.struct_of(version, here);
    let rust = plain(&ident);
    let fields = event
        .fields_in(version)
        .filter_map(|track| field(event, track, version, shapes));
    let fields: Vec<_> = fields.collect();
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Schema for #ident {
            const SHAPE: &'static #krate::schema::Shape =
                &#krate::schema::Shape::Object { rust: #rust, fields: &[#(#fields),*] };
        }
    }
}

fn field(event: &Event, track: &Track, version: u32, shapes: &mut Shapes<'_>) -> Option<TokenStream> {
    if track.is_skipped() {
        return None;
    }
    // What is said of the form goes along with the type.
    let form = track.form.as_ref().filter(|_| track.retype_after(version).is_none());
    let shape = shapes.value(track.type_in(version), form, &track.serde);
    let key = track.key_in(version, event.rename_all());
    let serde: Vec<_> = event.serde_in(track, version).collect();
    let serde = serde.iter().copied();
    Some(shapes.field(key.as_deref(), &shape, serde, track.ident.span()))
}

/// `EventVersion::FACTS`.
pub(super) fn facts(event: &Event) -> TokenStream {
    let here = generated(event.ident.span());
    let krate = event.runtime.at(here);
    let (name, rust, frozen, writes) = (event.name(), plain(&event.ident), event.frozen, number(event.writes()));
    let context = context(event.context.as_ref(), &event.runtime, here);
    let older = match &event.history.from {
        Some(path) => {
            let (here, path) = (generated(path.span()), located(path, generated(path.span())));
            let krate = event.runtime.at(here);
            quote_spanned!(here=> ::core::option::Option::Some(<#path as #krate::EventVersion>::FACTS))
        }
        None => quote_spanned!(here=> ::core::option::Option::None),
    };
    let raw = event
        .history
        .raw
        .iter()
        .flat_map(|raw| 1..=raw.up_to.number)
        .map(|version| {
            let version = number(version);
            quote_spanned!(here=> #krate::__private::raw(#version))
        });
    let versions = (event.lowest()..=event.version()).map(|version| version_facts(event, version));
    let versions = raw.chain(versions);
    let examples = event.history.examples.iter().map(|example| {
        let (of, json) = (&example.of.literal, &example.json);
        quote!((#of, #json))
    });
    quote_spanned! {here=>
        const FACTS: &'static #krate::schema::EventFacts = &#krate::schema::EventFacts {
            context: #context,
            name: #name,
            rust: #rust,
            frozen: #frozen,
            writes: #writes,
            older: #older,
            versions: &[#(#versions),*],
            examples: &[#(#examples),*],
        };
    }
}

fn version_facts(event: &Event, version: u32) -> TokenStream {
    let here = generated(event.ident.span());
    let krate = event.runtime.at(here);
    let (floor, edge) = (number(event.floor_of(version)), event.edge(version));
    let version_number = number(version);
    if version < event.version() {
        let (ident, runs_code) = (event.struct_of(version, here), event.runs_code_after(version));
        let of = match event.history.is_locked(version) {
            true => quote_spanned!(here=> locked),
            false => quote_spanned!(here=> older),
        };
        return quote_spanned! {here=>
            #krate::__private::#of::<#ident>(#version_number, #floor, &[#(#edge),*], #runs_code)
        };
    }
    let of = match (&event.fields, event.frozen) {
        (Fields::Unit, _) => quote_spanned!(here=> unit),
        (_, true) => quote_spanned!(here=> frozen_version),
        (_, false) => quote_spanned!(here=> current),
    };
    quote_spanned!(here=> #krate::__private::#of::<Self>(#version_number, #floor, &[#(#edge),*]))
}

/// What the user says, or the crate.
pub(crate) fn context(said: Option<&syn::LitStr>, runtime: &Runtime, here: proc_macro2::Span) -> TokenStream {
    match said {
        Some(context) => respanned(context),
        None => {
            let krate = runtime.at(here);
            quote_spanned!(here=> #krate::__private::context(::core::module_path!()))
        }
    }
}
