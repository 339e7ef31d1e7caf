//! From lines to an outline, whatever order the lines have.

use std::collections::BTreeMap;

use super::error::LineError;
use super::line::{Kind, Said, Step, read};
use super::outline::{Choice, Key, Outline, Tagging};

/// How deep an outline may be: as deep as serde_json reads.
const DEPTH: usize = 128;

/// The paths as a tree.
#[derive(Debug, Default)]
struct Node {
    said: Option<Said>,
    inner: BTreeMap<Step, Node>,
}

impl Outline {
    /// The outline of these lines; [`lines`](Self::lines) writes them in order.
    ///
    /// # Errors
    /// If a line is none, if two are about one path, or if one is missing.
    pub fn parse<'a>(lines: impl IntoIterator<Item = &'a str>) -> Result<Self, LineError> {
        let mut root = Node::default();
        let mut count = 0;
        for (number, line) in lines.into_iter().enumerate() {
            count = number;
            let (path, said) =
                read(number, line).map_err(|problem| LineError::new(number, format!("`{line}`: {problem}")))?;
            let mut node = &mut root;
            if path.len() > DEPTH {
                return Err(LineError::new(number, format!("`{line}` is deeper than {DEPTH}")));
            }
            for step in path {
                node = node.inner.entry(step).or_default();
            }
            if node.said.is_some() {
                return Err(LineError::new(
                    number,
                    format!("`{line}`: another line is about the same path; keep one"),
                ));
            }
            node.said = Some(said);
        }
        let kind = Kind::Object;
        root.said.get_or_insert(Said {
            line: count,
            absent: false,
            or_null: false,
            aliases: Vec::new(),
            kind,
        });
        root.build(count, 0)
            .map(|built| built.value.unwrap_or_else(Self::empty))
    }
}

/// A path and all below it.
struct Built {
    absent: bool,
    aliases: Vec<String>,
    value: Option<Outline>,
}

impl Node {
    /// `near` is a line around it; `around` is how many objects and enums stand around it.
    fn build(self, near: usize, around: u32) -> Result<Built, LineError> {
        let Some(said) = self.said else {
            let near = self
                .inner
                .into_values()
                .find_map(|node| node.said)
                .map_or(near, |said| said.line);
            return Err(LineError::new(
                near,
                "what it stands in has no line of its own, such as `lines: list` for `lines[]`",
            ));
        };
        let (line, inner) = (said.line, self.inner);
        let wrong = |problem: &str| Err(LineError::new(line, problem));
        let bad = || LineError::new(line, "a line below it does not belong to what it is");
        let value = match said.kind {
            Kind::Leaf(Outline::Up(count)) if count > around => {
                return wrong("so many objects and enums do not stand around it");
            }
            Kind::Leaf(_) | Kind::Bare if !inner.is_empty() => return Err(bad()),
            Kind::Leaf(leaf) => Some(leaf),
            Kind::Bare => None,
            kind @ (Kind::List | Kind::Set) => {
                let of = if matches!(kind, Kind::Set) {
                    Outline::Set
                } else {
                    Outline::List
                };
                let mut inner = inner.into_iter();
                match (inner.next(), inner.next()) {
                    (Some((Step::Element, element)), None) => Some(of(element.boxed(line, around)?)),
                    (None, _) => return wrong("the line of its elements is missing, such as `tags[]: string`"),
                    _ => return Err(bad()),
                }
            }
            Kind::Map => {
                let mut inner = inner.into_iter();
                match (inner.next(), inner.next(), inner.next()) {
                    (Some((Step::MapKey, key)), Some((Step::MapValue, value)), None) => {
                        Some(Outline::Map(key.boxed(line, around)?, value.boxed(line, around)?))
                    }
                    (None, ..) | (Some((Step::MapKey | Step::MapValue, _)), None, _) => {
                        return wrong(
                            "a map has a line for its keys and one for its values: `{key}: string` and `{}: ..`",
                        );
                    }
                    _ => return Err(bad()),
                }
            }
            Kind::Tuple => {
                let mut items = Vec::new();
                for ((step, item), place) in inner.into_iter().zip(0..) {
                    match step {
                        Step::Item(number) if number == place => items.push(item.value(line, around)?),
                        Step::Item(_) => return wrong("the places of its values are not 0, 1, 2, .."),
                        _ => return Err(bad()),
                    }
                }
                Some(Outline::Tuple(items))
            }
            Kind::Object => Some(object(inner, line, around + 1)?),
            Kind::Enum(tag, open) => Some(choices(inner, tag, open, line, around + 1)?),
        };
        let value = match said.or_null {
            true => value.map(|value| Outline::Option(Box::new(value))),
            false => value,
        };
        Ok(Built {
            absent: said.absent,
            aliases: said.aliases,
            value,
        })
    }

    fn value(self, near: usize, around: u32) -> Result<Outline, LineError> {
        let missing = || LineError::new(near, "it does not say what lies there, such as `: string`");
        self.build(near, around)?.value.ok_or_else(missing)
    }

    fn boxed(self, near: usize, around: u32) -> Result<Box<Outline>, LineError> {
        self.value(near, around).map(Box::new)
    }
}

fn object(inner: BTreeMap<Step, Node>, line: usize, around: u32) -> Result<Outline, LineError> {
    let (mut keys, mut parts) = (Vec::new(), Vec::new());
    for (step, node) in inner {
        match step {
            Step::Key(name) => {
                let Built { absent, aliases, value } = node.build(line, around)?;
                let value = value.unwrap_or(Outline::Any);
                keys.push(Key {
                    name,
                    aliases,
                    absent,
                    value,
                });
            }
            Step::Part(_) => parts.push(node.value(line, around)?),
            _ => return Err(LineError::new(line, "an object has keys, and this is none of them")),
        }
    }
    parts.sort_by_cached_key(Outline::lines);
    Ok(Outline::Object { keys, parts })
}

fn choices(
    inner: BTreeMap<Step, Node>,
    tag: Tagging,
    open: bool,
    line: usize,
    around: u32,
) -> Result<Outline, LineError> {
    let mut choices = Vec::new();
    for ((step, node), place) in inner.into_iter().zip(0..) {
        let name = match (step, &tag) {
            (Step::Place(number), Tagging::Untagged) if number == place => number.to_string(),
            (Step::Variant(name), tag) if *tag != Tagging::Untagged => name,
            (Step::Place(_), Tagging::Untagged) => {
                return Err(LineError::new(line, "the places of its variants are not 0, 1, 2, .."));
            }
            _ => {
                return Err(LineError::new(
                    line,
                    "an enum has variants, `|name`; an untagged one `|0`, `|1`, ..",
                ));
            }
        };
        let Built { aliases, value, .. } = node.build(line, around)?;
        choices.push(Choice { name, aliases, value });
    }
    Ok(Outline::Enum { tag, open, choices })
}
