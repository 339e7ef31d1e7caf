//! What the methods of a `#[recount::handlers]` block have to be.

use std::collections::HashMap;

use quote::{ToTokens, quote};
use syn::{GenericArgument, GenericParam, Generics, PathArguments, ReceiverKind, ReturnType, Signature, Type};

use super::has_no_parameters;
use super::on::ons;
use super::queries::queries;
use crate::model::{Applied, Apply, Command, CommandStruct, Handlers, Kind};
use crate::support::attributes::last_word;
use crate::support::errors::Errors;
use crate::support::{types, words};

pub(crate) fn handlers(handlers: &Handlers, errors: &mut Errors) {
    has_no_parameters(of(handlers), &handlers.generics, errors);
    for command in &handlers.commands {
        waits_for_nothing(command, errors);
        borrows_the_state(command, errors);
        is_one_type(command, errors);
        names_what_it_returns(command, errors);
        owns_its_fields(command, &handlers.name(), errors);
        takes_its_own_struct(command, errors);
    }
    has_every_command_once(handlers, errors);
    can_be_decided_again(handlers, errors);
    rejects_in_an_enum(handlers, errors);
    has_a_command(handlers, errors);
    for apply in &handlers.applies {
        has_one_of_three_forms(apply, errors);
        gives_the_state(apply, &handlers.name(), errors);
    }
    is_created(handlers, errors);
    ons(handlers, errors);
    queries(handlers, errors);
}

/// As a message says it.
fn of(handlers: &Handlers) -> &'static str {
    match handlers.kind() {
        Kind::Aggregate => "an aggregate",
        Kind::Projection => "a projection",
        Kind::Policy => "a policy",
        Kind::Process => "a process",
    }
}

/// A decision is repeated after a conflict and replayed in tests, so it is a function of the state and the command.
fn waits_for_nothing(command: &Command, errors: &mut Errors) {
    if let Some(asyncness) = &command.signature.asyncness {
        let message = "a command decides at once: remove `async`\n\
                       what it has to know first is a field of the command, filled in by the caller";
        errors.at(asyncness, message);
    }
}

/// State changes where an event is applied, and nowhere else.
fn borrows_the_state(command: &Command, errors: &mut Errors) {
    let Some(receiver) = command.signature.receiver() else {
        return;
    };
    let message = match &receiver.kind {
        ReceiverKind::Reference(_, _, None) => return,
        ReceiverKind::Typed(_, ty) if is_ref_self(ty) => return,
        ReceiverKind::Reference(_, _, Some(_)) => {
            "a command changes nothing: write `&self`\nit returns events, and `#[apply]` changes the state"
        }
        _ => "a command only looks at the state: write `&self`",
    };
    errors.at(receiver, message);
}

fn is_ref_self(ty: &Type) -> bool {
    let Type::Reference(reference) = ty else { return false };
    reference.mutability.is_none() && matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("Self"))
}

/// A command is found by its type and has one name.
fn is_one_type(command: &Command, errors: &mut Errors) {
    let message = "a command has no type parameters: its name stands for one type";
    let Generics { params, .. } = &command.signature.generics;
    let mut generic = params
        .iter()
        .filter(|parameter| !matches!(parameter, GenericParam::Lifetime(_)));
    match generic.next() {
        Some(_) => errors.at(params, message),
        None => {
            for field in command
                .fields
                .iter()
                .filter(|field| types::has_impl(&field.original.ty))
            {
                errors.at(&field.original.ty, message);
            }
        }
    }
}

/// The return type lists the events that a command can emit.
fn names_what_it_returns(command: &Command, errors: &mut Errors) {
    if !command.returns_a_type() {
        errors.at(
            &command.output,
            "a command names the events that it returns: write their type instead of `impl ...`",
        );
    }
}

/// Commands are values: they wait in queues and are decided again after a conflict.
fn owns_its_fields(command: &Command, aggregate: &str, errors: &mut Errors) {
    for field in &command.fields {
        let ty = &*field.original.ty;
        if field.ident.is_none() {
            errors.at(
                &field.original.pat,
                "a parameter of a command is one of its fields: give it a name",
            );
        } else if types::is_context(ty) {
            errors.at(ty, "a command only looks at its context: write `&Context`");
        } else if is_ref_to(ty, aggregate) {
            errors.at(ty, "a command looks at the state as its receiver: write `&self`");
        } else if is_late_state(ty, aggregate) {
            let message = format!(
                "the state is the first parameter: write `fn {}(state: Option<&Self>, ..)`",
                command.name()
            );
            errors.at(&field.original, message);
        } else if types::has_reference(ty) {
            let owned = types::shown(&types::owned(ty));
            let message = format!("a command owns its fields: write `{owned}`");
            errors.at(ty, message);
        }
    }
}

/// `&Self`, or the aggregate by its name.
fn is_ref_to(ty: &Type, aggregate: &str) -> bool {
    let Type::Reference(reference) = ty else { return false };
    matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("Self") || path.path.is_ident(aggregate))
}

