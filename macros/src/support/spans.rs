//! Where generated code says that it stands.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens;

/// For a generated item: underlined like the user's token, and known to lints as generated.
pub(crate) fn generated(at: Span) -> Span {
    Span::call_site().located_at(at)
}

/// The user's tokens as a derive names them: rustc then knows that not the user names a type that is deprecated.
pub(crate) fn respanned(tokens: &impl ToTokens) -> TokenStream {
    let respanned = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut inner = Group::new(group.delimiter(), respanned(&group.stream()));
            inner.set_span(generated(group.span()));
            TokenTree::Group(inner)
        }
        // `$crate` means something only with its own span.
        TokenTree::Ident(ident) if ident == "$crate" => TokenTree::Ident(ident),
        mut token => {
            token.set_span(generated(token.span()));
            token
        }
    };
    tokens.to_token_stream().into_iter().map(respanned).collect()
}

/// The user's tokens, underlined elsewhere.
pub(crate) fn located(tokens: impl ToTokens, at: Span) -> TokenStream {
    let located = |mut token: TokenTree| {
        token.set_span(token.span().located_at(at));
        token
    };
    tokens.to_token_stream().into_iter().map(located).collect()
}
