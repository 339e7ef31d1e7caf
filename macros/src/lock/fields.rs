//! From the tables of `events.lock` to its entries.

use std::collections::BTreeMap;

use super::error::LockError;
use super::file::{Entry, FORMAT, Kind, Lock, Release, Status};
use super::hash::Fingerprint;
use super::outline::Outline;
use super::toml::{self, Pair, Table, Value};

impl Lock {
    /// Reads the text of a lock. The order of its entries does not matter, so after a merge both sides may stand in any order.
    ///
    /// # Errors
    /// If it is not one, with the line and what to do.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        let mut lock = Self::default();
        let mut lines = BTreeMap::new();
        for table in toml::read(text)? {
            let line = table.line;
            match table.name.as_str() {
                "" => format(table)?,
                "event" => {
                    let entry = entry(table)?;
                    let key = (entry.context.clone(), entry.name.clone(), entry.version);
                    if let Some(first) = lines.insert(key, line) {
                        let Entry { name, version, .. } = &entry;
                        return Err(LockError::new(
                            line,
                            format!(
                                "`{name}` v{version} stands here and in line {first}: keep one, then run `RECOUNT_UPDATE=always`"
                            ),
                        ));
                    }
                    lock.events.push(entry);
                }
                "release" => lock.releases.push(release(table)?),
                name => {
                    return Err(LockError::new(
                        line,
                        format!("`[[{name}]]` is unknown: the tables are `[[event]]` and `[[release]]`"),
                    ));
                }
            }
        }
        lock.sort();
        Ok(lock)
    }
}

fn format(table: Table) -> Result<(), LockError> {
    let mut fields = Fields::new(table, &["format"])?;
    match fields.number("format")? {
        1..=FORMAT => Ok(()),
        newer => Err(LockError::new(
            fields.line,
            format!(
                "the file has format {newer}, and this build reads up to {FORMAT}: it was written by a newer recount, so update yours"
            ),
        )),
    }
}

const ENTRY: &[&str] = &[
    "context", "name", "version", "status", "kind", "floor", "rev", "names", "edge", "hash", "earlier", "examples",
    "shape",
];

fn entry(table: Table) -> Result<Entry, LockError> {
    let mut fields = Fields::new(table, ENTRY)?;
    let hash = fields.optional("hash", Fields::fingerprint)?;
    let shape = fields.shape()?;
    let entry = Entry {
        context: fields.text("context")?,
        name: fields.text("name")?,
        version: fields.number("version")?,
        status: fields.one_of("status", &Status::ALL)?,
        kind: fields.one_of("kind", &Kind::ALL)?,
        floor: fields.number("floor")?,
        names: fields.texts("names")?,
        edge: fields.texts("edge")?,
        rev: fields.optional("rev", Fields::number)?.unwrap_or_default(),
        shape,
        earlier: fields.fingerprints("earlier")?,
    };
    if hash != entry.hash() {
        let right = entry.hash().map_or("none".to_owned(), |hash| format!("\"{hash}\""));
        return Err(LockError::new(
            fields.line,
            format!(
                "`hash` is not that of `shape`, which is {right}: after a merge write that one, otherwise undo the edit by hand"
            ),
        ));
    }
    Ok(entry)
}

fn release(table: Table) -> Result<Release, LockError> {
    let mut fields = Fields::new(table, &["name", "live", "reads"])?;
    Ok(Release {
        name: fields.text("name")?,
        live: fields.truth("live")?,
        reads: fields.texts("reads")?,
    })
}

/// The pairs of a table, taken out one by one.
struct Fields {
    line: usize,
    pairs: Vec<Pair>,
}

impl Fields {
    fn new(table: Table, keys: &[&str]) -> Result<Self, LockError> {
        let Table { line, pairs, .. } = table;
        match pairs.iter().find(|pair| !keys.contains(&pair.key.as_str())) {
            Some(Pair { line, key, .. }) => {
                let keys = keys.join("`, `");
                Err(LockError::new(
                    *line,
                    format!("`{key}` is unknown here: the keys are `{keys}`"),
                ))
            }
            None => Ok(Self { line, pairs }),
        }
    }

