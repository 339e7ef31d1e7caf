//! What is wrong with a lock, and where.

use std::fmt;

/// Why a text is no `events.lock`: the line, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockError {
    line: usize,
    problem: String,
}

impl LockError {
    pub(super) fn new(line: usize, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { line, problem }
    }

    /// The line it is about, from 1.
    #[must_use]
    pub fn line(&self) -> usize {
        self.line
    }

    /// What is wrong there, and what to do about it.
    #[must_use]
    pub fn problem(&self) -> &str {
        &self.problem
    }
}

impl fmt::Display for LockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of events.lock: {}", self.line, self.problem)
    }
}

impl std::error::Error for LockError {}

/// Why lines describe no outline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineError {
    /// The line that it is about, from 0.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl LineError {
    pub(super) fn new(line: usize, problem: impl Into<String>) -> Self {
        let problem = problem.into();
        Self { line, problem }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.problem)
    }
}

impl std::error::Error for LineError {}
