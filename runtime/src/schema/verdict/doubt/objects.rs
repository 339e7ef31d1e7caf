//! Objects read as objects and maps: which key takes what, and what is left for what is flattened beside them.

use super::entries::{Entries, Form, Rest, Slot};
use super::facts::is_closed;
use super::forms::forms;
use super::values::ends;
use super::{Doubt, Doubts, FINEST};
use crate::schema::around::Spot;
use crate::schema::lock::{Key, Outline, Tagging};
use crate::schema::payload::{Payload, Style};
use crate::schema::verdict::objects::at_key;

/// Keys of maps.
const KEYS: [&str; 4] = ["unheard-of", "7", "true", FINEST];

impl Doubts {
    pub(super) fn object(&mut self, entries: &Entries<'_>, to: &Spot<'_>) -> Vec<Doubt> {
        match to.node {
            Outline::Object { keys, parts } => self.keys(entries, to, keys, parts),
            Outline::Map(key, value) => self.map(entries, &to.inside(key), &to.inside(value)),
            Outline::Enum { .. } => self.tagged(entries, to),
            _ if self.ask.refuses => vec![self.doubt(entries.bare())],
            _ => Vec::new(),
        }
    }

    pub(super) fn keys(&mut self, entries: &Entries<'_>, to: &Spot<'_>, keys: &[Key], parts: &[Outline]) -> Vec<Doubt> {
        let mut found = Vec::new();
        for (at, key) in keys.iter().enumerate() {
            // A name of two keys is of the first.
            let is = |name: &str| key.is(name) && !keys.iter().take(at).any(|before| before.is(name));
            let path = at_key(&self.path, &key.name);
            let hits = entries.hits(is);
            let of_rest: Vec<&str> = names(key).filter(|name| is(name) && entries.may_hold(name)).collect();
            if self.ask.refuses {
                let is_there = |slot: &Slot<'_>| !slot.absent && slot.names.iter().all(|name| is(name));
                let mut refused = twice(entries, &hits, &of_rest);
                if !key.absent && !entries.slots.iter().any(is_there) {
                    refused.push(entries.without(is));
                }
                found.extend(self.at(path.clone(), |doubts| doubts.all(refused)));
            }
            let value = to.inside(&key.value);
            for (slot, name) in hits {
                let inner = self.held(&slot.held, &value, path.clone());
                found.extend(within(inner, entries, name));
            }
            for name in of_rest {
                let inner = self.of_rest(entries, &value, &path);
                found.extend(within(inner, entries, name));
            }
        }
        let left = entries.but(keys.iter().flat_map(names));
        let of_left = match parts {
            [] => self.passed_over(&left),
            parts => self.parts(&left, to, parts),
        };
        found.extend(filled(of_left, entries));
        // Only what is read at all can lose something.
        if self.loses() && !entries.rests.is_empty() {
            for key in keys.iter().filter(|key| !key.absent && entries.may_hold(&key.name)) {
                let own = to.inside(&key.value).samples();
                let values = entries.rests.iter().flat_map(|rest| rest.value.samples()).chain(own);
                let is_of_both = |value: &Payload| {
                    to.inside(&key.value).reads(value).is_some()
                        && entries.rests.iter().all(|rest| rest.value.reads(value).is_some())
                };
                let Some(value) = values.into_iter().find(is_of_both) else {
                    continue;
                };
                for doubt in found
                    .iter_mut()
                    .filter(|doubt| names(key).all(|name| doubt.payload.get(name).is_none()))
                {
                    doubt.payload.set(&key.name, value.clone());
                }
            }
        }
        found
    }

    /// A value of the rest, which is in all of its maps.
    pub(super) fn of_rest(&mut self, entries: &Entries<'_>, to: &Spot<'_>, path: &str) -> Vec<Doubt> {
        let mut all = Vec::new();
        for rest in &entries.rests {
            let found = self.inner(&rest.value, to, path.to_owned());
            if found.is_empty() {
                return found;
            }
            all.extend(found);
        }
        all
    }

    /// Keys that nothing reads.
    pub(super) fn passed_over(&self, left: &Entries<'_>) -> Vec<Doubt> {
        if !self.ask.passes_over || left.is_kept {
            return Vec::new();
        }
        let mut found = Vec::new();
        for slot in &left.slots {
            for name in &slot.names {
                let path = at_key(&self.path, name);
                let payloads = slot.held.samples().into_iter().map(|value| left.with(name, value));
                found.extend(payloads.map(|payload| Doubt {
                    path: path.clone(),
                    payload,
                }));
            }
        }
        for rest in &left.rests {
            let keys = some_keys(rest, left);
            let values = rest.value.samples();
            let pairs = keys
                .iter()
                .flat_map(|key| values.iter().map(move |value| left.with(key, value.clone())));
            found.extend(self.all(pairs.collect()));
        }
        found
    }

