//! What a run of the suite found: one line for each case, and one for each rule. The text is reviewed and kept beside the store.

use std::collections::BTreeMap;
use std::fmt;

use crate::store::{Capabilities, Durability, KeyWindow};

/// What a run of the suite found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    /// What the store declares.
    pub capabilities: Capabilities,
    /// What the run's random choices were made from; not part of the text, which is the same for every seed.
    pub seed: u64,
    /// All cases, in the order of their table.
    pub cases: Vec<Case>,
}

/// What one case found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Case {
    /// Its name, as in the contract.
    pub name: &'static str,
    /// The rules of the contract that it tests.
    pub rules: &'static [&'static str],
    /// What it found.
    pub outcome: Outcome,
}

/// What a case found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The store keeps what the case asks.
    Passed,
    /// It does not: what was expected, what happened, and the seed.
    Failed(String),
    /// The case could not be run: what is missing. This is not passed.
    NotRun(String),
}

impl Report {
    /// The cases that failed.
    pub fn failed(&self) -> impl Iterator<Item = &Case> {
        self.cases
            .iter()
            .filter(|case| matches!(case.outcome, Outcome::Failed(_)))
    }

    /// The outcome of the case of this name.
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<&Outcome> {
        self.cases
            .iter()
            .find(|case| case.name == name)
            .map(|case| &case.outcome)
    }
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed(_) => "FAILED",
            Self::NotRun(_) => "not run",
        }
    }
}

/// Markdown: what is declared, each rule with what became of its cases, and each case.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yes = |kept: bool| if kept { "yes" } else { "no" };
        let kept = &self.capabilities;
        let durability = match kept.durability {
            Durability::None => "none: gone with the process",
            Durability::Synced => "synced to the disk",
        };
        writeln!(f, "## Declared\n")?;
        writeln!(f, "| Capability | |\n|---|---|")?;
        writeln!(f, "| an answered append is | {durability} |")?;
        writeln!(f, "| dense, commit-ordered positions | {} |", yes(kept.dense_positions))?;
        writeln!(f, "| linearizable appends | {} |", yes(kept.linearizable))?;
        writeln!(f, "| one batch over several streams | {} |", yes(kept.many_streams))?;
        let window = match kept.key_window {
            KeyWindow::None => "no".to_owned(),
            KeyWindow::For(window) => format!("{} s", window.as_secs()),
            KeyWindow::Stream => "as long as the stream's events".to_owned(),
        };
        writeln!(f, "| idempotency keys are remembered | {window} |")?;
        writeln!(
            f,
            "| tells by proof what became of an append | {} |",
            yes(kept.resolves)
        )?;
        let limits = kept.limits;
        writeln!(f, "| payload of an event, bytes | {} |", limits.payload)?;
        writeln!(f, "| metadata of an event or a batch, bytes | {} |", limits.metadata)?;
        writeln!(f, "| name of an event, bytes | {} |", limits.name)?;
        writeln!(f, "| idempotency key, bytes | {} |", limits.key)?;
        writeln!(f, "| events of a batch | {} |", limits.events)?;
        writeln!(f, "| a batch, bytes | {} |", limits.batch)?;

        let mut rules: BTreeMap<(u32, u32), Vec<&Case>> = BTreeMap::new();
        for case in &self.cases {
            for rule in case.rules {
                rules.entry(numbers(rule)).or_default().push(case);
            }
        }
        writeln!(f, "\n## Rules\n\n| Rule | Its cases |\n|---|---|")?;
        for ((chapter, rule), cases) in rules {
            writeln!(f, "| {chapter}.{rule} | {} |", verdict(&cases))?;
        }

        writeln!(f, "\n## Cases\n\n| Case | Rules | |\n|---|---|---|")?;
        for case in &self.cases {
            let word = case.outcome.word();
            let why = match &case.outcome {
                Outcome::Passed => String::new(),
                Outcome::Failed(why) | Outcome::NotRun(why) => format!(": {why}"),
            };
            writeln!(f, "| `{}` | {} | {word}{why} |", case.name, case.rules.join(", "))?;
        }
        Ok(())
    }
}

/// What became of the cases of a rule. That they passed is no proof: a rule may say more than its cases try.
fn verdict(cases: &[&Case]) -> String {
    let names = |wanted: fn(&Outcome) -> bool| -> Vec<&str> {
        let some = cases.iter().filter(|case| wanted(&case.outcome));
        some.map(|case| case.name).collect()
    };
    let failed = names(|outcome| matches!(outcome, Outcome::Failed(_)));
    let open = names(|outcome| matches!(outcome, Outcome::NotRun(_)));
    if !failed.is_empty() {
        format!("BROKEN: {}", failed.join(", "))
    } else if open.is_empty() {
        "passed".to_owned()
    } else if open.len() == cases.len() {
        format!("not run: {}", open.join(", "))
    } else {
        format!("passed, but for what was not run: {}", open.join(", "))
    }
}

fn numbers(rule: &str) -> (u32, u32) {
    let (chapter, rule) = rule.split_once('.').unwrap_or((rule, "0"));
    (chapter.parse().unwrap_or(0), rule.parse().unwrap_or(0))
}
