//! What a type is made of, as far as its tokens tell.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type, parse_quote};

/// `impl Trait` anywhere in the type.
pub(crate) fn has_impl(ty: &Type) -> bool {
    contains(
        ty.to_token_stream(),
        &|token| matches!(token, TokenTree::Ident(ident) if ident == "impl"),
    )
}

/// A reference anywhere in the type.
pub(crate) fn has_reference(ty: &Type) -> bool {
    contains(
        ty.to_token_stream(),
        &|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '&'),
    )
}

/// A lifetime anywhere in the type.
pub(crate) fn has_lifetime(ty: &Type) -> bool {
    contains(
        ty.to_token_stream(),
        &|token| matches!(token, TokenTree::Punct(sign) if sign.as_char() == '\''),
    )
}

/// What to write instead of references, in the type and in its arguments: `Option<String>` for `Option<&str>`.
pub(crate) fn owned(ty: &Type) -> Type {
    match ty {
        Type::Reference(reference) => match &*reference.elem {
            Type::Path(path) if path.path.is_ident("str") => parse_quote!(String),
            Type::Slice(slice) => {
                let elem = owned(&slice.elem);
                parse_quote!(Vec<#elem>)
            }
            other => owned(other),
        },
        Type::Path(path) => {
            let mut path = path.clone();
            for segment in &mut path.path.segments {
                let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else {
                    continue;
                };
                for argument in &mut arguments.args {
                    if let GenericArgument::Type(ty) = argument {
                        *ty = owned(ty);
                    }
                }
            }
            Type::Path(path)
        }
        Type::Tuple(tuple) => {
            let elems = tuple.elems.iter().map(owned);
            parse_quote!((#(#elems),*))
        }
        Type::Array(array) => {
            let (elem, len) = (owned(&array.elem), &array.len);
            parse_quote!([#elem; #len])
        }
        other => other.clone(),
    }
}

/// recount's `Context`, by value or as `&mut`; a type of the user's own has another path.
pub(crate) fn is_context(ty: &Type) -> bool {
    match ty {
        Type::Reference(reference) => is_context(&reference.elem),
        Type::Path(path) => {
            let is_ours = || path.path.segments.first().is_some_and(|first| first.ident == "recount");
            let is_last = path.path.segments.last().is_some_and(|last| last.ident == "Context");
            is_last && (path.path.segments.len() == 1 || is_ours())
        }
        _ => false,
    }
}

fn contains(tokens: TokenStream, is: &dyn Fn(&TokenTree) -> bool) -> bool {
    tokens.into_iter().any(|token| match &token {
        TokenTree::Group(group) => contains(group.stream(), is),
        token => is(token),
    })
}

/// The type as a person writes it.
pub(crate) fn shown(ty: &impl ToTokens) -> String {
    let spaced = ty.to_token_stream().to_string();
    let tight = spaced
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace(" <", "<")
        .replace("< ", "<");
    tight.replace(" >", ">").replace(" ,", ",").replace("& ", "&")
}
