//! Single values: whole numbers, formats with a name, and what the keys of a map may be.

use recount::schema::{Outline, Scalar};
use serde_json::{Value, json};

/// Formats of recount that JSON Schema has a name for.
const FORMATS: &[(&str, &str)] = &[
    ("chrono-date", "date"),
    ("chrono-date-time", "date-time"),
    ("chrono-date-time-with-offset", "date-time"),
    ("jiff-date", "date"),
    ("jiff-timestamp", "date-time"),
    ("timestamp", "date-time"),
];

/// A whole number of this width.
pub(super) fn int(bits: u8, signed: bool) -> Value {
    match (bits, signed) {
        // Its bounds are no numbers that a JSON parser has to keep.
        (128, true) => json!({ "type": "integer" }),
        (128, false) => json!({ "type": "integer", "minimum": 0 }),
        (bits, true) => {
            let most = i64::MAX >> (64 - bits.clamp(1, 64));
            json!({ "type": "integer", "minimum": -most - 1, "maximum": most })
        }
        (bits, false) => json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX >> (64 - bits.clamp(1, 64)) }),
    }
}

/// A format with a name: its type is that of its example.
pub(super) fn named(scalar: &Scalar) -> Value {
    let known = FORMATS.iter().find(|(name, _)| *name == scalar.name);
    let mut schema = json!({ "format": known.map_or(scalar.name.as_str(), |(_, format)| format) });
    if known.is_some() {
        schema["description"] = scalar.name.as_str().into();
    }
    if let Ok(example) = serde_json::from_str::<Value>(&scalar.example) {
        schema["type"] = kind(&example).into();
        schema["examples"] = json!([example]);
    }
    schema
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_f64() => "number",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// What the keys of a map may be; `None` where any text may.
pub(super) fn names(key: &Outline) -> Option<Value> {
    match key {
        Outline::Bool => Some(json!({ "enum": ["true", "false"] })),
        Outline::Int { signed: true, .. } => Some(json!({ "pattern": "^-?(0|[1-9][0-9]*)$" })),
        Outline::Int { signed: false, .. } => Some(json!({ "pattern": "^(0|[1-9][0-9]*)$" })),
        Outline::Scalar(scalar) if scalar.example.starts_with('"') => Some(named(scalar)),
        Outline::Enum {
            open: false, choices, ..
        } if choices.iter().all(|choice| choice.value.is_none()) => {
            let names = choices
                .iter()
                .flat_map(|choice| [&choice.name].into_iter().chain(&choice.aliases));
            Some(json!({ "enum": names.collect::<Vec<_>>() }))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_have_the_bounds_of_their_type() {
        let bounds = |bits, signed| {
            let schema = int(bits, signed);
            (schema["minimum"].clone(), schema["maximum"].clone())
        };
        assert_eq!(bounds(8, true), (i8::MIN.into(), i8::MAX.into()));
        assert_eq!(bounds(8, false), (0.into(), u8::MAX.into()));
        assert_eq!(bounds(32, true), (i32::MIN.into(), i32::MAX.into()));
        assert_eq!(bounds(64, true), (i64::MIN.into(), i64::MAX.into()));
        assert_eq!(bounds(64, false), (0.into(), u64::MAX.into()));
        assert_eq!(bounds(128, false), (0.into(), Value::Null));
        assert_eq!(bounds(128, true), (Value::Null, Value::Null));
    }
}
