//! The enum of `#[recount::events]`, whose variants are events written inline.

use syn::{ItemEnum, LitStr, Variant};

use crate::support::runtime::Runtime;

/// `#[recount::events]` on an enum.
pub(crate) struct Events {
    pub(crate) item: ItemEnum,
    pub(crate) prefix: Option<LitStr>,
    pub(crate) context: Option<LitStr>,
    /// The paths in the enum's own `derive`s.
    pub(crate) derives: Vec<syn::Path>,
    pub(crate) variants: Vec<EventsVariant>,
    pub(crate) runtime: Runtime,
}

/// One variant.
pub(crate) struct EventsVariant {
    pub(crate) original: Variant,
    /// Whether one of its `#[event(..)]` attributes has a name of its own.
    pub(crate) is_named: bool,
    /// Whether one of them says its context.
    pub(crate) has_context: bool,
    /// Whether one of them says `frozen`, which concerns the event and the set.
    pub(crate) is_frozen: bool,
}
