//! `Payload`: a JSON value of which every digit is kept, for what is generated from an outline and shown as a witness.

mod complete;
mod make;
mod object;
mod parse;
mod read;
mod sort;
mod variant;
mod write;

use std::fmt;

use serde::{Serialize, Serializer};

use crate::codec::Json;

pub use make::Style;
pub use read::{Reading, Refusal};

pub(super) use make::{make, make_bare, make_under};
pub(super) use read::{choice_of, read_at};
pub(super) use variant::{tagged, unheard_of};

/// A JSON value. Its numbers are texts, because whole numbers of 128 bits and the digits of a float have to survive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it is written.
    Number(String),
    /// A text.
    Text(String),
    /// Values in order.
    List(Vec<Payload>),
    /// Keys, each with a value.
    Object(Vec<(String, Payload)>),
}

impl Payload {
    /// Whether it holds nothing else.
    pub(crate) fn is_single(&self) -> bool {
        !matches!(self, Self::List(_) | Self::Object(_))
    }

    /// Sets a key of an object; of anything else nothing happens.
    pub fn set(&mut self, key: &str, value: Payload) {
        if let Self::Object(entries) = self {
            match entries.iter_mut().find(|(other, _)| other == key) {
                Some((_, old)) => *old = value,
                None => entries.push((key.to_owned(), value)),
            }
        }
    }

    /// Takes a key out of an object.
    pub fn remove(&mut self, key: &str) -> Option<Payload> {
        let Self::Object(entries) = self else {
            return None;
        };
        let place = entries.iter().position(|(other, _)| other == key)?;
        Some(entries.remove(place).1)
    }

    /// What lies under a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Payload> {
        match self {
            Self::Object(entries) => entries.iter().find(|(other, _)| other == key).map(|(_, value)| value),
            _ => None,
        }
    }

    /// How many values it is made of.
    fn size(&self) -> usize {
        match self {
            Self::List(list) => 1 + list.iter().map(Self::size).sum::<usize>(),
            Self::Object(entries) => 1 + entries.iter().map(|(_, value)| value.size()).sum::<usize>(),
            _ => 1,
        }
    }

    /// As the key of a map: its text without quotes. Only texts, numbers and truths can be one.
    pub(super) fn into_key(self) -> Option<String> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Bool(truth) => Some(truth.to_string()),
            _ => None,
        }
    }
}

impl From<Json> for Payload {
    fn from(json: Json) -> Self {
        match json {
            Json::Null => Self::Null,
            Json::Bool(truth) => Self::Bool(truth),
            Json::Number(number) => Self::Number(number.to_string()),
            Json::String(text) => Self::Text(text),
            Json::Array(list) => Self::List(list.into_iter().map(Self::from).collect()),
            Json::Object(entries) => Self::Object(
                entries
                    .into_iter()
                    .map(|(key, value)| (key, Self::from(value)))
                    .collect(),
            ),
        }
    }
}

/// As its JSON text: a reader of a report need not keep 128 bits.
impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// The JSON text, without spaces.
impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(truth) => write!(f, "{truth}"),
            Self::Number(number) => f.write_str(number),
            Self::Text(text) => write_text(f, text),
            Self::List(list) => {
                for (place, value) in list.iter().enumerate() {
                    write!(f, "{}{value}", if place == 0 { "[" } else { "," })?;
                }
                f.write_str(if list.is_empty() { "[]" } else { "]" })
            }
            Self::Object(entries) => {
                for (place, (key, value)) in entries.iter().enumerate() {
                    f.write_str(if place == 0 { "{" } else { "," })?;
                    write_text(f, key)?;
                    write!(f, ":{value}")?;
                }
                f.write_str(if entries.is_empty() { "{}" } else { "}" })
            }
        }
    }
}

fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    f.write_str("\"")?;
    // Hundreds of thousands of payloads are written in one test, so what needs no escape is written as a whole.
    for piece in text.split_inclusive(is_escaped) {
        let plain = piece.strip_suffix(is_escaped);
        f.write_str(plain.unwrap_or(piece))?;
        match piece.chars().next_back().filter(|_| plain.is_some()) {
            Some('"') => f.write_str("\\\"")?,
            Some('\\') => f.write_str("\\\\")?,
            Some(letter) => write!(f, "\\u{:04x}", u32::from(letter))?,
            None => {}
        }
    }
    f.write_str("\"")
}

fn is_escaped(letter: char) -> bool {
    matches!(letter, '"' | '\\') || u32::from(letter) < 0x20
}
