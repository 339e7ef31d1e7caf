//! `Shape`: what serde reads and writes of a type, as a constant.

/// The stored form of a type, as static references all the way down, so that a `const fn` can walk it.
///
/// A Rust name in it is for messages and for recursion, and is never compared.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Shape {
    /// `true` or `false`.
    Bool,
    /// A text.
    Str,
    /// `null`.
    Unit,
    /// Anything: a promise, not a check.
    Any,
    /// A whole number.
    Int {
        /// 8 to 128.
        bits: u8,
        /// Whether it may be below zero.
        signed: bool,
    },
    /// A number of 32 or 64 bits.
    Float(u8),
    /// One value in a named format, such as `uuid` or `decimal/1`. Another format has another name.
    Scalar {
        /// The name of the format.
        name: &'static str,
        /// A value of it as JSON, such as `"\"1.50\""`; generated payloads hold it.
        example: &'static str,
    },
    /// The value or `null`; a field of it may also be absent.
    Option(&'static Shape),
    /// Any number of values, in order.
    List(&'static Shape),
    /// Any number of values, each once, without order: of an item that is stored twice, one is read.
    Set(&'static Shape),
    /// Texts, each with a value: the shape of the keys, as they are without their quotes, and of the values.
    Map(&'static Shape, &'static Shape),
    /// As many values as there are shapes.
    Tuple(&'static [&'static Shape]),
    /// Keys, each with a value.
    Object {
        /// The type's name in Rust.
        rust: &'static str,
        /// What it holds.
        fields: &'static [Field],
    },
    /// One of several.
    Enum {
        /// The type's name in Rust.
        rust: &'static str,
        /// How the variant is told.
        tag: Tag,
        /// Whether a variant that this build does not know is read, by `#[serde(other)]`. The `other` variant is not among the variants.
        open: bool,
        /// What it may be.
        variants: &'static [Variant],
    },
    /// The nearest object or enum around it whose Rust name this is: a type inside itself.
    ///
    /// What a variant holds is an object whose name has a `::` in it, as in `Payment::Card`, and is never meant.
    Recurse(&'static str),
    /// A type by a name of its own, which is expanded elsewhere in the same payload (`#[schema(by_name = "node")]`).
    Named {
        /// That name.
        name: &'static str,
        /// The type's name in Rust, without its path: that of the object or enum which is its expansion.
        rust: &'static str,
    },
}

impl Shape {
    /// Whether a set stands anywhere in it. What is inside itself, or expanded elsewhere, is looked through where it is expanded.
    pub(crate) fn holds_sets(&self) -> bool {
        match self {
            Self::Set(_) => true,
            Self::Option(inner) | Self::List(inner) => inner.holds_sets(),
            Self::Map(key, value) => key.holds_sets() || value.holds_sets(),
            Self::Tuple(items) => items.iter().any(|item| item.holds_sets()),
            Self::Object { fields, .. } => fields.iter().any(|field| field.shape.holds_sets()),
            Self::Enum { variants, .. } => variants
                .iter()
                .filter_map(|variant| variant.shape)
                .any(Self::holds_sets),
            _ => false,
        }
    }
}

/// A key of an object.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Field {
    /// The stored key, after all renaming.
    pub key: &'static str,
    /// Other keys that are read as well.
    pub aliases: &'static [&'static str],
    /// What lies under it.
    pub shape: &'static Shape,
    /// Whether serde has a default for it. An `Option` may be absent without one.
    pub default: bool,
    /// Whether the writer may leave it out.
    pub omits: bool,
    /// Whether its own keys stand in the object around it, and `key` means nothing.
    pub flatten: bool,
}

impl Field {
    /// A key that is always written, and read under this name alone.
    #[must_use]
    pub const fn new(key: &'static str, shape: &'static Shape) -> Self {
        Self {
            key,
            aliases: &[],
            shape,
            default: false,
            omits: false,
            flatten: false,
        }
    }

    /// The keys of `shape`, which stand in the object around it.
    #[must_use]
    pub const fn flattened(shape: &'static Shape) -> Self {
        let mut field = Self::new("", shape);
        field.flatten = true;
        field
    }

    /// The same, read under other keys as well.
    #[must_use]
    pub const fn or(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    /// The same with a default for where the key is absent.
    #[must_use]
    pub const fn or_default(mut self) -> Self {
        self.default = true;
        self
    }

    /// The same, sometimes left out by the writer.
    #[must_use]
    pub const fn sometimes_omitted(mut self) -> Self {
        self.omits = true;
        self
    }
}

/// One of the things that an enum may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variant {
    /// The stored name, after all renaming.
    pub key: &'static str,
    /// Other names that are read as well.
    pub aliases: &'static [&'static str],
    /// What it holds; `None` for a variant without data, which is its name alone, or `null` where the enum is untagged.
    pub shape: Option<&'static Shape>,
}

/// How the variant of a stored enum is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// `{"Circle": {..}}`, and `"Point"` for a variant without data.
    External,
    /// `{"kind": "Circle", ..}`.
    Internal(&'static str),
    /// `{"kind": "Circle", "data": {..}}`.
    Adjacent {
        /// The key of the name.
        tag: &'static str,
        /// The key of the data.
        content: &'static str,
    },
    /// The first variant that fits.
    Untagged,
}
