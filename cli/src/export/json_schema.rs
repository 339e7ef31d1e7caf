//! JSON Schema 2020-12 of what serde reads: one definition for each version of each event, and for each type inside itself.
//!
//! Keys that a schema does not name are allowed, as serde passes over them. Where serde is more generous than what it writes (the sequence
//! form of a struct, the place of a variant for its name), the schema has the written form only.

use recount::schema::{Entry, Key, Outline, Status};
use serde_json::{Map, Value, json};

use super::braces::Braces;
use super::{choice, scalar};

/// The name of an entry's definition.
pub(super) fn key(entry: &Entry) -> String {
    format!("{}/{}/v{}", entry.context, entry.name, entry.version)
}

/// The whole document.
pub(super) fn write(entries: &[Entry]) -> String {
    let mut definitions = Map::new();
    for entry in entries {
        let name = key(entry);
        let mut writer = Writer {
            definitions: &mut definitions,
            frames: Vec::new(),
        };
        let schema = match &entry.shape {
            Some(shape) => writer.whole(shape, &name),
            None => json!({}),
        };
        definitions.insert(name, titled(entry, schema));
    }
    let document = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "written by `cargo recount lock export --format json-schema`",
        "$defs": definitions,
    });
    format!("{document:#}\n")
}

/// The schema with what people want to know of the entry.
fn titled(entry: &Entry, schema: Value) -> Value {
    let mut titled = Map::new();
    titled.insert("title".to_owned(), format!("{} v{}", entry.name, entry.version).into());
    let status = match entry.status {
        Status::Sealed => "sealed",
        Status::Draft => "a draft: it may still change",
    };
    let mut description = format!("{} ({status})", entry.kind);
    if entry.shape.is_none() {
        description.push_str(": no type describes it");
    }
    if !entry.names.is_empty() {
        description.push_str(&format!("; also stored as {}", entry.names.join(", ")));
    }
    titled.insert("description".to_owned(), description.into());
    if let Value::Object(schema) = schema {
        titled.extend(schema);
    }
    Value::Object(titled)
}

/// An object or enum around a value.
struct Frame {
    /// The name that its definition has if something refers to it.
    name: String,
    is_used: bool,
}

/// Writes one payload.
pub(super) struct Writer<'a> {
    definitions: &'a mut Map<String, Value>,
    frames: Vec<Frame>,
}

