//! `commands = AccountCommand`: the enum of all commands of a block, which is a command itself.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Type, Visibility};

use super::handlers::{derives, equal, type_of};
use crate::model::{Command, Handlers};
use crate::support::attributes::{cfgs, docs_or, last_word};
use crate::support::spans::generated;

/// What every item here is written from.
pub(super) struct All<'a> {
    pub(super) handlers: &'a Handlers,
    pub(super) name: &'a Ident,
    /// A private command must not be in a public enum.
    pub(super) vis: &'a Visibility,
    pub(super) members: Vec<Member<'a>>,
}

/// One command in the enum.
pub(super) struct Member<'a> {
    pub(super) command: &'a Command,
    pub(super) variant: Ident,
    pub(super) ty: TokenStream,
    pub(super) conditions: Vec<Attribute>,
}

pub(super) fn commands_enum(handlers: &Handlers, commands: &[&Command]) -> TokenStream {
    let Some(name) = &handlers.commands_enum else {
        return TokenStream::new();
    };
    let here = generated(name.span());
    let mut members = Vec::new();
    for command in commands {
        let (variant, ty) = (Ident::new(&command.variant(), here), type_of(command));
        members.push(Member {
            command,
            variant,
            ty,
            conditions: cfgs(&command.attributes),
        });
    }
    let vis = commands.iter().map(|command| &command.vis).min_by_key(|vis| reach(vis));
    let all = All {
        handlers,
        name,
        vis: vis.unwrap_or(&Visibility::Inherited),
        members,
    };
    let (item, impls) = (all.item(), all.impls());
    let rejection = handlers.rejection.is_none().then(|| all.rejection());
    quote!(#item #impls #rejection)
}

pub(super) fn reach(vis: &Visibility) -> u8 {
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
        let equal = handlers.derives.is_none().then(|| self.same_command(here));
        let doc = format!(" Every command of `{}`.", handlers.name());
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
            #equal
        }
    }

    /// Two are equal that are the same command with equal fields.
    fn same_command(&self, here: Span) -> TokenStream {
        let arms = self.members.iter().map(
            |Member {
                 variant, conditions, ..
             }| {
                quote_spanned!(here=> #(#conditions)* (Self::#variant(one), Self::#variant(other)) => one == other,)
            },
        );
        let different = (self.members.len() > 1).then(|| quote_spanned!(here=> _ => false,));
        let body = quote_spanned!(here=> match (self, other) { #(#arms)* #different });
        equal(&self.name.to_token_stream(), &quote_spanned!(here=> other), &body, here)
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
        let idempotent = self.idempotent(here);
        let handle = members.iter().map(|member| self.handle(member));
        // What is stored beside the events names the command, and not the enum that it came in.
        let names = members.iter().map(
            |Member {
                 variant,
                 ty,
                 conditions,
                 ..
             }| {
                quote_spanned! {here=>
                    #(#conditions)*
                    #name::#variant(_) => <#ty as #krate::Command>::NAME,
                }
            },
        );
        quote_spanned! {here=>
            #[automatically_derived]
            impl #krate::Command for #name {
                type Aggregate = #aggregate;
                const NAME: &'static str = #stored;
                const IS_ENUM: bool = true;
                fn name(&self) -> &'static str {
                    match self { #(#names)* }
                }
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
                #idempotent
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

    /// Which of them are declared idempotent; nothing where none is, as the trait has it.
    fn idempotent(&self, here: Span) -> Option<TokenStream> {
        let (name, krate) = (self.name, self.handlers.runtime.at(here));
        let is = |member: &Member<'_>| member.command.is_idempotent;
        let arms = self.members.iter().filter(|member| is(member)).map(
            |Member {
                 variant,
                 ty,
                 conditions,
                 ..
             }| {
                quote_spanned! {here=>
                    #(#conditions)*
                    #name::#variant(command) => <Self as #krate::Handle<#ty>>::is_idempotent(command),
                }
            },
        );
        let others = (!self.members.iter().all(is)).then(|| quote_spanned!(here=> _ => false,));
        self.members.iter().any(is).then(|| {
            quote_spanned! {here=>
                fn is_idempotent(command: &#name) -> bool {
                    match command { #(#arms)* #others }
                }
            }
        })
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
            // `Infallible` is both cases, so rustc has to be told one.
            let never = matches!(rejection, Type::Path(path) if last_word(&path.path) == "Infallible");
            let case = if never {
                quote_spanned!(at=> #krate::__private::Same)
            } else {
                quote_spanned!(at=> _)
            };
            quote_spanned!(at=> #krate::__private::collect_as::<_, _, #rejection, #case>(#outcome))
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
    pub(super) fn rejection_name(&self) -> Ident {
        let name = self.name.to_string();
        let stem = name
            .strip_suffix("Command")
            .filter(|stem| !stem.is_empty())
            .unwrap_or(&name);
        Ident::new(&format!("{stem}Rejection"), generated(self.name.span()))
    }
}
