//! The command structs of a block, and the impls that decide and apply.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Attribute;
use syn::spanned::Spanned;

use super::commands::commands_enum;
use super::on::projects;
use super::queries::queries_enum;
use super::react::reacts;
use crate::model::{Applied, Apply, Argument, Command, CommandStruct, Handlers, Kind, Requires};
use crate::support::attributes::{cfgs, docs_or, last_word};
use crate::support::spans::generated;
use crate::support::words;

pub(crate) fn handlers(handlers: &Handlers) -> TokenStream {
    let commands = handlers.commands.iter().map(|command| {
        let (item, call) = (command_struct(handlers, command, None), call(handlers, command));
        let decides = decides(handlers, command, &command.output.to_token_stream(), &call);
        quote!(#item #decides)
    });
    let applies = handlers
        .applies
        .iter()
        .map(|apply| applies(handlers, apply, &fold(handlers, apply)));
    let all: Vec<_> = handlers.commands.iter().collect();
    let commands_enum = commands_enum(handlers, &all);
    let reads = (!handlers.ons.is_empty()).then(|| match handlers.kind() {
        Kind::Policy | Kind::Process => reacts(handlers),
        _ => projects(handlers),
    });
    let asked: Vec<_> = handlers.queries.iter().collect();
    let queries = handlers.queries_enum.iter();
    let queries = queries.map(|name| queries_enum(handlers, &asked, name));
    quote!(#(#commands)* #(#applies)* #commands_enum #reads #(#queries)*)
}

/// The type of a command.
pub(super) fn type_of(command: &Command) -> TokenStream {
    match &command.is {
        CommandStruct::Own(path) => path.to_token_stream(),
        CommandStruct::Generated => {
            Ident::new(&command.variant(), generated(command.signature.ident.span())).into_token_stream()
        }
    }
}

/// What the commands of the block derive, and what serde has to be told.
pub(super) fn derives(
    handlers: &Handlers,
    given: Option<&Vec<syn::Path>>,
    here: Span,
) -> (TokenStream, Option<TokenStream>) {
    let krate = handlers.runtime.at(here);
    let serde = handlers.runtime.serde();
    let serde = quote_spanned!(here=> #[serde(crate = #serde)]);
    match given {
        Some(paths) => {
            let speaks_serde = paths
                .iter()
                .any(|path| matches!(&*last_word(path), "Serialize" | "Deserialize"));
            (
                quote_spanned!(here=> #[derive(#(#paths),*)]),
                speaks_serde.then_some(serde),
            )
        }
        None => (
            quote_spanned! {here=>
                #[derive(
                    ::core::clone::Clone,
                    ::core::fmt::Debug,
                    #krate::__private::serde::Serialize,
                    #krate::__private::serde::Deserialize
                )]
            },
            Some(serde),
        ),
    }
}

/// The struct of a command, from the parameters of its method; after a mistake `faulty` is the type of what has none.
pub(super) fn command_struct(handlers: &Handlers, command: &Command, faulty: Option<&TokenStream>) -> TokenStream {
    if matches!(command.is, CommandStruct::Own(_)) {
        return TokenStream::new();
    }
    let here = generated(command.signature.ident.span());
    let (name, vis, ty_of_command) = (command.name(), &command.vis, type_of(command));
    let (derives, serde) = derives(handlers, handlers.derives.as_ref().filter(|_| faulty.is_none()), here);
    let conditions = cfgs(&command.attributes);
    let docs_of_command = docs_or(
        &command.attributes,
        &format!("The command `{name}` of `{}`.", handlers.name()),
    );
    let fields = command.fields.iter().filter_map(|field| {
        let (ident, parameter) = (field.ident.as_ref()?, &field.original);
        let docs_of_field = docs_or(
            &parameter.attrs,
            &format!("`{}` of the command `{name}`.", words::plain(ident)),
        );
        let for_serde = parameter
            .attrs
            .iter()
            .filter(|attribute| attribute.path().is_ident("serde"));
        let ty = faulty
            .filter(|_| !command.has_a_type(field))
            .map_or_else(|| parameter.ty.to_token_stream(), Clone::clone);
        Some(quote!(#(#docs_of_field)* #(#for_serde)* #vis #ident: #ty))
    });
    let equal = handlers
        .derives
        .is_none()
        .then(|| equal_fields(command, &ty_of_command, &conditions, here));
    quote_spanned! {here=>
        #(#conditions)*
        #(#docs_of_command)*
        #derives
        #serde
        #vis struct #ty_of_command { #(#fields),* }
        #equal
    }
}

fn equal_fields(command: &Command, ty: &TokenStream, conditions: &[Attribute], here: Span) -> TokenStream {
    let names = command.fields.iter().filter_map(|field| field.ident.as_ref());
    let same = names.map(|name| quote_spanned!(here=> self.#name == other.#name));
    let same = same.reduce(|all, one| quote_spanned!(here=> #all && #one));
    let other = named_if(same.is_some(), "other", here);
    let equal = equal(ty, &other, &same.unwrap_or_else(|| quote_spanned!(here=> true)), here);
    quote_spanned!(here=> #(#conditions)* #equal)
}

/// `PartialEq` is written and not derived, because clippy wants `Eq` beside a derived one, and nobody knows whether all fields have it.
pub(super) fn equal(ty: &TokenStream, other: &TokenStream, body: &TokenStream, here: Span) -> TokenStream {
    quote_spanned! {here=>
        impl ::core::cmp::PartialEq for #ty {
            fn eq(&self, #other: &Self) -> bool {
                #body
            }
        }
    }
}

/// `Command` and `Handle`, with the outcome and the body given: after a mistake they are not the method's.
pub(super) fn decides(
    handlers: &Handlers,
    command: &Command,
    outcome: &TokenStream,
    body: &TokenStream,
) -> TokenStream {
    let (name, ty, aggregate) = (command.name(), type_of(command), &handlers.self_ty);
    let here = generated(command.signature.ident.span());
    let krate = handlers.runtime.at(here);
    let conditions = cfgs(&command.attributes);
    let requires = requires(command, here);
    let idempotent = command
        .is_idempotent
        .then(|| quote_spanned!(here=> const IS_IDEMPOTENT: bool = true;));
    let uses = |is: fn(&Argument) -> bool| command.arguments.iter().any(is);
    let state = named_if(
        uses(|argument| matches!(argument, Argument::Present | Argument::State)),
        "state",
        here,
    );
    let value = named_if(uses(|argument| matches!(argument, Argument::Field)), "command", here);
    let cx = named_if(uses(|argument| matches!(argument, Argument::Context)), "cx", here);
    quote_spanned! {here=>
        #(#conditions)*
        #[automatically_derived]
        impl #krate::Command for #ty {
            type Aggregate = #aggregate;
            const NAME: &'static str = #name;
        }
        #(#conditions)*
        #[automatically_derived]
        impl #krate::Handle<#ty> for #aggregate {
            const REQUIRES: #krate::Requires = #krate::Requires::#requires;
            #idempotent
            type Outcome = #outcome;
            fn handle(
                #state: ::core::option::Option<&Self>,
                #value: #ty,
                #cx: &#krate::Context,
            ) -> Self::Outcome {
                #body
            }
        }
    }
}

/// The name of a parameter that the body uses, or `_`.
fn named_if(used: bool, name: &str, here: Span) -> TokenStream {
    let name = Ident::new(name, here);
    if used {
        name.into_token_stream()
    } else {
        quote_spanned!(here=> _)
    }
}

fn requires(command: &Command, here: Span) -> Ident {
    let variant = match command.requires {
        Requires::Absent => "Absent",
        Requires::Present => "Present",
        Requires::Either => "Either",
    };
    Ident::new(variant, here)
}

/// The call of the method.
fn call(handlers: &Handlers, command: &Command) -> TokenStream {
    let method = &command.signature.ident;
    let here = generated(method.span());
    let krate = handlers.runtime.at(here);
    let own = matches!(command.is, CommandStruct::Own(_));
    let mut fields = command.fields.iter();
    let mut arguments = Vec::new();
    for argument in &command.arguments {
        arguments.push(match argument {
            Argument::Present => quote_spanned!(here=> #krate::__private::present(state)),
            Argument::State => quote_spanned!(here=> state),
            Argument::Context => quote_spanned!(here=> cx),
            Argument::Field if own => quote_spanned!(here=> command),
            Argument::Field => {
                let field = fields.next().and_then(|field| field.ident.as_ref());
                quote_spanned!(here=> command.#field)
            }
        });
    }
    quote_spanned!(here=> Self::#method(#(#arguments),*))
}

/// `Apply`, with the body given.
pub(super) fn applies(handlers: &Handlers, apply: &Apply, body: &TokenStream) -> TokenStream {
    let (Some(event), aggregate) = (&apply.event, &handlers.self_ty) else {
        return TokenStream::new();
    };
    let here = generated(apply.signature.ident.span());
    let krate = handlers.runtime.at(here);
    let conditions = cfgs(&apply.attributes);
    quote_spanned! {here=>
        #(#conditions)*
        #[automatically_derived]
        impl #krate::Apply<#event> for #aggregate {
            #[inline]
            fn apply(
                state: &mut ::core::option::Option<Self>,
                event: &#event,
            ) -> ::core::result::Result<(), #krate::FoldError> {
                #body
            }
        }
    }
}

/// The call of an apply, in the function of the runtime that has its form.
fn fold(handlers: &Handlers, apply: &Apply) -> TokenStream {
    let (method, event) = (&apply.signature.ident, &apply.event);
    let here = generated(method.span());
    let (krate, at_event) = (handlers.runtime.at(here), event.span());
    let krate_at_event = handlers.runtime.at(at_event);
    let name = quote_spanned!(at_event=> <#event as #krate_at_event::__private::Applied>::NAME);
    match apply.does {
        Applied::Creates => quote_spanned!(here=> #krate::__private::create(state, #name, || Self::#method(event))),
        Applied::Turns => {
            quote_spanned!(here=> #krate::__private::turn(state, #name, |state| Self::#method(state, event)))
        }
        Applied::Changes | Applied::Unclear => {
            quote_spanned!(here=> #krate::__private::change(state, #name, |state| Self::#method(state, event)))
        }
    }
}