    fn map(&mut self, entries: &Entries<'_>, key: &Spot<'_>, value: &Spot<'_>) -> Vec<Doubt> {
        let (ask, mut found) = (self.ask, Vec::new());
        for (slot, name) in entries.hits(|_| true) {
            let is_doubted = match key.reads_key(name) {
                None => ask.refuses,
                Some(read) => ask.blurs && !read.blurred.is_empty() || ask.passes_over && !read.ignored.is_empty(),
            };
            if is_doubted {
                let payloads = slot
                    .held
                    .samples()
                    .into_iter()
                    .map(|value| entries.with(name, value))
                    .collect();
                found.extend(self.at(format!("{}{{key}}", self.path), |doubts| doubts.all(payloads)));
            }
            let inner = self.held(&slot.held, value, format!("{}{{}}", self.path));
            found.extend(within(inner, entries, name));
        }
        if entries.rests.is_empty() {
            return found;
        }
        let mut of_keys = Vec::new();
        for rest in &entries.rests {
            let keys = self.doubted_keys(rest, key);
            let here: Vec<_> = keys
                .iter()
                .flat_map(|key| {
                    rest.value
                        .samples()
                        .into_iter()
                        .map(move |value| entries.with(key, value))
                })
                .collect();
            if here.is_empty() {
                of_keys = here;
                break;
            }
            of_keys.extend(here);
        }
        found.extend(self.at(format!("{}{{key}}", self.path), |doubts| doubts.all(of_keys)));
        let path = format!("{}{{}}", self.path);
        let inner = self.of_rest(entries, value, &path);
        let keys: Vec<_> = entries.rests.iter().flat_map(|rest| some_keys(rest, entries)).collect();
        for doubt in inner {
            let payload = |key: &String| entries.with(key, doubt.payload.clone());
            let path = &doubt.path;
            found.extend(keys.iter().map(|key| Doubt {
                path: path.clone(),
                payload: payload(key),
            }));
        }
        found
    }

    /// Keys of a rest that a map may not read as its own.
    fn doubted_keys(&self, from: &Rest<'_>, to: &Spot<'_>) -> Vec<String> {
        let (ask, mut to) = (self.ask, to.resolved());
        while let Outline::Option(inner) = to.node {
            to = to.inside(inner).resolved();
        }
        let from = from.key.as_ref().map(Spot::resolved);
        let is_doubted = |key: &String| match to.reads_key(key) {
            None => ask.refuses,
            Some(read) => ask.blurs && !read.blurred.is_empty() || ask.passes_over && !read.ignored.is_empty(),
        };
        let of_ends = |bits, signed| ends(bits, signed).into_iter().filter(is_doubted).collect();
        match (from.as_ref().map(|from| from.node), to.node) {
            (_, Outline::Text | Outline::Any | Outline::Scalar(_)) => Vec::new(),
            (Some(node), other) if node == other && is_closed(node, 0) => Vec::new(),
            (Some(Outline::Int { bits, signed }), Outline::Int { .. } | Outline::Float(_)) => of_ends(*bits, *signed),
            _ => {
                let forms = from
                    .as_ref()
                    .and_then(|from| forms(from, ask.is_stored))
                    .unwrap_or_default();
                let is_one = |form: &Form<'_>| matches!(form, Form::One(_));
                let own = from.iter().flat_map(Spot::samples).filter_map(Payload::into_key);
                let listed = forms.iter().filter_map(|form| match form {
                    Form::One(one) => one.payload.clone().into_key(),
                    _ => None,
                });
                if !forms.is_empty() && forms.iter().all(is_one) {
                    return listed.filter(is_doubted).collect();
                }
                let may_lose = matches!(to.node, Outline::Float(_) | Outline::Enum { .. } | Outline::Up(_));
                match ask.refuses || may_lose {
                    true => own.chain(listed).chain(KEYS.map(str::to_owned)).collect(),
                    false => Vec::new(),
                }
            }
        }
    }

