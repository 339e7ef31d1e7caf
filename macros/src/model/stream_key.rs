//! A newtype that is the id of a stream.

use syn::{Field, Generics, Ident, Index, Member};

use crate::support::runtime::Runtime;

/// `#[derive(StreamKey)]`.
pub(crate) struct StreamKey {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    /// The one field, if there is exactly one.
    pub(crate) field: Option<Field>,
    pub(crate) runtime: Runtime,
}

impl StreamKey {
    /// How the field is named in an expression.
    pub(crate) fn member(field: &Field) -> Member {
        field
            .ident
            .clone()
            .map_or_else(|| Member::Unnamed(Index::from(0)), Member::Named)
    }
}