impl Writer<'_> {
    /// The payload, whose definition the caller names.
    fn whole(&mut self, outline: &Outline, name: &str) -> Value {
        self.frames.push(Frame {
            name: name.to_owned(),
            is_used: false,
        });
        let schema = self.inside(outline, name, None);
        self.frames.pop();
        schema
    }

    /// A value at a path. `braces`: what else stands in the braces that it shares, if it shares any.
    pub(super) fn value(&mut self, outline: &Outline, path: &str, braces: Option<&Braces>) -> Value {
        if !matches!(outline, Outline::Object { .. } | Outline::Enum { .. }) {
            return self.inside(outline, path, braces);
        }
        self.frames.push(Frame {
            name: self.free(path),
            is_used: false,
        });
        let schema = self.inside(outline, path, braces);
        match self.frames.pop() {
            Some(Frame { name, is_used: true }) => {
                let reference = reference(&name);
                self.definitions.insert(name, schema);
                reference
            }
            _ => schema,
        }
    }

    fn inside(&mut self, outline: &Outline, path: &str, braces: Option<&Braces>) -> Value {
        match outline {
            Outline::Bool => json!({ "type": "boolean" }),
            Outline::Text => json!({ "type": "string" }),
            Outline::Null => json!({ "type": "null" }),
            Outline::Int { bits, signed } => scalar::int(*bits, *signed),
            Outline::Float(_) => json!({ "type": "number" }),
            Outline::Scalar(scalar) => scalar::named(scalar),
            // In shared braces what does not fit is none.
            Outline::Option(inner) if braces.is_some() => any_of(vec![self.value(inner, path, braces), json!({})]),
            Outline::Option(inner) => any_of(vec![self.value(inner, path, None), json!({ "type": "null" })]),
            // An item of a set that is stored twice is read.
            Outline::List(inner) | Outline::Set(inner) => {
                json!({ "type": "array", "items": self.value(inner, path, None) })
            }
            Outline::Map(key, value) => self.map(key, value, path, braces),
            Outline::Tuple(items) => {
                let items: Vec<Value> = items
                    .iter()
                    .enumerate()
                    .map(|(place, item)| self.value(item, &format!("{path}/{place}"), None))
                    .collect();
                let count = items.len();
                match items.is_empty() {
                    true => json!({ "type": "array", "maxItems": 0 }),
                    false => json!({ "type": "array", "prefixItems": items, "items": false, "minItems": count }),
                }
            }
            Outline::Object { keys, parts } => self.object(keys, parts, path, braces),
            Outline::Enum { tag, open, choices } => choice::write(self, tag, *open, choices, path, braces),
            Outline::Up(count) => self.up(*count),
            // `any`, and what a later recount may add: a promise, not a check.
            _ => json!({}),
        }
    }

    fn map(&mut self, key: &Outline, value: &Outline, path: &str, braces: Option<&Braces>) -> Value {
        let mut schema = json!({ "type": "object", "additionalProperties": self.value(value, path, None) });
        let others = braces.map(Braces::names).unwrap_or_default();
        match others.is_empty() {
            true => {
                if let Some(names) = scalar::names(key) {
                    schema["propertyNames"] = names;
                }
            }
            // The names of the others are not names of the map, and a rule for names would be one for all.
            false => {
                schema["properties"] = others
                    .into_iter()
                    .map(|name| (name, json!({})))
                    .collect::<Map<_, _>>()
                    .into()
            }
        }
        schema
    }

    fn object(&mut self, keys: &[Key], parts: &[Outline], path: &str, braces: Option<&Braces>) -> Value {
        let (mut properties, mut required, mut all_of) = (Map::new(), Vec::new(), Vec::new());
        for Key {
            name,
            aliases,
            absent,
            value,
        } in keys
        {
            let schema = self.value(value, &format!("{path}/{name}"), None);
            for alias in aliases {
                let mut old = schema.clone();
                old["deprecated"] = true.into();
                properties.insert(alias.clone(), old);
            }
            properties.insert(name.clone(), schema);
            match (absent, aliases.is_empty()) {
                (false, true) => required.push(name),
                (false, false) => {
                    let spellings = [name].into_iter().chain(aliases);
                    all_of.push(
                        json!({ "oneOf": spellings.map(|name| json!({ "required": [name] })).collect::<Vec<_>>() }),
                    );
                }
                (true, _) => {}
            }
        }
        for (place, part) in parts.iter().enumerate() {
            let others = parts
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != place)
                .map(|(_, part)| part);
            let braces = Braces::around(braces, keys, others);
            all_of.push(self.value(part, &format!("{path}/{place}"), Some(&braces)));
        }
        let mut schema = json!({ "type": "object" });
        if !properties.is_empty() {
            schema["properties"] = properties.into();
        }
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        if !all_of.is_empty() {
            schema["allOf"] = all_of.into();
        }
        schema
    }

    /// The type that many up: its definition, which is written when that type is done.
    fn up(&mut self, count: u32) -> Value {
        let place = usize::try_from(count)
            .ok()
            .and_then(|count| self.frames.len().checked_sub(count));
        match place.and_then(|place| self.frames.get_mut(place)) {
            Some(frame) => {
                frame.is_used = true;
                reference(&frame.name)
            }
            // `Outline::parse` lets nothing point out of its payload.
            None => json!({}),
        }
    }

    /// A name for a definition that no other has: its path, or the path with marks behind it.
    fn free(&self, path: &str) -> String {
        let mut name = path.to_owned();
        while self.definitions.contains_key(&name) || self.frames.iter().any(|frame| frame.name == name) {
            name.push('\'');
        }
        name
    }
}

/// One of them: alone without a word about it.
pub(super) fn any_of(mut schemas: Vec<Value>) -> Value {
    match schemas.len() {
        1 => schemas.remove(0),
        _ => json!({ "anyOf": schemas }),
    }
}

/// A JSON pointer as the fragment of a URI.
fn reference(name: &str) -> Value {
    let mut text = "#/$defs/".to_owned();
    for letter in name.chars() {
        match letter {
            '~' => text.push_str("~0"),
            '/' => text.push_str("~1"),
            letter if letter.is_ascii_alphanumeric() || "-._!$&'()*+,;=:@".contains(letter) => text.push(letter),
            letter => {
                let mut bytes = [0; 4];
                for byte in letter.encode_utf8(&mut bytes).bytes() {
                    text.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
    json!({ "$ref": text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_survives_any_name() {
        assert_eq!(reference("bank/a.b/v1"), json!({ "$ref": "#/$defs/bank~1a.b~1v1" }));
        assert_eq!(reference("~ ö\"%"), json!({ "$ref": "#/$defs/~0%20%C3%B6%22%25" }));
    }
}
