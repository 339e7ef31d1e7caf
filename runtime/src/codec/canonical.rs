//! One text for one JSON value: the members of each object in the order of their names.

/// The same JSON, as [`encode`](super::encode) writes it, with the members of each object in the order of their names' bytes. Numbers stay
/// as they are written, so that none loses a digit.
#[must_use]
pub(crate) fn canonical(json: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(json.len());
    value(json, &mut out);
    out
}

/// Writes the value that `json` begins with, and gives back what follows it.
fn value<'a>(json: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    match json.first() {
        Some(b'{') => object(json, out),
        Some(b'[') => list(json, out),
        Some(b'"') => copied(json, text(json), out),
        _ => {
            let end = json.iter().position(|byte| matches!(byte, b',' | b']' | b'}'));
            copied(json, end.unwrap_or(json.len()), out)
        }
    }
}

fn copied<'a>(json: &'a [u8], end: usize, out: &mut Vec<u8>) -> &'a [u8] {
    let (value, rest) = json.split_at(end.min(json.len()));
    out.extend_from_slice(value);
    rest
}

/// The length of the text that `json` begins with, its quotes included.
fn text(json: &[u8]) -> usize {
    let mut is_escaped = false;
    let ends = |byte: &u8| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    };
    json.iter().skip(1).position(ends).map_or(json.len(), |end| end + 2)
}

fn list<'a>(json: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    out.push(b'[');
    let mut rest = after(json);
    while !matches!(rest.first(), None | Some(b']')) {
        rest = value(rest, out);
        if rest.first() == Some(&b',') {
            out.push(b',');
            rest = after(rest);
        }
    }
    out.push(b']');
    after(rest)
}

fn object<'a>(json: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let (mut rest, mut members) = (after(json), Vec::new());
    while !matches!(rest.first(), None | Some(b'}')) {
        let (name, colon) = rest.split_at(text(rest).min(rest.len()));
        let mut member = Vec::new();
        rest = value(after(colon), &mut member);
        members.push((name, member));
        if rest.first() == Some(&b',') {
            rest = after(rest);
        }
    }
    members.sort_by_key(|(name, _)| *name);
    out.push(b'{');
    for (index, (name, member)) in members.iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        out.extend_from_slice(name);
        out.push(b':');
        out.extend_from_slice(member);
    }
    out.push(b'}');
    after(rest)
}

fn after(json: &[u8]) -> &[u8] {
    json.get(1..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::{Json, encode};
    use super::*;
    use proptest::prelude::*;

    fn said(json: &str) -> String {
        String::from_utf8(canonical(json.as_bytes())).expect("pieces of a text, cut at ASCII")
    }

    #[test]
    fn members_have_one_order() {
        assert_eq!(
            said(r#"{"b":[{"y":1,"x":{}},null],"a":"}\"{\\"}"#),
            r#"{"a":"}\"{\\","b":[{"x":{},"y":1},null]}"#
        );
        assert_eq!(said("[]"), "[]");
        assert_eq!(said("[[],[1,2]]"), "[[],[1,2]]");
        assert_eq!(
            said(r#"{"n":340282366920938463463374607431768211455}"#),
            r#"{"n":340282366920938463463374607431768211455}"#
        );
    }

    fn json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            r#"[a"\\\n{}:,\[\]é]{0,6}"#.prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let object = prop::collection::btree_map(r#"[a-c"\\]{0,3}"#, inner.clone(), 0..4);
            prop_oneof![
                prop::collection::vec(inner, 0..4).prop_map(Json::from),
                object.prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// It says the same, and says it once and for all.
        #[test]
        fn nothing_is_lost(json in json()) {
            let bytes = encode(&json).expect("any JSON");
            let canonical_bytes = canonical(&bytes);
            prop_assert_eq!(serde_json::from_slice::<Json>(&canonical_bytes).expect("JSON again"), json);
            prop_assert_eq!(canonical(&canonical_bytes), canonical_bytes);
        }
    }
}
