//! One line: its path, and what it says of it.

use super::outline::{Outline, Scalar, Tagging};
use super::words::Cursor;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Step {
    Key(String),
    Part(u32),
    Item(u32),
    Element,
    MapKey,
    MapValue,
    /// By its name, or by its place where the enum is untagged.
    Variant(String),
    Place(u32),
}

/// What a line says of its path.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) line: usize,
    pub(super) absent: bool,
    pub(super) or_null: bool,
    pub(super) aliases: Vec<String>,
    pub(super) kind: Kind,
}

#[derive(Debug)]
pub(super) enum Kind {
    /// An outline without others in it.
    Leaf(Outline),
    List,
    Set,
    Map,
    Tuple,
    Object,
    Enum(Tagging, bool),
    /// A variant without data.
    Bare,
}

/// Path and meaning of a line.
pub(super) fn read(line: usize, text: &str) -> Result<(Vec<Step>, Said), String> {
    let mut cursor = Cursor::new(text);
    let path = path(&mut cursor)?;
    let absent = cursor.eat("?");
    let (mut kind, mut or_null) = (Kind::Bare, false);
    if cursor.eat(": ") {
        kind = read_kind(&mut cursor)?;
        or_null = cursor.eat(" or null");
    }
    let mut aliases = Vec::new();
    if cursor.eat(" (alias ") {
        aliases.push(cursor.word()?);
        while cursor.eat(", ") {
            aliases.push(cursor.word()?);
        }
        if !cursor.eat(")") {
            return Err("a `)` is missing after the aliases".to_owned());
        }
        aliases.sort();
        aliases.dedup();
    }
    if !cursor.is_done() {
        return Err(format!("`{}` is too much", cursor.rest()));
    }
    let is_key = matches!(path.last(), Some(Step::Key(_)));
    let is_variant = matches!(path.last(), Some(Step::Variant(_) | Step::Place(_)));
    match () {
        () if absent && !is_key => Err("only a key of an object may be absent: remove the `?`".to_owned()),
        () if !aliases.is_empty() && !is_key && !is_variant => Err("only keys and variants have aliases".to_owned()),
        () if matches!(kind, Kind::Bare) && !is_variant => {
            Err("it does not say what lies there, such as `: string`".to_owned())
        }
        () => Ok((
            path,
            Said {
                line,
                absent,
                or_null,
                aliases,
                kind,
            },
        )),
    }
}

fn path(cursor: &mut Cursor<'_>) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    if !cursor.eat("$") && !matches!(cursor.peek(), Some('{' | '+')) {
        steps.push(Step::Key(cursor.word()?));
    }
    let missing = |what: &str| format!("a number is missing behind `{what}`");
    loop {
        let is_digit = |cursor: &Cursor<'_>| cursor.peek().is_some_and(|next| next.is_ascii_digit());
        steps.push(if cursor.eat("[]") {
            Step::Element
        } else if cursor.eat("{key}") {
            Step::MapKey
        } else if cursor.eat("{}") {
            Step::MapValue
        } else if cursor.eat("+") {
            Step::Part(cursor.number().ok_or_else(|| missing("+"))?)
        } else if cursor.eat(".") {
            match is_digit(cursor) {
                true => Step::Item(cursor.number().ok_or_else(|| missing("."))?),
                false => Step::Key(cursor.word()?),
            }
        } else if cursor.eat("|") {
            match is_digit(cursor) {
                true => Step::Place(cursor.number().ok_or_else(|| missing("|"))?),
                false => Step::Variant(cursor.word()?),
            }
        } else {
            return Ok(steps);
        });
    }
}

fn read_kind(cursor: &mut Cursor<'_>) -> Result<Kind, String> {
    if cursor.eat("^") {
        let count = cursor.number().filter(|count| *count > 0);
        let count = count.ok_or("behind `^` stands how many objects and enums up, from 1")?;
        return Ok(Kind::Leaf(Outline::Up(count)));
    }
    let word = cursor.take(|letter| letter.is_ascii_alphanumeric());
    Ok(match word {
        "bool" => Kind::Leaf(Outline::Bool),
        "string" => Kind::Leaf(Outline::Text),
        "null" => Kind::Leaf(Outline::Null),
        "any" => Kind::Leaf(Outline::Any),
        "f32" => Kind::Leaf(Outline::Float(32)),
        "f64" => Kind::Leaf(Outline::Float(64)),
        "list" => Kind::List,
        "set" => Kind::Set,
        "map" => Kind::Map,
        "tuple" => Kind::Tuple,
        "object" => Kind::Object,
        "enum" => read_enum(cursor)?,
        "scalar" if cursor.eat(" ") => Kind::Leaf(Outline::Scalar(Scalar {
            name: cursor.scalar()?,
            example: String::new(),
        })),
        word => {
            Kind::Leaf(int(word).ok_or_else(|| {
                format!("`{word}` is no kind of value; a format of its own is written `scalar {word}`")
            })?)
        }
    })
}

fn int(word: &str) -> Option<Outline> {
    let (signed, bits) = match (word.strip_prefix('i'), word.strip_prefix('u')) {
        (Some(bits), _) => (true, bits),
        (_, bits) => (false, bits?),
    };
    let bits = ["8", "16", "32", "64", "128"]
        .contains(&bits)
        .then(|| bits.parse().ok())??;
    Some(Outline::Int { bits, signed })
}

fn read_enum(cursor: &mut Cursor<'_>) -> Result<Kind, String> {
    let tag = if cursor.eat(" by ") {
        let tag = cursor.word()?;
        match cursor.eat(" with ") {
            true => Tagging::Adjacent {
                tag,
                content: cursor.word()?,
            },
            false => Tagging::Internal(tag),
        }
    } else if cursor.eat(" untagged") {
        Tagging::Untagged
    } else {
        Tagging::External
    };
    let unit = !matches!(tag, Tagging::Internal(_));
    let open = cursor.eat(if unit { " open(unit)" } else { " open" });
    Ok(Kind::Enum(tag, open))
}
