//! The text of a verdict: the columns, a witness for each NO, and what to write.

use std::fmt;

use super::{Cell, Change, Code, Found, Verdict};
use crate::schema::lock::Outline;

/// What changed in one version of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    pub new: Outline,
}

/// Gives each change the help that it needs. One key that went and one of the same type that came into its object look like a rename.
pub(super) fn add_help(changes: &mut [Change], found: &[Found], version: u32) {
    let next = version.saturating_add(1);
    for (change, one) in changes.iter_mut().zip(found) {
        let is_free = change.reads.is_ok() && change.keeps.is_ok() && change.older.is_ok();
        let help = change.code.cure().replace("{n}", &next.to_string());
        let rename = rename_hint(found, one, next);
        change.help = rename.or((!is_free && !help.is_empty()).then_some(help));
    }
}

fn rename_hint(all: &[Found], gone: &Found, next: u32) -> Option<String> {
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
    Some(match object.is_empty() {
        true => {
            format!("looks like a rename: `version = {next}` and `#[event(renamed({next}, from = \"{old}\"))] {new}`")
        }
        false => {
            let field = object.split(['.', '[', '{', '|']).next().unwrap_or_default();
            format!(
                "looks like a rename of `{old}` to `{new}`: `version = {next}`, a frozen copy of the type, and \
                 `#[event(retyped({next}, from = ..))] {field}`"
            )
        }
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} {} v{} is sealed:", self.verdict.word(), self.name, self.version)?;
        let widest = |texts: &dyn Fn(&Change) -> usize| self.changes.iter().map(texts).max().unwrap_or_default();
        let code = widest(&|change| change.code.word().len());
        let path = widest(&|change| change.path.chars().count());
        let word = |cell: &Cell| if cell.is_ok() { "ok" } else { "NO" };
        for change in &self.changes {
            writeln!(
                f,
                "    {:code$}  {:path$}    reads: {}   keeps: {}   older: {}",
                change.code,
                change.path,
                word(&change.reads),
                word(&change.keeps),
                word(&change.older),
            )?;
        }
        for change in &self.changes {
            self.write_witnesses(f, change)?;
        }
        let mut said = Vec::new();
        for change in &self.changes {
            let Some(help) = change.help.as_ref().filter(|help| !said.contains(help)) else {
                continue;
            };
            writeln!(f, "  help: {help}")?;
            said.push(help);
        }
        let mut codes: Vec<Code> = self
            .changes
            .iter()
            .filter(|change| change.help.is_some())
            .map(|change| change.code)
            .collect();
        codes.dedup();
        for code in codes {
            writeln!(f, "  see {}", code.link())?;
        }
        Ok(())
    }
}

impl Report {
    fn write_witnesses(&self, f: &mut fmt::Formatter<'_>, change: &Change) -> fmt::Result {
        let Change { code, path, .. } = change;
        if let Cell::No(payload) = &change.reads {
            match self.new.accepts(payload) {
                Err(refusal) => writeln!(f, "  witness: stored {payload} is not read: {refusal}")?,
                Ok(()) => writeln!(
                    f,
                    "  witness: stored {payload} is not read: `{path}` has another format"
                )?,
            }
        }
        if let Cell::No(payload) = &change.keeps {
            match code {
                Code::FloatNarrowed | Code::IntToFloat => {
                    writeln!(f, "  witness: {payload} is read, and `{path}` loses digits")?;
                }
                _ => writeln!(f, "  witness: {payload} is read, and `{path}` is passed over")?,
            }
        }
        if let Cell::No(payload) = &change.older {
            writeln!(
                f,
                "  witness: nodes of the last release misread {payload}, which this build writes"
            )?;
        }
        Ok(())
    }
}
