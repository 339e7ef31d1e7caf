//! One event, and a set of events.

use syn::{Fields, Generics, Ident, LitInt, LitStr, Type};

use crate::support::runtime::Runtime;

/// `#[derive(Event)]` on a struct.
pub(crate) struct Event {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) fields: Fields,
    pub(crate) name: Option<LitStr>,
    /// The number and where it stands; without one an event is at version 1.
    pub(crate) version: Option<(u32, LitInt)>,
    pub(crate) serde: Vec<SerdeKey>,
    pub(crate) runtime: Runtime,
}

impl Event {
    /// The name as `check` has accepted it.
    pub(crate) fn name(&self) -> String {
        self.name.as_ref().map(LitStr::value).unwrap_or_default()
    }

    pub(crate) fn version(&self) -> u32 {
        self.version.as_ref().map_or(1, |(number, _)| *number)
    }
}

/// One key of `#[serde(..)]` on an event.
pub(crate) struct SerdeKey(pub(crate) syn::Path);

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
