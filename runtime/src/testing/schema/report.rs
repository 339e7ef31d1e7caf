//! `SchemaReport`: everything that a schema test has found, in one text; each problem says what to do.

use std::fmt;

use crate::schema::GUIDE;

/// All problems that one test of a schema has found.
#[derive(Clone, PartialEq, Eq)]
pub struct SchemaReport {
    pub(super) problems: Vec<Problem>,
    /// What was written, and what to run.
    pub(super) notes: Vec<String>,
}

impl SchemaReport {
    /// What was found, in the order of contexts, names and versions.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Display for SchemaReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, problem) in self.problems.iter().enumerate() {
            if place > 0 {
                f.write_str("\n\n")?;
            }
            write!(f, "{problem}")?;
        }
        for (place, note) in self.notes.iter().enumerate() {
            f.write_str(if place == 0 { "\n\n" } else { "\n" })?;
            f.write_str(note)?;
        }
        Ok(())
    }
}

/// As it is displayed: a failed test prints it.
impl fmt::Debug for SchemaReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl std::error::Error for SchemaReport {}

/// One thing that is wrong with a version of an event, or with the files of the lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub(super) code: &'static str,
    /// Whose event it is; empty where all are of one context.
    pub(super) context: String,
    pub(super) event: String,
    pub(super) version: Option<u32>,
    /// The rest of the first line.
    pub(super) says: String,
    /// What belongs to it, a line each.
    pub(super) details: Vec<String>,
    /// What shows it: payloads, and what becomes of them.
    pub(super) witnesses: Vec<String>,
    /// The first of these payloads.
    pub(super) witness: Option<String>,
    /// What to do.
    pub(super) helps: Vec<String>,
    /// Where the guide explains what belongs to it; it is explained itself under its own code.
    pub(super) links: Vec<String>,
    /// Whether `RECOUNT_UPDATE=always` mends it.
    pub(super) is_acceptable: bool,
}

/// What keeps a test from looking: an unreadable file, a revision that is not there.
#[derive(Debug)]
pub(super) struct CannotCheck(pub(super) String);

impl From<CannotCheck> for SchemaReport {
    fn from(CannotCheck(says): CannotCheck) -> Self {
        Self {
            problems: vec![Problem::new("CANNOT_CHECK", ("", ""), None, says)],
            notes: Vec::new(),
        }
    }
}

impl Problem {
    /// A problem of an event that a person has to mend.
    pub(super) fn new(
        code: &'static str,
        (context, event): (&str, &str),
        version: Option<u32>,
        says: impl Into<String>,
    ) -> Self {
        Self {
            code,
            context: context.to_owned(),
            event: event.to_owned(),
            version,
            says: says.into(),
            details: Vec::new(),
            witnesses: Vec::new(),
            witness: None,
            helps: Vec::new(),
            links: Vec::new(),
            is_acceptable: false,
        }
    }

    pub(super) fn details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }

    pub(super) fn witness(mut self, witness: impl Into<String>) -> Self {
        let witness = witness.into();
        self.witnesses.push(witness.clone());
        self.witness.get_or_insert(witness);
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.helps.push(help.into());
        self
    }

    /// `RECOUNT_UPDATE=always` mends it.
    pub(super) fn acceptable(mut self) -> Self {
        self.is_acceptable = true;
        self
    }

    /// What kind of problem it is: `INCOMPATIBLE`, and the headings of `docs/guide/schema-lock.md`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The stored name of the event; empty where it is about no event.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// The version of the event; `None` where it is about all of them.
    #[must_use]
    pub fn version(&self) -> Option<u32> {
        self.version
    }

    /// A payload that shows it.
    #[must_use]
    pub fn shown_by(&self) -> Option<&str> {
        self.witness.as_deref()
    }

    pub(super) fn key(&self) -> (&str, &str, Option<u32>, &str) {
        (&self.context, &self.event, self.version, self.code)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)?;
        if !self.event.is_empty() {
            write!(f, " {}", self.event)?;
        }
        if let Some(version) = self.version {
            write!(f, " v{version}")?;
        }
        if !self.context.is_empty() {
            write!(f, " in `{}`", self.context)?;
        }
        write!(f, " {}", self.says)?;
        for line in &self.details {
            write!(f, "\n    {line}")?;
        }
        for witness in &self.witnesses {
            write!(f, "\n  witness: {witness}")?;
        }
        for help in &self.helps {
            write!(f, "\n  help: {help}")?;
        }
        for link in &self.links {
            write!(f, "\n  see {link}")?;
        }
        write!(f, "\n  see {GUIDE}{}", self.code.to_lowercase())
    }
}
