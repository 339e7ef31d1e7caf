//! One `#[command]` method: what its parameters are for.

use syn::meta::ParseNestedMeta;
use syn::{Attribute, FnArg, GenericArgument, ImplItemFn, Meta, Pat, PatType, Path, PathArguments, ReturnType, Type};

use super::attribute::{Reader, flag};
use super::keys::{COMMAND, Place};
use crate::model::{Argument, Command, CommandField, CommandStruct, Requires};
use crate::support::attributes::last_word;
use crate::support::errors::Errors;

pub(crate) fn command(method: &ImplItemFn, attribute: &Attribute, errors: &mut Errors) -> Command {
    let (is, is_idempotent) = command_struct(attribute, errors);
    let (mut requires, mut arguments, mut fields) = (Requires::Absent, Vec::new(), Vec::new());
    for (position, parameter) in method.sig.inputs.iter().enumerate() {
        let argument = match parameter {
            FnArg::Receiver(_) => {
                requires = Requires::Present;
                Argument::Present
            }
            FnArg::Typed(typed) if position == 0 && is_state(&typed.ty) => {
                requires = Requires::Either;
                Argument::State
            }
            FnArg::Typed(typed) if is_context(&typed.ty) => Argument::Context,
            FnArg::Typed(typed) => {
                fields.push(field(typed));
                Argument::Field
            }
        };
        arguments.push(argument);
    }
    let output = match &method.sig.output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, output) => (**output).clone(),
    };
    let (signature, vis, attributes) = (method.sig.clone(), method.vis.clone(), method.attrs.clone());
    Command {
        signature,
        vis,
        attributes,
        is,
        is_idempotent,
        requires,
        arguments,
        fields,
        output,
    }
}

/// `#[command]`, `#[command(Withdraw)]` or `#[command(idempotent)]`: a type is told from a key by its capital or its `::`.
fn command_struct(attribute: &Attribute, errors: &mut Errors) -> (CommandStruct, bool) {
    let Meta::List(list) = &attribute.meta else {
        Reader::new(&COMMAND, Place::Command, errors).attributes(std::slice::from_ref(attribute), &mut |_, _| Ok(()));
        return (CommandStruct::Generated, false);
    };
    let mut is_idempotent = false;
    let mut own = None;
    let mut keys = proc_macro2::TokenStream::new();
    let entry = |meta: ParseNestedMeta<'_>| {
        let (path, rest) = (&meta.path, meta.input);
        if own.is_none() && is_type(path) {
            own = Some(path.clone());
        } else {
            let mut value = proc_macro2::TokenStream::new();
            while !rest.is_empty() && !rest.peek(syn::Token![,]) {
                value.extend(rest.parse::<proc_macro2::TokenTree>());
            }
            keys.extend(quote::quote!(#path #value,));
        }
        Ok(())
    };
    match list.parse_nested_meta(entry) {
        Ok(()) => {
            let reader = Reader::new(&COMMAND, Place::Command, errors);
            is_idempotent = !reader.arguments(keys, &mut |_, input| flag(input)).is_empty();
        }
        Err(_) => errors.at(
            &list.tokens,
            "a struct of your own is given by its path, such as `#[command(Withdraw)]`",
        ),
    }
    (own.map_or(CommandStruct::Generated, CommandStruct::Own), is_idempotent)
}

fn is_type(path: &Path) -> bool {
    path.segments.len() > 1 || last_word(path).starts_with(char::is_uppercase)
}

fn field(parameter: &PatType) -> CommandField {
    let ident = match &*parameter.pat {
        Pat::Ident(pattern) if pattern.subpat.is_none() && pattern.by_ref.is_none() => Some(pattern.ident.clone()),
        _ => None,
    };
    CommandField {
        ident,
        original: parameter.clone(),
    }
}

/// The attributes of a parameter that belong to the field of the command: its docs, and what serde is told of it.
pub(super) fn goes_along(attribute: &Attribute) -> bool {
    attribute.path().is_ident("doc") || attribute.path().is_ident("serde")
}

/// `&Context`, under any path.
fn is_context(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    reference.mutability.is_none() && matches!(&*reference.elem, Type::Path(path) if last_word(&path.path) == "Context")
}

/// `Option<&Self>`, or with any other type in the place of `Self`: a command owns its fields, so it is no field.
fn is_state(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(segment) = path.path.segments.last().filter(|segment| segment.ident == "Option") else {
        return false;
    };
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else {
        return false;
    };
    matches!(arguments.args.first(), Some(GenericArgument::Type(Type::Reference(_))))
}
