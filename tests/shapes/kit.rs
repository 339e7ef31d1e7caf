//! Whether a value fits a shape, told without serde: what the shapes of all other tests are held against.

use std::fmt::Debug;

use recount::Schema;
use recount::schema::{Field, Shape, Tag, Variant};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What serde writes of the value fits the shape of its type and is read back; of a scalar, the example is read as well.
#[track_caller]
pub(crate) fn agrees<T: Schema + Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let json = serde_json::to_string(value).expect("it can be written");
    let back: T = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_eq!(&back, value, "{json}");
    fits::<T>(&json);
    if let Shape::Scalar { name, example } = T::SHAPE {
        let read = serde_json::from_str::<T>(example);
        assert!(read.is_ok(), "the example {example} of `{name}`: {read:?}");
    }
}

/// The payload is one of the shape.
#[track_caller]
pub(crate) fn fits<T: Schema>(json: &str) {
    if let Err(why) = fit::<T>(json) {
        panic!("{json} does not fit {:#?}: {why}", T::SHAPE);
    }
}

/// The payload is none of the shape.
#[track_caller]
pub(crate) fn does_not_fit<T: Schema>(json: &str) {
    assert!(fit::<T>(json).is_err(), "{json} fits {:#?}", T::SHAPE);
}

fn fit<T: Schema>(json: &str) -> Result<(), String> {
    value(T::SHAPE, &serde_json::from_str(json).expect("JSON"), &mut Vec::new())
}

/// `around` is what the shape lies in, outermost first.
fn value(shape: &'static Shape, json: &Value, around: &mut Vec<&'static Shape>) -> Result<(), String> {
    let fits = match shape {
        Shape::Bool => json.is_boolean(),
        Shape::Str => json.is_string(),
        Shape::Unit => json.is_null(),
        Shape::Any | Shape::Scalar { .. } => true,
        Shape::Int { bits, signed } => is_int(json, *bits, *signed),
        Shape::Float(_) => json.is_number(),
        Shape::Option(inner) => {
            return if json.is_null() {
                Ok(())
            } else {
                value(inner, json, around)
            };
        }
        Shape::List(inner) | Shape::Set(inner) => return each(json, |_| Some(inner), around),
        Shape::Tuple(inner) if json.as_array().is_some_and(|all| all.len() == inner.len()) => {
            return each(json, |at| inner.get(at).copied(), around);
        }
        Shape::Map(keys, values) => {
            let Value::Object(map) = json else {
                return Err(format!("{json} is no map"));
            };
            return map
                .iter()
                .try_for_each(|(key, held)| entry(keys, values, key, held, around));
        }
        Shape::Object { .. } | Shape::Enum { .. } => {
            around.push(shape);
            let fits = composite(shape, json, around);
            around.pop();
            return fits;
        }
        Shape::Recurse(rust) => return again(rust, json, around),
        Shape::Named { rust, .. } => return again(rust, json, around),
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(format!("{json} is no {shape:?}"))
    }
}

/// `Value` holds what has more than 64 bits as a float.
fn is_int(json: &Value, bits: u8, signed: bool) -> bool {
    let number = json.as_i64().map(i128::from).or(json.as_u64().map(i128::from));
    match (number, bits, signed) {
        (None, 128, _) => json.is_f64(),
        (None, ..) => false,
        (Some(_), 128, true) => true,
        (Some(number), 128, false) => number >= 0,
        (Some(number), bits, true) => (-(1_i128 << (bits - 1))..1_i128 << (bits - 1)).contains(&number),
        (Some(number), bits, false) => (0..1_i128 << bits).contains(&number),
    }
}

fn each(
    json: &Value,
    shape: impl Fn(usize) -> Option<&'static Shape>,
    around: &mut Vec<&'static Shape>,
) -> Result<(), String> {
    let Value::Array(all) = json else {
        return Err(format!("{json} is no list"));
    };
    all.iter().enumerate().try_for_each(|(at, one)| match shape(at) {
        Some(shape) => value(shape, one, around),
        None => Err(format!("nothing is said of {one}")),
    })
}

/// A key is a text, or what it is without its quotes.
fn entry(
    keys: &'static Shape,
    values: &'static Shape,
    key: &str,
    held: &Value,
    around: &mut Vec<&'static Shape>,
) -> Result<(), String> {
    let text = value(keys, &Value::String(key.to_owned()), around);
    text.or_else(|why| match serde_json::from_str(key) {
        Ok(bare) => value(keys, &bare, around),
        Err(_) => Err(why),
    })?;
    value(values, held, around)
}

