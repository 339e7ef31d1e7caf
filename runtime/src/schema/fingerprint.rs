//! The fingerprint of a shape as a `const fn`, for the check that rustc makes. It walks the shape as `normal.rs` does and hashes the parts
//! as an outline is hashed; a property test holds the two together.

use crate::constant::same;
use crate::schema::lock::{Fingerprint, parts};
use crate::schema::normal::Frames;
use crate::schema::shape::{Field, Shape, Tag, Variant};

/// The fingerprint of a shape: equal for shapes that have the same lines in `events.lock`.
#[must_use]
pub const fn fingerprint(shape: &Shape) -> Fingerprint {
    Fingerprint(node(shape, shape, None))
}

/// What lies beside a snapshot and is compared before it is read: the fingerprint of the state's shape, of the shapes of the events it was
/// folded from, in any order, and the declared revision of the fold.
#[must_use]
pub const fn snapshot_fingerprint(state: &Shape, events: &[&Shape], rev: u32) -> Fingerprint {
    let (mut sum, mut at) = (0_u128, 0);
    while at < events.len() {
        sum = sum.wrapping_add(parts::close(parts::push(
            parts::word("event"),
            fingerprint(events[at]).0,
        )));
        at += 1;
    }
    let hash = parts::push(parts::word("snapshot"), fingerprint(state).0);
    Fingerprint(parts::close(parts::number(parts::push(hash, sum), rev as u128)))
}

const fn node(root: &Shape, shape: &Shape, around: Option<&Frames<'_>>) -> u128 {
    match shape {
        Shape::Bool => parts::word("bool"),
        Shape::Str => parts::word("string"),
        Shape::Unit => parts::word("null"),
        Shape::Any => parts::word("any"),
        Shape::Int { bits, signed } => parts::int(*bits, *signed),
        Shape::Float(bits) => parts::float(*bits),
        Shape::Scalar { name, .. } => parts::scalar(name),
        Shape::Option(inner) if matches!(inner, Shape::Option(_)) => node(root, inner, around),
        Shape::Option(inner) => parts::close(parts::push(parts::word("option"), node(root, inner, around))),
        Shape::List(inner) => parts::close(parts::push(parts::word("list"), node(root, inner, around))),
        Shape::Set(inner) => parts::close(parts::push(parts::word("set"), node(root, inner, around))),
        Shape::Map(key, value) => {
            let keys = parts::push(parts::word("map"), node(root, key, around));
            parts::close(parts::push(keys, node(root, value, around)))
        }
        Shape::Tuple(items) => {
            let (mut hash, mut at) = (parts::word("tuple"), 0);
            while at < items.len() {
                hash = parts::push(hash, node(root, items[at], around));
                at += 1;
            }
            parts::close(hash)
        }
        Shape::Object { rust, fields } => {
            let frames = Frames {
                rust,
                flattened: None,
                around,
            };
            let sums = splice(root, fields, fields, Sums::NONE, &frames);
            parts::object(sums.keys, sums.parts)
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
            match tag {
                Tag::External => parts::choice("external", "", "", *open, added(root, variants, &frames)),
                Tag::Internal(tag) => parts::choice("internal", tag, "", *open, added(root, variants, &frames)),
                Tag::Adjacent { tag, content } => {
                    parts::choice("adjacent", tag, content, *open, added(root, variants, &frames))
                }
                Tag::Untagged => parts::choice("untagged", "", "", *open, ordered(root, variants, &frames)),
            }
        }
        Shape::Recurse(rust) | Shape::Named { rust, .. } => recurse(root, rust, around),
    }
}

const fn recurse(root: &Shape, rust: &str, around: Option<&Frames<'_>>) -> u128 {
    let (mut next, mut count) = (around, 0);
    while let Some(frame) = next {
        if frame.flattened.is_none() {
            count += 1;
        }
        if same(frame.rust, rust) {
            return match frame.flattened {
                Some(shape) => node(root, shape, around),
                None => parts::up(count),
            };
        }
        next = frame.around;
    }
    match find(root, rust) {
        Some(shape) => node(root, shape, around),
        None => parts::word("any"),
    }
}

#[derive(Clone, Copy)]
struct Sums {
    keys: u128,
    parts: u128,
    /// How many keys came before, flattened ones included.
    place: usize,
}

impl Sums {
    const NONE: Self = Self {
        keys: 0,
        parts: 0,
        place: 0,
    };
}

/// The keys of `fields`, which are `all` fields of an object or those of one that is flattened into it.
const fn splice(root: &Shape, all: &[Field], fields: &[Field], mut sums: Sums, frames: &Frames<'_>) -> Sums {
    let mut at = 0;
    while at < fields.len() {
        let field = &fields[at];
        let is_option = matches!(field.shape, Shape::Option(_));
        if field.flatten {
            sums = flatten(root, all, field.shape, sums, false, frames);
        } else {
            if place(all, field.key, 0).1 == sums.place {
                let value = node(root, field.shape, Some(frames));
                let absent = field.default || is_option;
                let member = parts::member(field.key, absent, aliases(field.key, field.aliases), value);
                sums.keys = sums.keys.wrapping_add(member);
            }
            sums.place += 1;
        }
        at += 1;
    }
    sums
}

