//! Random shapes: every kind of node, names that clash, keys that need quotes, recursion, flattening.

use crate::schema::{Field, Shape, Tag, Variant};

/// Numbers from a seed, by SplitMix64.
pub(super) struct Rng {
    seed: u64,
    /// The types so far; `None` where types of one name may differ.
    types: Option<usize>,
}

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, types: Some(0) }
    }

    /// Types of one name may differ, as those of two modules do.
    pub(super) fn with_clashes(seed: u64) -> Self {
        Self { seed, types: None }
    }

    /// The name of another type.
    fn type_name(&mut self) -> &'static str {
        let Some(count) = self.types.as_mut() else {
            return RUST[self.below(RUST.len())];
        };
        *count += 1;
        format!("T{count}").leak()
    }

    /// The name of a type that may be there.
    fn some_type(&mut self) -> &'static str {
        match self.types {
            Some(count) => format!("T{}", 1 + self.below(count + 1)).leak(),
            None => RUST[self.below(RUST.len())],
        }
    }

    pub(super) fn next(&mut self) -> u64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    pub(super) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for place in (1..list.len()).rev() {
            list.swap(place, self.below(place + 1));
        }
    }
}

pub(super) fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

pub(super) fn leak_all<T>(values: Vec<T>) -> &'static [T] {
    Vec::leak(values)
}

const KEYS: &[&str] = &[
    "a",
    "b",
    "c",
    "memo",
    "note",
    "kind-of",
    "two words",
    "0",
    "$",
    "d.e",
    "ö\n\"",
    "",
];
const RUST: &[&str] = &["A", "B", "C"];

/// A shape of an event: an object.
pub(super) fn event(rng: &mut Rng) -> &'static Shape {
    object(rng, 3)
}

pub(super) fn object(rng: &mut Rng, depth: usize) -> &'static Shape {
    let rust = rng.type_name();
    let fields = fields(rng, depth, 5);
    leak(Shape::Object { rust, fields })
}

fn keys(rng: &mut Rng, most: usize) -> Vec<&'static str> {
    let mut keys = KEYS.to_vec();
    rng.shuffle(&mut keys);
    keys.truncate(rng.below(most + 1));
    keys
}

/// Aliases of a key: one alias of two keys is a mistake that serde does not see.
fn aliases(rng: &mut Rng, key: &str) -> &'static [&'static str] {
    let count = if rng.once_in(4) { 1 + rng.below(2) } else { 0 };
    leak_all(
        (0..count)
            .map(|_| &*format!("old {key} {}", rng.below(3)).leak())
            .collect(),
    )
}

fn fields(rng: &mut Rng, depth: usize, most: usize) -> &'static [Field] {
    let keys = keys(rng, most);
    leak_all(
        keys.into_iter()
            .map(|key| Field {
                key,
                aliases: aliases(rng, key),
                flatten: depth > 0 && rng.once_in(6),
                shape: any(rng, depth.saturating_sub(1)),
                default: rng.once_in(3),
                omits: rng.once_in(5),
            })
            .collect(),
    )
}

pub(super) fn leaf(rng: &mut Rng) -> &'static Shape {
    let int = |rng: &mut Rng| Shape::Int {
        bits: *rng.pick(&[8, 16, 32, 64, 128]),
        signed: rng.once_in(2),
    };
    leak(match rng.below(10) {
        0 => Shape::Bool,
        1..=3 => Shape::Str,
        4..=6 => int(rng),
        7 => Shape::Float(*rng.pick(&[32, 64])),
        8 if rng.once_in(4) => Shape::Any,
        8 => Shape::Unit,
        _ => *rng.pick(&[
            Shape::Scalar {
                name: "uuid",
                example: "\"01890a5d-ac96-774b-bcce-b302099a8057\"",
            },
            Shape::Scalar {
                name: "my own / format",
                example: "[1,2]",
            },
        ]),
    })
}

