//! One event.

use syn::{Fields, Generics, Ident, LitInt, LitStr};

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
