//! A `#[recount::handlers]` block, and its methods that decide and apply.

use syn::{Attribute, Ident, PatType, Path, Signature, Type, Visibility};

use super::{Does, On, Query};
use crate::support::runtime::Runtime;
use crate::support::types;
use crate::support::words;

/// `#[recount::handlers]` on an `impl` block.
pub(crate) struct Handlers {
    pub(crate) self_ty: Type,
    pub(crate) generics: syn::Generics,
    /// `commands = AccountCommand`.
    pub(crate) commands_enum: Option<Ident>,
    /// `rejection = AccountError`.
    pub(crate) rejection: Option<Type>,
    /// `derive(..)`; without one the commands have the usual derives.
    pub(crate) derives: Option<Vec<Path>>,
    pub(crate) commands: Vec<Command>,
    pub(crate) applies: Vec<Apply>,
    /// `queries = BalanceQuery`.
    pub(crate) queries_enum: Option<Ident>,
    pub(crate) ons: Vec<On>,
    pub(crate) queries: Vec<Query>,
    /// An `#[apply]` stands where it cannot be read.
    pub(crate) has_lost_apply: bool,
    pub(crate) runtime: Runtime,
}

/// What a block is of, as its methods tell.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Kind {
    Aggregate,
    Projection,
    Policy,
    Process,
}

impl Handlers {
    pub(crate) fn kind(&self) -> Kind {
        let views = |on: &On| matches!(on.does, Does::Changes | Does::Writes);
        let has_instances =
            !self.applies.is_empty() || self.ons.iter().any(|on| on.key.is_some() || on.start.is_some());
        let starts = self.ons.iter().any(|on| on.start.is_some());
        if !self.commands.is_empty() {
            Kind::Aggregate
        } else if starts && !self.applies.is_empty() {
            Kind::Process
        } else if self.ons.is_empty() {
            let asks = !self.queries.is_empty() || self.queries_enum.is_some();
            if asks { Kind::Projection } else { Kind::Aggregate }
        } else if self.ons.iter().all(|on| views(on) || on.does == Does::Unclear) {
            Kind::Projection
        } else if has_instances {
            Kind::Process
        } else {
            Kind::Policy
        }
    }

    /// The name of the type, for docs and for `RECOUNT_EXPAND`.
    pub(crate) fn name(&self) -> String {
        match &self.self_ty {
            Type::Path(path) => crate::support::attributes::last_word(&path.path),
            _ => String::new(),
        }
    }
}

/// One `#[command]` method.
pub(crate) struct Command {
    pub(crate) signature: Signature,
    pub(crate) vis: Visibility,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) is: CommandStruct,
    /// `#[command(idempotent)]`.
    pub(crate) is_idempotent: bool,
    pub(crate) requires: Requires,
    /// What the method is called with, in its order.
    pub(crate) arguments: Vec<Argument>,
    /// The parameters that are neither the state nor the context.
    pub(crate) fields: Vec<CommandField>,
    pub(crate) output: Type,
}

impl Command {
    /// The name of the command is the name of its method.
    pub(crate) fn name(&self) -> String {
        words::plain(&self.signature.ident)
    }

    /// Whether the return type can be named elsewhere.
    pub(crate) fn returns_a_type(&self) -> bool {
        !types::has_impl(&self.output)
    }

    /// Whether the type of a field can be named elsewhere: it needs nothing of the method's signature.
    pub(crate) fn has_a_type(&self, field: &CommandField) -> bool {
        let ty = &field.original.ty;
        !types::has_impl(ty)
            && !types::has_reference(ty)
            && !types::is_context(ty)
            && self.signature.generics.params.is_empty()
    }

    /// What the command is called in the enum of all.
    pub(crate) fn variant(&self) -> String {
        words::pascal(&self.name())
    }
}

/// Where the struct of a command comes from.
pub(crate) enum CommandStruct {
    /// From the parameters of the method.
    Generated,
    /// `#[command(Withdraw)]`: the user's own.
    Own(Path),
}

/// What a command asks of its stream.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Requires {
    Absent,
    Present,
    Either,
}

/// One argument of the call of the method.
pub(crate) enum Argument {
    /// `&self`: the runtime has looked that it is there.
    Present,
    /// `Option<&Self>`.
    State,
    /// `&Context`.
    Context,
    /// The next of the command's fields.
    Field,
}

/// One parameter that is a field of the command.
pub(crate) struct CommandField {
    /// `None` where the parameter is a pattern.
    pub(crate) ident: Option<Ident>,
    pub(crate) original: PatType,
}

/// One `#[apply]` method.
pub(crate) struct Apply {
    pub(crate) signature: Signature,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) does: Applied,
    /// The event, if there is a parameter `&E`.
    pub(crate) event: Option<Type>,
}

/// What an apply does with the state.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Applied {
    /// `fn(event: &E) -> Self`.
    Creates,
    /// `fn(&mut self, event: &E)`.
    Changes,
    /// `fn(self, event: &E) -> Self`.
    Turns,
    /// Anything else.
    Unclear,
}
