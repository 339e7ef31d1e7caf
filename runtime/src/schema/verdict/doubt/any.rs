//! Anything at all, read as something: what the reader writes itself, and more.

use super::entries::{Form, Held, One, one};
use super::forms::forms;
use super::objects::{some_keys, within};
use super::samples::anything;
use super::{Doubt, Doubts, FINEST};
use crate::schema::around::{Place, Spot};
use crate::schema::lock::Outline;
use crate::schema::payload::{Payload, Style};
use crate::schema::verdict::objects::at_key;

impl Doubts {
    /// Anything at all, read as what is neither that nor untagged.
    pub(super) fn any(&mut self, to: &Spot<'_>, is_some: bool) -> Vec<Doubt> {
        let ask = self.ask;
        if ask.refuses {
            return self.all(anything(is_some));
        }
        let any = Spot::of(Place::root(&Outline::Any));
        let number = |text: &str| Payload::Number(text.to_owned());
        match to.node {
            Outline::Float(_) if ask.blurs => self.all(vec![number(FINEST)]),
            Outline::List(item) | Outline::Set(item) => {
                let item = to.inside(item);
                let inner = self.inner(&any, &item, format!("{}[]", self.path));
                let list = |doubt: Doubt| Doubt {
                    payload: Payload::List(vec![doubt.payload]),
                    ..doubt
                };
                let mut found: Vec<Doubt> = inner.into_iter().map(list).collect();
                if ask.blurs && matches!(to.node, Outline::Set(_)) {
                    let twice = item
                        .samples()
                        .into_iter()
                        .map(|item| Payload::List(vec![item.clone(), item]));
                    found.extend(self.all(twice.collect()));
                }
                found
            }
            Outline::Tuple(items) => {
                let mut found = Vec::new();
                let Payload::List(all) = to.make(Style::Max) else {
                    return found;
                };
                for (at, item) in items.iter().enumerate() {
                    let inner = self.inner(&any, &to.inside(item), format!("{}.{at}", self.path));
                    found.extend(inner.into_iter().map(|doubt| {
                        let mut list = all.clone();
                        list.iter_mut()
                            .skip(at)
                            .take(1)
                            .for_each(|item| *item = doubt.payload.clone());
                        Doubt {
                            payload: Payload::List(list),
                            ..doubt
                        }
                    }));
                }
                found
            }
            Outline::Map(..) | Outline::Object { .. } | Outline::Enum { .. } => self.any_object(to, &any),
            _ => Vec::new(),
        }
    }

    /// Any object: what the reader writes itself, and more beside it; its keys hold anything.
    fn any_object(&mut self, to: &Spot<'_>, any: &Spot<'_>) -> Vec<Doubt> {
        let Some(own) = forms(to, true) else {
            return self.all(to.samples());
        };
        let mut found = Vec::new();
        for form in own {
            let Form::Object(entries) = form else {
                if let Form::One(one) = form {
                    found.extend(self.one(
                        &One {
                            is_passed_over: false,
                            ..one
                        },
                        to,
                        false,
                    ));
                }
                continue;
            };
            let more = entries.with("unheard-of", Payload::Null);
            found.extend(self.form(&one(entries.bare()), to, false));
            found.extend(self.form(&one(more), to, false));
            for slot in &entries.slots {
                let Held::Spot(spot) = &slot.held else { continue };
                for name in &slot.names {
                    let inner = self.inner(any, spot, at_key(&self.path, name));
                    found.extend(within(inner, &entries, name));
                }
            }
            for rest in &entries.rests {
                let inner = self.inner(any, &rest.value, format!("{}{{}}", self.path));
                for key in some_keys(rest, &entries) {
                    found.extend(within(inner.clone(), &entries, &key));
                }
                let blurred = rest.key.as_ref().and_then(|key| key.reads_key(FINEST));
                if self.ask.blurs && blurred.is_some_and(|read| !read.blurred.is_empty()) {
                    let values = rest.value.samples().into_iter();
                    found.extend(self.all(values.map(|value| entries.with(FINEST, value)).collect()));
                }
            }
        }
        found
    }
}
