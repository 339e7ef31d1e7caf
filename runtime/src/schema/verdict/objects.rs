//! Two objects at one path: keys that came, went, or changed.

use super::nodes::{Nodes, sampled, wrapped};
use super::{Code, Found, hurts_older, loses};
use crate::schema::around::Place;
use crate::schema::lock::{Key, Outline, add_word};
use crate::schema::payload::{Payload, Style, make_bare, make_under, read_at};

/// A payload of this object that has the keys it must have, and this one.
fn with<'a>(place: Place<'a>, key: &'a str) -> impl Fn(Payload) -> Payload + use<'a> {
    move |value| {
        let mut object = make_bare(place);
        object.set(key, value);
        object
    }
}

fn without(place: Place<'_>, key: &str) -> Payload {
    let mut object = make_bare(place);
    object.remove(key);
    object
}

pub(super) fn at_key(path: &str, key: &str) -> String {
    let mut path = path.to_owned();
    if !path.is_empty() {
        path.push('.');
    }
    add_word(&mut path, key);
    path
}

impl Nodes {
    pub(super) fn objects(&mut self, old: Place<'_>, new: Place<'_>, path: &str) -> Vec<Found> {
        let (
            Outline::Object {
                keys: old_keys,
                parts: old_parts,
            },
            Outline::Object {
                keys: new_keys,
                parts: new_parts,
            },
        ) = (old.node, new.node)
        else {
            return Vec::new();
        };
        let by_name = |keys: &[Key], name: &str| keys.iter().position(|key| key.name == name);
        // A new key is the one of that name, or else the one whose name it still reads.
        let before: Vec<Option<&Key>> = new_keys
            .iter()
            .map(|key| {
                let same = by_name(old_keys, &key.name);
                let renamed = || {
                    let is_gone = |alias: &String| by_name(new_keys, alias).is_none();
                    let mut gone = key.aliases.iter().filter(|alias| is_gone(alias));
                    gone.find_map(|alias| by_name(old_keys, alias))
                };
                same.or_else(renamed).and_then(|place| old_keys.get(place))
            })
            .collect();
        let mut found = Vec::new();
        for (key, before) in new_keys.iter().zip(&before) {
            match before {
                Some(before) => found.extend(self.key(old, before, new, key, path)),
                None => found.push(self.added(old, new, key, path)),
            }
        }
        for key in old_keys {
            if !before.iter().flatten().any(|kept| std::ptr::eq(*kept, key)) {
                found.push(removed(old, new, key, path));
            }
        }
        if !old_parts.is_empty() || !new_parts.is_empty() {
            self.parts(old, new, path, &mut found);
        }
        found
    }

    /// One key that both have.
    fn key(&mut self, old: Place<'_>, before: &Key, new: Place<'_>, key: &Key, path: &str) -> Vec<Found> {
        let path = at_key(path, &key.name);
        let mut found = Vec::new();
        if before.name != key.name {
            let around = new.around();
            let value = make_under(around.inner(&key.value), Style::Max, &key.name);
            let renamed = Found {
                older: Some(with(new, &key.name)(value)),
                declared: true,
                ..Found::new(Code::KeyRenamed, &path)
            };
            found.push(self.held_beside(old, new, key, &key.name, renamed));
        }
        if key.absent && !before.absent {
            found.push(Found {
                older: Some(without(new, &key.name)),
                ..Found::new(Code::BecameOptional, &path)
            });
        }
        if before.absent && !key.absent {
            found.push(Found {
                reads: Some(without(old, &before.name)),
                ..Found::new(Code::BecameRequired, &path)
            });
        }
        for alias in before.aliases.iter().filter(|alias| !key.is(alias)) {
            let value = make_under(old.around().inner(&before.value), Style::Max, &before.name);
            let mut payload = without(old, &before.name);
            payload.set(alias, value);
            found.push(Found {
                reads: (!key.absent).then(|| payload.clone()),
                keeps: key.absent.then_some(payload),
                ..Found::new(Code::AliasRemoved, format!("{path} (alias {alias})"))
            });
        }
        for alias in key.aliases.iter().filter(|alias| !before.is(alias)) {
            let added = Found::new(Code::AliasAdded, format!("{path} (alias {alias})"));
            found.push(self.held_beside(old, new, key, alias, added));
        }
        let values = self.compare(old.around().inner(&before.value), new.around().inner(&key.value), &path);
        // An `Option` that came or went is told by the key that may be absent.
        let told = |inner: &Found| {
            inner.path == path
                && match inner.code {
                    Code::BecameNullable => key.absent && !before.absent,
                    Code::NullRefused => before.absent && !key.absent,
                    _ => false,
                }
        };
        let values = values.into_iter().filter(|inner| !told(inner)).collect();
        found.extend(wrapped(values, with(old, &before.name), with(new, &key.name)));
        found
    }

