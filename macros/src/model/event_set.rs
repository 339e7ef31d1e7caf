//! A set of events.

use syn::{Generics, Ident, Type};

use crate::support::runtime::Runtime;

/// `#[derive(Event)]` on an enum.
pub(crate) struct EventSet {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) variants: Vec<SetVariant>,
    pub(crate) runtime: Runtime,
}

/// One variant of a set.
pub(crate) struct SetVariant {
    pub(crate) ident: Ident,
    /// The event, if the variant has one field without a name.
    pub(crate) event: Option<Type>,
    /// Where a message about the fields goes.
    pub(crate) original: syn::Variant,
}