/// `Option<&Self>`, which is read as the state where it stands first.
fn is_late_state(ty: &Type, aggregate: &str) -> bool {
    let Type::Path(path) = ty else { return false };
    let Some(PathArguments::AngleBracketed(arguments)) = path.path.segments.last().map(|last| &last.arguments) else {
        return false;
    };
    let is_state =
        |argument: &GenericArgument| matches!(argument, GenericArgument::Type(ty) if is_ref_to(ty, aggregate));
    last_word(&path.path) == "Option" && arguments.args.first().is_some_and(is_state)
}

/// The struct is handed over whole, so there is one parameter for it.
fn takes_its_own_struct(command: &Command, errors: &mut Errors) {
    let CommandStruct::Own(path) = &command.is else { return };
    if command.fields.len() != 1 {
        let (name, ty) = (command.name(), last_word(path));
        let message = format!("the method takes the struct whole: write `fn {name}(.., command: {ty})`");
        errors.at(&command.signature.ident, message);
    }
}

/// Structs of one name would be one struct. Two methods of one name rustc reports itself.
fn has_every_command_once(handlers: &Handlers, errors: &mut Errors) {
    let mut known: HashMap<String, String> = HashMap::new();
    for command in &handlers.commands {
        let (name, ty) = (command.name(), type_of(command));
        match known.get(&ty) {
            Some(first) => {
                let message = format!("`{first}` and `{name}` are both the command `{ty}`: rename one of them");
                errors.at(&command.signature.ident, message);
            }
            None => _ = known.insert(ty, name),
        }
    }
}

fn type_of(command: &Command) -> String {
    match &command.is {
        CommandStruct::Generated => command.variant(),
        CommandStruct::Own(path) => path.to_token_stream().to_string().replace(' ', ""),
    }
}

/// `handle` takes the command by value, and a conflict decides again.
fn can_be_decided_again(handlers: &Handlers, errors: &mut Errors) {
    let Some(derives) = &handlers.derives else {
        return;
    };
    if !derives.iter().any(|path| last_word(path) == "Clone") {
        errors.at(
            quote!(#(#derives),*),
            "`derive(...)` needs `Clone`: after a conflict a copy of the command is decided again",
        );
    }
}

/// Each command has the rejection of its return type; only the enum of all has to be told of one.
fn rejects_in_an_enum(handlers: &Handlers, errors: &mut Errors) {
    if let (Some(rejection), None) = (&handlers.rejection, &handlers.commands_enum) {
        let message = "this is the rejection of the enum of all commands: name the enum, `commands = ...`";
        errors.at(rejection, message);
    }
}

/// An enum without a variant is no command that anybody could send.
fn has_a_command(handlers: &Handlers, errors: &mut Errors) {
    if let Some(name) = handlers.commands_enum.as_ref().filter(|_| handlers.commands.is_empty()) {
        errors.at(
            name,
            "the enum of all commands needs a command: mark a method with `#[command]`",
        );
    }
}

/// The form says what an apply does: create the state, change it, or replace it.
fn has_one_of_three_forms(apply: &Apply, errors: &mut Errors) {
    let Signature {
        ident,
        inputs,
        output,
        asyncness,
        ..
    } = &apply.signature;
    if let Some(asyncness) = asyncness {
        errors.at(asyncness, "an apply waits for nothing: remove `async`");
    } else if apply.does == Applied::Unclear {
        let event = apply.event.as_ref().map_or_else(|| "E".to_owned(), types::shown);
        let changes_and_returns = matches!(output, ReturnType::Type(..))
            && apply
                .signature
                .receiver()
                .is_some_and(|receiver| matches!(receiver.kind, ReceiverKind::Reference(..)));
        let name = words::plain(ident);
        let message = format!(
            "an apply has one of three forms:\n\
             `fn {name}(event: &{event}) -> Self` creates the state\n\
             `fn {name}(&mut self, event: &{event})` changes it\n\
             `fn {name}(self, event: &{event}) -> Self` replaces it"
        );
        if changes_and_returns {
            errors.at(output, message);
        } else if inputs.is_empty() {
            errors.at(ident, message);
        } else {
            errors.at(inputs, message);
        }
    }
}

/// Events are facts, so there is nothing that applying one could refuse.
fn gives_the_state(apply: &Apply, aggregate: &str, errors: &mut Errors) {
    let ReturnType::Type(_, output) = &apply.signature.output else {
        return;
    };
    let is_state =
        matches!(&**output, Type::Path(path) if ["Self", aggregate].contains(&last_word(&path.path).as_str()));
    if matches!(apply.does, Applied::Creates | Applied::Turns) && !is_state {
        errors.at(
            output,
            "an apply gives the state and cannot fail, because its event has happened: write `-> Self`",
        );
    }
}

/// A stream begins with an event, and only a creating apply needs no state before it.
fn is_created(handlers: &Handlers, errors: &mut Errors) {
    let unclear = handlers.applies.iter().any(|apply| apply.does == Applied::Unclear);
    let creates = handlers.applies.iter().any(|apply| apply.does == Applied::Creates);
    let has_state = matches!(handlers.kind(), Kind::Aggregate | Kind::Process);
    if has_state && !handlers.applies.is_empty() && !unclear && !creates {
        let name = handlers.name();
        let message =
            format!("no event creates `{name}`: one of its `#[apply]`s has to be `fn name(event: &E) -> Self`");
        errors.at(&handlers.self_ty, message);
    }
}
