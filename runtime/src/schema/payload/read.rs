//! What serde reads with an outline: which payloads it takes, which of their values it passes over, which it blurs.

use std::fmt;

use super::Payload;
use crate::schema::around::Place;
use crate::schema::lock::{Choice, Key, Outline, Tagging};
use crate::schema::numbers;

/// What became of a payload that is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The paths of values that are passed over: keys that are not known, variants that an open enum has not.
    pub ignored: Vec<String>,
    /// The paths of values that are not kept as they are: floats have few digits, and an item that stands in a set already is no more.
    pub blurred: Vec<String>,
}

/// Why a payload is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Where, such as `lines[2].sku`; empty for the payload as a whole.
    pub path: String,
    /// What is wrong there.
    pub problem: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.problem)
    }
}

impl std::error::Error for Refusal {}

impl Outline {
    /// Reads a payload as serde does. Of a format with a name only the kind of JSON is known, by its example.
    ///
    /// # Errors
    /// If serde refuses it.
    pub fn read(&self, payload: &Payload) -> Result<Reading, Refusal> {
        read_at(Place::root(self), payload)
    }

    /// Whether serde reads a payload.
    ///
    /// # Errors
    /// If it does not: why.
    pub fn accepts(&self, payload: &Payload) -> Result<(), Refusal> {
        self.read(payload).map(drop)
    }
}

/// Reads a payload of one node.
pub(crate) fn read_at(place: Place<'_>, payload: &Payload) -> Result<Reading, Refusal> {
    let mut reader = Reader::default();
    reader.value(place, payload)?;
    Ok(reader.reading)
}

/// Which variant of an untagged enum a payload is read as.
pub(crate) fn choice_of(choices: Place<'_>, payload: &Payload) -> Option<usize> {
    let Outline::Enum { choices: all, .. } = choices.node else {
        return None;
    };
    let mut reader = Reader::default();
    all.iter()
        .position(|choice| reader.data(choices, choice, payload).is_ok())
}

#[derive(Default)]
pub(super) struct Reader {
    pub(super) path: String,
    pub(super) reading: Reading,
    /// The untagged enums that are being tried, and how large what they are tried on is: one that comes by again on something no smaller is
    /// its own variant, and reads nothing more by it.
    pub(super) tried: Vec<(*const Outline, usize)>,
}

impl Reader {
    pub(super) fn refuse<T>(&self, problem: impl Into<String>) -> Result<T, Refusal> {
        let (path, problem) = (self.path.trim_start_matches('.').to_owned(), problem.into());
        Err(Refusal { path, problem })
    }

    pub(super) fn at<T>(&mut self, step: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.path.len();
        self.path.push_str(step);
        let result = read(self);
        self.path.truncate(before);
        result
    }

    pub(super) fn ignore(&mut self, step: &str) {
        let path = format!("{}{step}", self.path);
        self.reading.ignored.push(path.trim_start_matches('.').to_owned());
    }

    fn blur(&mut self, step: &str) {
        let path = format!("{}{step}", self.path);
        self.reading.blurred.push(path.trim_start_matches('.').to_owned());
    }

    pub(super) fn value(&mut self, place: Place<'_>, payload: &Payload) -> Result<(), Refusal> {
        let place = place.resolved();
        match (place.node, payload) {
            (Outline::Any, _)
            | (Outline::Bool, Payload::Bool(_))
            | (Outline::Text, Payload::Text(_))
            | (Outline::Null | Outline::Option(_), Payload::Null) => Ok(()),
            (Outline::Scalar(scalar), Payload::Null) if scalar.example != "null" => {
                self.refuse(format!("null is no `{}`", scalar.name))
            }
            (Outline::Scalar(scalar), payload) => match Payload::parse(&scalar.example) {
                Ok(example) if std::mem::discriminant(&example) != std::mem::discriminant(payload) => {
                    self.refuse(format!("not a `{}`, such as {example}", scalar.name))
                }
                _ => Ok(()),
            },
            (Outline::Int { bits, signed }, Payload::Number(number)) => match numbers::is_int(number, *bits, *signed) {
                true => Ok(()),
                false => self.refuse(format!("{number} is no {}", numbers::name(*bits, *signed))),
            },
            (Outline::Float(bits), Payload::Number(number)) => {
                if numbers::is_blurred(number, *bits) {
                    self.blur("");
                }
                Ok(())
            }
            (Outline::Option(inner), payload) => self.value(place.inner(inner), payload),
            (Outline::List(inner) | Outline::Set(inner), Payload::List(list)) => {
                let is_set = matches!(place.node, Outline::Set(_));
                for (index, value) in list.iter().enumerate() {
                    if is_set && list.iter().take(index).any(|before| before == value) {
                        self.blur(&format!("[{index}]"));
                    }
                    self.at(&format!("[{index}]"), |reader| reader.value(place.inner(inner), value))?;
                }
                Ok(())
            }
            (Outline::Tuple(items), Payload::List(list)) if items.len() == list.len() => {
                for (index, (item, value)) in items.iter().zip(list).enumerate() {
                    self.at(&format!("[{index}]"), |reader| reader.value(place.inner(item), value))?;
                }
                Ok(())
            }
            (Outline::Tuple(items), Payload::List(list)) => {
                self.refuse(format!("{} values and not {}", list.len(), items.len()))
            }
            (Outline::Map(key, inner), Payload::Object(entries)) => {
                for (name, value) in entries {
                    self.at(&format!(".{name}"), |reader| {
                        reader.key(place.inner(key), name)?;
                        reader.value(place.inner(inner), value)
                    })?;
                }
                Ok(())
            }
            (Outline::Object { .. }, Payload::Object(entries)) => self.object(
                place,
                entries.iter().map(|(key, value)| (key.as_str(), value)).collect(),
            ),
            (Outline::Enum { .. }, payload) => self.choice(place, payload),
            (_, payload) => {
                let kind = match payload {
                    Payload::Null => "null",
                    Payload::Bool(_) => "a truth",
                    Payload::Number(_) => "a number",
                    Payload::Text(_) => "a text",
                    Payload::List(_) => "a list",
                    Payload::Object(_) => "an object",
                };
                self.refuse(format!("{kind} is not what is read here"))
            }
        }
    }

