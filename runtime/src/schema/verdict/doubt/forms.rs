//! What a node may be stored as, taken apart: single payloads, objects by their keys, and values of one kind.

use std::cell::Cell;

use super::entries::{Entries, Form, Held, Joined, One, Rest, Slot, one};
use crate::schema::around::Spot;
use crate::schema::lock::{Choice, Outline, Tagging};
use crate::schema::payload::{Payload, tagged, unheard_of};

/// How many forms one node may have. More are not taken apart.
const MOST: usize = 128;

/// How often an enum may stand directly inside an enum.
const NESTED: usize = 8;

/// The keys of an object, without what is flattened beside them.
pub(super) fn own_keys<'a>(spot: &Spot<'a>, is_stored: bool) -> Entries<'a> {
    let mut own = Forms::new(is_stored).keys(spot);
    if let Payload::Object(entries) = spot.bare() {
        own.base = entries
            .into_iter()
            .filter(|(name, _)| !own.own.contains(name))
            .collect();
    }
    own
}

/// The forms of a node, with aliases and variants that are not listed where they may be stored; `None` where they cannot be told.
pub(super) fn forms<'a>(spot: &Spot<'a>, is_stored: bool) -> Option<Vec<Form<'a>>> {
    Forms::new(is_stored).of(spot, NESTED)
}

struct Forms {
    is_stored: bool,
    /// Whether some form was left out, because its own side never reads it.
    is_less: Cell<bool>,
}

impl Forms {
    fn new(is_stored: bool) -> Self {
        let is_less = Cell::new(false);
        Self { is_stored, is_less }
    }

