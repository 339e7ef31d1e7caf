//! The text of a lock. Each entry begins and ends with lines of its own and stands at its place in the order, so that git merges two entries
//! that were added at different places.

use std::fmt;

use super::file::{Entry, FORMAT, Lock, Release};
use super::words::add_quoted;

const HEAD: &str = "# events.lock: written by `RECOUNT_UPDATE=always cargo test --test event_schema`, reviewed by people. One line per payload path.\n";

/// The whole file.
impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_text())
    }
}

impl Lock {
    /// The whole file.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEAD}format = {FORMAT}\n");
        let mut entries: Vec<&Entry> = self.events.iter().collect();
        entries.sort_by(|a, b| a.key().cmp(&b.key()));
        for entry in entries {
            add_entry(&mut text, entry);
        }
        for release in &self.releases {
            add_release(&mut text, release);
        }
        text
    }
}

fn add_entry(text: &mut String, entry: &Entry) {
    text.push_str("\n[[event]]\n");
    add_text(text, "context", &entry.context);
    add_text(text, "name", &entry.name);
    text.push_str(&format!("version = {}\n", entry.version));
    add_text(text, "status", entry.status.word());
    add_text(text, "kind", entry.kind.word());
    text.push_str(&format!("floor = {}\n", entry.floor));
    if entry.rev > 0 {
        text.push_str(&format!("rev = {}\n", entry.rev));
    }
    let mut names = entry.names.clone();
    names.sort();
    add_short(text, "names", &names);
    add_short(text, "edge", &entry.edge);
    if let Some(hash) = entry.hash() {
        add_text(text, "hash", &hash.to_string());
    }
    add_short(
        text,
        "earlier",
        &entry.earlier.iter().map(ToString::to_string).collect::<Vec<_>>(),
    );
    if let Some(shape) = &entry.shape {
        let examples = shape.examples().into_iter();
        add_short(
            text,
            "examples",
            &examples
                .map(|(name, example)| format!("{name}: {example}"))
                .collect::<Vec<_>>(),
        );
        add_list(text, "shape", &shape.lines());
    }
}

fn add_release(text: &mut String, release: &Release) {
    text.push_str("\n[[release]]\n");
    add_text(text, "name", &release.name);
    text.push_str(&format!("live = {}\n", release.live));
    add_list(text, "reads", &release.reads);
}

fn add_text(text: &mut String, key: &str, value: &str) {
    text.push_str(key);
    text.push_str(" = ");
    add_quoted(text, value);
    text.push('\n');
}

/// A list on one line; an empty one is left out.
fn add_short(text: &mut String, key: &str, values: &[String]) {
    for (place, value) in values.iter().enumerate() {
        text.push_str(&if place == 0 {
            format!("{key} = [")
        } else {
            ", ".to_owned()
        });
        add_quoted(text, value);
    }
    if !values.is_empty() {
        text.push_str("]\n");
    }
}

/// A list of one line for each value.
fn add_list(text: &mut String, key: &str, values: &[String]) {
    text.push_str(&format!("{key} = [\n"));
    for value in values {
        text.push_str("  ");
        add_quoted(text, value);
        text.push_str(",\n");
    }
    text.push_str("]\n");
}
