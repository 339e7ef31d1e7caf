//! JSON as it is written: serde_json has said that it is some, and here the digits of its numbers are kept.

use super::Payload;
use crate::codec::{Json, JsonError, json};

impl Payload {
    /// Reads a JSON text.
    ///
    /// # Errors
    /// If it is none.
    pub fn parse(text: &str) -> Result<Self, JsonError> {
        let _ = json(text.as_bytes())?;
        Ok(Cursor { rest: text }.value())
    }
}

/// A place in a text that is known to be JSON.
struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    /// The next mark, which is taken; white space before it is passed over.
    fn mark(&mut self) -> char {
        self.rest = self.rest.trim_start();
        let mut letters = self.rest.chars();
        let mark = letters.next().unwrap_or_default();
        self.rest = letters.as_str();
        mark
    }

    fn peek(&mut self) -> char {
        self.rest = self.rest.trim_start();
        self.rest.chars().next().unwrap_or_default()
    }

    fn value(&mut self) -> Payload {
        match self.peek() {
            '{' => {
                let mut object = Payload::Object(Vec::new());
                self.each('}', |cursor| {
                    let key = cursor.text();
                    let _ = cursor.mark();
                    let value = cursor.value();
                    object.set(&key, value);
                });
                object
            }
            '[' => {
                let mut list = Vec::new();
                self.each(']', |cursor| list.push(cursor.value()));
                Payload::List(list)
            }
            '"' => Payload::Text(self.text()),
            _ => match self.word() {
                "null" => Payload::Null,
                "true" => Payload::Bool(true),
                "false" => Payload::Bool(false),
                number => Payload::Number(number.to_owned()),
            },
        }
    }

    /// What stands between two braces, each behind a comma but the first.
    fn each(&mut self, end: char, mut one: impl FnMut(&mut Self)) {
        let _ = self.mark();
        while !self.rest.is_empty() && self.peek() != end {
            if self.peek() == ',' {
                let _ = self.mark();
            }
            one(self);
        }
        let _ = self.mark();
    }

    /// A text in quotes, which serde_json reads.
    fn text(&mut self) -> String {
        self.rest = self.rest.trim_start();
        let mut is_escaped = false;
        let end = self.rest.char_indices().skip(1).find(|&(_, letter)| {
            let is_end = letter == '"' && !is_escaped;
            is_escaped = letter == '\\' && !is_escaped;
            is_end
        });
        let (quoted, rest) = self.rest.split_at(end.map_or(self.rest.len(), |(place, _)| place + 1));
        self.rest = rest;
        match json(quoted.as_bytes()) {
            Ok(Json::String(text)) => text,
            _ => quoted.to_owned(),
        }
    }

    fn word(&mut self) -> &'a str {
        let is_end = |letter: char| letter.is_whitespace() || matches!(letter, ',' | ']' | '}');
        let (word, rest) = self.rest.split_at(self.rest.find(is_end).unwrap_or(self.rest.len()));
        self.rest = rest;
        word
    }
}

#[cfg(test)]
mod tests {
    use super::Payload;

    #[test]
    fn every_digit_is_kept() {
        for text in [
            r#"{"a":170141183460469231731687303715884105727,"b":[-0.10,1e300],"c":{}}"#,
            r#"[[],[null,true,false],"\"\\\u0000ü,]}"]"#,
            "0",
            "\"\"",
        ] {
            assert_eq!(Payload::parse(text).expect("JSON").to_string(), text);
        }
        let spaced = " { \"a\" : [ 1 , 2 ] ,\n\"b\":\t\"\\u00fc\" } ";
        assert_eq!(
            Payload::parse(spaced).expect("JSON").to_string(),
            r#"{"a":[1,2],"b":"ü"}"#
        );
        for text in ["", "{", "[1,]", "01", "\"a", "nul"] {
            assert!(Payload::parse(text).is_err(), "{text}");
        }
    }
}
