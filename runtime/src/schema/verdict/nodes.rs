//! Two nodes at one path: values, and what holds values without keys.

use std::collections::HashSet;

use super::doubt::{Ask, doubts, many};
use super::{Code, Found, hurts_older, is_refused, loses};
use crate::schema::around::Place;
use crate::schema::lock::Outline;
use crate::schema::numbers;
use crate::schema::payload::{Payload, Style, make, read_at};

/// A float that only 64 bits hold.
const FINE: &str = "0.12345678901234567";

/// How many objects and enums deep two outlines are compared by rules. Two that go around inside themselves in different ways could go on
/// for as long as they have pairs.
const DEPTH: usize = 40;

#[derive(Default)]
pub(super) struct Nodes {
    /// The pairs of objects and enums that were compared. Only what is inside itself comes by again, and is not compared again.
    seen: HashSet<(*const Outline, *const Outline)>,
    depth: usize,
}

impl Nodes {
    pub(super) fn compare(&mut self, old: Place<'_>, new: Place<'_>, path: &str) -> Vec<Found> {
        let (old, new) = (old.resolved(), new.resolved());
        let is_frame = |node: &Outline| matches!(node, Outline::Object { .. } | Outline::Enum { .. });
        if !is_frame(old.node) || !is_frame(new.node) {
            return self.resolved(old, new, path);
        }
        if !self.seen.insert((old.node, new.node)) {
            return Vec::new();
        }
        if self.depth == DEPTH {
            let found = sampled(Code::TypeChanged, old, new, path);
            let is_none = found.reads.is_none() && found.keeps.is_none() && found.older.is_none();
            return if is_none { Vec::new() } else { vec![found] };
        }
        self.depth += 1;
        let found = self.resolved(old, new, path);
        self.depth -= 1;
        found
    }

    fn resolved(&mut self, old: Place<'_>, new: Place<'_>, path: &str) -> Vec<Found> {
        match (old.node, new.node) {
            (Outline::Option(a), Outline::Option(b)) => self.compare(old.inner(a), new.inner(b), path),
            (_, Outline::Option(inner)) if read_at(old, &Payload::Null).is_err() => {
                let mut found = vec![Found {
                    older: Some(Payload::Null),
                    ..Found::new(Code::BecameNullable, path)
                }];
                found.extend(self.compare(old, new.inner(inner), path));
                found
            }
            (Outline::Option(inner), _) if read_at(new, &Payload::Null).is_err() => {
                let mut found = vec![Found {
                    reads: Some(Payload::Null),
                    ..Found::new(Code::NullRefused, path)
                }];
                found.extend(self.compare(old.inner(inner), new, path));
                found
            }
            (Outline::Bool, Outline::Bool)
            | (Outline::Text, Outline::Text)
            | (Outline::Null, Outline::Null)
            | (Outline::Any, Outline::Any) => Vec::new(),
            (Outline::Int { .. }, Outline::Int { .. }) => ints(old.node, new.node, path),
            (Outline::Float(a), Outline::Float(b)) => floats(*a, *b, path),
            (Outline::Int { bits, signed }, Outline::Float(float)) => vec![int_to_float(*bits, *signed, *float, path)],
            (Outline::Scalar(a), Outline::Scalar(b)) if a == b => Vec::new(),
            (_, Outline::Any) | (Outline::Any, _) => vec![sampled(Code::TypeChanged, old, new, path)],
            (Outline::Scalar(_), _) | (_, Outline::Scalar(_)) => vec![Found {
                reads: Some(make(old, Style::Max)),
                older: Some(make(new, Style::Max)),
                declared: true,
                ..Found::new(Code::TypeChanged, path)
            }],
            (Outline::List(a) | Outline::Set(a), Outline::List(b) | Outline::Set(b)) => {
                let inner = self.compare(old.inner(a), new.inner(b), &format!("{path}[]"));
                let list = |payload| Payload::List(vec![payload]);
                let mut found: Vec<Found> = list_or_set(old, new, path).into_iter().collect();
                found.extend(wrapped(inner, list, list));
                found
            }
            (Outline::Tuple(a), Outline::Tuple(b)) if a.len() == b.len() => {
                let mut found = Vec::new();
                for (at, (a, b)) in a.iter().zip(b).enumerate() {
                    let inner = self.compare(old.inner(a), new.inner(b), &format!("{path}.{at}"));
                    found.extend(wrapped(inner, in_tuple(old, at), in_tuple(new, at)));
                }
                found
            }
            (Outline::Map(..), Outline::Map(..)) => self.maps(old, new, path),
            (Outline::Object { .. }, Outline::Object { .. }) => self.objects(old, new, path),
            (Outline::Enum { tag: a, .. }, Outline::Enum { tag: b, .. }) if a == b => self.enums(old, new, path),
            _ => vec![sampled(Code::TypeChanged, old, new, path)],
        }
    }

