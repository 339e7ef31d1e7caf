//! A type that is part of an event.

use syn::{Generics, Ident, Meta, Type};

use super::Form;
use super::stored::{self, RenameAll};
use crate::support::runtime::Runtime;

/// `#[derive(Schema)]`.
pub(crate) struct Schema {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) body: Body,
    /// What serde is told of the type as a whole.
    pub(crate) serde: Vec<Meta>,
    pub(crate) form: Option<Form>,
    pub(crate) runtime: Runtime,
}

/// What the type is made of.
pub(crate) enum Body {
    Struct(Parts),
    Enum(Vec<Variant>),
}

/// The fields of a struct or of a variant.
pub(crate) enum Parts {
    Named(Vec<Part>),
    Tuple(Vec<Part>),
    Unit,
}

/// One field.
pub(crate) struct Part {
    /// None in a tuple.
    pub(crate) ident: Option<Ident>,
    pub(crate) ty: Type,
    pub(crate) serde: Vec<Meta>,
    pub(crate) form: Option<Form>,
}

/// One variant of an enum.
pub(crate) struct Variant {
    pub(crate) ident: Ident,
    pub(crate) serde: Vec<Meta>,
    pub(crate) parts: Parts,
}

impl Schema {
    /// The fields of all variants, or of the struct, without those that are no part of what is stored.
    pub(crate) fn stored_parts(&self) -> impl Iterator<Item = &Part> {
        let (parts, variants) = match &self.body {
            Body::Struct(parts) => (Some(parts), [].as_slice()),
            Body::Enum(variants) => (None, variants.as_slice()),
        };
        let variants = variants.iter().filter(|variant| variant.is_stored());
        let all = parts.into_iter().chain(variants.map(|variant| &variant.parts));
        all.flat_map(Parts::fields).filter(|part| part.is_stored())
    }

    /// `rename_all` of the variants or of the fields, as the type is.
    pub(crate) fn rename_all(&self) -> RenameAll {
        rule(&self.serde, "rename_all").unwrap_or_default()
    }

    /// The rule for the fields of a variant.
    pub(crate) fn rename_fields_of(&self, variant: &Variant) -> RenameAll {
        let own = rule(&variant.serde, "rename_all");
        own.or_else(|| rule(&self.serde, "rename_all_fields"))
            .unwrap_or_default()
    }
}

impl Parts {
    pub(crate) fn fields(&self) -> &[Part] {
        match self {
            Self::Named(parts) | Self::Tuple(parts) => parts,
            Self::Unit => &[],
        }
    }
}

impl Part {
    pub(crate) fn is_stored(&self) -> bool {
        !stored::has(&self.serde, &["skip"])
    }
}

impl Variant {
    /// The `other` variant stands for what is not known, and is not stored itself.
    pub(crate) fn is_stored(&self) -> bool {
        !self.is_other() && !stored::has(&self.serde, &["skip"])
    }

    pub(crate) fn is_other(&self) -> bool {
        stored::has(&self.serde, &["other"])
    }
}

fn rule(serde: &[Meta], key: &str) -> Option<RenameAll> {
    stored::text_of(serde, key).map(|rule| RenameAll::new(&rule))
}
