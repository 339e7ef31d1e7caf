//! JSON inside JSON that is kept as it is, byte for byte.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A payload inside a record.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Raw(Box<RawValue>);

impl Raw {
    /// The payload. What is no JSON, which no event that was read can be, is kept as `null`.
    pub(crate) fn of(payload: &[u8]) -> Self {
        let text = std::str::from_utf8(payload).unwrap_or("null");
        let raw = RawValue::from_string(text.to_owned());
        Self(raw.unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        self.0.get().as_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a program that reads JSON into values would lose: the order and the doubles of keys, digits, spaces.
    #[test]
    fn bytes_come_back_equal() -> Result<(), crate::codec::JsonError> {
        let payload = r#"{ "b": 1.000, "a":12345678901234567890123, "a" : "é" }"#;
        let record = crate::codec::encode(&[Raw::of(payload.as_bytes())])?;
        assert_eq!(String::from_utf8_lossy(&record), format!("[{payload}]"));
        let read: Vec<Raw> = crate::codec::decode_value(&record)?;
        assert_eq!(read[0].bytes(), payload.as_bytes());
        assert_eq!(Raw::of(b"{").bytes(), b"null");
        Ok(())
    }
}
