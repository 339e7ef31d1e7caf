//! The lines of an outline: one per path of the payload. Their grammar is in `docs/schema-lock.md`.

use super::outline::{Choice, Key, Outline, Tagging};
use super::words::{add_scalar, add_word};

impl Outline {
    /// Its lines in `events.lock`.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        match self {
            // Every event is an object, so the object as a whole needs no line.
            Self::Object { .. } => add_inside(&mut lines, "", self),
            other => add(&mut lines, "$", false, &[], other),
        }
        lines
    }
}

/// The line of a value, and the lines of what is inside.
fn add(lines: &mut Vec<String>, path: &str, absent: bool, aliases: &[String], value: &Outline) {
    let mut line = path.to_owned();
    if absent {
        line.push('?');
    }
    line.push_str(": ");
    let mut inner = value;
    while let Outline::Option(more) = inner {
        inner = more;
    }
    add_kind(&mut line, inner);
    if matches!(value, Outline::Option(_)) {
        line.push_str(" or null");
    }
    add_aliases(&mut line, aliases);
    lines.push(line);
    add_inside(lines, path, inner);
}

fn add_aliases(line: &mut String, aliases: &[String]) {
    for (place, alias) in aliases.iter().enumerate() {
        line.push_str(if place == 0 { " (alias " } else { ", " });
        add_word(line, alias);
    }
    if !aliases.is_empty() {
        line.push(')');
    }
}

fn add_inside(lines: &mut Vec<String>, path: &str, value: &Outline) {
    match value {
        Outline::Object { keys, parts } => {
            for Key {
                name,
                aliases,
                absent,
                value,
            } in keys
            {
                let mut path = path.to_owned();
                if !path.is_empty() {
                    path.push('.');
                }
                add_word(&mut path, name);
                add(lines, &path, *absent, aliases, value);
            }
            for (place, part) in parts.iter().enumerate() {
                add(lines, &format!("{path}+{place}"), false, &[], part);
            }
        }
        Outline::List(inner) | Outline::Set(inner) => add(lines, &format!("{path}[]"), false, &[], inner),
        Outline::Map(key, value) => {
            add(lines, &format!("{path}{{key}}"), false, &[], key);
            add(lines, &format!("{path}{{}}"), false, &[], value);
        }
        Outline::Tuple(items) => {
            for (place, item) in items.iter().enumerate() {
                add(lines, &format!("{path}.{place}"), false, &[], item);
            }
        }
        Outline::Enum { tag, choices, .. } => {
            for Choice { name, aliases, value } in choices {
                let mut path = format!("{path}|");
                match tag {
                    Tagging::Untagged => path.push_str(name),
                    _ => add_word(&mut path, name),
                }
                match value {
                    Some(value) => add(lines, &path, false, aliases, value),
                    None => {
                        add_aliases(&mut path, aliases);
                        lines.push(path);
                    }
                }
            }
        }
        _ => {}
    }
}

fn add_kind(line: &mut String, value: &Outline) {
    match value {
        Outline::Bool => line.push_str("bool"),
        Outline::Text => line.push_str("string"),
        Outline::Null => line.push_str("null"),
        Outline::Any => line.push_str("any"),
        Outline::Int { bits, signed } => line.push_str(&format!("{}{bits}", if *signed { 'i' } else { 'u' })),
        Outline::Float(bits) => line.push_str(&format!("f{bits}")),
        Outline::Scalar(scalar) => {
            line.push_str("scalar ");
            add_scalar(line, &scalar.name);
        }
        Outline::Option(inner) => add_kind(line, inner),
        Outline::List(_) => line.push_str("list"),
        Outline::Set(_) => line.push_str("set"),
        Outline::Map(..) => line.push_str("map"),
        Outline::Tuple(_) => line.push_str("tuple"),
        Outline::Object { .. } => line.push_str("object"),
        Outline::Enum { tag, open, .. } => {
            line.push_str("enum");
            match tag {
                Tagging::External => {}
                Tagging::Internal(tag) => {
                    line.push_str(" by ");
                    add_word(line, tag);
                }
                Tagging::Adjacent { tag, content } => {
                    line.push_str(" by ");
                    add_word(line, tag);
                    line.push_str(" with ");
                    add_word(line, content);
                }
                Tagging::Untagged => line.push_str(" untagged"),
            }
            if *open {
                let unit = !matches!(tag, Tagging::Internal(_));
                line.push_str(if unit { " open(unit)" } else { " open" });
            }
        }
        Outline::Up(count) => line.push_str(&format!("^{count}")),
    }
}
