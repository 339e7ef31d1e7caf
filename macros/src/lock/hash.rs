//! `Fingerprint`: 128 bits of FNV-1a over an outline. Everything here is a `const fn`, because rustc hashes shapes by the same parts.

use std::fmt;
use std::str::FromStr;

use super::outline::{Outline, Tagging};

/// What an outline hashes to: equal for equal lines of the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(pub u128);

/// 32 hexadecimal digits.
impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// A text that is not 32 hexadecimal digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAFingerprint;

impl fmt::Display for NotAFingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a fingerprint is 32 digits of 0 to 9 and a to f")
    }
}

impl std::error::Error for NotAFingerprint {}

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 32 || !text.bytes().all(is_digit) {
            return Err(NotAFingerprint);
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| NotAFingerprint)
    }
}

impl Outline {
    /// Its fingerprint.
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint(node(self))
    }
}

/// How each kind of node is hashed. A node is its own word and the hashes of what is in it, closed by a mark; what has no order is added.
pub(crate) mod parts {
    const SEED: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    /// A byte that no text holds.
    const END: u8 = 0xff;

    const fn byte(hash: u128, byte: u8) -> u128 {
        (hash ^ byte as u128).wrapping_mul(PRIME)
    }

    const fn bytes(mut hash: u128, mut rest: &[u8]) -> u128 {
        while let [first, more @ ..] = rest {
            hash = byte(hash, *first);
            rest = more;
        }
        hash
    }

    /// The published function: FNV-1a of 128 bits, by Glenn Fowler, Landon Curt Noll and Kiem-Phong Vo.
    #[cfg(test)]
    pub(crate) const fn fnv(text: &str) -> u128 {
        bytes(SEED, text.as_bytes())
    }

    /// `hash` with a text and its end.
    #[must_use]
    pub(crate) const fn text(hash: u128, text: &str) -> u128 {
        byte(bytes(hash, text.as_bytes()), END)
    }

    /// `hash` with a number.
    #[must_use]
    pub(crate) const fn number(hash: u128, number: u128) -> u128 {
        bytes(hash, &number.to_le_bytes())
    }

    /// A node that is one word: `bool`, `string`, `null`, `any`; an alias; the beginning of any other.
    #[must_use]
    pub(crate) const fn word(word: &str) -> u128 {
        text(SEED, word)
    }

    /// The end of a node.
    #[must_use]
    pub(crate) const fn close(hash: u128) -> u128 {
        text(hash, "end")
    }

    /// A whole number.
    #[must_use]
    pub(crate) const fn int(bits: u8, signed: bool) -> u128 {
        number(number(word("int"), bits as u128), signed as u128)
    }

    /// A float.
    #[must_use]
    pub(crate) const fn float(bits: u8) -> u128 {
        number(word("float"), bits as u128)
    }

    /// A format with a name.
    #[must_use]
    pub(crate) const fn scalar(name: &str) -> u128 {
        text(word("scalar"), name)
    }

    /// A node of one or more others, in order: `option`, `list`, `map`, `tuple`; begin with [`word`], end with [`close`].
    #[must_use]
    pub(crate) const fn push(hash: u128, inner: u128) -> u128 {
        number(hash, inner)
    }

    /// An object: the sums of its keys and of its parts.
    #[must_use]
    pub(crate) const fn object(keys: u128, parts: u128) -> u128 {
        close(number(number(word("object"), keys), parts))
    }

    /// A key of an object, or a variant (whose value is 0 without data); `aliases` is the sum of their [`word`]s.
    #[must_use]
    pub(crate) const fn member(name: &str, absent: bool, aliases: u128, value: u128) -> u128 {
        close(number(
            number(number(text(word("member"), name), absent as u128), aliases),
            value,
        ))
    }

    /// An enum: how it is told, by which keys, and the sum of its variants, or where it is untagged the [`list`](push) of them.
    #[must_use]
    pub(crate) const fn choice(tagging: &str, tag: &str, content: &str, open: bool, variants: u128) -> u128 {
        let told = text(text(text(word("enum"), tagging), tag), content);
        close(number(number(told, open as u128), variants))
    }

    /// The one that many up.
    #[must_use]
    pub(crate) const fn up(count: u32) -> u128 {
        number(word("up"), count as u128)
    }
}

fn sum(hashes: impl Iterator<Item = u128>) -> u128 {
    hashes.fold(0, u128::wrapping_add)
}

fn aliases(aliases: &[String]) -> u128 {
    sum(aliases.iter().map(|alias| parts::word(alias)))
}

fn ordered<'a>(kind: &str, inner: impl IntoIterator<Item = &'a Outline>) -> u128 {
    let push = |hash, inner| parts::push(hash, node(inner));
    parts::close(inner.into_iter().fold(parts::word(kind), push))
}

fn node(outline: &Outline) -> u128 {
    match outline {
        Outline::Bool => parts::word("bool"),
        Outline::Text => parts::word("string"),
        Outline::Null => parts::word("null"),
        Outline::Any => parts::word("any"),
        Outline::Int { bits, signed } => parts::int(*bits, *signed),
        Outline::Float(bits) => parts::float(*bits),
        Outline::Scalar(scalar) => parts::scalar(&scalar.name),
        Outline::Option(inner) => ordered("option", [&**inner]),
        Outline::List(inner) => ordered("list", [&**inner]),
        Outline::Set(inner) => ordered("set", [&**inner]),
        Outline::Map(key, value) => ordered("map", [&**key, &**value]),
        Outline::Tuple(items) => ordered("tuple", items),
        Outline::Object { keys, parts: shared } => {
            let member =
                |key: &super::Key| parts::member(&key.name, key.absent, aliases(&key.aliases), node(&key.value));
            parts::object(sum(keys.iter().map(member)), sum(shared.iter().map(node)))
        }
        Outline::Enum { tag, open, choices } => {
            let member = |choice: &super::Choice| {
                let value = choice.value.as_ref().map_or(0, node);
                parts::member(&choice.name, false, aliases(&choice.aliases), value)
            };
            let added = || sum(choices.iter().map(member));
            match tag {
                Tagging::External => parts::choice("external", "", "", *open, added()),
                Tagging::Internal(tag) => parts::choice("internal", tag, "", *open, added()),
                Tagging::Adjacent { tag, content } => parts::choice("adjacent", tag, content, *open, added()),
                Tagging::Untagged => {
                    let value = |choice: &super::Choice| choice.value.as_ref().map_or(0, node);
                    let order = choices.iter().map(value).fold(parts::word("tries"), parts::push);
                    parts::choice("untagged", "", "", *open, order)
                }
            }
        }
        Outline::Up(count) => parts::up(*count),
    }
}
