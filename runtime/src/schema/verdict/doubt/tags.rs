//! Objects read as variants: which variant they name, and what is left for it.

use super::entries::{Entries, Form, Held, Slot};
use super::forms::forms;
use super::objects::{filled, some_keys, within};
use super::samples::anything;
use super::{Doubt, Doubts, EMPTY, NULL};
use crate::schema::around::{Place, Spot};
use crate::schema::lock::{Choice, Outline, Tagging};
use crate::schema::payload::Payload;

/// What may stand where the name of a variant is read.
#[derive(Default)]
struct Told {
    /// These names.
    names: Vec<String>,
    /// Whether other texts may stand there too.
    is_any: bool,
    /// What is no name.
    others: Vec<Payload>,
}

impl Doubts {
    pub(super) fn tagged(&mut self, entries: &Entries<'_>, to: &Spot<'_>) -> Vec<Doubt> {
        let Outline::Enum { tag, open, choices } = to.node else {
            return Vec::new();
        };
        match tag {
            Tagging::External => self.external(entries, to, *open, choices),
            Tagging::Internal(tag) => self.beside(entries, to, (tag, None), *open, choices),
            Tagging::Adjacent { tag, content } => self.beside(entries, to, (tag, Some(content)), *open, choices),
            Tagging::Untagged => self.all(vec![entries.bare()]),
        }
    }

    /// A variant that is told by its key, alone in its braces.
    fn external(&mut self, entries: &Entries<'_>, to: &Spot<'_>, is_open: bool, choices: &[Choice]) -> Vec<Doubt> {
        let (ask, mut found) = (self.ask, Vec::new());
        let is_one = matches!(entries.slots.as_slice(), [slot] if !slot.absent) && entries.rests.is_empty();
        if ask.refuses && !is_one {
            found.push(self.doubt(entries.bare()));
            let each = entries.hits(|_| true).into_iter();
            let each =
                each.flat_map(|(slot, name)| slot.held.samples().into_iter().map(|value| entries.with(name, value)));
            let each = each.collect();
            found.extend(self.all(each));
            return found;
        }
        let must = entries.slots.iter().filter(|slot| !slot.absent).count();
        if must > 1 {
            return found;
        }
        for (slot, name) in entries.hits(|_| true) {
            let choice = choices.iter().find(|choice| choice.is(name));
            let inner = match choice {
                Some(choice) => self.data(&slot.held, choice, to),
                None if is_open && ask.passes_over => self.all(vec![Payload::Null]),
                None if is_open => self.held(&slot.held, &Spot::of(Place::root(&NULL)), self.path.clone()),
                None if ask.refuses => self.all(slot.held.samples()),
                None => Vec::new(),
            };
            found.extend(within(inner, entries, name));
        }
        for rest in &entries.rests {
            let known = choices.iter().filter(|choice| entries.may_hold(&choice.name));
            for choice in known {
                let inner = self.data(&Held::Spot(rest.value.clone()), choice, to);
                found.extend(within(inner, entries, &choice.name));
            }
            if is_open && ask.passes_over {
                let keys = some_keys(rest, entries);
                found.extend(self.all(keys.iter().map(|key| entries.with(key, Payload::Null)).collect()));
            }
        }
        found
    }

    /// A variant that is told by its key, among others.
    pub(super) fn external_part(&mut self, left: &Entries<'_>, to: &Spot<'_>) -> Vec<Doubt> {
        let Outline::Enum { choices, .. } = to.node else {
            return Vec::new();
        };
        let (ask, mut found) = (self.ask, Vec::new());
        let is_choice = |name: &str| choices.iter().any(|choice| choice.is(name));
        let hits = left.hits(is_choice);
        let names = choices
            .iter()
            .flat_map(|choice| [&choice.name].into_iter().chain(&choice.aliases));
        let of_rest: Vec<&str> = names.map(String::as_str).filter(|name| left.may_hold(name)).collect();
        // serde takes the first that is there, so that there must be one, and no other.
        let is_sure = |slot: &Slot<'_>| !slot.absent && slot.names.iter().all(|name| is_choice(name));
        let is_first = |slot| hits.first().is_some_and(|(first, _)| std::ptr::eq(*first, slot));
        let is_told = of_rest.is_empty() && hits.iter().all(|(slot, _)| is_first(*slot) && is_sure(slot));
        let count = hits.len() + of_rest.len();
        if (!is_told || count == 0) && (ask.refuses || count > 1) {
            found.push(self.doubt(left.without(is_choice)));
            for (slot, name) in &hits {
                found.extend(
                    self.all(
                        slot.held
                            .samples()
                            .into_iter()
                            .map(|value| left.with(name, value))
                            .collect(),
                    ),
                );
            }
        }
        let find = |name: &str| choices.iter().find(|choice| choice.is(name));
        for (slot, name) in &hits {
            if let Some(choice) = find(name) {
                let inner = self.data(&slot.held, choice, to);
                found.extend(within(inner, left, name));
            }
        }
        for name in &of_rest {
            for (rest, choice) in left.rests.iter().zip(find(name)) {
                let inner = self.data(&Held::Spot(rest.value.clone()), choice, to);
                found.extend(within(inner, left, name));
            }
        }
        if ask.passes_over {
            let others = left.but(hits.iter().map(|(_, name)| *name));
            found.extend(filled(self.passed_over(&others), left));
        }
        found
    }

