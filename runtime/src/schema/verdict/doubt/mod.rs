//! What may go wrong where payloads of one side are read by the other: where nothing is doubted, nothing can.
//!
//! Each pair of nodes is taken apart until a rule says what one side holds and what the other reads. A pair that no rule knows is doubted,
//! so that a mistake here refuses too much and never accepts too much.

mod any;
mod entries;
mod facts;
mod forms;
mod objects;
mod samples;
mod tags;
mod values;

use crate::schema::around::{Place, Spot};
use crate::schema::lock::{Outline, Tagging};
use crate::schema::payload::Payload;

use entries::{Form, Held, One, one};
use facts::{is_beside_the_same, is_closed, lacks_a_key, may_be_taken_by_another};
use forms::{forms, own_keys};
use samples::{any_of, of_form};

pub(super) use samples::many;

/// A float that only 64 bits hold.
pub(super) const FINE: &str = "0.12345678901234567";

/// A number that no float holds.
const FINEST: &str = "9007199254740993";

/// How many pairs of nodes are taken apart. Two types that go around inside themselves in different ways could go on for as long as they
/// have pairs.
const STEPS: usize = 4_000;

/// How many doubts of one node are kept.
const MOST: usize = 48;

/// What has no data.
static NULL: Outline = Outline::Null;
static EMPTY: Outline = Outline::Object {
    keys: Vec::new(),
    parts: Vec::new(),
};

/// What is asked of a reader.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    /// Of all that may be stored, or only of what is written.
    pub(super) is_stored: bool,
    /// Whether it reads it at all.
    pub(super) refuses: bool,
    /// Whether it passes over nothing.
    passes_over: bool,
    /// Whether it keeps every digit, and every item.
    blurs: bool,
}

impl Ask {
    pub(super) const READS: Self = Self {
        is_stored: true,
        refuses: true,
        passes_over: false,
        blurs: false,
    };
    pub(super) const KEEPS: Self = Self {
        is_stored: true,
        refuses: false,
        passes_over: true,
        blurs: true,
    };
    pub(super) const OLDER: Self = Self {
        is_stored: false,
        refuses: true,
        passes_over: false,
        blurs: true,
    };
}

impl Ask {
    /// Whether who answers this has answered the other one.
    fn covers(self, other: Self) -> bool {
        (self.refuses || !other.refuses) && (self.passes_over || !other.passes_over) && (self.blurs || !other.blurs)
    }
}

/// A payload of which no rule says that the reader takes it as it should.
#[derive(Clone, Debug)]
pub(super) struct Doubt {
    /// Where the reader may fail, as in the lock.
    pub(super) path: String,
    pub(super) payload: Payload,
}

/// What may go wrong where payloads of `from` are read as `to`.
pub(super) fn doubts(from: Place<'_>, to: Place<'_>, ask: Ask, path: &str) -> Vec<Doubt> {
    let mut doubts = Doubts {
        ask,
        steps: STEPS,
        depth: 0,
        assumed: Vec::new(),
        path: path.to_owned(),
    };
    doubts.node(&Spot::of(from), &Spot::of(to), false)
}

/// A pair of nodes, and what is asked of it.
struct Assumed {
    pair: (*const Outline, *const Outline),
    ask: Ask,
    is_some: bool,
    depth: usize,
}

struct Doubts {
    ask: Ask,
    steps: usize,
    /// How deep in the payload.
    depth: usize,
    /// The pairs that are being taken apart, and how deep each began: one that comes by again further inside says nothing new.
    assumed: Vec<Assumed>,
    path: String,
}

impl Doubts {
    fn doubt(&self, payload: Payload) -> Doubt {
        let path = self.path.clone();
        Doubt { path, payload }
    }

    fn all(&self, payloads: Vec<Payload>) -> Vec<Doubt> {
        payloads.into_iter().map(|payload| self.doubt(payload)).collect()
    }

