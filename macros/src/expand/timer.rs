//! The impl of a timer.

use proc_macro2::TokenStream;
use quote::quote_spanned;

use crate::model::Timer;
use crate::support::spans::generated;

pub(crate) fn timer(timer: &Timer) -> TokenStream {
    let Timer {
        ident, name, runtime, ..
    } = timer;
    let here = generated(ident.span());
    let krate = runtime.at(here);
    quote_spanned! {here=>
        #[automatically_derived]
        impl #krate::Timer for #ident {
            const NAME: &'static str = #name;
        }
    }
}
