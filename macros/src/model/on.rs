//! The methods of a `#[recount::handlers]` block that read: `#[on]` and `#[query]`.

use syn::{Attribute, Expr, Ident, PatType, Path, Signature, Type, Visibility};

use crate::support::attributes::last_word;
use crate::support::{types, words};

/// One `#[on]` method.
pub(crate) struct On {
    pub(crate) signature: Signature,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) does: Does,
    /// What it handles, if there is a parameter `&E`.
    pub(crate) input: Option<Type>,
    /// There is a parameter for the metadata.
    pub(crate) takes_meta: bool,
    /// Parameters that nobody fills in.
    pub(crate) more: Vec<PatType>,
    /// `#[on(key = ..)]`.
    pub(crate) key: Option<Expr>,
    /// `#[on(start)]`.
    pub(crate) start: Option<Path>,
    pub(crate) output: Option<Type>,
}

/// What an `#[on]` does, by its receiver.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Does {
    /// `&mut self`: it changes the view.
    Changes,
    /// `&self, tx: &mut Tx<'_>`: it writes to a database.
    Writes,
    /// `&self`: it returns effects.
    Reacts,
    /// Anything else.
    Unclear,
}

/// What comes back to whoever sent it, and what happened.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Input {
    Event,
    Failed,
    Due,
}

impl On {
    pub(crate) fn name(&self) -> String {
        words::plain(&self.signature.ident)
    }

    /// `Failed<C>` and `Due<T>` are told by their names: an event has no parameters.
    pub(crate) fn is(&self) -> Input {
        let Some(Type::Path(path)) = &self.input else {
            return Input::Event;
        };
        let is_generic = path.path.segments.last().is_some_and(|last| !last.arguments.is_none());
        match last_word(&path.path).as_str() {
            "Failed" if is_generic => Input::Failed,
            "Due" if is_generic => Input::Due,
            _ => Input::Event,
        }
    }

    /// The event, if it is one.
    pub(crate) fn event(&self) -> Option<&Type> {
        self.input.as_ref().filter(|_| self.is() == Input::Event)
    }
}

/// One `#[query]` method.
pub(crate) struct Query {
    pub(crate) signature: Signature,
    pub(crate) vis: Visibility,
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) fields: Vec<QueryField>,
    pub(crate) output: Type,
}

/// One parameter of a query.
pub(crate) struct QueryField {
    /// `None` where the parameter is a pattern.
    pub(crate) ident: Option<Ident>,
    pub(crate) original: PatType,
}

impl Query {
    pub(crate) fn name(&self) -> String {
        words::plain(&self.signature.ident)
    }

    /// What it is called in the enum of all.
    pub(crate) fn variant(&self) -> String {
        words::pascal(&self.name())
    }

    /// Whether it can be a message: what is asked and what is answered are types of their own.
    pub(crate) fn is_a_message(&self) -> bool {
        self.signature.receiver().is_some()
            && self.signature.generics.params.is_empty()
            && self
                .fields
                .iter()
                .all(|field| field.ident.is_some() && field.is_owned())
            && self.answer_is_owned()
    }

    pub(crate) fn answer_is_owned(&self) -> bool {
        borrows_nothing(&self.output)
    }
}

impl QueryField {
    /// Its type, or what it borrows as a whole, can be kept in a message.
    pub(crate) fn is_owned(&self) -> bool {
        match &*self.original.ty {
            Type::Reference(reference) => reference.mutability.is_none() && borrows_nothing(&reference.elem),
            ty => borrows_nothing(ty),
        }
    }
}

fn borrows_nothing(ty: &Type) -> bool {
    !types::has_impl(ty) && !types::has_reference(ty) && !types::has_lifetime(ty)
}
