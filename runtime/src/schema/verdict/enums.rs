//! Two enums at one path, told in the same way: variants that came, went, or changed.

use super::nodes::{Nodes, sampled, wrapped};
use super::{Code, Found, hurts_older, loses};
use crate::schema::around::Place;
use crate::schema::lock::{Choice, Outline, Tagging, add_word};
use crate::schema::payload::{Payload, Style, choice_of, make, read_at, tagged, unheard_of};

/// How many random payloads show which variant of an untagged enum takes what.
const TRIES: u64 = 48;

impl Nodes {
    pub(super) fn enums(&mut self, old: Place<'_>, new: Place<'_>, path: &str) -> Vec<Found> {
        let (
            Outline::Enum {
                tag,
                open: was_open,
                choices: a,
            },
            Outline::Enum { open, choices: b, .. },
        ) = (old.node, new.node)
        else {
            return Vec::new();
        };
        if *tag == Tagging::Untagged {
            return self.untagged(old, new, path);
        }
        let mut found = Vec::new();
        if *open && !was_open {
            found.push(Found::new(Code::EnumOpened, path));
        }
        if *was_open && !open {
            found.push(Found {
                reads: Some(tagged(tag, &unheard_of(a, b), None)),
                ..Found::new(Code::EnumClosed, path)
            });
        }
        let mut kept = Vec::new();
        for choice in b {
            let same = a.iter().find(|before| before.name == choice.name);
            let is_gone = |alias: &str| b.iter().all(|other| other.name != alias);
            let renamed = || {
                a.iter()
                    .find(|before| choice.aliases.contains(&before.name) && is_gone(&before.name))
            };
            match same.or_else(renamed) {
                Some(before) => {
                    kept.push(&before.name);
                    found.extend(self.variant(old, before, new, choice, path));
                }
                None => {
                    let mut payloads = held(new, tag, choice, &choice.name).into_iter();
                    found.push(Found {
                        older: payloads.find(|payload| hurts_older(old, new, payload)),
                        ..Found::new(Code::VariantAdded, at_variant(path, choice))
                    });
                }
            }
        }
        for choice in a.iter().filter(|choice| !kept.contains(&&choice.name)) {
            let (refused, read) = told_apart(new, held(old, tag, choice, &choice.name));
            found.push(Found {
                reads: refused,
                keeps: read,
                ..Found::new(Code::VariantRemoved, at_variant(path, choice))
            });
        }
        found
    }

    /// One variant that both have.
    fn variant(&mut self, old: Place<'_>, before: &Choice, new: Place<'_>, choice: &Choice, path: &str) -> Vec<Found> {
        let Outline::Enum { tag, .. } = old.node else {
            return Vec::new();
        };
        let path = at_variant(path, choice);
        let mut found = Vec::new();
        if before.name != choice.name {
            found.push(Found {
                older: held(new, tag, choice, &choice.name).into_iter().next(),
                declared: true,
                ..Found::new(Code::KeyRenamed, &path)
            });
        }
        for alias in before.aliases.iter().filter(|alias| !choice.is(alias)) {
            let (refused, read) = told_apart(new, held(old, tag, before, alias));
            found.push(Found {
                reads: refused,
                keeps: read,
                ..Found::new(Code::AliasRemoved, format!("{path} (alias {alias})"))
            });
        }
        for alias in choice.aliases.iter().filter(|alias| !before.is(alias)) {
            found.push(Found::new(Code::AliasAdded, format!("{path} (alias {alias})")));
        }
        // Beside a tag, a variant without data is an object without a key.
        let empty = matches!(tag, Tagging::Internal(_)).then(Outline::empty);
        match (&before.value, &choice.value) {
            (None, None) => {}
            (Some(a), Some(b)) => {
                let inner = self.compare(old.around().inner(a), new.around().inner(b), &path);
                let wrap = |name: &str| {
                    let name = name.to_owned();
                    move |payload| tagged(tag, &name, Some(payload))
                };
                found.extend(wrapped(inner, wrap(&before.name), wrap(&choice.name)));
            }
            _ => match (
                before.value.as_ref().or(empty.as_ref()),
                choice.value.as_ref().or(empty.as_ref()),
            ) {
                (Some(a), Some(b)) => {
                    let inner = self.compare(old.around().inner(a), new.around().inner(b), &path);
                    let wrap = |name: &str| {
                        let name = name.to_owned();
                        move |payload| tagged(tag, &name, Some(payload))
                    };
                    found.extend(match inner.is_empty() {
                        true => vec![Found::new(Code::TypeChanged, &path)],
                        false => wrapped(inner, wrap(&before.name), wrap(&choice.name)),
                    });
                }
                _ => {
                    let (before, now) = (
                        held(old, tag, before, &before.name),
                        held(new, tag, choice, &choice.name),
                    );
                    let keeps = before.iter().find(|payload| loses(old, new, payload)).cloned();
                    found.push(Found {
                        reads: told_apart(new, before).0,
                        keeps,
                        older: now.into_iter().find(|payload| hurts_older(old, new, payload)),
                        ..Found::new(Code::TypeChanged, &path)
                    });
                }
            },
        }
        found
    }

