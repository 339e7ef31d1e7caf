//! What a payload becomes when it is read and written again: what a reader passes over is gone.

use super::{Payload, read_at};
use crate::schema::around::Place;
use crate::schema::lock::{Outline, Tagging};
use crate::schema::numbers;

impl Outline {
    /// The payload as it would be written after it was read; itself where it is not read at all. What a default fills in is not known and
    /// left out.
    #[must_use]
    pub fn rewritten(&self, payload: &Payload) -> Payload {
        value(Place::root(self), payload)
    }
}

fn value(place: Place<'_>, payload: &Payload) -> Payload {
    let place = place.resolved();
    match (place.node, payload) {
        (Outline::Option(inner), payload) if *payload != Payload::Null => value(place.inner(inner), payload),
        (Outline::Float(bits), Payload::Number(number)) => Payload::Number(numbers::rounded(number, *bits)),
        (Outline::List(inner), Payload::List(list)) => {
            Payload::List(list.iter().map(|item| value(place.inner(inner), item)).collect())
        }
        (Outline::Set(inner), Payload::List(list)) => {
            let mut items = Vec::new();
            for item in list.iter().map(|item| value(place.inner(inner), item)) {
                if !items.contains(&item) {
                    items.push(item);
                }
            }
            Payload::List(items)
        }
        (Outline::Tuple(items), Payload::List(list)) => {
            let pairs = items.iter().zip(list);
            Payload::List(pairs.map(|(item, payload)| value(place.inner(item), payload)).collect())
        }
        (Outline::Map(_, inner), Payload::Object(entries)) => {
            let entries = entries
                .iter()
                .map(|(key, payload)| (key.clone(), value(place.inner(inner), payload)));
            Payload::Object(entries.collect())
        }
        (Outline::Object { .. }, Payload::Object(entries)) => object(place, entries),
        (Outline::Enum { .. }, payload) => choice(place, payload),
        (_, payload) => payload.clone(),
    }
}

fn object(place: Place<'_>, entries: &[(String, Payload)]) -> Payload {
    let Outline::Object { keys, parts } = place.node else {
        return Payload::Object(entries.to_vec());
    };
    let around = place.around();
    let mut written = Payload::Object(Vec::new());
    for (name, payload) in entries {
        match keys.iter().find(|key| key.is(name)) {
            Some(key) => written.set(&key.name, value(around.inner(&key.value), payload)),
            None if parts.is_empty() => {}
            None => written.set(name, payload.clone()),
        }
    }
    for key in keys {
        if matches!(key.value, Outline::Option(_)) && written.get(&key.name).is_none() {
            written.set(&key.name, Payload::Null);
        }
    }
    written
}

fn choice(place: Place<'_>, payload: &Payload) -> Payload {
    let Outline::Enum { tag, choices, .. } = place.node else {
        return payload.clone();
    };
    let around = place.around();
    let find = |name: &str| choices.iter().find(|choice| choice.is(name));
    let inside = |name: &str, data: &Payload| {
        let held = find(name).and_then(|choice| choice.value.as_ref());
        held.map_or_else(|| data.clone(), |held| value(around.inner(held), data))
    };
    let written_name = |name: &str| find(name).map_or(name, |choice| &choice.name).to_owned();
    match (tag, payload) {
        (Tagging::Untagged, payload) => {
            let held = choices.iter().filter_map(|choice| choice.value.as_ref());
            let mut taken = held.filter(|held| read_at(around.inner(held), payload).is_ok());
            taken
                .next()
                .map_or_else(|| payload.clone(), |held| value(around.inner(held), payload))
        }
        (Tagging::External, Payload::Text(name)) => Payload::Text(written_name(name)),
        (Tagging::External, Payload::Object(entries)) => {
            let entries = entries
                .iter()
                .map(|(name, data)| (written_name(name), inside(name, data)));
            Payload::Object(entries.collect())
        }
        (Tagging::Internal(tag), Payload::Object(entries)) => {
            let Some(Payload::Text(name)) = payload.get(tag) else {
                return payload.clone();
            };
            let data = entries.iter().filter(|(key, _)| key != tag).cloned().collect();
            let data = match find(name).map(|choice| &choice.value) {
                Some(None) => Payload::Object(Vec::new()),
                _ => inside(name, &Payload::Object(data)),
            };
            super::tagged(&Tagging::Internal(tag.clone()), &written_name(name), Some(data))
        }
        (Tagging::Adjacent { tag, content }, payload) => {
            let Some(Payload::Text(name)) = payload.get(tag) else {
                return payload.clone();
            };
            let data = payload.get(content).map(|data| (content.clone(), inside(name, data)));
            let name = (tag.clone(), Payload::Text(written_name(name)));
            Payload::Object([name].into_iter().chain(data).collect())
        }
        (_, payload) => payload.clone(),
    }
}
