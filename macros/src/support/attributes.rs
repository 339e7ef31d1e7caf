//! Attributes of the user that go along to what is generated.

use syn::punctuated::Punctuated;
use syn::{Attribute, Meta, Token};

/// The doc comments among `attributes`.
pub(crate) fn docs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .cloned()
        .collect()
}

/// The `#[cfg(..)]`s among `attributes`: what belongs to an item must not exist without it.
pub(crate) fn cfgs(attributes: &[Attribute]) -> Vec<Attribute> {
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("cfg"))
        .cloned()
        .collect()
}

/// The text `line` as a doc comment, unless the user wrote one.
pub(crate) fn docs_or(attributes: &[Attribute], line: &str) -> Vec<Attribute> {
    let written = docs(attributes);
    if written.is_empty() {
        let line = format!(" {line}");
        vec![syn::parse_quote!(#[doc = #line])]
    } else {
        written
    }
}

/// The `derive(..)` lists among `attributes`, as paths.
pub(crate) fn derives(attributes: &[Attribute]) -> Vec<syn::Path> {
    let derive = |attribute: &Attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("derive") => list
            .parse_args_with(Punctuated::<syn::Path, Token![,]>::parse_terminated)
            .ok(),
        _ => None,
    };
    attributes.iter().filter_map(derive).flatten().collect()
}

/// The last word of a path: `Clone` of `::core::clone::Clone`.
pub(crate) fn last_word(path: &syn::Path) -> String {
    path.segments
        .last()
        .map(|segment| segment.ident.to_string())
        .unwrap_or_default()
}

/// The entries of `#[serde(..)]`; what is wrong with them, serde says.
pub(crate) fn serde_metas(attributes: &[Attribute]) -> Vec<Meta> {
    let metas = |attribute: &Attribute| {
        attribute
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .ok()
    };
    attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("serde"))
        .filter_map(metas)
        .flatten()
        .collect()
}
