//! `#[recount::handlers(..)]` on an `impl` block: the block, its `#[apply]` methods, and the block without our attributes.

use proc_macro2::TokenStream;
use syn::punctuated::Punctuated;
use syn::{Attribute, FnArg, Ident, ImplItem, ImplItemFn, ItemImpl, Path, ReceiverKind, ReturnType, Token, Type};

use super::attribute::{Reader, path, ty, value};
use super::command::command;
use super::keys::{APPLY, HANDLERS, Place};
use super::on::{on, query};
use crate::model::{Applied, Apply, Command, Handlers};
use crate::support::attributes::last_word;
use crate::support::errors::Errors;
use crate::support::runtime::Runtime;

/// The attributes that this macro takes off the methods.
const OURS: [&str; 4] = ["command", "apply", "on", "query"];

pub(crate) fn handlers(arguments: TokenStream, block: &ItemImpl, errors: &mut Errors) -> Handlers {
    let (mut commands_enum, mut rejection, mut derives, mut runtime) = (None, None, None, Runtime::default());
    let mut queries_enum = None;
    Reader::new(&HANDLERS, Place::Handlers, errors).arguments(arguments, &mut |key, input| {
        match key {
            "commands" => commands_enum = Some(value::<Ident>(input)?),
            "queries" => queries_enum = Some(value::<Ident>(input)?),
            "rejection" => rejection = Some(ty(input)?),
            "derive" => {
                let list;
                syn::parenthesized!(list in input);
                let paths = Punctuated::<Path, Token![,]>::parse_terminated(&list)?;
                derives = Some(paths.into_iter().collect());
            }
            _ => runtime = Runtime(Some(path(input)?)),
        }
        Ok(())
    });
    let (mut commands, mut applies, mut has_lost_apply) = (Vec::<Command>::new(), Vec::new(), false);
    let (mut ons, mut queries) = (Vec::new(), Vec::new());
    for item in &block.items {
        let ours: Vec<&Attribute> = attributes_of(item)
            .iter()
            .filter(|attribute| is_ours(attribute))
            .collect();
        match (item, ours.as_slice()) {
            (_, []) => {}
            (ImplItem::Fn(method), [attribute]) if attribute.path().is_ident("command") => {
                let command = command(method, attribute, errors);
                // Two methods of one name rustc reports itself, and better than two structs of one name.
                if commands.iter().all(|known| known.name() != command.name()) {
                    commands.push(command);
                }
            }
            (ImplItem::Fn(method), [attribute]) if attribute.path().is_ident("on") => {
                ons.push(on(method, attribute, errors));
            }
            (ImplItem::Fn(method), [attribute]) if attribute.path().is_ident("query") => {
                queries.push(query(method, attribute, errors));
            }
            (ImplItem::Fn(method), [_]) => applies.push(apply(method, errors)),
            (ImplItem::Fn(_), [_, second, ..]) => {
                has_lost_apply = true;
                errors.at(second, "a method is one command, one apply, one `#[on]` or one query");
            }
            (_, [attribute, ..]) => {
                has_lost_apply = true;
                errors.at(
                    attribute,
                    format!("`#[{}]` belongs on a method", last_word(attribute.path())),
                );
            }
        }
    }
    let (self_ty, generics) = ((*block.self_ty).clone(), block.generics.clone());
    Handlers {
        self_ty,
        generics,
        commands_enum,
        rejection,
        derives,
        commands,
        applies,
        queries_enum,
        ons,
        queries,
        has_lost_apply,
        runtime,
    }
}

fn apply(method: &ImplItemFn, errors: &mut Errors) -> Apply {
    Reader::new(&APPLY, Place::Apply, errors).attributes(&method.attrs, &mut |_, _| Ok(()));
    let signature = &method.sig;
    let parameters: Vec<&FnArg> = signature.inputs.iter().collect();
    let (receiver, event) = match parameters.as_slice() {
        [FnArg::Typed(event)] => (None, Some(event)),
        [FnArg::Receiver(receiver), FnArg::Typed(event)] => (Some(&receiver.kind), Some(event)),
        _ => (None, None),
    };
    // An event that is not borrowed is a mistake, and still says which event is meant.
    let (event, borrowed) = match event.map(|event| &*event.ty) {
        Some(Type::Reference(reference)) => (Some((*reference.elem).clone()), reference.mutability.is_none()),
        other => (other.cloned(), false),
    };
    let returns = matches!(signature.output, ReturnType::Type(..));
    let does = match (borrowed, receiver, returns) {
        (true, None, true) => Applied::Creates,
        (true, Some(ReceiverKind::Reference(_, _, Some(_))), false) => Applied::Changes,
        (true, Some(ReceiverKind::Value), true) => Applied::Turns,
        _ => Applied::Unclear,
    };
    Apply {
        signature: signature.clone(),
        attributes: method.attrs.clone(),
        does,
        event,
    }
}

/// The block as the user wrote it, without what only this macro understands.
pub(crate) fn without_ours(mut block: ItemImpl) -> ItemImpl {
    for item in &mut block.items {
        let is_command = attributes_of(item)
            .iter()
            .any(|attribute| attribute.path().is_ident("command"));
        match item {
            ImplItem::Fn(method) => {
                method.attrs.retain(|attribute| !is_ours(attribute));
                for parameter in method.sig.inputs.iter_mut().filter(|_| is_command) {
                    if let FnArg::Typed(parameter) = parameter {
                        parameter
                            .attrs
                            .retain(|attribute| !super::command::goes_along(attribute));
                    }
                }
            }
            ImplItem::Const(item) => item.attrs.retain(|attribute| !is_ours(attribute)),
            ImplItem::Type(item) => item.attrs.retain(|attribute| !is_ours(attribute)),
            ImplItem::Macro(item) => item.attrs.retain(|attribute| !is_ours(attribute)),
            _ => {}
        }
    }
    block
}

fn is_ours(attribute: &Attribute) -> bool {
    OURS.iter().any(|ours| attribute.path().is_ident(ours))
}

fn attributes_of(item: &ImplItem) -> &[Attribute] {
    match item {
        ImplItem::Fn(item) => &item.attrs,
        ImplItem::Const(item) => &item.attrs,
        ImplItem::Type(item) => &item.attrs,
        ImplItem::Macro(item) => &item.attrs,
        _ => &[],
    }
}