    fn maps(&mut self, old: Place<'_>, new: Place<'_>, path: &str) -> Vec<Found> {
        let (Outline::Map(old_key, old_value), Outline::Map(new_key, new_value)) = (old.node, new.node) else {
            return Vec::new();
        };
        let entry = |key: Option<String>, value| Payload::Object(key.map(|key| (key, value)).into_iter().collect());
        let values = self.compare(old.inner(old_value), new.inner(new_value), &format!("{path}{{}}"));
        let key_of = |place| make(place, Style::Max).into_key();
        let under = |place| move |value| entry(key_of(place), value);
        let mut found = wrapped(values, under(old.inner(old_key)), under(new.inner(new_key)));

        let path = format!("{path}{{key}}");
        let keys = self.compare(old.inner(old_key), new.inner(new_key), &path);
        let (old_value, new_value) = (
            make(old.inner(old_value), Style::Max),
            make(new.inner(new_value), Style::Max),
        );
        for found_here in keys {
            // What a key may be is asked of a map: a number is a text there.
            found.push(match found_here.declared {
                true => Found {
                    reads: Some(entry(key_of(old.inner(old_key)), old_value.clone())),
                    older: Some(entry(key_of(new.inner(new_key)), new_value.clone())),
                    ..found_here
                },
                false => {
                    let only = |key: &Outline| Outline::Map(Box::new(key.clone()), Box::new(Outline::Any));
                    let (a, b) = (only(old_key), only(new_key));
                    let asked = sampled(found_here.code, old.inner(&a), new.inner(&b), &path);
                    let with = |payload: Option<Payload>, value: &Payload| match payload {
                        Some(Payload::Object(entries)) => {
                            let keys = entries.into_iter().map(|(key, _)| (key, value.clone()));
                            Some(Payload::Object(keys.collect()))
                        }
                        other => other,
                    };
                    Found {
                        reads: with(asked.reads, &old_value),
                        keeps: with(asked.keeps, &old_value),
                        older: with(asked.older, &new_value),
                        ..found_here
                    }
                }
            });
        }
        found
    }
}

/// Whether one is a list and the other a set: what stands twice in a list is one item of a set.
fn list_or_set(old: Place<'_>, new: Place<'_>, path: &str) -> Option<Found> {
    let twice = |place: Place<'_>, item| {
        let item = make(place.inner(item), Style::Max);
        Some(Payload::List(vec![item.clone(), item]))
    };
    let (keeps, older) = match (old.node, new.node) {
        (Outline::List(item), Outline::Set(_)) => (twice(old, item), None),
        (Outline::Set(_), Outline::List(item)) => (None, twice(new, item)),
        _ => return None,
    };
    Some(Found {
        keeps,
        older,
        ..Found::new(Code::TypeChanged, path)
    })
}

