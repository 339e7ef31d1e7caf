//! Values that are not taken apart, read as such: texts, numbers, formats, and lists.

use super::entries::one;
use super::facts::is_other_kind;
use super::samples::any_of;
use super::{Doubt, Doubts, FINE};
use crate::schema::around::Spot;
use crate::schema::lock::{Outline, Tagging};
use crate::schema::numbers;
use crate::schema::payload::{Payload, Style, unheard_of};

impl Doubts {
    /// What is not taken apart.
    pub(super) fn value(&mut self, from: &Spot<'_>, to: &Spot<'_>, is_some: bool) -> Vec<Doubt> {
        let ask = self.ask;
        let number = |text: String| Payload::Number(text);
        match (from.node, to.node) {
            (Outline::Bool, Outline::Bool) | (Outline::Text, Outline::Text) => Vec::new(),
            (Outline::Scalar(a), Outline::Scalar(b)) if a == b => Vec::new(),
            (Outline::Scalar(_), _) if ask.refuses => self.all(from.samples()),
            (Outline::Scalar(_), _) => from
                .samples()
                .into_iter()
                .flat_map(|value| self.form(&one(value), to, false))
                .collect(),
            (
                Outline::Int { bits, signed },
                Outline::Int {
                    bits: other,
                    signed: other_signed,
                },
            ) if ask.refuses => {
                let ends = ends(*bits, *signed);
                let beyond = ends
                    .into_iter()
                    .filter(|end| !numbers::is_int(end, *other, *other_signed));
                self.all(beyond.map(number).collect())
            }
            (Outline::Int { bits, signed }, Outline::Float(float)) if ask.blurs => {
                let ends = ends(*bits, *signed);
                self.all(
                    ends.into_iter()
                        .filter(|end| numbers::is_blurred(end, *float))
                        .map(number)
                        .collect(),
                )
            }
            (Outline::Int { .. }, Outline::Int { .. } | Outline::Float(_)) => Vec::new(),
            (Outline::Float(a), Outline::Float(b)) => match ask.blurs && a > b {
                true => vec![self.doubt(number(FINE.to_owned()))],
                false => Vec::new(),
            },
            (
                Outline::List(_) | Outline::Set(_) | Outline::Tuple(_),
                Outline::List(_) | Outline::Set(_) | Outline::Tuple(_),
            ) => self.lists(from, to),
            (Outline::Any, _) => self.any(to, is_some),
            // A text may be called as a variant.
            (
                Outline::Text,
                Outline::Enum {
                    tag: Tagging::External,
                    choices,
                    ..
                },
            ) => {
                let names = choices
                    .iter()
                    .filter(|choice| choice.value.is_some())
                    .map(|choice| choice.name.clone());
                let texts = names.chain([unheard_of(choices, &[])]);
                texts
                    .flat_map(|text| self.form(&one(Payload::Text(text)), to, false))
                    .collect()
            }
            _ if ask.refuses => self.all(any_of(from, ask.is_stored)),
            // No JSON is a value of both, or it is a format, which is not looked into.
            _ => Vec::new(),
        }
    }

    fn lists(&mut self, from: &Spot<'_>, to: &Spot<'_>) -> Vec<Doubt> {
        let ask = self.ask;
        let mut found = Vec::new();
        // The items of both, and where each stands.
        let pairs: Vec<(&Outline, &Outline, usize)> = match (from.node, to.node) {
            (Outline::List(a) | Outline::Set(a), Outline::List(b) | Outline::Set(b)) => vec![(a, b, 0)],
            (Outline::Tuple(a), Outline::List(b) | Outline::Set(b)) => {
                a.iter().enumerate().map(|(at, a)| (a, &**b, at)).collect()
            }
            (Outline::List(a) | Outline::Set(a), Outline::Tuple(b)) => {
                b.iter().enumerate().map(|(at, b)| (&**a, b, at)).collect()
            }
            (Outline::Tuple(a), Outline::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(b).enumerate().map(|(at, (a, b))| (a, b, at)).collect()
            }
            _ => return if ask.refuses { self.all(from.samples()) } else { found },
        };
        let is_set = |node: &Outline| matches!(node, Outline::Set(_));
        // Of what stands twice, a set keeps one.
        if ask.blurs && is_set(to.node) && !is_set(from.node) {
            let twice: Vec<_> = match from.node {
                Outline::Tuple(items) => twins(from, items),
                _ => pairs
                    .iter()
                    .flat_map(|(item, ..)| from.inside(item).samples())
                    .map(|item| Payload::List(vec![item.clone(), item]))
                    .collect(),
            };
            found.extend(self.all(twice));
        }
        let many = match (from.node, to.node) {
            (Outline::List(item) | Outline::Set(item), Outline::Tuple(items)) => {
                if ask.refuses {
                    let one = from
                        .inside(item)
                        .samples()
                        .into_iter()
                        .map(|item| Payload::List(vec![item]));
                    let lists = [Payload::List(Vec::new())].into_iter().chain(one);
                    found.extend(self.all(lists.filter(|list| to.reads(list).is_none()).collect()));
                    return found;
                }
                Some((&**item, items.len()))
            }
            _ => None,
        };
        for (a, b, at) in pairs {
            let step = match (from.node, to.node) {
                (_, Outline::Tuple(_)) | (Outline::Tuple(_), _) => format!(".{at}"),
                _ => "[]".to_owned(),
            };
            let inner = self.inner(&from.inside(a), &to.inside(b), format!("{}{step}", self.path));
            found.extend(inner.into_iter().map(|doubt| {
                let mut items = match (from.node, many) {
                    (_, Some((item, count))) => vec![from.inside(item).make(Style::Max); count],
                    (Outline::Tuple(_), None) => match from.make(Style::Max) {
                        Payload::List(items) => items,
                        _ => Vec::new(),
                    },
                    _ => vec![Payload::Null],
                };
                if let Some(item) = items.get_mut(at) {
                    *item = doubt.payload;
                }
                Doubt {
                    payload: Payload::List(items),
                    ..doubt
                }
            }));
        }
        found
    }
}

/// Payloads of a tuple in which two items are the same.
fn twins(tuple: &Spot<'_>, items: &[Outline]) -> Vec<Payload> {
    let Payload::List(all) = tuple.make(Style::Max) else {
        return Vec::new();
    };
    let mut twins = Vec::new();
    for (first, a) in items.iter().enumerate() {
        for (second, b) in items.iter().enumerate().skip(first + 1) {
            if is_other_kind(a, b) {
                continue;
            }
            let kinds = [a, b].into_iter().flat_map(|item| tuple.inside(item).samples());
            for value in kinds {
                let mut list = all.clone();
                for at in [first, second] {
                    list.iter_mut().skip(at).take(1).for_each(|item| *item = value.clone());
                }
                twins.push(Payload::List(list));
            }
        }
    }
    twins
}

pub(super) fn ends(bits: u8, signed: bool) -> [String; 2] {
    let (least, greatest) = numbers::range(bits, signed);
    [greatest.to_string(), least.to_string()]
}
