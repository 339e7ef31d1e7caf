//! A small change of a shape, as an edit of a type makes it.

use super::random::{Rng, any, leaf, leak, leak_all};
use crate::schema::{Field, Shape, Tag, Variant};

/// The shape with one change somewhere in it.
pub(super) fn mutated(rng: &mut Rng, shape: &'static Shape) -> &'static Shape {
    let deeper = !rng.once_in(3);
    leak(match *shape {
        Shape::Object { rust, fields } => {
            let fields =
                if deeper { deeper_fields(rng, fields) } else { None }.unwrap_or_else(|| changed_fields(rng, fields));
            Shape::Object { rust, fields }
        }
        Shape::Enum {
            rust,
            tag,
            open,
            variants,
        } => {
            let inner = if deeper { deeper_variants(rng, variants) } else { None };
            match inner {
                Some(variants) => Shape::Enum {
                    rust,
                    tag,
                    open,
                    variants,
                },
                None => changed_enum(rng, rust, tag, open, variants),
            }
        }
        Shape::Option(inner) if deeper => Shape::Option(mutated(rng, inner)),
        Shape::Option(inner) => *inner,
        Shape::List(inner) if deeper => Shape::List(mutated(rng, inner)),
        Shape::Set(inner) if deeper => Shape::Set(mutated(rng, inner)),
        Shape::List(inner) => Shape::Set(inner),
        Shape::Set(inner) => Shape::List(inner),
        Shape::Map(key, value) if deeper => Shape::Map(key, mutated(rng, value)),
        Shape::Map(_, value) => Shape::Map(
            leak(*rng.pick(&[
                Shape::Str,
                Shape::Int {
                    bits: 32,
                    signed: false,
                },
                Shape::Any,
            ])),
            value,
        ),
        Shape::Tuple(items) if deeper && !items.is_empty() => {
            let mut items = items.to_vec();
            let at = rng.below(items.len());
            items[at] = mutated(rng, items[at]);
            Shape::Tuple(leak_all(items))
        }
        Shape::Int { .. } if deeper => Shape::Int {
            bits: *rng.pick(&[8, 16, 32, 64, 128]),
            signed: rng.once_in(2),
        },
        Shape::Int { .. } => Shape::Float(*rng.pick(&[32, 64])),
        Shape::Float(bits) => match deeper {
            true => Shape::Float(96 - bits),
            false => Shape::Int { bits: 32, signed: true },
        },
        other => match rng.below(4) {
            0 => Shape::Option(leak(other)),
            1 => Shape::List(leak(other)),
            2 => Shape::Set(leak(other)),
            _ => *leaf(rng),
        },
    })
}

fn deeper_fields(rng: &mut Rng, fields: &'static [Field]) -> Option<&'static [Field]> {
    let mut fields = fields.to_vec();
    let at = rng.below(fields.len().max(1));
    let field = fields.get_mut(at)?;
    field.shape = mutated(rng, field.shape);
    Some(leak_all(fields))
}

fn deeper_variants(rng: &mut Rng, variants: &'static [Variant]) -> Option<&'static [Variant]> {
    let mut variants = variants.to_vec();
    let at = rng.below(variants.len().max(1));
    let variant = variants.get_mut(at)?;
    variant.shape = Some(mutated(rng, variant.shape?));
    Some(leak_all(variants))
}

fn changed_fields(rng: &mut Rng, fields: &[Field]) -> &'static [Field] {
    let mut fields = fields.to_vec();
    let at = rng.below(fields.len().max(1));
    let kind = rng.below(7);
    let Some(field) = fields.get_mut(at).filter(|_| kind > 0) else {
        fields.push(Field {
            key: "added",
            aliases: &[],
            shape: any(rng, 1),
            default: rng.once_in(2),
            omits: false,
            flatten: false,
        });
        return leak_all(fields);
    };
    match kind {
        1 => drop(fields.remove(at)),
        2 => field.key = "renamed",
        3 => {
            field.aliases = leak_all(vec![field.key]);
            field.key = "renamed";
        }
        4 => field.default = !field.default,
        5 if field.aliases.is_empty() => field.aliases = &["also"],
        5 => field.aliases = &[],
        _ => field.shape = leak(Shape::Option(field.shape)),
    }
    leak_all(fields)
}

fn changed_enum(rng: &mut Rng, rust: &'static str, mut tag: Tag, mut open: bool, variants: &[Variant]) -> Shape {
    let mut variants = variants.to_vec();
    let at = rng.below(variants.len());
    match rng.below(9) {
        0 => {
            let data = match tag {
                Tag::Internal(_) => leak(Shape::Object {
                    rust: "Added",
                    fields: &[],
                }),
                _ => any(rng, 1),
            };
            let shape = (!rng.once_in(2)).then_some(data);
            let place = rng.below(variants.len() + 1);
            variants.insert(
                place,
                Variant {
                    key: "added",
                    aliases: &[],
                    shape,
                },
            );
        }
        1 if variants.len() > 1 => drop(variants.remove(at)),
        2 => variants[at].key = "renamed",
        3 => {
            variants[at].aliases = leak_all(vec![variants[at].key]);
            variants[at].key = "renamed";
        }
        4 => open = !open && tag != Tag::Untagged,
        5 if variants[at].aliases.is_empty() => variants[at].aliases = &["also"],
        5 => variants[at].aliases = &[],
        6 => variants[at].shape = None,
        7 => variants.rotate_left(at),
        _ => {
            tag = match tag {
                Tag::Internal(_) => Tag::Internal("type"),
                Tag::External if !open => Tag::Untagged,
                _ => Tag::External,
            }
        }
    }
    let variants = leak_all(variants);
    Shape::Enum {
        rust,
        tag,
        open,
        variants,
    }
}
