//! The forms of a value, and what stands between the braces of an object.

use crate::schema::around::Spot;
use crate::schema::payload::Payload;

/// One of the forms that a value may have.
#[derive(Clone)]
pub(super) enum Form<'a> {
    /// This payload and no other.
    One(One),
    /// A truth, a text, a number, a list, a named format, anything.
    Value(Spot<'a>),
    /// Braces.
    Object(Entries<'a>),
}

/// One payload.
#[derive(Clone)]
pub(super) struct One {
    pub(super) payload: Payload,
    /// Whether its own side passes over it: a variant that is not listed.
    pub(super) is_passed_over: bool,
}

/// What stands between the braces.
#[derive(Clone, Default)]
pub(super) struct Entries<'a> {
    pub(super) slots: Vec<Slot<'a>>,
    /// The maps that hold whatever else is there: each of them all of it.
    pub(super) rests: Vec<Rest<'a>>,
    /// What no key of the rest is called.
    pub(super) own: Vec<String>,
    /// What stands beside all that and is read in the same way by both.
    pub(super) base: Vec<(String, Payload)>,
    /// Whether its own side passes over the variant that it is, as one that is not listed.
    pub(super) is_unlisted: bool,
    /// Whether something beside keeps what is passed over here.
    pub(super) is_kept: bool,
}

/// A value that stands under one of these names.
#[derive(Clone)]
pub(super) struct Slot<'a> {
    pub(super) names: Vec<&'a str>,
    pub(super) held: Held<'a>,
    pub(super) absent: bool,
}

#[derive(Clone)]
pub(super) enum Held<'a> {
    One(Payload),
    Spot(Spot<'a>),
}

/// Any number of other keys: anything at all, or those of a map.
#[derive(Clone)]
pub(super) struct Rest<'a> {
    pub(super) key: Option<Spot<'a>>,
    pub(super) value: Spot<'a>,
}

pub(super) fn one<'a>(payload: Payload) -> Form<'a> {
    let is_passed_over = false;
    Form::One(One {
        payload,
        is_passed_over,
    })
}

impl<'a> Entries<'a> {
    /// The slots that may stand under such a name, each with that name.
    pub(super) fn hits(&self, is: impl Fn(&str) -> bool) -> Vec<(&Slot<'a>, &'a str)> {
        let of = |slot| move |name| (slot, name);
        let all = self
            .slots
            .iter()
            .flat_map(|slot| slot.names.iter().copied().map(of(slot)));
        all.filter(|(_, name)| is(name)).collect()
    }

    /// Whether the rest may hold such a key.
    pub(super) fn may_hold(&self, name: &str) -> bool {
        let is_own = self.own.iter().any(|own| own == name) || self.slots.iter().any(|slot| slot.names.contains(&name));
        let may = |rest: &Rest<'_>| rest.key.as_ref().is_none_or(|key| key.reads_key(name).is_some());
        !is_own && !self.rests.is_empty() && self.rests.iter().all(may)
    }

    /// The payload with all that has to be there.
    pub(super) fn filled(&self, mut payload: Payload) -> Payload {
        for (name, value) in &self.base {
            if payload.get(name).is_none() {
                payload.set(name, value.clone());
            }
        }
        for slot in self.slots.iter().filter(|slot| !slot.absent) {
            if slot.names.iter().all(|name| payload.get(name).is_none())
                && let Some(name) = slot.names.first()
            {
                payload.set(name, slot.held.bare());
            }
        }
        payload
    }

    pub(super) fn bare(&self) -> Payload {
        self.filled(Payload::Object(Vec::new()))
    }

    pub(super) fn with(&self, name: &str, value: Payload) -> Payload {
        self.filled(Payload::Object(vec![(name.to_owned(), value)]))
    }

    /// With no more than it must have, and nothing under such a name where it need not.
    pub(super) fn without(&self, is: impl Fn(&str) -> bool) -> Payload {
        let mut payload = Payload::Object(Vec::new());
        for slot in self.slots.iter().filter(|slot| !slot.absent) {
            if let Some(name) = slot.names.iter().find(|name| !is(name)) {
                payload.set(name, slot.held.bare());
            }
        }
        self.filled(payload)
    }

    /// What is left where these keys are taken.
    pub(super) fn but<'b>(&self, taken: impl IntoIterator<Item = &'b str>) -> Self {
        let mut left = self.clone();
        let slots = self
            .slots
            .iter()
            .flat_map(|slot| slot.names.iter().map(|name| (*name).to_owned()));
        left.own.extend(slots);
        for taken in taken {
            left.slots.retain_mut(|slot| {
                let count = slot.names.len();
                slot.names.retain(|name| *name != taken);
                slot.absent |= slot.names.len() < count;
                !slot.names.is_empty()
            });
            left.own.push(taken.to_owned());
        }
        left
    }

    /// Both between one pair of braces. A key of the object itself is never seen by a part, which without it has no payload.
    pub(super) fn joined(&self, other: &Self) -> Joined<'a> {
        let mut joined = self.clone();
        for slot in &other.slots {
            let mut slot = slot.clone();
            slot.names.retain(|name| self.own.iter().all(|own| own != name));
            if slot.names.is_empty() {
                match slot.absent {
                    true => continue,
                    false => return Joined::Never,
                }
            }
            if slot.names.iter().any(|name| !self.hits(|own| own == *name).is_empty()) {
                return Joined::Shared;
            }
            joined.slots.push(slot);
        }
        joined.rests.extend(other.rests.iter().cloned());
        joined.own.extend(other.own.iter().cloned());
        joined.is_unlisted |= other.is_unlisted;
        Joined::Both(joined)
    }
}

/// Two halves of one object.
pub(super) enum Joined<'a> {
    Both(Entries<'a>),
    /// There is no such payload.
    Never,
    /// One key is of both.
    Shared,
}
