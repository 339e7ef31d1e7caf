//! What every case is given: a place to open stores in, faults to stage, random choices, and the words to say what went wrong.

use std::fmt::Debug;
use std::sync::Arc;

use crate::store::conformance::subject::{Hook, OpenError, Staged};
use crate::store::{AnyStore, AppendError, Capabilities, ReadError};

/// What a case ends with.
pub(super) type Verdict = Result<(), Stop>;

/// Why a case did not pass.
#[derive(Debug)]
pub(super) enum Stop {
    /// What was expected, and what happened.
    Failed(String),
    /// What is missing.
    NotRun(String),
}

/// Ends the case as failed unless the condition holds.
macro_rules! check {
    ($holds:expr, $($why:tt)+) => {
        if !$holds {
            return Err($crate::store::conformance::bed::Stop::Failed(format!($($why)+)));
        }
    };
}
pub(super) use check;

/// Ends the case as failed unless both are equal.
pub(super) fn equal<T: Debug + PartialEq>(what: &str, actual: &T, expected: &T) -> Verdict {
    if actual == expected {
        return Ok(());
    }
    let shown = |value: &T| {
        let text = format!("{value:?}");
        match text.char_indices().nth(500) {
            Some((end, _)) => format!("{}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len()),
            None => text,
        }
    };
    let (expected, actual) = (shown(expected), shown(actual));
    Err(Stop::Failed(format!("{what}: expected {expected}, got {actual}")))
}

impl Stop {
    pub(super) fn failed(why: impl Into<String>) -> Self {
        Self::Failed(why.into())
    }
}

impl From<AppendError> for Stop {
    fn from(error: AppendError) -> Self {
        Self::Failed(format!("an append was expected to commit, and it answered {error:?}"))
    }
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Self {
        Self::Failed(format!("a read was expected to give a page, and it answered {error:?}"))
    }
}

impl From<OpenError> for Stop {
    fn from(error: OpenError) -> Self {
        Self::Failed(format!("the store was expected to open, and it answered: {error}"))
    }
}

impl From<tokio::task::JoinError> for Stop {
    fn from(error: tokio::task::JoinError) -> Self {
        Self::Failed(format!("a task of the case did not end well: {error}"))
    }
}

/// A place for the stores of one case.
#[derive(Clone)]
pub(super) struct Bed {
    subject: Arc<dyn Staged>,
    seed: u64,
}

impl Bed {
    pub(super) fn new(subject: Arc<dyn Staged>, seed: u64) -> Self {
        Self { subject, seed }
    }

    /// Another empty place.
    pub(super) fn fresh(&self) -> Self {
        Self::new(self.subject.fresh(), self.seed)
    }

    pub(super) async fn open(&self) -> Result<AnyStore, OpenError> {
        self.subject.open().await
    }

    /// Opens a store that was closed, dropped or lost; the case is not run where that is not offered.
    pub(super) async fn reopen(&self) -> Result<AnyStore, Stop> {
        self.stage(Hook::Reopen)?;
        Ok(self.open().await?)
    }

    /// Stages a fault; the case is not run where it is not offered.
    pub(super) fn stage(&self, hook: Hook) -> Verdict {
        if self.subject.stage(hook) {
            Ok(())
        } else {
            Err(Stop::NotRun(format!("the store offers no hook for {hook}")))
        }
    }

    /// Stages a fault that the case can do without.
    pub(super) fn try_stage(&self, hook: Hook) -> bool {
        self.subject.stage(hook)
    }

    /// Comes back once a commit waits because of [`Hook::Hold`].
    pub(super) async fn until_held(&self) {
        while self.subject.held() == 0 {
            tokio::task::yield_now().await;
        }
    }

    pub(super) fn inside(&self) -> Option<Capabilities> {
        self.subject.inside()
    }

    pub(super) fn random(&self) -> Random {
        Random(self.seed)
    }
}

/// Random choices that are the same for the same seed (splitmix64).
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
    /// Other choices than this one's, for a task of its own.
    pub(super) fn fork(&mut self) -> Self {
        Self(self.draw())
    }

    pub(super) fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`, which is at least 1.
    pub(super) fn below(&mut self, end: u64) -> u64 {
        self.draw() % end.max(1)
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.draw().to_le_bytes()[0]).collect()
    }
}
