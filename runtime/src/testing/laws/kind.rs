//! `Kind`: the stored events of one name and version, and what payloads of them are made from.

use crate::schema::{EventFacts, Outline, Payload, Role, SetFacts, Style};
use crate::testing::{StoredEvent, stored};

/// The stored events of one name and version.
pub(super) struct Kind {
    pub(super) name: &'static str,
    pub(super) version: u32,
    floor: u32,
    source: Source,
}

enum Source {
    /// Any payload of this shape.
    Shape(Outline),
    /// These alone, each with the keys that it leaves out: what reads them is code of the user's, or their shape does not say all of what
    /// they are.
    Examples(Vec<String>),
}

impl Kind {
    /// All that a set reads, what it writes first: a history shrinks towards the first.
    pub(super) fn all(facts: &'static SetFacts) -> Vec<Self> {
        let (mut current, mut past) = (Vec::new(), Vec::new());
        for member in facts.members.iter().filter(|member| !member.event.name.is_empty()) {
            let is_split = member.role == Role::Split;
            let mut kinds = Self::of(member.event, member.event.name, is_split).into_iter();
            match member.role {
                Role::Current => current.extend(kinds.next()),
                Role::Frozen | Role::Split => {}
            }
            past.extend(kinds);
            let aliases = facts.aliases.iter().filter(|(_, name)| *name == member.event.name);
            past.extend(aliases.flat_map(|(alias, _)| Self::of(member.event, alias, is_split)));
        }
        past.extend(facts.dropped.iter().map(|name| Self {
            name,
            version: 1,
            floor: 1,
            source: Source::Examples(vec!["{}".to_owned()]),
        }));
        current.extend(past);
        current
    }

    /// All versions of an event under one of its names, the newest first.
    fn of(event: &'static EventFacts, name: &'static str, is_split: bool) -> Vec<Self> {
        // Code of the user's at one step stands between each version below it and the current one.
        let (mut kinds, mut runs_code, mut described) = (Vec::new(), is_split, Some(event));
        while let Some(facts) = described {
            for version in facts.versions.iter().rev() {
                runs_code |= version.runs_code;
                let outline = version.shape.map(Outline::of);
                let examples = examples(event, version.version, outline.as_ref());
                let source = match outline.filter(|_| !runs_code) {
                    Some(outline) if !is_vague(&outline) || examples.is_empty() => Source::Shape(outline),
                    Some(_) | None => Source::Examples(examples),
                };
                kinds.push(Self {
                    name,
                    version: version.version,
                    floor: version.floor,
                    source,
                });
            }
            (runs_code, described) = (true, facts.older);
        }
        kinds
    }

    /// Whether no payload can be made of it.
    pub(super) fn is_empty(&self) -> bool {
        matches!(&self.source, Source::Examples(examples) if examples.is_empty())
    }

    /// Whether all that is made of it can be read, if nothing is wrong.
    pub(super) fn is_certain(&self) -> bool {
        match &self.source {
            Source::Shape(outline) => !is_vague(outline),
            Source::Examples(examples) => !examples.is_empty(),
        }
    }

    /// One of these events, the same for the same seed; the first seeds make the plainest.
    pub(super) fn event(&self, seed: u64, small: bool) -> StoredEvent {
        let payload = match &self.source {
            Source::Shape(outline) => {
                let mut payload = outline.payload(match seed {
                    0 => Style::Max,
                    1 => Style::Sparse,
                    2 => Style::Min,
                    seed => Style::Stored(seed),
                });
                if small {
                    shorten(&mut payload);
                }
                payload.to_string()
            }
            Source::Examples(examples) => {
                let count = examples.len().max(1) as u64;
                let place = usize::try_from(seed % count).unwrap_or_default();
                examples.get(place).map_or("{}", String::as_str).to_owned()
            }
        };
        stored(self.name, self.version, payload).floor(self.floor)
    }
}

/// The examples of a version, completed by its shape: they stand where it is described, or at the events that came to read it.
fn examples(event: &'static EventFacts, version: u32, outline: Option<&Outline>) -> Vec<String> {
    let whole = |json: &str| match (outline, Payload::parse(json)) {
        (Some(outline), Ok(given)) => outline.completed(given).to_string(),
        // What is no JSON is told by the schema test, and by whoever reads it.
        _ => json.to_owned(),
    };
    let (mut found, mut described) = (Vec::new(), Some(event));
    while let Some(facts) = described {
        let own = facts.examples.iter().filter(|(of, _)| *of == version);
        found.extend(own.map(|(_, json)| whole(json)));
        described = facts.older;
    }
    found
}

/// Whether a payload that is made from an outline may be none: it holds a promise, or a format of which no value is known.
pub(super) fn is_vague(outline: &Outline) -> bool {
    match outline {
        Outline::Any => true,
        Outline::Scalar(scalar) => scalar.example.is_empty(),
        Outline::Option(inner) | Outline::List(inner) | Outline::Set(inner) => is_vague(inner),
        Outline::Map(key, value) => is_vague(key) || is_vague(value),
        Outline::Tuple(items) => items.iter().any(is_vague),
        Outline::Object { keys, parts } => keys.iter().any(|key| is_vague(&key.value)) || parts.iter().any(is_vague),
        Outline::Enum { choices, .. } => choices.iter().filter_map(|choice| choice.value.as_ref()).any(is_vague),
        Outline::Bool | Outline::Text | Outline::Null | Outline::Int { .. } | Outline::Float(_) | Outline::Up(_) => {
            false
        }
    }
}

/// Leaves the last two digits of whole numbers, and brings other numbers below 100.
fn shorten(payload: &mut Payload) {
    match payload {
        Payload::Number(text) => {
            let whole = text.parse::<i128>().map(|number| number % 100);
            let whole = whole.or_else(|_| text.parse::<u128>().map(|number| (number % 100).cast_signed()));
            match whole {
                Ok(number) => *text = number.to_string(),
                Err(_) if text.parse::<f64>().is_ok_and(|number| number.abs() >= 100.0) => *text = "0.5".to_owned(),
                Err(_) => {}
            }
        }
        Payload::List(items) => items.iter_mut().for_each(shorten),
        Payload::Object(entries) => entries.iter_mut().for_each(|(_, value)| shorten(value)),
        Payload::Null | Payload::Bool(_) | Payload::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shortened_wherever_they_stand() {
        let text = r#"{"a":[340282366920938463463374607431768211455,-1234],"b":{"c":-1.7e308,"d":1.5,"e":"1234"}}"#;
        let mut payload = Payload::parse(text).expect("JSON");
        shorten(&mut payload);
        assert_eq!(
            payload.to_string(),
            r#"{"a":[55,-34],"b":{"c":0.5,"d":1.5,"e":"1234"}}"#
        );
    }
}
