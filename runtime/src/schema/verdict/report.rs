//! The text of a verdict: the columns, a witness for each NO, and what to write.

use std::fmt;

use serde::Serialize;

use super::{Cell, Change, Code, Found, Verdict};
use crate::schema::lock::Outline;

/// What changed in one version of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The stored name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// What the changes mean together.
    pub verdict: Verdict,
    /// In the order of their paths.
    pub changes: Vec<Change>,
    /// What is stored of it now.
    #[serde(skip)]
    pub new: Outline,
}

/// Gives each change the help that it needs. One key that went and one of the same type that came into its object look like a rename.
pub(super) fn add_help(changes: &mut [Change], found: &[Found], version: u32) {
    let next = version.saturating_add(1);
    let hints: Vec<_> = found.iter().filter_map(|one| rename_hint(found, one, next)).collect();
    for change in changes {
        let is_free = change.reads.is_ok() && change.keeps.is_ok() && change.older.is_ok();
        let of_rename = hints
            .iter()
            .find(|hint| hint.removed == change.path || hint.added == change.path);
        change.help = match of_rename {
            Some(hint) if hint.removed == change.path => Some(hint.help.clone()),
            _ if is_free || of_rename.is_some() => None,
            _ => Some(cure(change, next)),
        };
    }
}

fn cure(change: &Change, next: u32) -> String {
    let cure = change.code.cure();
    let field = field(&change.path);
    // A variant stands inside a field, always; and its enum can be mended without a version.
    let is_variant = matches!(change.code, Code::VariantAdded | Code::VariantRemoved);
    if !is_variant && (field == change.path || !(cure.is_empty() || cure.contains("{n}"))) {
        return cure.replace("{n}", &next.to_string());
    }
    // What is said of a version stands on the event, never on a type inside it.
    let kept = format!(
        "a new version, `version = {next}`, and a kept copy of the old type, `#[event(retyped({next}, from = OldType))] {field}`, or \
         `from_lock`, which writes it"
    );
    match change.code {
        Code::RequiredFieldAdded => format!("make it an `Option` or give it `#[serde(default)]`; or {kept}"),
        _ if is_variant => format!("{cure}; or {kept}"),
        _ => format!("the type inside `{field}` was edited: {kept}"),
    }
}

/// The field of the event in which a path begins. What stands in quotes is one word.
fn field(path: &str) -> &str {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let end = path.find(|letter| {
        let is_end = !is_quoted && matches!(letter, '.' | '[' | '{' | '|' | '+');
        is_quoted ^= letter == '"' && !is_escaped;
        is_escaped = letter == '\\' && !is_escaped;
        is_end
    });
    end.and_then(|end| path.get(..end)).unwrap_or(path)
}

/// Two changes that are one.
struct Rename {
    removed: String,
    added: String,
    help: String,
}

fn rename_hint(all: &[Found], gone: &Found, next: u32) -> Option<Rename> {
    let is_added = |found: &Found| matches!(found.code, Code::OptionalFieldAdded | Code::RequiredFieldAdded);
    let (object, old, value) = gone.key.as_ref().filter(|_| gone.code == Code::FieldRemoved)?;
    let alike = |found: &&Found| matches!(&found.key, Some((at, _, other)) if at == object && other == value);
    let mut removed = all
        .iter()
        .filter(|found| found.code == Code::FieldRemoved)
        .filter(alike);
    let mut added = all.iter().filter(|found| is_added(found)).filter(alike);
    let (Some(_), None, Some(one), None) = (removed.next(), removed.next(), added.next(), added.next()) else {
        return None;
    };
    let (_, new, _) = one.key.as_ref()?;
    let help = match object.is_empty() {
        true => {
            format!("looks like a rename: `version = {next}` and `#[event(renamed({next}, from = \"{old}\"))] {new}`")
        }
        false => format!(
            "looks like a rename of `{old}` to `{new}`: `version = {next}`, and a kept copy of the old type, \
             `#[event(retyped({next}, from = ..))] {}`",
            field(object)
        ),
    };
    Some(Rename {
        removed: gone.path.clone(),
        added: one.path.clone(),
        help,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.verdict.word())
    }
}

impl Report {
    /// What each change does, in columns: `FIELD_REMOVED  note    reads: ok   keeps: NO   older: ok`.
    pub(crate) fn rows(&self) -> Vec<String> {
        let widest = |texts: &dyn Fn(&Change) -> usize| self.changes.iter().map(texts).max().unwrap_or_default();
        let code = widest(&|change| change.code.word().len());
        let path = widest(&|change| change.path.chars().count());
        let word = |cell: &Cell| if cell.is_ok() { "ok" } else { "NO" };
        let row = |change: &Change| {
            format!(
                "{:code$}  {:path$}    reads: {}   keeps: {}   older: {}",
                change.code,
                change.path,
                word(&change.reads),
                word(&change.keeps),
                word(&change.older),
            )
        };
        self.changes.iter().map(row).collect()
    }

    /// What shows each NO: a payload, and what becomes of it.
    pub(crate) fn witnesses(&self) -> Vec<String> {
        self.changes.iter().flat_map(|change| self.shown(change)).collect()
    }

    /// What to write, each once.
    pub(crate) fn helps(&self) -> Vec<String> {
        once(self.changes.iter().filter_map(|change| change.help.clone()))
    }

    /// Where the guide explains the changes that something has to be written for, each once.
    pub(crate) fn links(&self) -> Vec<String> {
        let changes = self.changes.iter().filter(|change| change.help.is_some());
        once(changes.map(|change| change.code.link()))
    }

    /// The text, under the word of a finding.
    pub(in crate::schema) fn write(&self, f: &mut fmt::Formatter<'_>, word: &str) -> fmt::Result {
        writeln!(f, "{word} {} v{} is sealed:", self.name, self.version)?;
        for row in self.rows() {
            writeln!(f, "    {row}")?;
        }
        for witness in self.witnesses() {
            writeln!(f, "  witness: {witness}")?;
        }
        for help in self.helps() {
            writeln!(f, "  help: {help}")?;
        }
        for link in self.links() {
            writeln!(f, "  see {link}")?;
        }
        Ok(())
    }

    fn shown(&self, change: &Change) -> Vec<String> {
        let (path, mut shown) = (&change.path, Vec::new());
        if let Cell::No(payload) = &change.reads {
            shown.push(match self.new.accepts(payload) {
                Err(refusal) => format!("{payload} is stored, and is not read: {refusal}"),
                Ok(()) => format!("{payload} is stored, and `{path}` is in another format now"),
            });
        }
        if let Cell::No(payload) = &change.keeps {
            shown.push(match self.new.accepts(payload) {
                Ok(()) => {
                    let written = self.new.rewritten(payload);
                    format!("{payload} is read, and would be written as {written}")
                }
                Err(_) => format!("{payload} is stored, and `{path}` of it would be lost"),
            });
        }
        if let Cell::No(payload) = &change.older {
            shown.push(format!(
                "{payload} is written, and nodes of the last release misread it"
            ));
        }
        if [&change.reads, &change.keeps, &change.older].contains(&&Cell::Unproven) {
            shown.push(format!(
                "none is known for the NO at `{path}`, and none can be ruled out"
            ));
        }
        shown
    }
}

/// Each where it stands first.
fn once(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut said = Vec::new();
    for text in texts {
        if !said.contains(&text) {
            said.push(text);
        }
    }
    said
}
