//! Where two JSON texts differ: what was lost on the way down to an older version and up again.

use serde_json::Value;

use super::decode;

/// The path of the first difference, such as `lines[2].sku`; `None` if both say the same. Keys have no order.
pub(crate) fn difference(a: &[u8], b: &[u8]) -> Option<String> {
    if a == b {
        return None;
    }
    // Both were written by this program, so both can be read.
    let (a, b) = (decode::<Value>(a).ok()?, decode::<Value>(b).ok()?);
    let mut path = String::new();
    differs(&a, &b, &mut path).then_some(path)
}

/// Whether two values differ; then `path` is where.
fn differs(a: &Value, b: &Value, path: &mut String) -> bool {
    let before = path.len();
    let mut at = |part: String, a: Option<&Value>, b: Option<&Value>| {
        path.push_str(&part);
        let found = match (a, b) {
            (Some(a), Some(b)) => differs(a, b, path),
            (a, b) => a.is_some() || b.is_some(),
        };
        if !found {
            path.truncate(before);
        }
        found
    };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let dot = if before == 0 { "" } else { "." };
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter()
                .any(|key| at(format!("{dot}{key}"), a.get(key), b.get(key)))
        }
        (Value::Array(a), Value::Array(b)) => {
            (0..a.len().max(b.len())).any(|index| at(format!("[{index}]"), a.get(index), b.get(index)))
        }
        (a, b) => a != b,
    }
}

#[cfg(test)]
mod tests {
    use super::difference;

    #[test]
    fn the_first_difference_is_named() {
        let at = |a: &str, b: &str| difference(a.as_bytes(), b.as_bytes());
        assert_eq!(at(r#"{"a":1,"b":[2]}"#, r#"{"b":[2],"a":1}"#), None);
        assert_eq!(at(r#"{"a":1}"#, r#"{"a":2}"#).as_deref(), Some("a"));
        assert_eq!(at(r#"{"a":1}"#, r#"{"a":1,"b":null}"#).as_deref(), Some("b"));
        assert_eq!(
            at(r#"{"a":[1,{"b":2}]}"#, r#"{"a":[1,{"b":3}]}"#).as_deref(),
            Some("a[1].b")
        );
        assert_eq!(
            at(r#"{"a":{"b":[1]}}"#, r#"{"a":{"b":[1,2]}}"#).as_deref(),
            Some("a.b[1]")
        );
        assert_eq!(at("{}", "null").as_deref(), Some(""));
    }
}
