//! What a type is made of, as far as its tokens tell.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::Type;

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