    fn take(&mut self, key: &str) -> Option<Pair> {
        let place = self.pairs.iter().position(|pair| pair.key == key)?;
        Some(self.pairs.swap_remove(place))
    }

    fn optional<T>(
        &mut self,
        key: &str,
        read: fn(&mut Self, &str) -> Result<T, LockError>,
    ) -> Result<Option<T>, LockError> {
        let is_there = self.pairs.iter().any(|pair| pair.key == key);
        is_there.then(|| read(self, key)).transpose()
    }

    /// The value of a key that must be there, as `read` takes it.
    fn one<T>(&mut self, key: &str, what: &str, read: fn(Value) -> Option<T>) -> Result<T, LockError> {
        let Some(pair) = self.take(key) else {
            return Err(LockError::new(
                self.line,
                format!("`{key}` is missing: add `{key} = {what}`"),
            ));
        };
        read(pair.value).ok_or_else(|| LockError::new(pair.line, format!("`{key}` is written `{key} = {what}`")))
    }

    fn text(&mut self, key: &str) -> Result<String, LockError> {
        self.one(key, "\"..\"", |value| match value {
            Value::Text(text) => Some(text),
            _ => None,
        })
    }

    fn number(&mut self, key: &str) -> Result<u32, LockError> {
        self.one(key, "1", |value| match value {
            Value::Number(number) => Some(number),
            _ => None,
        })
    }

    fn truth(&mut self, key: &str) -> Result<bool, LockError> {
        self.one(key, "true", |value| match value {
            Value::Truth(truth) => Some(truth),
            _ => None,
        })
    }

    fn list(&mut self, key: &str) -> Result<Vec<(usize, String)>, LockError> {
        self.one(key, "[\"..\"]", |value| match value {
            Value::List(texts) => Some(texts),
            _ => None,
        })
    }

    fn texts(&mut self, key: &str) -> Result<Vec<String>, LockError> {
        let texts = self.optional(key, Self::list)?.unwrap_or_default();
        Ok(texts.into_iter().map(|(_, text)| text).collect())
    }

    fn one_of<T: Copy>(&mut self, key: &str, all: &[(T, &str)]) -> Result<T, LockError> {
        let line = self
            .pairs
            .iter()
            .find(|pair| pair.key == key)
            .map_or(self.line, |pair| pair.line);
        let text = self.text(key)?;
        let found = all.iter().find(|(_, word)| *word == text);
        let words = || all.iter().map(|(_, word)| *word).collect::<Vec<_>>().join("`, `");
        found
            .map(|(value, _)| *value)
            .ok_or_else(|| LockError::new(line, format!("`{key}` is one of `{}`", words())))
    }

    fn fingerprint(&mut self, key: &str) -> Result<Fingerprint, LockError> {
        self.one(key, "32 hexadecimal digits in quotes", |value| match value {
            Value::Text(text) => text.parse().ok(),
            _ => None,
        })
    }

    fn fingerprints(&mut self, key: &str) -> Result<Vec<Fingerprint>, LockError> {
        let texts = self.optional(key, Self::list)?.unwrap_or_default();
        let read = |(line, text): (usize, String)| {
            text.parse()
                .map_err(|error| LockError::new(line, format!("`{text}`: {error}")))
        };
        texts.into_iter().map(read).collect()
    }

    fn shape(&mut self) -> Result<Option<Outline>, LockError> {
        let mut examples = BTreeMap::new();
        for (line, text) in self.optional("examples", Self::list)?.unwrap_or_default() {
            let (name, example) = text
                .split_once(": ")
                .ok_or_else(|| LockError::new(line, "an example is written \"format: json\""))?;
            examples.insert(name.to_owned(), example.to_owned());
        }
        let Some(lines) = self.optional("shape", Self::list)? else {
            return Ok(None);
        };
        let mut shape = Outline::parse(lines.iter().map(|(_, text)| text.as_str())).map_err(|error| {
            let line = lines.get(error.line).map_or(self.line, |(line, _)| *line);
            LockError::new(line, error.problem)
        })?;
        shape.with_examples(&examples);
        Ok(Some(shape))
    }
}
