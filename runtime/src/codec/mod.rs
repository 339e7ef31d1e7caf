//! JSON in and out: the one folder that names serde_json, and the one deserializer of the whole program.

mod canonical;
mod difference;
mod finite;
mod path;
mod raw;
mod shown;

use std::cell::Cell;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub(crate) use canonical::canonical;
pub(crate) use difference::difference;
pub(crate) use raw::Raw;
pub(crate) use shown::Shown;

/// Any JSON.
pub type Json = serde_json::Value;

/// What JSON could not be written or read, with the place where it stood.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct JsonError(#[from] serde_json::Error);

impl JsonError {
    /// The path of the field that could not be read, such as `lines[2].sku`; empty where it is the payload as a whole.
    #[must_use]
    pub fn path(&self, payload: &[u8]) -> String {
        path::at(payload, self.0.line(), self.0.column())
    }
}

/// Reads a value from the bytes of a JSON object, which is what recount stores. serde alone would read a struct from a list as well, field
/// by field in the order of today's declaration.
///
/// # Errors
/// If the bytes are not a JSON object, or not of that type.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    decode_then(bytes, |value| value)
}

/// The same as [`decode`], handed on to `then` before the value is moved.
///
/// # Errors
/// Those of [`decode`].
#[inline]
pub(crate) fn decode_then<T: DeserializeOwned, R>(bytes: &[u8], then: impl FnOnce(T) -> R) -> Result<R, JsonError> {
    if bytes.first() != Some(&b'{') {
        not_a_list(bytes)?;
    }
    read(bytes).map(then)
}

/// Reads any value. The bytes are looked at as a whole, so that not each key and each text in them is looked at again.
#[inline]
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    match str::from_utf8(bytes) {
        Ok(text) => Ok(serde_json::from_str(text)?),
        Err(_) => Err(not_utf8(bytes)),
    }
}

/// Where bytes are no text, serde says by reading them as any JSON.
#[cold]
fn not_utf8(bytes: &[u8]) -> JsonError {
    let error = serde_json::from_slice::<Json>(bytes).err();
    JsonError(error.unwrap_or_else(|| serde::de::Error::custom("JSON is UTF-8")))
}

/// What does not begin with its object: white space may stand before it, and what else is wrong is said by serde.
#[cold]
fn not_a_list(bytes: &[u8]) -> Result<(), JsonError> {
    match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => Err(JsonError(serde::de::Error::custom("a list, and not an object"))),
        _ => Ok(()),
    }
}

/// Reads any JSON, which need not be an object: a part of a payload.
///
/// # Errors
/// If the bytes are not JSON.
pub(crate) fn json(bytes: &[u8]) -> Result<Json, JsonError> {
    read(bytes)
}

/// Reads a value that need not be an object: a state of an aggregate.
///
/// # Errors
/// If the bytes are not JSON, or not of that type.
pub(crate) fn decode_value<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, JsonError> {
    read(bytes)
}

/// Writes a value as JSON.
///
/// # Errors
/// If the value's own `Serialize` fails, if a map has keys that are no texts, or if a float is not finite: JSON has no such number.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, JsonError> {
    written(|bytes| {
        value.serialize(finite::Finite(&mut serde_json::Serializer::new(&mut *bytes)))?;
        Ok(bytes.to_vec())
    })
}

/// Gives `write` room for bytes, so that what it keeps of them is as long as they are and is allocated once.
pub(crate) fn written<T>(write: impl FnOnce(&mut Vec<u8>) -> T) -> T {
    // A thread that is ending has no room of its own any more.
    let mut scratch = SCRATCH.try_with(Cell::take).unwrap_or_default();
    scratch.clear();
    let written = write(&mut scratch);
    if scratch.capacity() <= LARGEST_SCRATCH {
        let _ended = SCRATCH.try_with(|kept| kept.set(scratch));
    }
    written
}

thread_local! {
    /// Where values are written. One that writes another while it is written finds it empty, and has one of its own.
    static SCRATCH: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// What a thread keeps at most, in bytes.
const LARGEST_SCRATCH: usize = 64 * 1024;

/// Reads any JSON object and keeps nothing of it: what a unit struct is stored as.
///
/// # Errors
/// If the bytes are not a JSON object.
pub(crate) fn decode_unit(bytes: &[u8]) -> Result<(), JsonError> {
    #[derive(serde::Deserialize)]
    struct Empty {}
    decode::<Empty>(bytes).map(|Empty {}| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Rule 1.10: what JSON cannot carry is refused, however deep it stands.
    #[test]
    fn numbers_that_json_has_not_are_refused() {
        #[derive(Serialize)]
        enum Kind {
            One(f64),
            Two { at: Vec<Option<f32>> },
            Three(u8, f64),
        }
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert!(encode(&bad).is_err());
            assert!(encode(&Some(bad)).is_err());
            assert!(encode(&BTreeMap::from([("a", [[bad]])])).is_err());
            assert!(encode(&(1, bad)).is_err());
            assert!(encode(&Kind::One(bad)).is_err());
            assert!(encode(&Kind::Three(1, bad)).is_err());
            #[expect(clippy::cast_possible_truncation, reason = "a number that is not finite stays so")]
            let bad = bad as f32;
            assert!(
                encode(&Kind::Two {
                    at: vec![None, Some(bad)]
                })
                .is_err()
            );
        }
        let good = (
            Kind::One(0.1),
            Kind::Two { at: vec![Some(1.5)] },
            Kind::Three(2, 2.0),
            "x",
            (),
            i128::MAX,
        );
        let bytes = encode(&good).expect("all numbers are finite");
        assert_eq!(bytes, serde_json::to_vec(&good).expect("the same by serde_json"));
    }

    #[test]
    fn a_unit_is_any_object() {
        assert!(decode_unit(b"{}").is_ok() && decode_unit(br#"{"a":[1]}"#).is_ok());
        assert!(decode_unit(b"[]").is_err() && decode_unit(b" [1]").is_err());
        assert!(decode_unit(b"null").is_err() && decode_unit(b"").is_err() && decode_unit(b"{}x").is_err());
    }

    /// Bytes that are no text are refused with their place.
    #[test]
    fn what_is_not_utf8_is_refused() {
        let bytes = b"{\"a\":[\"x\",\"\xff\"]}";
        let error = decode::<BTreeMap<String, Vec<String>>>(bytes).expect_err("no UTF-8");
        assert!(error.to_string().contains("unicode"), "{error}");
        assert_eq!(error.path(bytes), "a[1]");
    }

    /// F24: a payload that is nested a hundred thousand deep is an error and no stack overflow.
    #[test]
    fn deep_nesting_is_an_error() {
        assert!(decode::<serde_json::Value>(r#"{"a":"#.repeat(100_000).as_bytes()).is_err());
    }
}