fn again(rust: &str, json: &Value, around: &mut Vec<&'static Shape>) -> Result<(), String> {
    let is_meant = |shape: &&'static Shape| matches!(shape, Shape::Object { rust: name, .. } | Shape::Enum { rust: name, .. } if *name == rust);
    match around.iter().rposition(is_meant) {
        Some(at) => {
            let mut outside = around[..at].to_vec();
            value(around[at], json, &mut outside)
        }
        None => Err(format!("`{rust}` is not around {json}")),
    }
}

fn composite(shape: &'static Shape, json: &Value, around: &mut Vec<&'static Shape>) -> Result<(), String> {
    match (shape, json) {
        (Shape::Object { fields, .. }, Value::Object(map)) => {
            let mut left = map.clone();
            object(fields, &mut left, around)?;
            if left.is_empty() {
                Ok(())
            } else {
                Err(format!("nothing is said of {left:?}"))
            }
        }
        (
            Shape::Enum {
                tag, open, variants, ..
            },
            json,
        ) => tagged(*tag, *open, variants, json, around),
        _ => Err(format!("{json} is no object")),
    }
}

/// Takes what the fields say out of `left`.
fn object(
    fields: &'static [Field],
    left: &mut Map<String, Value>,
    around: &mut Vec<&'static Shape>,
) -> Result<(), String> {
    for field in fields.iter().filter(|field| !field.flatten) {
        let mut keys = [field.key].into_iter().chain(field.aliases.iter().copied());
        match keys.find_map(|key| left.remove(key)) {
            Some(held) => value(field.shape, &held, around).map_err(|why| format!("{}: {why}", field.key))?,
            None if field.default || field.omits || matches!(field.shape, Shape::Option(_)) => {}
            None => return Err(format!("no `{}`", field.key)),
        }
    }
    for field in fields.iter().filter(|field| field.flatten) {
        flattened(field.shape, left, around)?;
    }
    Ok(())
}

fn flattened(
    shape: &'static Shape,
    left: &mut Map<String, Value>,
    around: &mut Vec<&'static Shape>,
) -> Result<(), String> {
    match shape {
        Shape::Object { fields, .. } => object(fields, left, around),
        Shape::Option(inner) => {
            let before = left.clone();
            if flattened(inner, left, around).is_err() {
                *left = before;
            }
            Ok(())
        }
        rest => {
            let all = std::mem::take(left);
            value(rest, &Value::Object(all), around)
        }
    }
}

fn tagged(
    tag: Tag,
    open: bool,
    variants: &'static [Variant],
    json: &Value,
    around: &mut Vec<&'static Shape>,
) -> Result<(), String> {
    let (name, content) = match (tag, json) {
        (Tag::Untagged, json) => {
            let fits = |variant: &Variant| match variant.shape {
                Some(shape) => value(shape, json, &mut around.clone()).is_ok(),
                None => json.is_null(),
            };
            return if variants.iter().any(fits) {
                Ok(())
            } else {
                Err(format!("{json} is no variant"))
            };
        }
        (Tag::External, Value::String(name)) => (name.clone(), None),
        (Tag::External, Value::Object(map)) if map.len() == 1 => {
            let (name, content) = map.iter().next().expect("one entry");
            (name.clone(), Some(content.clone()))
        }
        (Tag::Internal(tag), Value::Object(map)) => {
            let mut rest = map.clone();
            let name = rest.remove(tag).unwrap_or_default();
            (name.as_str().unwrap_or_default().to_owned(), Some(Value::Object(rest)))
        }
        (Tag::Adjacent { tag, content }, Value::Object(map)) => (
            map.get(tag).and_then(Value::as_str).unwrap_or_default().to_owned(),
            map.get(content).cloned(),
        ),
        _ => return Err(format!("{json} has no variant")),
    };
    let known = variants
        .iter()
        .find(|variant| variant.key == name || variant.aliases.contains(&name.as_str()));
    match (known.map(|variant| variant.shape), content) {
        (None, _) if open => Ok(()),
        (Some(None), None) => Ok(()),
        (Some(None), Some(Value::Object(rest))) if rest.is_empty() => Ok(()),
        (Some(Some(shape)), Some(content)) => value(shape, &content, around),
        _ => Err(format!("{json} is no variant")),
    }
}