    /// The key of a map, which is a text in JSON whatever it is read as.
    fn key(&mut self, place: Place<'_>, key: &str) -> Result<(), Refusal> {
        let text = Payload::Text(key.to_owned());
        let read_as = match place.resolved().node {
            Outline::Int { .. } | Outline::Float(_) => Payload::Number(key.to_owned()),
            Outline::Bool if key == "true" || key == "false" => Payload::Bool(key == "true"),
            Outline::Option(inner) => return self.key(place.inner(inner), key),
            Outline::Scalar(_) => return Ok(()),
            _ => text,
        };
        self.value(place, &read_as)
    }

    pub(super) fn choice(&mut self, place: Place<'_>, payload: &Payload) -> Result<(), Refusal> {
        let Outline::Enum { tag, open, choices } = place.node else {
            return Ok(());
        };
        let find = |name: &str| choices.iter().find(|choice| choice.is(name));
        match (tag, payload) {
            (Tagging::Untagged, payload) => {
                let pair: (*const Outline, usize) = (place.node, payload.size());
                if self.tried.contains(&pair) {
                    return self.refuse("no variant fits");
                }
                let tried: Vec<_> = self.tried.iter().copied().chain([pair]).collect();
                for choice in choices {
                    let mut reader = Self {
                        path: self.path.clone(),
                        reading: Reading::default(),
                        tried: tried.clone(),
                    };
                    if reader.data(place, choice, payload).is_ok() {
                        self.reading.ignored.extend(reader.reading.ignored);
                        self.reading.blurred.extend(reader.reading.blurred);
                        return Ok(());
                    }
                }
                self.refuse("no variant fits")
            }
            (Tagging::External, Payload::Text(name)) => match find(name) {
                Some(Choice { value: None, .. }) => Ok(()),
                Some(_) => self.refuse(format!("the variant `{name}` has no data here")),
                None => self.unknown(name, *open),
            },
            (Tagging::External, Payload::Object(entries)) => match entries.as_slice() {
                [(name, data)] => match find(name) {
                    Some(choice) => self.at(&format!(".{name}"), |reader| reader.data(place, choice, data)),
                    None if *data == Payload::Null => self.unknown(name, *open),
                    None => self.unknown(name, false),
                },
                _ => self.refuse("a variant is one key"),
            },
            (Tagging::Internal(tag), Payload::Object(entries)) => {
                let Some(Payload::Text(name)) = payload.get(tag) else {
                    return self.refuse(format!("`{tag}` is missing"));
                };
                let left = entries.iter().filter(|(key, _)| key != tag);
                match find(name) {
                    Some(Choice { value: Some(data), .. }) => {
                        let left = Payload::Object(left.cloned().collect());
                        self.value(place.around().inner(data), &left)
                    }
                    Some(_) => {
                        left.for_each(|(key, _)| self.ignore(&format!(".{key}")));
                        Ok(())
                    }
                    None => self.unknown(name, *open),
                }
            }
            (Tagging::Adjacent { tag, content }, Payload::Object(entries)) => {
                let Some(Payload::Text(name)) = payload.get(tag) else {
                    return self.refuse(format!("`{tag}` is missing"));
                };
                let others = entries.iter().filter(|(key, _)| key != tag && key != content);
                others.for_each(|(key, _)| self.ignore(&format!(".{key}")));
                let data = payload.get(content);
                match (find(name), data) {
                    (Some(choice), Some(data)) => {
                        self.at(&format!(".{content}"), |reader| reader.data(place, choice, data))
                    }
                    (
                        Some(Choice {
                            value: None | Some(Outline::Option(_)),
                            ..
                        }),
                        None,
                    ) => Ok(()),
                    (Some(_), None) => self.refuse(format!("`{content}` is missing")),
                    (None, None | Some(Payload::Null)) => self.unknown(name, *open),
                    (None, Some(_)) => self.unknown(name, false),
                }
            }
            _ => self.refuse("not how a variant is stored here"),
        }
    }

    /// What a variant holds; one without data is stored as `null` where it has a place of its own.
    fn data(&mut self, place: Place<'_>, choice: &Choice, data: &Payload) -> Result<(), Refusal> {
        match &choice.value {
            Some(value) => self.value(place.around().inner(value), data),
            None if *data == Payload::Null => Ok(()),
            None => self.refuse("the variant has no data"),
        }
    }

    fn unknown(&mut self, name: &str, open: bool) -> Result<(), Refusal> {
        if !open {
            return self.refuse(format!("the variant `{name}` is not known"));
        }
        self.ignore("");
        Ok(())
    }
}

impl Key {
    /// Whether it is read under that name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }
}

impl Choice {
    /// Whether it is read under that name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name || self.aliases.iter().any(|alias| alias == name)
    }
}
