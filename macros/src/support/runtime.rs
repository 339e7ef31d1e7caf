//! The path under which the user's crate knows the runtime.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::spans::generated;

/// `::recount`, or what `crate = path` says.
#[derive(Clone, Default)]
pub(crate) struct Runtime(pub(crate) Option<syn::Path>);

impl Runtime {
    /// The path, spanned with the rest of its line: rustc places an error on the first token of an expression, and that is the path.
    ///
    /// Lints take tokens with the user's span for the user's, but `$crate` means something only with its own.
    pub(crate) fn at(&self, at: Span) -> TokenStream {
        let Some(path) = &self.0 else {
            return quote_spanned!(at=> ::recount);
        };
        let located = |mut token: TokenTree| {
            let is_dollar_crate = matches!(&token, TokenTree::Ident(ident) if ident == "$crate");
            token.set_span(if is_dollar_crate {
                token.span().located_at(at)
            } else {
                generated(at)
            });
            token
        };
        quote!(#path).into_iter().map(located).collect()
    }

    /// The path as serde's `crate = ".."` wants it.
    pub(crate) fn serde(&self) -> String {
        let path = self.at(Span::call_site());
        quote!(#path::__private::serde).to_string().replace(' ', "")
    }

    /// `crate = path` for an attribute that is handed on to another of our macros; nothing where the user gave none.
    pub(crate) fn handed_on(&self) -> Option<TokenStream> {
        self.0.as_ref().map(|path| quote!(crate = #path))
    }
}
