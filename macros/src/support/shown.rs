//! `RECOUNT_EXPAND=Deposited cargo check`: the tokens of one item, for a person who asks what was generated.

use std::io::Write;

use proc_macro2::TokenStream;

/// Hands `tokens` back, and prints them to the standard error if the item called `name` was asked for.
///
/// Cargo runs the macros of a crate only when it compiles it, so a fresh crate has to be touched first.
pub(crate) fn shown(name: &str, tokens: TokenStream) -> TokenStream {
    if std::env::var("RECOUNT_EXPAND").is_ok_and(|asked| asked == name) {
        // A standard error that is closed is no reason to fail the build.
        let _ = writeln!(std::io::stderr(), "{tokens}");
    }
    tokens
}
