//! What a field is in another version: its value there, another name or type, or what the user says of it.

use proc_macro2::{Ident, TokenStream};
use quote::quote_spanned;
use syn::spanned::Spanned;
use syn::{Expr, ExprLit, Lit, Type};

use crate::model::{Fill, Track};
use crate::support::spans::{generated, located};

/// The value of a field that the other version does not have; `other` is the event as that version has it.
pub(super) fn filled(track: &Track, ty: &Type, other: &Ident) -> TokenStream {
    match &track.fill {
        Fill::Unsaid => {
            let here = generated(ty.span());
            quote_spanned!(here=> ::core::option::Option::None)
        }
        Fill::Default => {
            let here = generated(ty.span());
            quote_spanned!(here=> <#ty as ::core::default::Default>::default())
        }
        // A constant cannot hold a `String`.
        Fill::Constant(expr) if is_text(expr) => {
            let here = generated(expr.span());
            let ty = located(ty, here);
            quote_spanned!(here=> <#ty as ::core::convert::From<&'static str>>::from(#expr))
        }
        // A constant cannot look at a clock.
        Fill::Constant(expr) => {
            let here = generated(expr.span());
            quote_spanned! {here=>
                {
                    const __DEFAULT: #ty = #expr;
                    __DEFAULT
                }
            }
        }
        Fill::With(path) => {
            let here = generated(path.span());
            quote_spanned!(here=> #path(&#other))
        }
    }
}

/// Whether the value looks at the whole of the other version, which has to be there still.
pub(super) fn looks_at_all(track: &Track) -> bool {
    matches!(track.fill, Fill::With(_))
}

/// The same value as another type.
pub(super) fn converted(from: &Type, to: &Type, value: &TokenStream) -> TokenStream {
    let here = generated(from.span());
    let (from, to) = (located(from, here), located(to, here));
    quote_spanned!(here=> <#to as ::core::convert::From<#from>>::from(#value))
}

fn is_text(expr: &Expr) -> bool {
    matches!(expr, Expr::Lit(ExprLit { lit: Lit::Str(_), .. }))
}
