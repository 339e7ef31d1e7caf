//! Generated payloads, as the tests of a schema use them.

use crate::constant;
use crate::schema::{Outline, Payload, Style};
use crate::testing::schema::set::Unread;
use crate::testing::schema::today::Event;

/// The payloads that a golden is kept of, that first which shows most.
pub(super) const KINDS: [&str; 3] = ["max", "min", "sparse"];

/// The golden of that kind.
pub(super) fn golden(shape: &Outline, kind: &str) -> Payload {
    shape.payload(match kind {
        "min" => Style::Min,
        "sparse" => Style::Sparse,
        _ => Style::Max,
    })
}

/// Every key, and no two values alike.
pub(super) fn max(shape: &Outline) -> Payload {
    shape.payload(Style::Max)
}

/// Seeds for the payloads of one version: others for each, and the same on each run with the same `seed`.
pub(super) fn seeds(seed: u64, event: &Event, version: u32, count: u64) -> impl Iterator<Item = u64> {
    let start = constant::fnv(&format!("{} {} {version}", event.context, event.name)) ^ seed;
    (0..count).map(move |step| start.wrapping_add(step.wrapping_mul(0x9e37_79b9_7f4a_7c15)))
}

/// Whether a value could not be read because nothing is known of it: the shape says `any`, and the type does not take just anything.
pub(super) fn is_opaque(shape: &Outline, path: &str) -> bool {
    shape.opaque() > 0 && leads_to_any(shape, path)
}

/// Whether that is why a stored payload did not become events. Above its own version a path says nothing.
pub(super) fn is_unread_for_any(shape: &Outline, unread: &Unread) -> bool {
    unread.path.as_ref().is_some_and(|path| is_opaque(shape, path))
}

/// Whether the way along this path ends at an `any`, or where it cannot be told.
fn leads_to_any(shape: &Outline, path: &str) -> bool {
    let mut outline = shape;
    while let Outline::Option(inner) = outline {
        outline = inner;
    }
    let path = path.strip_prefix('.').unwrap_or(path);
    match outline {
        Outline::Any => true,
        Outline::Object { keys, parts } => {
            let key = keys.iter().find_map(|key| {
                let names = std::iter::once(&key.name).chain(&key.aliases);
                let rest = names
                    .filter_map(|name| path.strip_prefix(name.as_str()))
                    .find(|rest| ends_word(rest))?;
                Some(leads_to_any(&key.value, rest))
            });
            key.unwrap_or_else(|| parts.iter().any(|part| part.opaque() > 0))
        }
        Outline::List(inner) | Outline::Set(inner) => {
            after_index(path).is_some_and(|(_, rest)| leads_to_any(inner, rest))
        }
        Outline::Tuple(items) => after_index(path)
            .and_then(|(index, rest)| Some(leads_to_any(items.get(index)?, rest)))
            .unwrap_or_default(),
        // The keys of a map may hold dots, and a variant may stand in the path or not.
        other => other.opaque() > 0 || matches!(other, Outline::Up(_)),
    }
}

fn ends_word(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['.', '['])
}

fn after_index(path: &str) -> Option<(usize, &str)> {
    let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
    Some((index.parse().ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::leads_to_any;
    use crate::schema::Outline;

    #[test]
    fn the_way_to_any_is_found() {
        let lines = [
            "a.b: any",
            "a: object",
            "c: list",
            "c[]: any",
            "d: tuple",
            "d.0: u8",
            "d.1: any",
            "e: string",
        ];
        let mut sorted = lines.to_vec();
        sorted.sort_unstable();
        let shape = Outline::parse(sorted).expect("lines of an outline");
        for (path, leads) in [
            ("a.b", true),
            ("a.b.c", true),
            ("a", false),
            ("c[3]", true),
            ("d[0]", false),
            ("d[1].x", true),
            ("e", false),
            ("", false),
        ] {
            assert_eq!(leads_to_any(&shape, path), leads, "{path}");
        }
    }
}