    fn of<'a>(&self, spot: &Spot<'a>, nested: usize) -> Option<Vec<Form<'a>>> {
        let spot = spot.resolved();
        let nested = nested.checked_sub(1)?;
        let forms = match spot.node {
            Outline::Null => vec![one(Payload::Null)],
            Outline::Option(inner) => {
                let inner = self.of(&spot.inside(inner), nested)?;
                [one(Payload::Null)].into_iter().chain(inner).collect()
            }
            Outline::Map(key, value) => vec![Form::Object(Entries {
                rests: vec![Rest {
                    key: Some(spot.inside(key)),
                    value: spot.inside(value),
                }],
                ..Entries::default()
            })],
            Outline::Object { .. } => self.object(&spot, nested)?.into_iter().map(Form::Object).collect(),
            Outline::Enum { .. } => self.choices(&spot, nested)?,
            _ => vec![Form::Value(spot)],
        };
        (forms.len() <= MOST).then_some(forms)
    }

    fn names<'a>(&self, name: &'a str, aliases: &'a [String]) -> Vec<&'a str> {
        let aliases = aliases.iter().map(String::as_str).filter(|_| self.is_stored);
        [name].into_iter().chain(aliases).collect()
    }

    fn object<'a>(&self, spot: &Spot<'a>, nested: usize) -> Option<Vec<Entries<'a>>> {
        let Outline::Object { parts, .. } = spot.node else {
            return None;
        };
        let own = self.keys(spot);
        let mut all = vec![own];
        for part in parts {
            let beside = self.part(&spot.inside(part), nested)?;
            let pairs = all
                .iter()
                .flat_map(|one| beside.iter().map(move |other| one.joined(other)));
            let mut joined = Vec::new();
            for pair in pairs {
                match pair {
                    Joined::Both(entries) => joined.push(entries),
                    // serde makes a `None` of a flattened option that cannot be read.
                    Joined::Never if !matches!(part, Outline::Option(_)) => self.is_less.set(true),
                    Joined::Never | Joined::Shared => return None,
                }
            }
            all = joined;
            if all.len() > MOST {
                return None;
            }
        }
        Some(all)
    }

    fn keys<'a>(&self, spot: &Spot<'a>) -> Entries<'a> {
        let mut own = Entries::default();
        let keys = match spot.node {
            Outline::Object { keys, .. } => &**keys,
            _ => &[],
        };
        for key in keys {
            // A name of two keys is of the first.
            let mut names = self.names(&key.name, &key.aliases);
            names.retain(|name| own.own.iter().all(|own| own != name));
            if !names.is_empty() {
                own.slots.push(Slot {
                    names,
                    held: Held::Spot(spot.inside(&key.value)),
                    absent: key.absent,
                });
            }
            own.own.extend(self.all(&key.name, &key.aliases).map(str::to_owned));
        }
        own
    }

    fn all<'a>(&self, name: &'a str, aliases: &'a [String]) -> impl Iterator<Item = &'a str> + use<'a> {
        [name].into_iter().chain(aliases.iter().map(String::as_str))
    }

    /// What is flattened into an object, between its braces. What is no object there is never read by its own side.
    fn part<'a>(&self, spot: &Spot<'a>, nested: usize) -> Option<Vec<Entries<'a>>> {
        let (spot, is_option) = match spot.node {
            Outline::Option(inner) => (spot.inside(inner), true),
            _ => (spot.clone(), false),
        };
        let spot = spot.resolved();
        if let Outline::Scalar(_) = spot.node {
            return None;
        }
        let mut all = Vec::new();
        let before = self.is_less.replace(false);
        let forms = self.of(&spot, nested)?;
        if is_option && self.is_less.get() {
            return None;
        }
        self.is_less.set(self.is_less.get() || before);
        for form in forms {
            match form {
                Form::Object(entries) => all.push(entries),
                Form::Value(value) if *value.node == Outline::Any => all.push(Entries {
                    rests: vec![Rest { key: None, value }],
                    ..Entries::default()
                }),
                Form::One(One {
                    payload,
                    is_passed_over,
                }) => match (payload, spot.node) {
                    // Among other keys, a variant without data has `null` behind its name.
                    (
                        Payload::Text(name),
                        Outline::Enum {
                            tag: Tagging::External,
                            choices,
                            ..
                        },
                    ) if !is_passed_over => {
                        let names = choices
                            .iter()
                            .flat_map(|choice| self.all(&choice.name, &choice.aliases));
                        all.extend(names.filter(|own| *own == name).take(1).map(|name| Entries {
                            slots: vec![Slot {
                                names: vec![name],
                                held: Held::One(Payload::Null),
                                absent: false,
                            }],
                            ..Entries::default()
                        }));
                    }
                    (
                        Payload::Object(entries),
                        Outline::Enum {
                            tag: Tagging::Internal(tag) | Tagging::Adjacent { tag, .. },
                            ..
                        },
                    ) => {
                        let held = entries.into_iter().next().map_or(Payload::Null, |(_, name)| name);
                        all.push(Entries {
                            slots: vec![Slot {
                                names: vec![tag],
                                held: Held::One(held),
                                absent: false,
                            }],
                            is_unlisted: is_passed_over,
                            ..Entries::default()
                        });
                    }
                    (Payload::Object(_), _) => return None,
                    _ => {}
                },
                Form::Value(_) => {}
            }
        }
        if is_option {
            all.push(Entries::default());
        } else if all.is_empty() {
            self.is_less.set(true);
        }
        Some(all)
    }

    fn choices<'a>(&self, spot: &Spot<'a>, nested: usize) -> Option<Vec<Form<'a>>> {
        let Outline::Enum { tag, open, choices } = spot.node else {
            return None;
        };
        let mut forms = Vec::new();
        for choice in choices {
            forms.extend(self.choice(spot, tag, choice, nested)?);
        }
        if *open && self.is_stored {
            let payload = tagged(tag, &unheard_of(choices, &[]), None);
            forms.push(Form::One(One {
                payload,
                is_passed_over: true,
            }));
        }
        Some(forms)
    }

    fn choice<'a>(
        &self,
        spot: &Spot<'a>,
        tag: &'a Tagging,
        choice: &'a Choice,
        nested: usize,
    ) -> Option<Vec<Form<'a>>> {
        let names = self.names(&choice.name, &choice.aliases);
        let held = |value| Held::Spot(spot.inside(value));
        let told = |name: &str, key: &'a str| Slot {
            names: vec![key],
            held: Held::One(Payload::Text(name.to_owned())),
            absent: false,
        };
        let of = |slots| Entries {
            slots,
            ..Entries::default()
        };
        Some(match (tag, &choice.value) {
            (Tagging::Untagged, None) => vec![one(Payload::Null)],
            // What is its own variant is nothing more by it.
            (Tagging::Untagged, Some(value)) if spot.inside(value).resolved().is(spot) => Vec::new(),
            (Tagging::Untagged, Some(value)) => self.of(&spot.inside(value), nested)?,
            (Tagging::External, None) => names
                .into_iter()
                .map(|name| one(Payload::Text(name.to_owned())))
                .collect(),
            (Tagging::External, Some(value)) => {
                let (held, absent) = (held(value), false);
                vec![Form::Object(of(vec![Slot { names, held, absent }]))]
            }
            (Tagging::Internal(key), None) => names
                .into_iter()
                .map(|name| Form::Object(of(vec![told(name, key)])))
                .collect(),
            (Tagging::Internal(key), Some(value)) => {
                let mut forms = Vec::new();
                for name in names {
                    for form in self.of(&spot.inside(value), nested)? {
                        forms.push(match form {
                            Form::Object(data) => match of(vec![told(name, key)]).joined(&data) {
                                Joined::Both(entries) => Form::Object(entries),
                                Joined::Never | Joined::Shared => return None,
                            },
                            _ => Form::Object(of(vec![told(name, key)])),
                        });
                    }
                }
                forms
            }
            (Tagging::Adjacent { tag, content }, value) => {
                let data = value.iter().map(|value| Slot {
                    names: vec![content],
                    held: held(value),
                    absent: false,
                });
                let all = names
                    .into_iter()
                    .map(|name| [told(name, tag)].into_iter().chain(data.clone()).collect());
                all.map(|slots| Form::Object(of(slots))).collect()
            }
        })
    }
}
