//! The reader of as much TOML as `events.lock` has: comments, `[[tables]]`, and keys with a text, a number, a truth or a list of texts.

use super::error::LockError;
use super::words::Cursor;

/// A value, and the line it begins on.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) line: usize,
    pub(super) key: String,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Number(u32),
    Truth(bool),
    /// Texts, each with its line.
    List(Vec<(usize, String)>),
}

/// What stands under one `[[name]]`; the first table has no name and stands before all others.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) line: usize,
    pub(super) name: String,
    pub(super) pairs: Vec<Pair>,
}

struct Reader<'a> {
    cursor: Cursor<'a>,
    line: usize,
}

/// All tables of a text.
pub(super) fn read(text: &str) -> Result<Vec<Table>, LockError> {
    let mut reader = Reader {
        cursor: Cursor::new(text),
        line: 1,
    };
    let (mut tables, mut table) = (Vec::new(), Table::new(1, String::new()));
    loop {
        reader.skip_empty();
        let line = reader.line;
        if reader.cursor.is_done() {
            tables.push(table);
            return Ok(tables);
        }
        if reader.cursor.eat("[[") {
            let name = reader.name()?;
            if !reader.cursor.eat("]]") {
                return Err(reader.wrong(format!("`]]` is missing after `[[{name}`")));
            }
            tables.push(std::mem::replace(&mut table, Table::new(line, name)));
        } else {
            let key = reader.name()?;
            reader.skip_blank();
            if !reader.cursor.eat("=") {
                return Err(reader.wrong(format!("`=` is missing after `{key}`")));
            }
            reader.skip_blank();
            let value = reader.value()?;
            if table.pairs.iter().any(|pair| pair.key == key) {
                return Err(LockError::new(
                    line,
                    format!("`{key}` is given twice: two entries have run together, or one line is left from a merge"),
                ));
            }
            table.pairs.push(Pair { line, key, value });
        }
        reader.end_line()?;
    }
}

impl Table {
    fn new(line: usize, name: String) -> Self {
        let pairs = Vec::new();
        Self { line, name, pairs }
    }
}

impl Reader<'_> {
    fn wrong(&self, problem: impl Into<String>) -> LockError {
        LockError::new(self.line, problem)
    }

    fn skip_blank(&mut self) {
        self.cursor.take(|letter| letter == ' ' || letter == '\t');
    }

    fn skip_comment(&mut self) {
        if self.cursor.peek() == Some('#') {
            self.cursor.take(|letter| letter != '\n');
        }
    }

    /// Goes past spaces, comments and empty lines.
    fn skip_empty(&mut self) {
        loop {
            self.skip_blank();
            self.cursor.eat("\r");
            self.skip_comment();
            if !self.cursor.eat("\n") {
                return;
            }
            self.line += 1;
        }
    }

    fn end_line(&mut self) -> Result<(), LockError> {
        self.skip_blank();
        self.skip_comment();
        self.cursor.eat("\r");
        if self.cursor.is_done() || self.cursor.peek() == Some('\n') {
            return Ok(());
        }
        Err(self.wrong(format!("`{}` is too much on this line", self.shown())))
    }

    /// The rest of the line, for messages.
    fn shown(&self) -> &str {
        self.cursor.rest().lines().next().unwrap_or_default()
    }

    fn name(&mut self) -> Result<String, LockError> {
        let name = self
            .cursor
            .take(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if !name.is_empty() {
            return Ok(name.to_owned());
        }
        let conflict = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"]
            .iter()
            .any(|mark| self.cursor.rest().starts_with(mark));
        Err(match conflict {
            true => self.wrong(
                "a merge was not finished: leave git's marks, `RECOUNT_UPDATE=always cargo test --test event_schema` puts both \
                 sides together",
            ),
            false => self.wrong(format!(
                "`{}` is neither a key nor `[[event]]` or `[[release]]`",
                self.shown()
            )),
        })
    }

    fn text(&mut self) -> Result<String, LockError> {
        self.cursor
            .quoted()
            .map_err(|problem| LockError::new(self.line, problem))
    }

    fn value(&mut self) -> Result<Value, LockError> {
        match self.cursor.peek() {
            Some('"') => self.text().map(Value::Text),
            Some('[') => self.list().map(Value::List),
            Some(digit) if digit.is_ascii_digit() => {
                let number = self.cursor.number();
                number
                    .map(Value::Number)
                    .ok_or_else(|| self.wrong("the number is too large"))
            }
            _ if self.cursor.eat("true") => Ok(Value::Truth(true)),
            _ if self.cursor.eat("false") => Ok(Value::Truth(false)),
            _ => Err(self.wrong(format!(
                "`{}` is no value of this file: write a text, a number, `true`, `false` or a list of texts",
                self.shown()
            ))),
        }
    }

    fn list(&mut self) -> Result<Vec<(usize, String)>, LockError> {
        let (mut texts, begin) = (Vec::new(), self.line);
        self.cursor.eat("[");
        loop {
            self.skip_empty();
            if self.cursor.eat("]") {
                return Ok(texts);
            }
            if self.cursor.peek() != Some('"') {
                let end = format!("this list has no end: `]` is missing before line {}", self.line);
                return Err(LockError::new(begin, end));
            }
            texts.push((self.line, self.text()?));
            self.skip_empty();
            if !self.cursor.eat(",") && self.cursor.peek() != Some(']') {
                return Err(self.wrong("a `,` is missing after a text of a list"));
            }
        }
    }
}
