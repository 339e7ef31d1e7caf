//! From a shape to its outline: what serde flattens is spliced in, what recurs is counted, what has no order is sorted.

use crate::schema::lock::{Choice, Key, Outline, Scalar, Tagging};
use crate::schema::shape::{Field, Shape, Tag, Variant};

/// The types around a value, the nearest first.
#[derive(Clone, Copy)]
pub(super) struct Frames<'a> {
    pub(super) rust: &'a str,
    /// The type itself where it is flattened away: it is no object of the payload, so nothing can be so many up from it.
    pub(super) flattened: Option<&'a Shape>,
    pub(super) around: Option<&'a Frames<'a>>,
}

impl Outline {
    /// The outline of a shape.
    #[must_use]
    pub fn of(shape: &Shape) -> Self {
        Reading { root: shape }.value(shape, None)
    }
}

/// The payload as a whole, in which named types are found.
struct Reading<'a> {
    root: &'a Shape,
}

impl<'a> Reading<'a> {
    fn value(&self, shape: &'a Shape, around: Option<&Frames<'a>>) -> Outline {
        let boxed = |shape| Box::new(self.value(shape, around));
        match shape {
            Shape::Bool => Outline::Bool,
            Shape::Str => Outline::Text,
            Shape::Unit => Outline::Null,
            Shape::Any => Outline::Any,
            Shape::Int { bits, signed } => Outline::Int {
                bits: *bits,
                signed: *signed,
            },
            Shape::Float(bits) => Outline::Float(*bits),
            Shape::Scalar { name, example } => Outline::Scalar(Scalar {
                name: (*name).to_owned(),
                example: (*example).to_owned(),
            }),
            Shape::Option(_) => Outline::Option(boxed(without_option(shape))),
            Shape::List(inner) => Outline::List(boxed(inner)),
            Shape::Set(inner) => Outline::Set(boxed(inner)),
            Shape::Map(key, value) => Outline::Map(boxed(key), boxed(value)),
            Shape::Tuple(items) => Outline::Tuple(items.iter().map(|item| self.value(item, around)).collect()),
            Shape::Object { rust, fields } => {
                let frames = Frames {
                    rust,
                    flattened: None,
                    around,
                };
                let (mut keys, mut parts) = (Vec::new(), Vec::new());
                self.splice(fields, &frames, &mut keys, &mut parts);
                keys.sort_by(|a: &Key, b| a.name.cmp(&b.name));
                parts.sort_by_cached_key(Outline::lines);
                Outline::Object { keys, parts }
            }
            Shape::Enum {
                rust,
                tag,
                open,
                variants,
            } => {
                let frames = Frames {
                    rust,
                    flattened: None,
                    around,
                };
                Outline::Enum {
                    tag: tagging(*tag),
                    open: *open,
                    choices: self.choices(*tag, variants, &frames),
                }
            }
            Shape::Recurse(rust) | Shape::Named { rust, .. } => match up(rust, around) {
                Some(Ok(count)) => Outline::Up(count),
                Some(Err(shape)) => self.value(shape, around),
                None => find(self.root, rust).map_or(Outline::Any, |shape| self.value(shape, around)),
            },
        }
    }

    /// Adds the keys of these fields, and those of what they flatten.
    fn splice(&self, fields: &'a [Field], frames: &Frames<'a>, keys: &mut Vec<Key>, parts: &mut Vec<Outline>) {
        for field in fields {
            let is_option = matches!(field.shape, Shape::Option(_));
            if !field.flatten {
                // serde reads a key once: the field that is declared first has it.
                if keys.iter().all(|key| key.name != field.key) {
                    keys.push(Key {
                        name: field.key.to_owned(),
                        aliases: aliases(field.key, field.aliases),
                        absent: field.default || is_option,
                        value: self.value(field.shape, Some(frames)),
                    });
                }
                continue;
            }
            match without_option(field.shape) {
                inner @ Shape::Object { rust, fields } if !is_option => {
                    let frames = Frames {
                        rust,
                        flattened: Some(inner),
                        around: Some(frames),
                    };
                    self.splice(fields, &frames, keys, parts);
                }
                // serde reads all of it as `None` where one of its keys cannot be read, which no line says of a key.
                Shape::Object { .. } => parts.push(Outline::Any),
                Shape::Unit => {}
                inner => {
                    let part = match inner {
                        // What is flattened into itself has no end.
                        Shape::Recurse(_) | Shape::Named { .. } => Outline::Any,
                        inner => self.value(inner, Some(frames)),
                    };
                    parts.push(match is_option {
                        true => Outline::Option(Box::new(part)),
                        false => part,
                    });
                }
            }
        }
    }

    fn choices(&self, tag: Tag, variants: &'a [Variant], frames: &Frames<'a>) -> Vec<Choice> {
        let mut choices: Vec<Choice> = Vec::new();
        for variant in variants {
            let value = variant.shape.map(|shape| self.value(shape, Some(frames)));
            if tag == Tag::Untagged {
                // Nothing of its name is stored.
                choices.push(Choice {
                    name: choices.len().to_string(),
                    aliases: Vec::new(),
                    value,
                });
            } else if choices.iter().all(|choice| choice.name != variant.key) {
                choices.push(Choice {
                    name: variant.key.to_owned(),
                    aliases: aliases(variant.key, variant.aliases),
                    value,
                });
            }
        }
        if tag != Tag::Untagged {
            choices.sort_by(|a, b| a.name.cmp(&b.name));
        }
        choices
    }
}

fn tagging(tag: Tag) -> Tagging {
    match tag {
        Tag::External => Tagging::External,
        Tag::Internal(tag) => Tagging::Internal(tag.to_owned()),
        Tag::Adjacent { tag, content } => Tagging::Adjacent {
            tag: tag.to_owned(),
            content: content.to_owned(),
        },
        Tag::Untagged => Tagging::Untagged,
    }
}

fn aliases(own: &str, others: &[&str]) -> Vec<String> {
    let mut aliases: Vec<String> = others
        .iter()
        .filter(|alias| **alias != own)
        .map(|alias| (*alias).to_owned())
        .collect();
    aliases.sort();
    aliases.dedup();
    aliases
}

/// What is inside all options around it: serde reads `Option<Option<T>>` as it reads `Option<T>`.
const fn without_option(mut shape: &Shape) -> &Shape {
    while let Shape::Option(inner) = shape {
        shape = inner;
    }
    shape
}

/// The nearest type around of that name: how many objects and enums up it is, or the type if it is flattened away.
fn up<'a>(rust: &str, mut around: Option<&Frames<'a>>) -> Option<Result<u32, &'a Shape>> {
    let mut count = 0;
    while let Some(frame) = around {
        count += u32::from(frame.flattened.is_none());
        if frame.rust == rust {
            return Some(frame.flattened.map_or(Ok(count), Err));
        }
        around = frame.around;
    }
    None
}

/// The first type of that name in a payload.
fn find<'a>(shape: &'a Shape, name: &str) -> Option<&'a Shape> {
    match shape {
        Shape::Object { rust, .. } | Shape::Enum { rust, .. } if *rust == name => Some(shape),
        Shape::Option(inner) | Shape::List(inner) | Shape::Set(inner) => find(inner, name),
        Shape::Map(key, value) => find(key, name).or_else(|| find(value, name)),
        Shape::Tuple(items) => items.iter().find_map(|item| find(item, name)),
        Shape::Object { fields, .. } => fields.iter().find_map(|field| find(field.shape, name)),
        Shape::Enum { variants, .. } => variants.iter().find_map(|variant| find(variant.shape?, name)),
        _ => None,
    }
}
