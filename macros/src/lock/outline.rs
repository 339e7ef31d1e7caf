//! `Outline`: what serde reads of a type, owned and in one order, so that equal outlines are equal lines and equal fingerprints.

/// The stored form of a value, without anything of Rust: what `events.lock` says of it.
///
/// What serde flattens stands in the object around it, newtypes are gone, keys are sorted, and a type inside itself says how far up it
/// begins. Two types that read the same have the same outline, whatever they are called.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outline {
    /// `true` or `false`.
    Bool,
    /// A text.
    Text,
    /// `null`.
    Null,
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
    /// One value in a format that has a name.
    Scalar(Scalar),
    /// The value or `null`; never an `Option` of an `Option`.
    Option(Box<Outline>),
    /// Any number of values, in order.
    List(Box<Outline>),
    /// Any number of values, each once, without order.
    Set(Box<Outline>),
    /// Texts, each with a value: the outline of the keys without their quotes, and of the values.
    Map(Box<Outline>, Box<Outline>),
    /// As many values as there are outlines.
    Tuple(Vec<Outline>),
    /// Keys, each with a value.
    Object {
        /// Its keys, sorted, each once.
        keys: Vec<Key>,
        /// What else shares its braces: flattened enums and maps, sorted by their lines.
        parts: Vec<Outline>,
    },
    /// One of several.
    Enum {
        /// How the variant is told.
        tag: Tagging,
        /// Whether a variant that is not listed is read.
        open: bool,
        /// What it may be: sorted, and in the order of trying where it is untagged.
        choices: Vec<Choice>,
    },
    /// The object or enum around it, that many up: 1 is the nearest.
    Up(u32),
}

/// A format with a name.
#[derive(Clone, Debug)]
pub struct Scalar {
    /// Such as `decimal/1`. Another format has another name.
    pub name: String,
    /// A value of it as JSON, such as `"1.50"` in quotes; empty where it is not known. It is not compared.
    pub example: String,
}

/// The name is what is promised; the example only makes payloads.
impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Scalar {}

/// A key of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The stored key.
    pub name: String,
    /// Other keys that are read as well, sorted.
    pub aliases: Vec<String>,
    /// Whether a payload without it is read.
    pub absent: bool,
    /// What lies under it.
    pub value: Outline,
}

/// One of the things that an enum may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The stored name; its place, from 0, where the enum is untagged.
    pub name: String,
    /// Other names that are read as well, sorted.
    pub aliases: Vec<String>,
    /// What it holds; `None` for a variant without data.
    pub value: Option<Outline>,
}

/// How the variant of a stored enum is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// `{"circle": {..}}`, and `"point"` for a variant without data.
    External,
    /// `{"kind": "circle", ..}`.
    Internal(String),
    /// `{"kind": "circle", "data": {..}}`.
    Adjacent {
        /// The key of the name.
        tag: String,
        /// The key of the data.
        content: String,
    },
    /// The first variant that fits.
    Untagged,
}

impl Outline {
    /// An object without a key: what a unit struct is stored as.
    #[must_use]
    pub fn empty() -> Self {
        Self::Object {
            keys: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Those directly inside it.
    pub(in super::super) fn inner(&self) -> Vec<&Self> {
        match self {
            Self::Option(inner) | Self::List(inner) | Self::Set(inner) => vec![inner],
            Self::Map(key, value) => vec![key, value],
            Self::Tuple(items) => items.iter().collect(),
            Self::Object { keys, parts } => keys.iter().map(|key| &key.value).chain(parts).collect(),
            Self::Enum { choices, .. } => choices.iter().filter_map(|choice| choice.value.as_ref()).collect(),
            _ => Vec::new(),
        }
    }

    /// The same, to change them.
    pub(super) fn inner_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Option(inner) | Self::List(inner) | Self::Set(inner) => vec![inner],
            Self::Map(key, value) => vec![key, value],
            Self::Tuple(items) => items.iter_mut().collect(),
            Self::Object { keys, parts } => keys.iter_mut().map(|key| &mut key.value).chain(parts).collect(),
            Self::Enum { choices, .. } => choices.iter_mut().filter_map(|choice| choice.value.as_mut()).collect(),
            _ => Vec::new(),
        }
    }

    /// How many values in it are promises, not checks: `any`.
    #[must_use]
    pub fn opaque(&self) -> usize {
        usize::from(*self == Self::Any) + self.inner().into_iter().map(Self::opaque).sum::<usize>()
    }

    /// The formats in it that have an example, sorted, each once.
    pub(in super::super) fn examples(&self) -> std::collections::BTreeMap<String, String> {
        let mut found: std::collections::BTreeMap<_, _> = self.inner().into_iter().flat_map(Self::examples).collect();
        if let Self::Scalar(scalar) = self
            && !scalar.example.is_empty()
        {
            found.insert(scalar.name.clone(), scalar.example.clone());
        }
        found
    }

    /// Gives its formats their examples.
    pub(super) fn with_examples(&mut self, examples: &std::collections::BTreeMap<String, String>) {
        if let Self::Scalar(scalar) = self
            && let Some(example) = examples.get(&scalar.name)
        {
            scalar.example.clone_from(example);
        }
        for inner in self.inner_mut() {
            inner.with_examples(examples);
        }
    }
}
