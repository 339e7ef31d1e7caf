//! Payloads of a node that are tried where no rule says which one is in question.

use super::Ask;
use super::entries::{Entries, Form, Held};
use crate::schema::around::{Place, Spot};
use crate::schema::lock::Outline;
use crate::schema::payload::{Payload, Reading, Style, make, make_bare, read_at};

/// How many random payloads are tried.
const TRIES: u64 = 48;

impl Spot<'_> {
    pub(super) fn make(&self, style: Style) -> Payload {
        self.at(&mut |place| make(place, style))
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        std::ptr::eq(self.node, other.node)
    }

    pub(super) fn bare(&self) -> Payload {
        self.at(&mut |place| make_bare(place))
    }

    /// How it reads a payload; `None` if it does not.
    pub(super) fn reads(&self, payload: &Payload) -> Option<Reading> {
        self.at(&mut |place| read_at(place, payload).ok())
    }

    /// Whether it has no value, as a type that must hold itself.
    pub(super) fn is_void(&self) -> bool {
        // An open enum may hold a variant that is not listed, which only random payloads do.
        let mut random = (0..TRIES).map(|seed| self.make(Style::Stored(seed)));
        self.bare() == Payload::Null
            && self.reads(&Payload::Null).is_none()
            && random.all(|payload| self.reads(&payload).is_none())
    }

    /// A few values, none twice: those that it reads itself, if there are any; none only if it has no value.
    pub(super) fn samples(&self) -> Vec<Payload> {
        let mut samples = Vec::new();
        if self.is_void() {
            return samples;
        }
        for style in [Style::Max, Style::Min, Style::Sparse] {
            let payload = self.make(style);
            if !samples.contains(&payload) && self.reads(&payload).is_some() {
                samples.push(payload);
            }
        }
        if samples.is_empty() {
            samples.push(self.make(Style::Max));
        }
        samples
    }

    /// Whether the key of a map is read as this.
    pub(super) fn reads_key(&self, key: &str) -> Option<Reading> {
        let map = Outline::Map(Box::new(self.node.clone()), Box::new(Outline::Any));
        let payload = Payload::Object(vec![(key.to_owned(), Payload::Null)]);
        self.at(&mut |place| read_at(place.inner(&map), &payload).ok())
    }
}

impl Held<'_> {
    pub(super) fn samples(&self) -> Vec<Payload> {
        match self {
            Self::One(payload) => vec![payload.clone()],
            Self::Spot(spot) => spot.samples(),
        }
    }

    pub(super) fn bare(&self) -> Payload {
        match self {
            Self::One(payload) => payload.clone(),
            Self::Spot(spot) => spot.bare(),
        }
    }
}

/// Payloads of a node, where no rule says which ones are in question.
pub(in super::super) fn many(from: Place<'_>, ask: Ask) -> Vec<Payload> {
    any_of(&Spot::of(from), ask.is_stored)
}

pub(super) fn any_of(from: &Spot<'_>, is_stored: bool) -> Vec<Payload> {
    let random = (0..TRIES).map(|seed| match is_stored {
        true => Style::Stored(seed),
        false => Style::Written(seed),
    });
    let mut many = from.samples();
    for payload in random.map(|style| from.make(style)) {
        if !many.contains(&payload) && from.reads(&payload).is_some() {
            many.push(payload);
        }
    }
    many
}

/// Such as [`any_of`], of a form.
pub(super) fn of_form(form: &Form<'_>) -> Vec<Payload> {
    match form {
        Form::One(one) => vec![one.payload.clone()],
        Form::Value(spot) => any_of(spot, true),
        Form::Object(entries) => of_entries(entries),
    }
}

/// The least of it, and one with each key.
pub(super) fn of_entries(entries: &Entries<'_>) -> Vec<Payload> {
    let mut all = vec![entries.bare()];
    for slot in &entries.slots {
        for (name, value) in slot.names.iter().zip(slot.held.samples()) {
            all.push(entries.with(name, value));
        }
    }
    all
}

/// One of each kind of JSON.
pub(super) fn anything(is_some: bool) -> Vec<Payload> {
    let number = |text: &str| Payload::Number(text.to_owned());
    let list = |item| Payload::List(vec![item]);
    let object = |value| Payload::Object(vec![("any".to_owned(), value)]);
    let all = [
        Payload::Text("anything".to_owned()),
        Payload::Bool(true),
        number("-7"),
        number("0.5"),
        list(number("0.5")),
        Payload::List(Vec::new()),
        object(Payload::Null),
        object(number("1")),
        Payload::Object(Vec::new()),
    ];
    let null = [Payload::Null].into_iter().filter(|_| !is_some);
    null.chain(all).collect()
}
