//! What reads events of several aggregates: a projection, a policy, a process.

use syn::{Generics, Ident, LitInt, LitStr, Path, Type};

use super::Schema;
use crate::support::runtime::Runtime;

/// `#[derive(Projection)]`, `#[derive(Policy)]` or `#[derive(Process)]`.
pub(crate) struct Consumer {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) name: Option<LitStr>,
    /// `reads(Account, Order)`.
    pub(crate) reads: Option<Vec<Type>>,
    pub(crate) rev: Option<LitInt>,
    /// `hops = 8`: the bound of a loop that a policy or a process may be part of.
    pub(crate) hops: Option<LitInt>,
    pub(crate) is: ConsumerKind,
    pub(crate) runtime: Runtime,
}

/// What only one kind has.
pub(crate) enum ConsumerKind {
    Projection(Projection),
    Policy {
        start: Option<Start>,
    },
    Process {
        id: Option<Box<Type>>,
        start: Option<Start>,
        /// `max_parked = 100`: how many instances may be parked.
        max_parked: Option<LitInt>,
    },
}

/// The view of a projection, and how it is kept.
pub(crate) struct Projection {
    /// `mode = inline`.
    pub(crate) is_inline: bool,
    /// `on_error = park(max = 100)`: how many.
    pub(crate) park: Option<LitInt>,
    pub(crate) view: View,
}

/// Where the view lives.
pub(crate) enum View {
    /// In memory: it has a shape.
    InMemory {
        shape: Box<Schema>,
        /// What keeps a field out of its serde form.
        skipped: Vec<Path>,
    },
    /// `view = OrdersDb`.
    In(Box<Type>),
}

/// `start = now`.
#[derive(Clone, Copy)]
pub(crate) enum Start {
    Now,
    Beginning,
}

impl Consumer {
    /// As a message says it.
    pub(crate) const fn words(&self) -> &'static str {
        match self.is {
            ConsumerKind::Projection(_) => "a projection",
            ConsumerKind::Policy { .. } => "a policy",
            ConsumerKind::Process { .. } => "a process",
        }
    }

    /// Its attribute.
    pub(crate) const fn attribute(&self) -> &'static str {
        match self.is {
            ConsumerKind::Projection(_) => "projection",
            ConsumerKind::Policy { .. } => "policy",
            ConsumerKind::Process { .. } => "process",
        }
    }

    /// `start`, where one has to be.
    pub(crate) const fn start(&self) -> Option<Option<Start>> {
        match self.is {
            ConsumerKind::Projection(_) => None,
            ConsumerKind::Policy { start } | ConsumerKind::Process { start, .. } => Some(start),
        }
    }
}
