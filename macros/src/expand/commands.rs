//! `commands = AccountCommand`: the enum of all commands of a block, which is a command itself, and the enum of their rejections.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Type, Visibility};

use super::handlers::{derives, type_of};
use crate::model::{Command, Handlers};
use crate::support::attributes::{cfgs, docs_or};
use crate::support::spans::generated;

/// What every item here is written from.
struct All<'a> {
    handlers: &'a Handlers,
    name: &'a Ident,
    /// A private command must not be in a public enum.
    vis: &'a Visibility,
    members: Vec<Member<'a>>,
}

struct Member<'a> {
    command: &'a Command,
    variant: Ident,
    ty: TokenStream,
    conditions: Vec<Attribute>,
}

pub(super) fn commands_enum(handlers: &Handlers) -> TokenStream {
    let Some(name) = &handlers.commands_enum else {
        return TokenStream::new();
    };
    let here = generated(name.span());
    let member = |command| Member {
        command,
        variant: Ident::new(&Command::variant(command), here),
        ty: type_of(command),
        conditions: cfgs(&command.attributes),
    };
    let vis = handlers
        .commands
        .iter()
        .map(|command| &command.vis)
        .min_by_key(|vis| reach(vis));
    let vis = vis.unwrap_or(&Visibility::Inherited);
    let all = All {
        handlers,
        name,
        vis,
        members: handlers.commands.iter().map(member).collect(),
    };
    let (item, impls) = (all.item(), all.impls());
    let rejection = handlers.rejection.is_none().then(|| all.rejection());
    quote!(#item #impls #rejection)
}

fn reach(vis: &Visibility) -> u8 {
    match vis {
        Visibility::Public(_) => 3,
        Visibility::Restricted(restricted) if restricted.path.is_ident("crate") => 2,
        Visibility::Restricted(_) => 1,
        Visibility::Inherited => 0,
    }
}

impl All<'_> {
    /// Externally tagged with the names of the commands: `{"withdraw": {"amount": 1}}`.
    fn item(&self) -> TokenStream {
        let Self {
            handlers,
            name,
            vis,
            members,
        } = self;
        let here = generated(name.span());
        let (derives, serde) = derives(handlers, handlers.derives.as_ref(), here);
        let doc = format!("Every command of `{}`.", handlers.name());
        let variants = members.iter().map(
            |Member {
                 command,
                 variant,
                 ty,
                 conditions,
             }| {
                let stored = command.name();
                let docs = docs_or(&command.attributes, &format!("The command `{stored}`."));
                let rename = serde
                    .is_some()
                    .then(|| quote_spanned!(here=> #[serde(rename = #stored)]));
                quote_spanned!(here=> #(#conditions)* #(#docs)* #rename #variant(#ty))
            },
        );
        quote_spanned! {here=>
            #[doc = #doc]
            #derives
            #serde
            #vis enum #name { #(#variants),* }
        }
    }

    fn impls(&self) -> TokenStream {
        let Self {
            handlers,
            name,
            members,
            ..
        } = self;
        let (here, aggregate) = (generated(name.span()), &handlers.self_ty);
        let (krate, stored) = (handlers.runtime.at(here), name.to_string());
        let rejection = self.rejection_type();
        let requires = members.iter().map(
            |Member {
                 variant,
                 ty,
                 conditions,
                 ..
             }| {
                quote_spanned! {here=>
                    #(#conditions)*
                    #name::#variant(command) => <Self as #krate::Handle<#ty>>::requires(command),
                }
            },
        );
        let handle = members.iter().map(|member| self.handle(member));
        quote_spanned! {here=>
            #[automatically_derived]
            impl #krate::Command for #name {
                type Aggregate = #aggregate;
                const NAME: &'static str = #stored;
            }
            #[automatically_derived]
            impl #krate::Handle<#name> for #aggregate {
                const REQUIRES: #krate::Requires = #krate::Requires::Either;
                type Outcome = ::core::result::Result<
                    #krate::__private::Vec<<Self as #krate::Aggregate>::Events>,
                    #rejection,
                >;
                fn requires(command: &#name) -> #krate::Requires {
                    match command { #(#requires)* }
                }
                fn handle(
                    state: ::core::option::Option<&Self>,
                    command: #name,
                    cx: &#krate::Context,
                ) -> Self::Outcome {
                    match command { #(#handle)* }
                }
            }
        }
    }

    /// One arm; with one rejection for all, it is spanned on what the method returns.
    fn handle(
        &self,
        Member {
            command,
            variant,
            ty,
            conditions,
        }: &Member<'_>,
    ) -> TokenStream {
        let rejection = self.handlers.rejection.as_ref();
        let here = generated(self.name.span());
        let at = rejection.map_or(here, |_| command.output.span());
        let (name, krate) = (self.name, self.handlers.runtime.at(at));
        let outcome = quote_spanned!(at=> <Self as #krate::Handle<#ty>>::handle(state, command, cx));
        let collected = if let Some(rejection) = rejection {
            quote_spanned!(at=> #krate::__private::collect_as::<_, _, #rejection, _>(#outcome))
        } else {
            let rejection = self.rejection_name();
            quote_spanned!(here=> #krate::__private::collect(#outcome, #rejection::#variant))
        };
        quote_spanned!(here=> #(#conditions)* #name::#variant(command) => #collected,)
    }

    fn rejection_type(&self) -> TokenStream {
        match &self.handlers.rejection {
            Some(ty) => Type::to_token_stream(ty),
            None => self.rejection_name().into_token_stream(),
        }
    }

    /// `AccountRejection` of `AccountCommand`.
    fn rejection_name(&self) -> Ident {
        let name = self.name.to_string();
        let stem = name
            .strip_suffix("Command")
            .filter(|stem| !stem.is_empty())
            .unwrap_or(&name);
        Ident::new(&format!("{stem}Rejection"), generated(self.name.span()))
    }

    /// One variant per command; those of commands that reject nothing hold `Infallible` and cannot be.
    ///
    /// The traits are there where the user's errors have them: see `Nth`.
    fn rejection(&self) -> TokenStream {
        let Self {
            handlers,
            name,
            vis,
            members,
        } = self;
        let here = generated(name.span());
        let (krate, rejection) = (handlers.runtime.at(here), self.rejection_name());
        let doc = format!("Why a command of `{name}` was rejected.");
        let variants = members.iter().map(
            |Member {
                 command,
                 variant,
                 ty,
                 conditions,
             }| {
                let doc = format!("Why `{}` was rejected.", command.name());
                quote_spanned!(here=> #(#conditions)* #[doc = #doc] #variant(#krate::RejectionOf<#ty>))
            },
        );
        let number = |position| Literal::usize_unsuffixed(position);
        let bounds = |bound: TokenStream| {
            let each = members
                .iter()
                .enumerate()
                .map(|(position, Member { ty, conditions, .. })| {
                    let number = number(position);
                    // A condition cannot stand on one bound, so the whole impl is without those that have conditions.
                    let nth = quote_spanned!(here=> #krate::__private::Nth<'__a, #number, #krate::RejectionOf<#ty>>);
                    let _ = conditions;
                    quote_spanned!(here=> for<'__a> #nth: #bound,)
                });
            quote!(#(#each)*)
        };
        let arms = |call: &dyn Fn(TokenStream) -> TokenStream| {
            let each = members.iter().enumerate().map(
                |(
                    position,
                    Member {
                        variant, conditions, ..
                    },
                )| {
                    let number = number(position);
                    let call = call(quote_spanned!(here=> #krate::__private::Nth::<#number, _>(error)));
                    quote_spanned!(here=> #(#conditions)* Self::#variant(error) => #call,)
                },
            );
            quote!(#(#each)*)
        };
        let shown = ["Debug", "Display"].map(|shown| {
            let shown = Ident::new(shown, here);
            let bounds = bounds(quote_spanned!(here=> ::core::fmt::#shown));
            let arms = arms(&|nth| quote_spanned!(here=> ::core::fmt::#shown::fmt(&#nth, f)));
            quote_spanned! {here=>
                #[automatically_derived]
                impl ::core::fmt::#shown for #rejection where #bounds {
                    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        match self { #arms }
                    }
                }
            }
        });
        let bounds = bounds(quote_spanned!(here=> #krate::__private::Source<'__a>));
        let arms = arms(&|nth| quote_spanned!(here=> #krate::__private::Source::source(#nth)));
        quote_spanned! {here=>
            #[doc = #doc]
            #vis enum #rejection { #(#variants),* }
            #(#shown)*
            #[automatically_derived]
            impl ::core::error::Error for #rejection where #bounds {
                fn source(&self) -> ::core::option::Option<&(dyn ::core::error::Error + 'static)> {
                    match self { #arms }
                }
            }
        }
    }
}
