//! Whether a text is JSON: all that the macros have to know of an example.

/// Whether the text is one JSON object and nothing else.
pub(crate) fn is_object(text: &str) -> bool {
    text.trim_start().starts_with('{') && is_value(text)
}

/// Whether the text is one JSON value and nothing else.
pub(crate) fn is_value(text: &str) -> bool {
    let mut rest = Rest(text.as_bytes());
    let is_one = rest.value(0).is_some();
    rest.spaces();
    is_one && rest.0.is_empty()
}

/// What is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn spaces(&mut self) {
        while let Some((b' ' | b'\t' | b'\n' | b'\r', rest)) = self.0.split_first() {
            self.0 = rest;
        }
    }

    fn sign(&mut self, sign: u8) -> Option<()> {
        self.spaces();
        let (first, rest) = self.0.split_first()?;
        (*first == sign).then(|| self.0 = rest)
    }

    fn value(&mut self, depth: usize) -> Option<()> {
        self.spaces();
        match self.0.first()? {
            b'{' if depth < 100 => self.many(b'{', b'}', |rest| {
                rest.spaces();
                rest.text()?;
                rest.sign(b':')?;
                rest.value(depth + 1)
            }),
            b'[' if depth < 100 => self.many(b'[', b']', |rest| rest.value(depth + 1)),
            b'"' => self.text(),
            b'-' | b'0'..=b'9' => self.number(),
            _ => ["true", "false", "null"].into_iter().find_map(|word| {
                self.0 = self.0.strip_prefix(word.as_bytes())?;
                Some(())
            }),
        }
    }

    fn many(&mut self, open: u8, close: u8, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.sign(open)?;
        if self.sign(close).is_some() {
            return Some(());
        }
        loop {
            one(self)?;
            if self.sign(close).is_some() {
                return Some(());
            }
            self.sign(b',')?;
        }
    }

    fn text(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(b"\"")?;
        loop {
            let (first, rest) = self.0.split_first()?;
            self.0 = rest;
            match first {
                b'"' => return Some(()),
                0..0x20 => return None,
                b'\\' => {
                    let (escaped, rest) = self.0.split_first()?;
                    self.0 = rest;
                    match escaped {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let (digits, rest) = self.0.split_at_checked(4)?;
                            self.0 = rest;
                            digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                        }
                        _ => return None,
                    }
                }
                _ => {}
            }
        }
    }

    fn number(&mut self) -> Option<()> {
        self.0 = self.0.strip_prefix(b"-").unwrap_or(self.0);
        match self.0.strip_prefix(b"0") {
            Some(rest) => self.0 = rest,
            None => self.digits()?,
        }
        if let Some(rest) = self.0.strip_prefix(b".") {
            self.0 = rest;
            self.digits()?;
        }
        if let Some((b'e' | b'E', rest)) = self.0.split_first() {
            self.0 = match rest.split_first() {
                Some((b'+' | b'-', rest)) => rest,
                _ => rest,
            };
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        self.0 = self.0.get(count..)?;
        (count > 0).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::is_object;

    #[test]
    fn objects_are_told_from_other_texts() {
        for good in [
            "{}",
            r#" {"a":1,"b":[-0.5e+3,true,null,"x\u00e9\"",{}]} "#,
            "{\"a\":\n[]}",
        ] {
            assert!(is_object(good), "{good}");
        }
        for bad in [
            "",
            "null",
            "[]",
            "{",
            "{}}",
            "{\"a\"}",
            "{\"a\":}",
            "{a:1}",
            "{\"a\":01}",
            "{\"a\":1.}",
            "{\"a\":1,}",
            "{'a':1}",
            "{\"a\":tru}",
            "{\"a\":\"\\x\"}",
            "{\"a\":\"\n\"}",
            "{\"a\":NaN}",
        ] {
            assert!(!is_object(bad), "{bad}");
        }
        assert!(!is_object(&"{\"a\":".repeat(100_000)));
    }
}