    fn data(&mut self, held: &Held<'_>, choice: &Choice, to: &Spot<'_>) -> Vec<Doubt> {
        let value = to.inside(choice.value.as_ref().unwrap_or(&NULL));
        self.held(held, &value, format!("{}|{}", self.path, choice.name))
    }

    /// A variant whose name stands under a key, and its data under another, or in the same braces.
    fn beside(
        &mut self,
        entries: &Entries<'_>,
        to: &Spot<'_>,
        (tag, content): (&str, Option<&String>),
        is_open: bool,
        choices: &[Choice],
    ) -> Vec<Doubt> {
        let (ask, mut found) = (self.ask, Vec::new());
        let hits = entries.hits(|name| name == tag);
        let of_rest = entries.may_hold(tag);
        let is_sure = hits.iter().any(|(slot, _)| !slot.absent && slot.names.len() == 1);
        if ask.refuses && !is_sure {
            found.push(self.doubt(entries.without(|name| name == tag)));
        }
        let mut told = Told::default();
        for (slot, _) in &hits {
            told.add(&slot.held, ask.is_stored);
        }
        for rest in entries.rests.iter().take(usize::from(of_rest)) {
            told.add(&Held::Spot(rest.value.clone()), ask.is_stored);
        }
        if ask.refuses {
            found.extend(
                self.all(
                    told.others
                        .iter()
                        .map(|other| entries.with(tag, other.clone()))
                        .collect(),
                ),
            );
        }
        if told.is_any {
            told.names.push("unheard-of".to_owned());
            told.names.extend(choices.iter().map(|choice| choice.name.clone()));
        }
        let left = entries.but([tag]);
        for name in &told.names {
            let text = Payload::Text(name.clone());
            let choice = choices.iter().find(|choice| choice.is(name));
            let mut inner = match (choice, content) {
                (Some(choice), None) => {
                    let data = to.inside(choice.value.as_ref().unwrap_or(&EMPTY));
                    let path = format!("{}|{}", self.path, choice.name);
                    self.at(path, |doubts| doubts.form(&Form::Object(left.clone()), &data, false))
                }
                (Some(choice), Some(content)) => self.content(&left, content, choice, to),
                (None, None) if is_open => Vec::new(),
                (None, Some(content)) if is_open && ask.refuses => self.no_content(&left, content),
                (None, Some(_)) if is_open => Vec::new(),
                (None, _) if ask.refuses => self.all(vec![left.bare()]),
                (None, _) => Vec::new(),
            };
            if choice.is_none() && is_open && ask.passes_over && !entries.is_unlisted {
                inner.push(self.doubt(left.bare()));
            }
            if let Some(content) = content
                && ask.passes_over
            {
                inner.extend(self.passed_over(&left.but([content.as_str()])));
            }
            found.extend(inner.into_iter().map(|doubt| {
                let mut payload = doubt.payload;
                payload.set(tag, text.clone());
                Doubt {
                    payload: entries.filled(payload),
                    ..doubt
                }
            }));
        }
        found
    }

    /// What has no data is read where there is none, or `null`.
    fn no_content(&mut self, left: &Entries<'_>, content: &str) -> Vec<Doubt> {
        let (null, mut found) = (Spot::of(Place::root(&NULL)), Vec::new());
        for (slot, name) in left.hits(|name| name == content) {
            let inner = self.held(&slot.held, &null, self.path.clone());
            found.extend(within(inner, left, name));
        }
        found
    }

    fn content(&mut self, left: &Entries<'_>, content: &str, choice: &Choice, to: &Spot<'_>) -> Vec<Doubt> {
        let hits = left.hits(|name| name == content);
        let mut found = Vec::new();
        let is_sure = hits.iter().any(|(slot, _)| !slot.absent && slot.names.len() == 1);
        let is_needed = !matches!(choice.value, None | Some(Outline::Option(_)));
        if self.ask.refuses && is_needed && !is_sure {
            found.push(self.doubt(left.without(|name| name == content)));
        }
        for (slot, name) in hits {
            let inner = self.data(&slot.held, choice, to);
            found.extend(within(inner, left, name));
        }
        if left.may_hold(content) {
            for rest in &left.rests {
                let inner = self.data(&Held::Spot(rest.value.clone()), choice, to);
                found.extend(within(inner, left, content));
            }
        }
        found
    }
}

impl Told {
    fn add(&mut self, held: &Held<'_>, is_stored: bool) {
        let spot = match held {
            Held::One(Payload::Text(name)) => return self.names.push(name.clone()),
            Held::One(other) => return self.others.push(other.clone()),
            Held::Spot(spot) => spot,
        };
        match forms(spot, is_stored) {
            None => self.is_any = true,
            Some(forms) => {
                for form in forms {
                    match form {
                        Form::One(one) => self.add(&Held::One(one.payload), is_stored),
                        Form::Value(spot) => {
                            let may_be_text = matches!(spot.node, Outline::Text | Outline::Any | Outline::Scalar(_));
                            self.is_any |= may_be_text;
                            let others = spot.samples();
                            self.others.extend(others.into_iter().filter(|_| !may_be_text));
                            if *spot.node == Outline::Any {
                                self.others.extend(anything(false));
                            }
                        }
                        Form::Object(entries) => self.others.push(entries.bare()),
                    }
                }
            }
        }
    }
}
