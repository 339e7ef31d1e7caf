//! A set of events.

use syn::{Generics, Ident, LitStr, Type};

use crate::support::runtime::Runtime;
use crate::support::types;

/// `#[derive(Event)]` on an enum.
pub(crate) struct EventSet {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) variants: Vec<SetVariant>,
    pub(crate) aliases: Vec<Alias>,
    pub(crate) dropped: Vec<LitStr>,
    /// The old events that are read as several.
    pub(crate) splits: Vec<Type>,
    pub(crate) context: Option<LitStr>,
    pub(crate) runtime: Runtime,
}

impl EventSet {
    /// The variants whose event has a name: all but the one for what is unknown.
    pub(crate) fn known(&self) -> impl Iterator<Item = (&SetVariant, &Type)> {
        self.variants
            .iter()
            .filter(|variant| !matches!(variant.mark, Mark::Unknown))
            .filter_map(|variant| Some((variant, variant.event.as_ref()?)))
    }

    /// The variant for what is unknown.
    pub(crate) fn unknown(&self) -> Option<&SetVariant> {
        self.variants
            .iter()
            .find(|variant| matches!(variant.mark, Mark::Unknown))
    }

    /// Everything that is read under a name: the events in variants, then those that are split.
    pub(crate) fn read(&self) -> impl Iterator<Item = (Reads<'_>, &Type)> {
        let variants = self
            .known()
            .map(|(variant, event)| (Reads::Variant(&variant.ident), event));
        variants.chain(self.splits.iter().map(|event| (Reads::Split(event), event)))
    }

    /// The aliases of an event, by its type.
    pub(crate) fn aliases_of(&self, event: &Type) -> impl Iterator<Item = &LitStr> {
        let is_of = move |alias: &&Alias| self.target(alias).is_some_and(|(_, target)| same(target, event));
        self.aliases.iter().filter(is_of).map(|alias| &alias.name)
    }

    /// What an alias is read as: the type of a variant or of a split, or the variant of that name.
    pub(crate) fn target(&self, alias: &Alias) -> Option<(Reads<'_>, &Type)> {
        let is_named =
            |(reads, _): &(Reads<'_>, &Type)| matches!(reads, Reads::Variant(ident) if alias.is_named(ident));
        self.read()
            .find(|(_, event)| same(event, &alias.event))
            .or_else(|| self.read().find(is_named))
    }
}

/// What becomes of a stored event.
pub(crate) enum Reads<'a> {
    Variant(&'a Ident),
    Split(&'a Type),
}

impl Reads<'_> {
    /// The kind and what a message calls it.
    pub(crate) fn words(&self) -> (&'static str, String) {
        match self {
            Self::Variant(ident) => ("variant", ident.to_string()),
            Self::Split(event) => ("split", types::shown(event)),
        }
    }
}

fn same(one: &Type, other: &Type) -> bool {
    types::shown(one) == types::shown(other)
}

/// An old stored name and the event that it becomes.
pub(crate) struct Alias {
    pub(crate) name: LitStr,
    pub(crate) event: Type,
}

impl Alias {
    fn is_named(&self, variant: &Ident) -> bool {
        matches!(&self.event, Type::Path(path) if path.qself.is_none() && path.path.is_ident(variant))
    }
}

/// One variant of a set.
pub(crate) struct SetVariant {
    pub(crate) ident: Ident,
    /// The event, if the variant has one field without a name.
    pub(crate) event: Option<Type>,
    pub(crate) mark: Mark,
    /// Where a message about the fields goes.
    pub(crate) original: syn::Variant,
}

/// What `#[event(..)]` says of a variant.
pub(crate) enum Mark {
    /// Nothing: the event is read and written.
    None,
    /// `frozen`: it is read and never written.
    Frozen,
    /// `unknown`: it holds what has no other variant.
    Unknown,
}
