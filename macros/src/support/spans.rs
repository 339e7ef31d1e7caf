//! Where generated code says that it stands.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;

/// For a generated item: underlined like the user's token, and known to lints as generated.
pub(crate) fn generated(at: Span) -> Span {
    Span::call_site().located_at(at)
}

/// The user's tokens, underlined elsewhere.
pub(crate) fn located(tokens: impl ToTokens, at: Span) -> TokenStream {
    let located = |mut token: TokenTree| {
        token.set_span(token.span().located_at(at));
        token
    };
    tokens.to_token_stream().into_iter().map(located).collect()
}
