//! A timer.

use syn::{Generics, Ident, LitStr};

use crate::support::runtime::Runtime;

/// `#[derive(Timer)]`.
pub(crate) struct Timer {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) name: Option<LitStr>,
    pub(crate) runtime: Runtime,
}
