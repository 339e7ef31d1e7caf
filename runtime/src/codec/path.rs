//! The path of the field that an error of serde_json speaks of. serde_json gives line and column; a crate that gives the path needs a
//! second deserializer for every type of the program, while errors are rare: the payload is walked again instead.

/// The path that is open at a line and column (both from 1), such as `lines[2].sku`.
pub(super) fn at(payload: &[u8], line: usize, column: usize) -> String {
    let before = payload
        .split_inclusive(|byte| *byte == b'\n')
        .take(line.saturating_sub(1))
        .map(<[u8]>::len)
        .sum::<usize>();
    let end = payload.len().min(before.saturating_add(column));
    let mut walk = Walk::default();
    walk.run(payload.get(..end).unwrap_or_default());
    walk.shown()
}

/// One object or list that is open: the key or the index that is being read in it.
enum Open {
    Object { key: String, expects_key: bool },
    List { index: usize },
}

#[derive(Default)]
struct Walk {
    open: Vec<Open>,
}

impl Walk {
    fn run(&mut self, bytes: &[u8]) {
        // A value that ends right where the error stands is the one it speaks of, so its closing mark is not followed.
        let mut bytes = bytes.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            let last = bytes.peek().is_none();
            match byte {
                b'"' => {
                    let text = string(&mut bytes);
                    if let Some(Open::Object {
                        key,
                        expects_key: expects @ true,
                    }) = self.open.last_mut()
                    {
                        (*key, *expects) = (text, false);
                    }
                }
                b'{' => self.open.push(Open::Object {
                    key: String::new(),
                    expects_key: true,
                }),
                b'[' => self.open.push(Open::List { index: 0 }),
                b'}' | b']' => {
                    if let (Some(Open::Object { key, .. }), true) = (self.open.last_mut(), last) {
                        key.clear(); // the object as a whole: a field is missing in it
                    } else if !last {
                        self.open.pop();
                    }
                }
                b',' if !last => match self.open.last_mut() {
                    Some(Open::Object { key, expects_key }) => {
                        key.clear();
                        *expects_key = true;
                    }
                    Some(Open::List { index }) => *index += 1,
                    None => {}
                },
                _ => {}
            }
        }
    }

    fn shown(&self) -> String {
        let mut path = String::new();
        for open in &self.open {
            match open {
                Open::Object { key, .. } if key.is_empty() => {}
                Open::Object { key, .. } if path.is_empty() => path.push_str(key),
                Open::Object { key, .. } => path.extend([".", key]),
                Open::List { index } => path.push_str(&format!("[{index}]")),
            }
        }
        path
    }
}

/// The text up to the closing quote, as it is written: escapes are kept, keys seldom have any.
fn string(bytes: &mut impl Iterator<Item = u8>) -> String {
    let mut text = Vec::new();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' => text.extend([byte].into_iter().chain(bytes.next())),
            _ => text.push(byte),
        }
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::codec::decode;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Order {
        id: u64,
        lines: Vec<Line>,
        note: Option<String>,
    }

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only read")]
    struct Line {
        sku: String,
        qty: u8,
    }

    fn path(payload: &str) -> String {
        decode::<Order>(payload.as_bytes())
            .expect_err("not an order")
            .path(payload.as_bytes())
    }

    /// Rule 5.6: the error names the path of the field.
    #[test]
    fn paths() {
        assert_eq!(path(r#"{"id":"x","lines":[]}"#), "id");
        assert_eq!(
            path(r#"{"id":1,"lines":[{"sku":"a","qty":1},{"sku":"a,]}\"b","qty":999}]}"#),
            "lines[1].qty"
        );
        assert_eq!(path(r#"{"id":1,"lines":[{"sku":7,"qty":1}]}"#), "lines[0].sku");
        assert_eq!(path(r#"{"id":1,"lines":[{"sku":"a"}]}"#), "lines[0]");
        assert_eq!(
            path("{\n \"id\": 1,\n \"lines\": [\n {\"sku\": \"a\",\n \"qty\": true}]}"),
            "lines[0].qty"
        );
        assert_eq!(path(r#"{"id":1,"note":[]}"#), "note");
        assert_eq!(path(r#"{"id":1}"#), "");
        assert_eq!(path("7"), "");
        assert_eq!(path(""), "");
    }
}
