//! A command's definite no, as an input of whoever sent it.

use std::fmt;

use crate::command::{Command, RejectionOf};

/// A command that was sent and refused by its aggregate. Comes back to the policy or process that sent it.
pub struct Failed<C: Command> {
    /// What was sent.
    pub command: C,
    /// Why it was refused.
    pub why: Failure<RejectionOf<C>>,
}

/// Why a command that was sent was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Failure<R> {
    /// The domain's own answer.
    Rejected(R),
    /// The command needs an aggregate, and there is none.
    NotFound,
    /// The command creates the aggregate, and it is there.
    AlreadyExists,
}

impl<C: Command + fmt::Debug> fmt::Debug for Failed<C>
where
    RejectionOf<C>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failed")
            .field("command", &self.command)
            .field("why", &self.why)
            .finish()
    }
}
