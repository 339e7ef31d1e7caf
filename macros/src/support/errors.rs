//! All the mistakes of one item, gathered so that they are reported at once.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};

/// What was found wrong so far.
#[derive(Default)]
pub(crate) struct Errors(Option<syn::Error>);

impl Errors {
    /// Reports `message` under all of `tokens`. A second line of the message starts after a `\n`.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.0 {
            Some(all) => all.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// How many there are so far.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().flatten().count()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// A type that is the first of the mistakes: rustc asks nothing more of it, and says one message only once.
    pub(crate) fn as_type(&self) -> TokenStream {
        let first = self.0.clone().and_then(|errors| errors.into_iter().next());
        let first = first.map(|error| error.to_compile_error());
        quote!([(); #first])
    }

    /// One `compile_error!` per mistake; nothing where there was none.
    pub(crate) fn into_tokens(self) -> TokenStream {
        self.0.map(|error| error.to_compile_error()).unwrap_or_default()
    }
}