/// The same changes, their payloads put where they stand in what is around.
pub(super) fn wrapped(
    found: Vec<Found>,
    mut old: impl FnMut(Payload) -> Payload,
    mut new: impl FnMut(Payload) -> Payload,
) -> Vec<Found> {
    let wrap = |found: Found| Found {
        reads: found.reads.map(&mut old),
        keeps: found.keeps.map(&mut old),
        older: found.older.map(&mut new),
        ..found
    };
    found.into_iter().map(wrap).collect()
}

fn in_tuple<'a>(place: Place<'a>, at: usize) -> impl Fn(Payload) -> Payload + use<'a> {
    move |payload| match make(place, Style::Max) {
        Payload::List(mut items) => {
            items
                .iter_mut()
                .skip(at)
                .take(1)
                .for_each(|item| *item = payload.clone());
            Payload::List(items)
        }
        other => other,
    }
}

/// A change whose columns are told by what is doubted: each by a payload that shows it.
pub(super) fn sampled(code: Code, old: Place<'_>, new: Place<'_>, path: &str) -> Found {
    let shown = |ask: Ask, shows: fn(Place<'_>, Place<'_>, &Payload) -> bool| {
        let (from, to) = if ask.is_stored { (old, new) } else { (new, old) };
        let doubts = doubts(from, to, ask, path);
        if doubts.is_empty() {
            return None;
        }
        let payloads = doubts.into_iter().map(|doubt| doubt.payload);
        let mut payloads = payloads.chain(std::iter::once_with(|| many(from, ask)).flatten());
        payloads.find(|payload| shows(old, new, payload))
    };
    Found {
        reads: shown(Ask::READS, is_refused),
        keeps: shown(Ask::KEEPS, loses),
        older: shown(Ask::OLDER, hurts_older),
        ..Found::new(code, path)
    }
}

fn ints(old: &Outline, new: &Outline, path: &str) -> Vec<Found> {
    let (
        &Outline::Int { bits, signed },
        &Outline::Int {
            bits: other,
            signed: other_signed,
        },
    ) = (old, new)
    else {
        return Vec::new();
    };
    let beyond = |(bits, signed), (other, other_signed)| {
        let (least, greatest) = numbers::range(bits, signed);
        let ends = [greatest.to_string(), least.to_string()];
        ends.into_iter()
            .find(|end| !numbers::is_int(end, other, other_signed))
            .map(Payload::Number)
    };
    let (a, b) = ((bits, signed), (other, other_signed));
    let (reads, older) = (beyond(a, b), beyond(b, a));
    let code = match (&reads, &older) {
        (None, None) => return Vec::new(),
        (Some(_), Some(_)) => Code::TypeChanged,
        (Some(_), None) => Code::IntNarrowed,
        (None, Some(_)) => Code::IntWidened,
    };
    vec![Found {
        reads,
        older,
        ..Found::new(code, path)
    }]
}

fn floats(old: u8, new: u8, path: &str) -> Vec<Found> {
    let fine = Some(Payload::Number(FINE.to_owned()));
    match old.cmp(&new) {
        std::cmp::Ordering::Equal => Vec::new(),
        std::cmp::Ordering::Less => vec![Found {
            older: fine,
            ..Found::new(Code::FloatWidened, path)
        }],
        std::cmp::Ordering::Greater => vec![Found {
            keeps: fine,
            ..Found::new(Code::FloatNarrowed, path)
        }],
    }
}

/// A whole number loses digits only if a float does not hold all of its kind; an old reader takes no half.
fn int_to_float(bits: u8, signed: bool, float: u8, path: &str) -> Found {
    let (least, greatest) = numbers::range(bits, signed);
    let mut ends = [greatest.to_string(), least.to_string()].into_iter();
    Found {
        keeps: ends.find(|end| numbers::is_blurred(end, float)).map(Payload::Number),
        older: Some(Payload::Number("0.5".to_owned())),
        ..Found::new(Code::IntToFloat, path)
    }
}