    /// An untagged enum takes what any of its variants takes, the first one first: payloads are tried on the whole of it.
    fn untagged(&mut self, old: Place<'_>, new: Place<'_>, path: &str) -> Vec<Found> {
        let (Outline::Enum { choices: a, .. }, Outline::Enum { choices: b, .. }) = (old.node, new.node) else {
            return Vec::new();
        };
        if same(a, b) && self.all_same(old, new, a, b) {
            return Vec::new();
        }
        let gone: Vec<&Choice> = a.iter().filter(|choice| !holds(b, choice)).collect();
        let come: Vec<&Choice> = b.iter().filter(|choice| !holds(a, choice)).collect();
        let at = |choice: &Choice| format!("{path}|{}", choice.name);
        let (code, path) = match (gone.as_slice(), come.as_slice()) {
            ([], [come, ..]) => (Code::VariantAdded, at(come)),
            ([gone, ..], []) => (Code::VariantRemoved, at(gone)),
            ([gone], [come]) => match (&gone.value, &come.value) {
                (Some(a), Some(b)) => {
                    let inner = self.compare(old.around().inner(a), new.around().inner(b), &at(come));
                    match inner.as_slice() {
                        // No payload shows it, and so none would be found below.
                        [one] if one.declared => return inner,
                        [one] => (one.code, one.path.clone()),
                        _ => (Code::TypeChanged, at(come)),
                    }
                }
                _ => (Code::TypeChanged, at(come)),
            },
            _ => (Code::TypeChanged, path.to_owned()),
        };
        let mut found = sampled(code, old, new, &path);
        // A variant that is still there and no longer gets what it got: the value is read as something else.
        let styles = [Style::Max, Style::Min, Style::Sparse]
            .into_iter()
            .chain((0..TRIES).map(Style::Stored));
        let is_elsewhere = |payload: &Payload| {
            let (before, now) = (choice_of(old, payload), choice_of(new, payload));
            let before = before.and_then(|at| a.get(at));
            let now = now.and_then(|at| b.get(at));
            matches!((before, now), (Some(before), Some(now)) if before.value != now.value && holds(b, before))
        };
        if found.keeps.is_none()
            && let Some(payload) = styles.map(|style| make(old, style)).find(is_elsewhere)
        {
            found.keeps = Some(payload);
            found.declared = found.reads.is_none() && found.older.is_none();
        }
        vec![found]
    }

    /// Whether variants that look alike are alike: what they refer to further up may have changed.
    fn all_same(&mut self, old: Place<'_>, new: Place<'_>, a: &[Choice], b: &[Choice]) -> bool {
        a.iter().zip(b).all(|pair| match pair {
            (Choice { value: Some(a), .. }, Choice { value: Some(b), .. }) => self
                .compare(old.around().inner(a), new.around().inner(b), "")
                .is_empty(),
            _ => true,
        })
    }
}

fn same(a: &[Choice], b: &[Choice]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.value == b.value)
}

fn holds(choices: &[Choice], one: &Choice) -> bool {
    choices.iter().any(|choice| choice.value == one.value)
}

fn at_variant(path: &str, choice: &Choice) -> String {
    let mut path = if path.is_empty() {
        "$|".to_owned()
    } else {
        format!("{path}|")
    };
    add_word(&mut path, &choice.name);
    path
}

/// A variant as it may be stored under one of its names.
fn held(place: Place<'_>, tag: &Tagging, choice: &Choice, name: &str) -> Vec<Payload> {
    let around = place.around();
    let data = |style| choice.value.as_ref().map(|value| make(around.inner(value), style));
    [Style::Max, Style::Min, Style::Sparse]
        .map(|style| tagged(tag, name, data(style)))
        .into()
}

/// The first payload that is refused, and the first that is read.
fn told_apart(place: Place<'_>, payloads: Vec<Payload>) -> (Option<Payload>, Option<Payload>) {
    let (read, refused): (Vec<_>, Vec<_>) = payloads
        .into_iter()
        .partition(|payload| read_at(place, payload).is_ok());
    (refused.into_iter().next(), read.into_iter().next())
}
