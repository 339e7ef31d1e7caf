//! A payload with the items of its sets in one order: what a hasher gives them means nothing.

use super::{Payload, choice_of};
use crate::schema::around::Place;
use crate::schema::lock::{Outline, Tagging};

impl Outline {
    /// The payload, its sets sorted; lists keep their order.
    pub(crate) fn sorted(&self, payload: &Payload) -> Payload {
        let mut sorted = payload.clone();
        sort(Place::root(self), &mut sorted);
        sorted
    }
}

fn sort(place: Place<'_>, payload: &mut Payload) {
    let place = place.resolved();
    match (place.node, payload) {
        (_, Payload::Null) => {}
        (Outline::Option(inner), payload) => sort(place.inner(inner), payload),
        (Outline::List(inner) | Outline::Set(inner), Payload::List(items)) => {
            items.iter_mut().for_each(|item| sort(place.inner(inner), item));
            if matches!(place.node, Outline::Set(_)) {
                items.sort_by_cached_key(Payload::to_string);
            }
        }
        (Outline::Tuple(inner), Payload::List(items)) => {
            let pairs = inner.iter().zip(items);
            pairs.for_each(|(inner, item)| sort(place.inner(inner), item));
        }
        (Outline::Map(_, inner), Payload::Object(entries)) => {
            entries.iter_mut().for_each(|(_, held)| sort(place.inner(inner), held));
        }
        (Outline::Object { keys, parts }, Payload::Object(entries)) => {
            let around = place.around();
            let is_own = |name: &str| keys.iter().any(|key| key.is(name));
            let mut others: Vec<_> = entries.iter().filter(|(name, _)| !is_own(name)).cloned().collect();
            for part in parts {
                let mut shared = Payload::Object(others);
                sort(around.inner(part), &mut shared);
                others = match shared {
                    Payload::Object(entries) => entries,
                    _ => return,
                };
            }
            let mut others = others.into_iter();
            for (name, held) in entries {
                match keys.iter().find(|key| key.is(name)) {
                    Some(key) => sort(around.inner(&key.value), held),
                    None => *held = others.next().map_or(Payload::Null, |(_, held)| held),
                }
            }
        }
        (Outline::Enum { tag, choices, .. }, payload) => {
            let around = place.around();
            let of = |name: &str| {
                let choice = choices.iter().find(|choice| choice.is(name))?;
                choice.value.as_ref().map(|value| around.inner(value))
            };
            match (tag, payload) {
                (Tagging::External, Payload::Object(entries)) => {
                    for (name, held) in entries {
                        if let Some(value) = of(name) {
                            sort(value, held);
                        }
                    }
                }
                (Tagging::Internal(tag), payload) => {
                    if let Some(Payload::Text(name)) = payload.get(tag)
                        && let Some(value) = of(name)
                    {
                        sort(value, payload);
                    }
                }
                (Tagging::Adjacent { tag, content }, payload) => {
                    if let Some(Payload::Text(name)) = payload.get(tag)
                        && let Some(value) = of(name)
                        && let Payload::Object(entries) = payload
                    {
                        let data = entries.iter_mut().filter(|(key, _)| key == content);
                        data.for_each(|(_, held)| sort(value, held));
                    }
                }
                (Tagging::Untagged, payload) => {
                    let choice = choice_of(place, payload).and_then(|at| choices.get(at));
                    if let Some(value) = choice.and_then(|choice| choice.value.as_ref()) {
                        sort(around.inner(value), payload);
                    }
                }
                _ => {}
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::super::Payload;
    use crate::schema::Outline;

    /// Sets wherever they stand; everything else keeps its order.
    #[test]
    fn only_sets_are_sorted() {
        for (lines, payload, sorted) in [
            ("a: list; a[]: u8", r#"{"a":[3,1,3]}"#, r#"{"a":[3,1,3]}"#),
            (
                "a: set; a[]: u8",
                r#"{"a":[3,1],"b":[2,1]}"#,
                r#"{"a":[1,3],"b":[2,1]}"#,
            ),
            (
                "a: list or null; a[]: set; a[][]: u8",
                r#"{"a":[[2,1],[1]]}"#,
                r#"{"a":[[1,2],[1]]}"#,
            ),
            (
                "a: set; a[]: set; a[][]: u8",
                r#"{"a":[[3,2],[2,1]]}"#,
                r#"{"a":[[1,2],[2,3]]}"#,
            ),
            (
                "a: enum; a|x: tuple; a|x.0: set; a|x.0[]: u8; a|x.1: list; a|x.1[]: u8",
                r#"{"a":{"x":[[2,1],[2,1]]}}"#,
                r#"{"a":{"x":[[1,2],[2,1]]}}"#,
            ),
            (
                "a: enum by k; a|x: object; a|x.s: set; a|x.s[]: u8",
                r#"{"a":{"k":"x","s":[2,1]}}"#,
                r#"{"a":{"k":"x","s":[1,2]}}"#,
            ),
            (
                "a: enum by k with c; a|x: set; a|x[]: u8",
                r#"{"a":{"k":"x","c":[2,1]}}"#,
                r#"{"a":{"k":"x","c":[1,2]}}"#,
            ),
            (
                "a: enum untagged; a|0: string; a|1: set; a|1[]: u8",
                r#"{"a":[2,1]}"#,
                r#"{"a":[1,2]}"#,
            ),
            (
                "+0: map; +0{key}: string; +0{}: set; +0{}[]: u8; a: list; a[]: u8",
                r#"{"b":[2,1],"a":[2,1],"c":[4,3]}"#,
                r#"{"b":[1,2],"a":[2,1],"c":[3,4]}"#,
            ),
        ] {
            let outline = Outline::parse(lines.split("; ")).unwrap_or_else(|error| panic!("{lines}: {error}"));
            let payload = Payload::parse(payload).unwrap_or_else(|error| panic!("{payload}: {error}"));
            assert_eq!(outline.sorted(&payload).to_string(), sorted, "{lines}");
        }
    }
}