    fn at<T>(&mut self, path: String, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.path, path);
        let result = act(self);
        self.path = before;
        result
    }

    fn asking<T>(&mut self, ask: Ask, act: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.ask, ask);
        let result = act(self);
        self.ask = before;
        result
    }

    fn assume(&mut self, pair: (*const Outline, *const Outline), is_some: bool) {
        let (ask, depth) = (self.ask, self.depth);
        self.assumed.push(Assumed {
            pair,
            ask,
            is_some,
            depth,
        });
    }

    fn only_refuses(&self) -> Ask {
        Ask {
            refuses: true,
            passes_over: false,
            blurs: false,
            ..self.ask
        }
    }

    fn only_loses(&self) -> Ask {
        Ask {
            refuses: false,
            ..self.ask
        }
    }

    fn loses(&self) -> bool {
        self.ask.passes_over || self.ask.blurs
    }

    /// What is further inside the payload.
    fn inner(&mut self, from: &Spot<'_>, to: &Spot<'_>, path: String) -> Vec<Doubt> {
        self.depth += 1;
        let found = self.at(path, |doubts| doubts.node(from, to, false));
        self.depth -= 1;
        found
    }

    fn held(&mut self, from: &Held<'_>, to: &Spot<'_>, path: String) -> Vec<Doubt> {
        match from {
            Held::Spot(from) => self.inner(from, to, path),
            Held::One(payload) => self.at(path, |doubts| doubts.form(&one(payload.clone()), to, false)),
        }
    }

    /// One node against one; without `null` where that is known to be read.
    fn node(&mut self, from: &Spot<'_>, to: &Spot<'_>, is_some: bool) -> Vec<Doubt> {
        let (from, to) = (from.resolved(), to.resolved());
        // What is read by its own side is read in the same way by its twin.
        if from.node == to.node && is_closed(from.node, 0) {
            return Vec::new();
        }
        if let Outline::Option(inner) = to.node {
            return self.node(&from, &to.inside(inner), true);
        }
        if let Outline::Option(inner) = from.node {
            let mut found = self.form(&one(Payload::Null), &to, is_some);
            found.extend(self.node(&from.inside(inner), &to, true));
            return found;
        }
        let pair: (*const Outline, *const Outline) = (from.node, to.node);
        let is_same = |one: &&Assumed| one.pair == pair && (is_some || !one.is_some) && one.ask.covers(self.ask);
        match self.assumed.iter().find(is_same) {
            Some(assumed) if assumed.depth < self.depth => return Vec::new(),
            Some(_) => return self.all(from.samples()),
            None => {}
        }
        let Some(steps) = self.steps.checked_sub(1) else {
            return self.all(from.samples());
        };
        self.steps = steps;
        if is_beside_the_same(from.node, to.node)
            && let Outline::Object { keys, .. } = to.node
        {
            self.assume(pair, is_some);
            let found = self.keys(&own_keys(&from, self.ask.is_stored), &to, keys, &[]);
            self.assumed.pop();
            return found;
        }
        let Some(forms) = forms(&from, self.ask.is_stored) else {
            return self.all(any_of(&from, self.ask.is_stored));
        };
        self.assume(pair, is_some);
        let mut found: Vec<Doubt> = forms.iter().flat_map(|form| self.form(form, &to, is_some)).collect();
        self.assumed.pop();
        if self.loses() && self.ask.is_stored && may_be_taken_by_another(from.node) {
            found.extend(self.all(any_of(&from, self.ask.is_stored)));
        }
        if !found.is_empty() && from.is_void() {
            return Vec::new();
        }
        found.truncate(MOST);
        found
    }

    fn form(&mut self, form: &Form<'_>, to: &Spot<'_>, is_some: bool) -> Vec<Doubt> {
        let to = to.resolved();
        match (to.node, form) {
            (Outline::Any, _) => Vec::new(),
            (Outline::Option(inner), _) => self.form(form, &to.inside(inner), true),
            (_, Form::One(one)) => self.one(one, &to, is_some),
            (
                Outline::Enum {
                    tag: Tagging::Untagged, ..
                },
                _,
            ) => self.untagged(form, &to, is_some),
            (_, Form::Value(from)) => self.value(from, &to, is_some),
            (_, Form::Object(entries)) => self.object(entries, &to),
        }
    }

    fn one(&self, one: &One, to: &Spot<'_>, is_some: bool) -> Vec<Doubt> {
        let (payload, ask) = (&one.payload, self.ask);
        if is_some && *payload == Payload::Null {
            return Vec::new();
        }
        let is_doubted = match to.reads(payload) {
            None => ask.refuses,
            Some(read) => {
                let is_new = |path: &String| !(one.is_passed_over && path.is_empty());
                (ask.passes_over && read.ignored.iter().any(is_new)) || (ask.blurs && !read.blurred.is_empty())
            }
        };
        match is_doubted {
            true => vec![self.doubt(payload.clone())],
            false => Vec::new(),
        }
    }

    /// A payload is read as the first variant that takes it: it is read if one of them takes all, and loses nothing if none does up to that.
    fn untagged(&mut self, form: &Form<'_>, to: &Spot<'_>, is_some: bool) -> Vec<Doubt> {
        let Outline::Enum { choices, .. } = to.node else {
            return Vec::new();
        };
        let (mut lost, mut refused) = (Vec::new(), Vec::new());
        let (loses, refuses) = (self.only_loses(), self.only_refuses());
        for choice in choices {
            let Some(steps) = self.steps.checked_sub(1) else {
                return self.all(of_form(form));
            };
            self.steps = steps;
            let inner = to.inside(choice.value.as_ref().unwrap_or(&NULL));
            if inner.resolved().is(to) {
                continue;
            }
            let path = format!("{}|{}", self.path, choice.name);
            // A variant that never reads it loses nothing of it.
            if self.loses() && !lacks_a_key(form, &inner.resolved()) {
                lost.extend(self.at(path.clone(), |doubts| {
                    doubts.asking(loses, |doubts| doubts.guarded(form, to, &inner, is_some))
                }));
            }
            let refusals = self.at(path, |doubts| {
                doubts.asking(refuses, |doubts| doubts.guarded(form, to, &inner, is_some))
            });
            if refusals.is_empty() {
                return lost;
            }
            refused.extend(refusals);
        }
        if self.ask.refuses {
            lost.extend(refused);
            lost.extend(self.all(of_form(form)));
        }
        lost.truncate(MOST);
        lost
    }

    /// An untagged enum that is its own variant is not asked again about the same.
    fn guarded(&mut self, form: &Form<'_>, to: &Spot<'_>, inner: &Spot<'_>, is_some: bool) -> Vec<Doubt> {
        let pair: (*const Outline, *const Outline) = (to.node, inner.node);
        if self
            .assumed
            .iter()
            .any(|one| one.pair == pair && one.depth == self.depth)
        {
            return self.all(of_form(form));
        }
        self.assume(pair, is_some);
        let found = self.form(form, inner, is_some);
        self.assumed.pop();
        found
    }
}