/// Any shape, objects and enums inside it at most `depth` deep.
pub(super) fn any(rng: &mut Rng, depth: usize) -> &'static Shape {
    if depth == 0 {
        return leaf(rng);
    }
    match rng.below(14) {
        0..=3 => leaf(rng),
        4 | 5 => leak(Shape::Option(any(rng, depth))),
        6 if rng.once_in(3) => leak(Shape::Set(any(rng, depth - 1))),
        6 => leak(Shape::List(any(rng, depth - 1))),
        7 => {
            let key = match rng.below(3) {
                0 => leak(Shape::Int { bits: 32, signed: true }),
                _ => leak(Shape::Str),
            };
            leak(Shape::Map(key, any(rng, depth - 1)))
        }
        8 => leak(Shape::Tuple(leak_all(
            (0..rng.below(4)).map(|_| any(rng, depth - 1)).collect(),
        ))),
        9 | 10 => object(rng, depth - 1),
        11 => {
            let rust = rng.some_type();
            leak(match rng.once_in(2) {
                true => Shape::Recurse(rust),
                false => Shape::Named { name: "named", rust },
            })
        }
        _ => choice(rng, depth - 1),
    }
}

pub(super) fn choice(rng: &mut Rng, depth: usize) -> &'static Shape {
    let tag = *rng.pick(&[
        Tag::External,
        Tag::Internal("kind"),
        Tag::Adjacent {
            tag: "kind",
            content: "the data",
        },
        Tag::Untagged,
    ]);
    let data = |rng: &mut Rng| match (tag, rng.below(3)) {
        (_, 0) => None,
        // serde puts the tag among the keys of an object; it has no place in anything else.
        (Tag::Internal(_), _) => Some(object(rng, depth)),
        _ => Some(any(rng, depth)),
    };
    let rust = rng.type_name();
    let mut keys = keys(rng, 3);
    keys.push("first");
    let variants = leak_all(
        keys.into_iter()
            .map(|key| Variant {
                key,
                aliases: aliases(rng, key),
                shape: data(rng),
            })
            .collect(),
    );
    let open = tag != Tag::Untagged && rng.once_in(3);
    leak(Shape::Enum {
        rust,
        tag,
        open,
        variants,
    })
}

/// The same shape in other words: types renamed throughout, fields and tagged variants in another order.
pub(super) fn reworded(rng: &mut Rng, shape: &Shape) -> &'static Shape {
    let renamed = |rust: &str| -> &'static str { format!("other::{rust}").leak() };
    leak(match *shape {
        Shape::Option(inner) => Shape::Option(reworded(rng, inner)),
        Shape::List(inner) => Shape::List(reworded(rng, inner)),
        Shape::Set(inner) => Shape::Set(reworded(rng, inner)),
        Shape::Map(key, value) => Shape::Map(reworded(rng, key), reworded(rng, value)),
        Shape::Tuple(items) => Shape::Tuple(leak_all(items.iter().map(|item| reworded(rng, item)).collect())),
        Shape::Object { rust, fields } => {
            let mut fields: Vec<Field> = fields
                .iter()
                .map(|field| Field {
                    shape: reworded(rng, field.shape),
                    omits: !field.omits,
                    ..*field
                })
                .collect();
            // Which field has a key that stands twice is told by the order.
            if fields.iter().all(|field| !field.flatten) {
                rng.shuffle(&mut fields);
            }
            let (rust, fields) = (renamed(rust), leak_all(fields));
            Shape::Object { rust, fields }
        }
        Shape::Enum {
            rust,
            tag,
            open,
            variants,
        } => {
            let mut variants: Vec<Variant> = variants
                .iter()
                .map(|variant| Variant {
                    shape: variant.shape.map(|shape| reworded(rng, shape)),
                    ..*variant
                })
                .collect();
            match tag {
                Tag::Untagged => variants.iter_mut().for_each(|variant| variant.key = "renamed"),
                _ => rng.shuffle(&mut variants),
            }
            let (rust, variants) = (renamed(rust), leak_all(variants));
            Shape::Enum {
                rust,
                tag,
                open,
                variants,
            }
        }
        Shape::Recurse(rust) => Shape::Recurse(renamed(rust)),
        Shape::Named { rust, .. } => Shape::Named {
            name: "another",
            rust: renamed(rust),
        },
        leaf => leaf,
    })
}