const fn flatten(
    root: &Shape,
    all: &[Field],
    shape: &Shape,
    mut sums: Sums,
    is_option: bool,
    frames: &Frames<'_>,
) -> Sums {
    match shape {
        Shape::Option(inner) => flatten(root, all, inner, sums, true, frames),
        // serde reads all of it as `None` where one of its keys cannot be read, which no line says of a key.
        Shape::Object { .. } if is_option => {
            sums.parts = sums.parts.wrapping_add(parts::word("any"));
            sums
        }
        Shape::Object { rust, fields } => {
            let frames = Frames {
                rust,
                flattened: Some(shape),
                around: Some(frames),
            };
            splice(root, all, fields, sums, &frames)
        }
        Shape::Unit => sums,
        part => {
            let mut part = match part {
                // What is flattened into itself has no end.
                Shape::Recurse(_) | Shape::Named { .. } => parts::word("any"),
                part => node(root, part, Some(frames)),
            };
            if is_option {
                part = parts::close(parts::push(parts::word("option"), part));
            }
            sums.parts = sums.parts.wrapping_add(part);
            sums
        }
    }
}

/// Whether a key is among these fields and those that they flatten, and its place, counted from `place`; otherwise the place after them.
const fn place(fields: &[Field], key: &str, mut place: usize) -> (bool, usize) {
    let mut at = 0;
    while at < fields.len() {
        let field = &fields[at];
        if field.flatten {
            if let Shape::Object { fields, .. } = field.shape {
                let found = self::place(fields, key, place);
                if found.0 {
                    return found;
                }
                place = found.1;
            }
        } else {
            if same(field.key, key) {
                return (true, place);
            }
            place += 1;
        }
        at += 1;
    }
    (false, place)
}

const fn aliases(own: &str, aliases: &[&str]) -> u128 {
    let (mut sum, mut at) = (0_u128, 0);
    while at < aliases.len() {
        let (mut is_new, mut before) = (!same(aliases[at], own), 0);
        while before < at {
            is_new = is_new && !same(aliases[at], aliases[before]);
            before += 1;
        }
        if is_new {
            sum = sum.wrapping_add(parts::word(aliases[at]));
        }
        at += 1;
    }
    sum
}

const fn data(root: &Shape, variant: &Variant, frames: &Frames<'_>) -> u128 {
    match variant.shape {
        Some(shape) => node(root, shape, Some(frames)),
        None => 0,
    }
}

const fn added(root: &Shape, variants: &[Variant], frames: &Frames<'_>) -> u128 {
    let (mut sum, mut at) = (0_u128, 0);
    while at < variants.len() {
        let variant = &variants[at];
        let (mut is_new, mut before) = (true, 0);
        while before < at {
            is_new = is_new && !same(variants[before].key, variant.key);
            before += 1;
        }
        if is_new {
            let aliases = aliases(variant.key, variant.aliases);
            sum = sum.wrapping_add(parts::member(variant.key, false, aliases, data(root, variant, frames)));
        }
        at += 1;
    }
    sum
}

const fn ordered(root: &Shape, variants: &[Variant], frames: &Frames<'_>) -> u128 {
    let (mut hash, mut at) = (parts::word("tries"), 0);
    while at < variants.len() {
        hash = parts::push(hash, data(root, &variants[at], frames));
        at += 1;
    }
    hash
}

/// The first type of that name in a payload.
const fn find<'a>(shape: &'a Shape, name: &str) -> Option<&'a Shape> {
    match shape {
        Shape::Option(inner) | Shape::List(inner) | Shape::Set(inner) => find(inner, name),
        Shape::Map(key, value) => match find(key, name) {
            Some(found) => Some(found),
            None => find(value, name),
        },
        Shape::Tuple(items) => {
            let mut at = 0;
            while at < items.len() {
                if let Some(found) = find(items[at], name) {
                    return Some(found);
                }
                at += 1;
            }
            None
        }
        Shape::Object { rust, fields } => {
            if same(rust, name) {
                return Some(shape);
            }
            let mut at = 0;
            while at < fields.len() {
                if let Some(found) = find(fields[at].shape, name) {
                    return Some(found);
                }
                at += 1;
            }
            None
        }
        Shape::Enum { rust, variants, .. } => {
            if same(rust, name) {
                return Some(shape);
            }
            let mut at = 0;
            while at < variants.len() {
                if let Some(shape) = variants[at].shape
                    && let Some(found) = find(shape, name)
                {
                    return Some(found);
                }
                at += 1;
            }
            None
        }
        _ => None,
    }
}
