//! Words of the lock: which stand as they are and which are quoted, and the cursor that reads them again.

/// Whether a key may stand without quotes: a letter or `_`, then letters, digits, `_` and `-`.
fn is_plain(word: &str) -> bool {
    let mut letters = word.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(of_word)
}

fn of_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '-'
}

/// The names of formats have marks of their own: `decimal/1`, `std::time`.
fn of_scalar(letter: char) -> bool {
    of_word(letter) || matches!(letter, '/' | '.' | ':')
}

/// Adds a key, quoted where it has to be.
pub(crate) fn add_word(text: &mut String, word: &str) {
    if is_plain(word) {
        text.push_str(word);
    } else {
        add_quoted(text, word);
    }
}

/// Adds the name of a format, quoted where it has to be.
pub(super) fn add_scalar(text: &mut String, name: &str) {
    if !name.is_empty() && name.chars().all(of_scalar) {
        text.push_str(name);
    } else {
        add_quoted(text, name);
    }
}

/// Adds a text in quotes, as TOML does it.
pub(super) fn add_quoted(text: &mut String, quoted: &str) {
    text.push('"');
    for letter in quoted.chars() {
        match letter {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            letter if letter.is_control() => text.push_str(&format!("\\u{:04x}", u32::from(letter))),
            letter => text.push(letter),
        }
    }
    text.push('"');
}

/// A place in a text that is being read.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    rest: &'a str,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { rest: text }
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub(super) fn is_done(&self) -> bool {
        self.rest.is_empty()
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a str {
        self.rest
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let letter = letters.next();
        self.rest = letters.as_str();
        letter
    }

    /// Goes past `mark` if it is next.
    pub(super) fn eat(&mut self, mark: &str) -> bool {
        match self.rest.strip_prefix(mark) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Reads letters as long as they belong.
    pub(super) fn take(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|letter| !belongs(letter)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at_checked(end).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }

    /// A number in digits.
    pub(super) fn number(&mut self) -> Option<u32> {
        self.take(|letter| letter.is_ascii_digit()).parse().ok()
    }

    /// A key, plain or quoted.
    pub(super) fn word(&mut self) -> Result<String, String> {
        self.name(of_word, is_plain, "a key")
    }

    /// The name of a format, plain or quoted.
    pub(super) fn scalar(&mut self) -> Result<String, String> {
        self.name(of_scalar, |name| !name.is_empty(), "the name of a format")
    }

    fn name(&mut self, of: fn(char) -> bool, is_plain: fn(&str) -> bool, what: &str) -> Result<String, String> {
        if self.peek() == Some('"') {
            return self.quoted();
        }
        let word = self.take(of);
        if is_plain(word) {
            return Ok(word.to_owned());
        }
        Err(match word {
            "" => format!("{what} is missing before `{}`", self.rest),
            word => format!("`{word}` is not a plain word: write it in quotes"),
        })
    }

    /// A text in quotes.
    pub(super) fn quoted(&mut self) -> Result<String, String> {
        let mut text = String::new();
        if !self.eat("\"") {
            return Err(format!("a text in quotes is missing before `{}`", self.rest));
        }
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => text.push(self.escape()?),
                Some('\n') | None => return Err("the quote is not closed on its line".to_owned()),
                Some(letter) => text.push(letter),
            }
        }
    }

    /// What stands behind a backslash.
    fn escape(&mut self) -> Result<char, String> {
        let letter = self.next();
        Ok(match letter {
            Some(letter @ ('"' | '\\')) => letter,
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let digits: String = (0..4).filter_map(|_| self.next()).collect();
                let code = u32::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 4);
                code.and_then(char::from_u32)
                    .ok_or_else(|| format!("`\\u{digits}` is no letter: four hexadecimal digits stand behind `\\u`"))?
            }
            other => {
                let other = other.map(String::from).unwrap_or_default();
                return Err(format!("`\\{other}` means nothing: a backslash is written `\\\\`"));
            }
        })
    }
}
