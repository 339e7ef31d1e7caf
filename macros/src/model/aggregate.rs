//! An aggregate.

use proc_macro2::Span;
use syn::{Generics, Ident, LitInt, LitStr, Path, Type};

use crate::support::runtime::Runtime;

/// `#[derive(Aggregate)]`.
pub(crate) struct Aggregate {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) name: Option<LitStr>,
    pub(crate) id: Option<Type>,
    pub(crate) events: Option<Type>,
    pub(crate) snapshot: Option<Snapshot>,
    pub(crate) rev: Option<LitInt>,
    /// What keeps a field out of its serde form.
    pub(crate) skipped: Vec<Path>,
    pub(crate) runtime: Runtime,
}

/// `snapshot(..)`: when one is taken. At least one of the three is there.
pub(crate) struct Snapshot {
    /// Its first key.
    pub(crate) key: Span,
    pub(crate) every: Option<LitInt>,
    pub(crate) bytes: Option<LitInt>,
    pub(crate) micros: Option<LitInt>,
}
