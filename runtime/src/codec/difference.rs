//! Where two JSON texts differ: what was lost on the way into a store and back.

use serde_json::Value;

use super::decode;

/// The first whole number that 64 bits do not hold.
const BEYOND: f64 = 18_446_744_073_709_551_616.0;

/// The path of the first difference, such as `lines[2].sku`; `None` if both say the same.
///
/// Keys have no order, and neither have lists: a `HashSet` is written in another one each time.
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
            // What both have is taken out, wherever it stands; what is left over differs, and stands at the same places if all are of
            // one length.
            let mut left: Vec<&Value> = b.iter().collect();
            let mut gone = Vec::new();
            for (index, value) in a.iter().enumerate() {
                match left.iter().position(|other| !differs(value, other, &mut String::new())) {
                    Some(found) => drop(left.remove(found)),
                    None => gone.push((index, value)),
                }
            }
            let mut left = left.into_iter();
            let lost = gone
                .into_iter()
                .any(|(index, value)| at(format!("[{index}]"), Some(value), left.next()));
            lost || left
                .next()
                .is_some_and(|value| at(format!("[{}]", a.len()), None, Some(value)))
        }
        // Whole numbers beyond 64 bits are kept here as floats that have lost their last digits: they cannot be told apart, and the texts
        // are known to differ.
        (Value::Number(a), Value::Number(b)) => {
            a != b
                || a.as_f64()
                    .is_some_and(|number| a.is_f64() && number.abs() >= BEYOND && number.fract() == 0.0)
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
        assert_eq!(at("{}", r#"{"a":null}"#).as_deref(), Some("a"));
        assert_eq!(at(r#"{"a":[1,2,2]}"#, r#"{"a":[2,1,2]}"#), None);
        assert_eq!(at(r#"{"a":[1,2,2]}"#, r#"{"a":[2,1,1]}"#).as_deref(), Some("a[2]"));
        assert_eq!(at(r#"{"a":[1,2]}"#, r#"{"a":[1]}"#).as_deref(), Some("a[1]"));
        let (long, short) = (
            r#"{"a":1267650600228229401496703205377}"#,
            r#"{"a":1267650600228229401496703205376}"#,
        );
        assert_eq!(at(long, short).as_deref(), Some("a"));
        assert_eq!(at(long, long), None);
    }
}
