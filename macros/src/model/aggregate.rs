//! An aggregate.

use syn::{Generics, Ident, LitStr, Type};

use crate::support::runtime::Runtime;

/// `#[derive(Aggregate)]`.
pub(crate) struct Aggregate {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) name: Option<LitStr>,
    pub(crate) id: Option<Type>,
    pub(crate) events: Option<Type>,
    pub(crate) runtime: Runtime,
}