    /// What shares the braces: each part sees all that is left, and what none of them takes is passed over.
    fn parts(&mut self, left: &Entries<'_>, to: &Spot<'_>, parts: &[Outline]) -> Vec<Doubt> {
        let (loses, refuses) = (self.only_loses(), self.only_refuses());
        let mut found = Vec::new();
        let all: Vec<_> = parts
            .iter()
            .enumerate()
            .map(|(at, part)| {
                let (part, is_option) = match part {
                    Outline::Option(inner) => (to.inside(part).inside(inner), true),
                    _ => (to.inside(part), false),
                };
                let part = part.resolved();
                let path = format!("{}+{at}", self.path);
                let refused = self.at(path.clone(), |doubts| {
                    doubts.asking(refuses, |doubts| doubts.part(left, &part))
                });
                (part, is_option, path, refused)
            })
            .collect();
        let takes_all = |part: &Spot<'_>, refused: &[Doubt]| {
            refused.is_empty() && matches!(part.node, Outline::Any | Outline::Map(..))
        };
        let count_of_all = all
            .iter()
            .filter(|(part, _, _, refused)| takes_all(part, refused))
            .count();
        for (part, is_option, path, refused) in all {
            if self.loses() {
                let is_beside = count_of_all > usize::from(takes_all(&part, &refused));
                let mut left = left.clone();
                left.is_kept |= is_beside;
                found.extend(self.at(path, |doubts| doubts.asking(loses, |doubts| doubts.part(&left, &part))));
                // serde makes a `None` of a flattened option that cannot be read, and passes over what was in it.
                let is_empty = left.slots.is_empty() && left.rests.is_empty();
                if is_option && !left.is_kept && !is_empty && self.ask.passes_over {
                    found.extend(refused.clone());
                    found.extend(self.passed_over(&left));
                }
            }
            if self.ask.refuses && !is_option {
                found.extend(refused);
            }
        }
        found
    }

    fn part(&mut self, left: &Entries<'_>, to: &Spot<'_>) -> Vec<Doubt> {
        match to.node {
            Outline::Any => Vec::new(),
            Outline::Enum {
                tag: Tagging::External, ..
            } => self.external_part(left, to),
            _ => self.form(&Form::Object(left.clone()), to, true),
        }
    }
}

fn names(key: &Key) -> impl Iterator<Item = &str> {
    [&key.name].into_iter().chain(&key.aliases).map(String::as_str)
}

/// The same doubts, their payloads put under a key.
pub(super) fn within(found: Vec<Doubt>, entries: &Entries<'_>, name: &str) -> Vec<Doubt> {
    let put = |doubt: Doubt| Doubt {
        payload: entries.with(name, doubt.payload),
        ..doubt
    };
    found.into_iter().map(put).collect()
}

/// The same doubts, their payloads with all that has to be there.
pub(super) fn filled(found: Vec<Doubt>, entries: &Entries<'_>) -> Vec<Doubt> {
    let fill = |doubt: Doubt| Doubt {
        payload: entries.filled(doubt.payload),
        ..doubt
    };
    found.into_iter().map(fill).collect()
}

/// Payloads that hold one key under two of its names.
fn twice(entries: &Entries<'_>, hits: &[(&Slot<'_>, &str)], of_rest: &[&str]) -> Vec<Payload> {
    let mut found = Vec::new();
    let values = |slot: &Slot<'_>| slot.held.samples().into_iter().take(1);
    let of_rest: Vec<(&str, Payload)> = entries
        .rests
        .iter()
        .flat_map(|rest| rest.value.samples())
        .flat_map(|value| of_rest.iter().map(move |name| (*name, value.clone())))
        .collect();
    for (at, (slot, name)) in hits.iter().enumerate() {
        let others = hits
            .iter()
            .skip(at + 1)
            .filter(|(other, _)| !std::ptr::eq(*other, *slot));
        let others = others.flat_map(|(other, name)| values(other).map(move |value| (*name, value)));
        for (other, value) in others.chain(of_rest.iter().cloned()) {
            found.extend(values(slot).map(|own| {
                let mut payload = entries.with(name, own);
                payload.set(other, value.clone());
                payload
            }));
        }
    }
    for (at, (name, value)) in of_rest.iter().enumerate() {
        for (other, second) in of_rest.iter().skip(at + 1).filter(|(other, _)| other != name) {
            let mut payload = entries.with(name, value.clone());
            payload.set(other, second.clone());
            found.push(payload);
        }
    }
    found
}

/// Keys that a rest may have.
pub(super) fn some_keys(rest: &Rest<'_>, entries: &Entries<'_>) -> Vec<String> {
    let own = rest
        .key
        .iter()
        .flat_map(|key| [key.make(Style::Max), key.make(Style::Min)]);
    let own = own.filter_map(Payload::into_key).chain(KEYS.map(str::to_owned));
    let mut keys: Vec<String> = own.filter(|key| entries.may_hold(key)).take(2).collect();
    if keys.is_empty() {
        keys.extend(KEYS.first().map(|key| (*key).to_owned()));
    }
    keys
}