    /// A key that was not there. Where a map is flattened beside it, stored payloads may hold it there, as a value of the map.
    fn added(&mut self, old: Place<'_>, new: Place<'_>, key: &Key, path: &str) -> Found {
        let code = match key.absent {
            true => Code::OptionalFieldAdded,
            false => Code::RequiredFieldAdded,
        };
        let added = Found {
            reads: (!key.absent).then(|| make_bare(old)),
            key: Some((path.to_owned(), key.name.clone(), key.value.clone())),
            ..Found::new(code, at_key(path, &key.name))
        };
        self.held_beside(old, new, key, &key.name, added)
    }

    /// The change by which `name` is read as the key, and what it does to a payload that holds `name` in a flattened map.
    fn held_beside(&mut self, old: Place<'_>, new: Place<'_>, key: &Key, name: &str, mut found: Found) -> Found {
        let is_stored = |payload: &Payload| read_at(old, payload).is_ok();
        let is_refused = |payload: &Payload| read_at(new, payload).is_err();
        let (old_around, new_around) = (old.around(), new.around());
        for value in beside(old) {
            let (inner, outer) = (old_around.inner(value), new_around.inner(&key.value));
            let mut held = self.compare(inner, outer, &found.path);
            // A witness from deep inside may be taken by what is around it, such as `null`.
            if !held.is_empty() {
                held.push(sampled(found.code, inner, outer, &found.path));
            }
            for held in wrapped(held, with(old, name), with(new, name)) {
                let is_declared = held.declared;
                let reads = |payload: &Payload| is_stored(payload) && (is_declared || is_refused(payload));
                let keeps = |payload: &Payload| is_stored(payload) && (is_refused(payload) || loses(old, new, payload));
                let older = |payload: &Payload| is_declared || hurts_older(old, new, payload);
                found.declared |= is_declared;
                found.reads = found.reads.or(held.reads.filter(reads));
                found.keeps = found.keeps.or(held.keeps.filter(keeps));
                found.older = found.older.or(held.older.filter(older));
            }
            // One key under two names is refused.
            let mut names = key.aliases.iter().chain([&key.name]);
            if let Some(other) = names.find(|other| *other != name) {
                let mut twice = with(old, name)(make_under(old.around().inner(value), Style::Max, name));
                let other_value = own(old, other).unwrap_or(value);
                twice.set(other, make_under(old.around().inner(other_value), Style::Max, other));
                found.reads = found.reads.or(Some(twice).filter(is_stored));
            }
        }
        found
    }

    /// Flattened enums and maps. Which keys they take depends on all others, so where the rules find nothing, payloads are tried.
    fn parts(&mut self, old: Place<'_>, new: Place<'_>, path: &str, found: &mut Vec<Found>) {
        let (Outline::Object { parts: a, .. }, Outline::Object { parts: b, .. }) = (old.node, new.node) else {
            return;
        };
        for found in found.iter_mut().filter(|found| !found.declared) {
            found.reads.take_if(|payload| read_at(new, payload).is_ok());
            found
                .keeps
                .take_if(|payload| read_at(new, payload).is_ok() && !loses(old, new, payload));
            found.older.take_if(|payload| !hurts_older(old, new, payload));
        }
        let tried = sampled(Code::TypeChanged, old, new, &format!("{path}+0"));
        let is_new = |column: fn(&Found) -> &Option<Payload>| {
            column(&tried).is_some() && found.iter().all(|found| column(found).is_none())
        };
        let is_told = !is_new(|found| &found.reads) && !is_new(|found| &found.keeps) && !is_new(|found| &found.older);
        if !is_told || (a != b && found.is_empty()) {
            found.push(tried);
        }
    }
}

/// What any key may hold that no field has: the values of the maps that are flattened into an object.
fn beside<'a>(place: Place<'a>) -> impl Iterator<Item = &'a Outline> + use<'a> {
    let parts = match place.node {
        Outline::Object { parts, .. } => &**parts,
        _ => &[],
    };
    parts.iter().filter_map(|part| match part {
        Outline::Map(_, value) => Some(&**value),
        Outline::Any => Some(part),
        Outline::Option(inner) => match &**inner {
            Outline::Map(_, value) => Some(&**value),
            _ => None,
        },
        _ => None,
    })
}

/// What the object's own key of that name holds.
fn own<'a>(place: Place<'a>, name: &str) -> Option<&'a Outline> {
    let Outline::Object { keys, .. } = place.node else {
        return None;
    };
    keys.iter().find(|key| key.is(name)).map(|key| &key.value)
}

fn removed(old: Place<'_>, new: Place<'_>, key: &Key, path: &str) -> Found {
    let around = old.around();
    let value = make_under(around.inner(&key.value), Style::Max, &key.name);
    Found {
        keeps: Some(with(old, &key.name)(value)),
        older: (!key.absent).then(|| make_bare(new)),
        key: Some((path.to_owned(), key.name.clone(), key.value.clone())),
        ..Found::new(Code::FieldRemoved, at_key(path, &key.name))
    }
}
