//! The enum of the rejections of a block's commands, and its traits, which are there where the user's errors have them.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::commands::{All, Member};
use crate::support::spans::generated;

impl All<'_> {
    /// One variant per command; those of commands that reject nothing hold `Infallible` and cannot be.
    pub(super) fn rejection(&self) -> TokenStream {
        let Self { name, vis, members, .. } = self;
        let here = generated(name.span());
        let (krate, rejection) = (self.handlers.runtime.at(here), self.rejection_name());
        let doc = format!(" Why a command of `{name}` was rejected.");
        let variants = members.iter().map(
            |Member {
                 command,
                 variant,
                 ty,
                 conditions,
             }| {
                let doc = format!(" Why `{}` was rejected.", command.name());
                quote_spanned!(here=> #(#conditions)* #[doc = #doc] #variant(#krate::RejectionOf<#ty>))
            },
        );
        let shown = ["Debug", "Display"].map(|shown| self.shown(&Ident::new(shown, here), here));
        let (equal, error) = (self.equal(here), self.error(here));
        quote_spanned! {here=>
            #[doc = #doc]
            #vis enum #rejection { #(#variants),* }
            #(#shown)*
            #equal
            #error
        }
    }

    /// `Debug` or `Display`.
    fn shown(&self, shown: &Ident, here: Span) -> TokenStream {
        let rejection = self.rejection_name();
        let bounds = self.bounds(&quote_spanned!(here=> ::core::fmt::#shown), here);
        let arms = self.arms(here, |variant, nth| {
            let nth = nth(quote_spanned!(here=> error));
            quote_spanned!(here=> Self::#variant(error) => ::core::fmt::#shown::fmt(&#nth, f))
        });
        quote_spanned! {here=>
            #[automatically_derived]
            impl ::core::fmt::#shown for #rejection where #bounds {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    match self { #arms }
                }
            }
        }
    }

    /// Not marked as derived: clippy wants `Eq` beside such a one.
    fn equal(&self, here: Span) -> TokenStream {
        let rejection = self.rejection_name();
        let bounds = self.bounds(&quote_spanned!(here=> ::core::cmp::PartialEq), here);
        let arms = self.arms(here, |variant, nth| {
            let (one, other) = (nth(quote_spanned!(here=> one)), nth(quote_spanned!(here=> other)));
            quote_spanned!(here=> (Self::#variant(one), Self::#variant(other)) => #one == #other)
        });
        let different = (self.members.len() > 1).then(|| quote_spanned!(here=> _ => false,));
        quote_spanned! {here=>
            impl ::core::cmp::PartialEq for #rejection where #bounds {
                fn eq(&self, other: &Self) -> bool {
                    match (self, other) { #arms #different }
                }
            }
        }
    }

    fn error(&self, here: Span) -> TokenStream {
        let (krate, rejection) = (self.handlers.runtime.at(here), self.rejection_name());
        let bounds = self.bounds(&quote_spanned!(here=> #krate::__private::Source<'__a>), here);
        let arms = self.arms(here, |variant, nth| {
            let nth = nth(quote_spanned!(here=> error));
            quote_spanned!(here=> Self::#variant(error) => #krate::__private::Source::source(#nth))
        });
        quote_spanned! {here=>
            #[automatically_derived]
            impl ::core::error::Error for #rejection where #bounds {
                fn source(&self) -> ::core::option::Option<&(dyn ::core::error::Error + 'static)> {
                    match self { #arms }
                }
            }
        }
    }

    /// `for<'__a> Nth<'__a, 0, RejectionOf<Open>>: Debug`, and so on.
    ///
    /// A bound cannot have a `#[cfg]`, so a command that has one is asked for the trait without a condition.
    fn bounds(&self, bound: &TokenStream, here: Span) -> TokenStream {
        let krate = self.handlers.runtime.at(here);
        let members = self
            .members
            .iter()
            .enumerate()
            .filter(|(_, member)| member.conditions.is_empty());
        let each = members.map(|(position, Member { ty, .. })| {
            let number = Literal::usize_unsuffixed(position);
            let nth = quote_spanned!(here=> #krate::__private::Nth<'__a, #number, #krate::RejectionOf<#ty>>);
            quote_spanned!(here=> for<'__a> #nth: #bound,)
        });
        quote!(#(#each)*)
    }

    /// One arm per command; it is given how an error becomes the `Nth` that the bounds speak of.
    fn arms(
        &self,
        here: Span,
        arm: impl Fn(&Ident, &dyn Fn(TokenStream) -> TokenStream) -> TokenStream,
    ) -> TokenStream {
        let krate = self.handlers.runtime.at(here);
        let each = self.members.iter().enumerate().map(
            |(
                position,
                Member {
                    variant, conditions, ..
                },
            )| {
                let number = Literal::usize_unsuffixed(position);
                let nth = |error| quote_spanned!(here=> #krate::__private::Nth::<#number, _>(#error));
                let arm = arm(variant, &nth);
                quote_spanned!(here=> #(#conditions)* #arm,)
            },
        );
        quote!(#(#each)*)
    }
}
