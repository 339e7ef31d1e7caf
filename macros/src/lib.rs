//! The macros of recount: use them through the `recount` crate, which has what they expand to.

#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

use proc_macro::TokenStream;

mod check;
mod expand;
mod flow;
mod model;
mod read;
mod support;
#[cfg(test)]
mod tests;

/// Event manual.
#[proc_macro_derive(Event, attributes(event))]
pub fn event(input: TokenStream) -> TokenStream {
    flow::event(input.into()).into()
}

/// Events manual.
#[proc_macro_attribute]
pub fn events(arguments: TokenStream, item: TokenStream) -> TokenStream {
    flow::events(arguments.into(), &item.into()).into()
}

/// Aggregate manual.
#[proc_macro_derive(Aggregate, attributes(aggregate))]
pub fn aggregate(input: TokenStream) -> TokenStream {
    flow::aggregate(input.into()).into()
}

/// Stream key manual.
#[proc_macro_derive(StreamKey, attributes(stream_key))]
pub fn stream_key(input: TokenStream) -> TokenStream {
    flow::stream_key(input.into()).into()
}

/// Handlers manual.
#[proc_macro_attribute]
pub fn handlers(arguments: TokenStream, item: TokenStream) -> TokenStream {
    flow::handlers(arguments.into(), &item.into()).into()
}
