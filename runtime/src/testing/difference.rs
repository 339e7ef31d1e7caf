//! Where two stored events differ that should be one: the order of lists counts, that of keys and of sets does not.

use crate::codec;
use crate::event::EventSet;
use crate::schema::{Outline, Payload, Shape};
use crate::store::NewEvent;

/// Whether two events that were written are one.
pub(super) fn is_one<S: EventSet>(a: &NewEvent, b: &NewEvent) -> bool {
    let is_same_name = a.name == b.name && a.version == b.version;
    is_same_name && is_one_payload(shape::<S>(&a.name, a.version), &a.payload, &b.payload)
}

/// Without a shape, or where it does not say what something is, sets cannot be told from lists: there another order is the same.
fn is_one_payload(shape: Option<&'static Shape>, a: &[u8], b: &[u8]) -> bool {
    if a == b {
        return true;
    }
    let outline = shape.map(Outline::of).filter(|outline| outline.opaque() == 0);
    let parsed = |bytes: &[u8]| Payload::parse(std::str::from_utf8(bytes).ok()?).ok();
    match (outline, parsed(a), parsed(b)) {
        (Some(outline), Some(a), Some(b)) => differences(&outline.sorted(&a), &outline.sorted(&b)).is_empty(),
        _ => codec::difference(a, b).is_none(),
    }
}

/// The paths of all differences of two payloads whose sets are sorted, such as `lines[2].sku`.
pub(super) fn differences(a: &Payload, b: &Payload) -> Vec<String> {
    let at = |step: String, a: Option<&Payload>, b: Option<&Payload>| {
        let inside = match (a, b) {
            (Some(a), Some(b)) => differences(a, b),
            (None, None) => Vec::new(),
            _ => vec![String::new()],
        };
        let joined = move |inner: String| match inner.is_empty() || inner.starts_with('[') {
            true => format!("{step}{inner}"),
            false => format!("{step}.{inner}"),
        };
        inside.into_iter().map(joined)
    };
    match (a, b) {
        (Payload::Object(own), Payload::Object(others)) => {
            let come = others.iter().filter(|(key, _)| a.get(key).is_none());
            let keys = own.iter().chain(come).map(|(key, _)| key);
            keys.flat_map(|key| at(key.clone(), a.get(key), b.get(key))).collect()
        }
        (Payload::List(a), Payload::List(b)) => (0..a.len().max(b.len()))
            .flat_map(|index| at(format!("[{index}]"), a.get(index), b.get(index)))
            .collect(),
        (a, b) if a == b => Vec::new(),
        _ => vec![String::new()],
    }
}

/// The shape of a version of an event of the set, if it is known.
fn shape<S: EventSet>(name: &str, version: u32) -> Option<&'static Shape> {
    let mut events = S::FACTS.members.iter().map(|member| member.event);
    let event = events.find(|event| event.name == name)?;
    let described = std::iter::successors(Some(event), |event| event.older);
    let mut versions = described.flat_map(|event| event.versions);
    versions.find(|known| known.version == version)?.shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Field;

    const STRINGS: &Shape = &Shape::List(&Shape::Str);
    const SHAPE: &Shape = &Shape::Object {
        rust: "A",
        fields: &[
            Field::new("list", STRINGS),
            Field::new("set", &Shape::Set(&Shape::Str)),
            Field::new("lists", &Shape::Set(STRINGS)),
        ],
    };

    #[test]
    fn the_order_of_lists_counts_and_no_other() {
        let one = r#"{"list":["a","b"],"set":["a","b"],"lists":[["a","b"],["c"]]}"#;
        let is_one = |other: &str| is_one_payload(Some(SHAPE), one.as_bytes(), other.as_bytes());
        assert!(is_one(one));
        assert!(is_one(
            r#"{"set":["b","a"],"list":["a","b"],"lists":[["c"],["a","b"]]}"#
        ));
        assert!(!is_one(
            r#"{"list":["b","a"],"set":["a","b"],"lists":[["a","b"],["c"]]}"#
        ));
        assert!(!is_one(
            r#"{"list":["a","b"],"set":["a","b"],"lists":[["b","a"],["c"]]}"#
        ));
        assert!(!is_one(
            r#"{"list":["a","b"],"set":["a","c"],"lists":[["a","b"],["c"]]}"#
        ));
    }

    #[test]
    fn what_is_not_known_may_be_a_set() {
        const PROMISED: &Shape = &Shape::Object {
            rust: "A",
            fields: &[Field::new("any", &Shape::Any)],
        };
        let (one, other) = (br#"{"any":["a","b"]}"#, br#"{"any":["b","a"]}"#);
        for shape in [None, Some(PROMISED)] {
            assert!(is_one_payload(shape, one, other));
            assert!(!is_one_payload(shape, one, br#"{"any":["b","b"]}"#));
        }
    }
}
