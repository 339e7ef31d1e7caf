//! What the runtime tells whoever listens: the spans of its work, and the events in them. Never a payload, and nothing of metadata.

mod project;
mod store;

use std::fmt::Display;
use std::future::Future;

use tracing::field::{Empty, Value, debug, display};
use tracing::{Instrument, Span, debug, info_span, warn};

use crate::aggregate::Aggregate;
use crate::envelope::Receipt;
use crate::runtime::attempts::{Attempts, DecidedBy};
use crate::runtime::decide::Deciding;
use crate::runtime::error::ExecuteError;
use crate::runtime::meter::{self, Began};
use crate::runtime::transaction::{Transaction, TransactionReceipt};
use crate::stream::{AppendId, StreamId, Version};

pub(super) use project::{project, stopped};
pub(super) use store::{append, corrupt, fold, unreadable};

/// What one filter names, whichever file an event comes from.
pub(super) const TARGET: &str = "recount";

/// What is asked of the runtime, from when it is awaited to its answer: its span, and its place among the counts.
pub(super) struct Asked {
    span: Span,
    what: What,
    began: Began,
    /// How often was decided.
    attempts: u32,
    is_answered: bool,
}

enum What {
    Command(&'static str),
    /// One command of a transaction.
    Step,
    Commit,
}

/// What an answer says of itself.
pub(super) trait Told {
    fn outcome(&self) -> &'static str;
    /// What was written, and the version it came to where that is one.
    fn written(&self) -> Option<(AppendId, Option<Version>)>;
}

impl<S> Told for Receipt<S> {
    fn outcome(&self) -> &'static str {
        committed(self.duplicate, self.positions.is_some())
    }

    fn written(&self) -> Option<(AppendId, Option<Version>)> {
        self.positions.map(|_| (self.append, self.version))
    }
}

impl Told for TransactionReceipt {
    fn outcome(&self) -> &'static str {
        committed(self.duplicate, self.positions.is_some())
    }

    fn written(&self) -> Option<(AppendId, Option<Version>)> {
        self.positions.map(|_| (self.append, None))
    }
}

impl<K> Told for Transaction<K> {
    fn outcome(&self) -> &'static str {
        "decided"
    }

    fn written(&self) -> Option<(AppendId, Option<Version>)> {
        None
    }
}

const fn committed(is_duplicate: bool, is_written: bool) -> &'static str {
    match (is_duplicate, is_written) {
        (true, _) => "duplicate",
        (false, true) => "committed",
        (false, false) => "nothing",
    }
}

const fn failed<R>(error: &ExecuteError<R>) -> &'static str {
    match error {
        ExecuteError::Rejected(_) | ExecuteError::NotFound { .. } | ExecuteError::AlreadyExists { .. } => "rejected",
        ExecuteError::Conflict { .. } => "conflict",
        ExecuteError::Refused(_) => "refused",
        ExecuteError::Unknown { .. } => "unknown",
        ExecuteError::TimedOut => "timed_out",
        ExecuteError::Unreadable(_)
        | ExecuteError::Corrupt(_)
        | ExecuteError::BadDecision(_)
        | ExecuteError::Panicked(_)
        | ExecuteError::NotRegistered { .. }
        | ExecuteError::Store(_) => "failed",
    }
}

impl Asked {
    /// A command; without a stream if its id cannot name one.
    pub(super) fn command(stream: Option<&StreamId>, command: &'static str) -> Self {
        let span = info_span!(
            target: TARGET,
            "recount.execute",
            stream = stream.map(display),
            command,
            append = Empty,
            version = Empty,
            attempts = Empty,
            outcome = Empty,
        );
        Self::new(span, What::Command(command))
    }

    /// One command of a transaction.
    pub(super) fn step(stream: Option<&StreamId>, command: &'static str) -> Self {
        let span = info_span!(
            target: TARGET,
            "recount.step",
            stream = stream.map(display),
            command,
            outcome = Empty,
        );
        Self::new(span, What::Step)
    }

    /// The commit of a transaction of these commands.
    pub(super) fn commit(commands: &[&'static str]) -> Self {
        let commands = debug(commands);
        let span = info_span!(target: TARGET, "recount.commit", commands, append = Empty, outcome = Empty);
        Self::new(span, What::Commit)
    }

    fn new(span: Span, what: What) -> Self {
        Self {
            span,
            what,
            began: Began::now(),
            attempts: 0,
            is_answered: false,
        }
    }

    /// Makes the attempts of a command.
    #[expect(
        clippy::manual_async_fn,
        reason = "an `async fn` holds what it is given in two places"
    )]
    pub(super) fn attempt<A: Aggregate, R: Send + 'static>(
        mut self,
        mut attempts: Attempts,
        mut decide: impl FnMut(&mut Option<A>, &Deciding<'_>) -> DecidedBy<A, R> + Send + 'static,
    ) -> impl Future<Output = Result<Receipt<A::Events>, ExecuteError<R>>> + Send {
        async move {
            let (span, inline) = (self.span.clone(), attempts.inline());
            let answer = {
                // Two allocations: either is of a size that an allocator has at hand, and the two as one are not.
                let written = Box::pin(attempts.until_written(&mut decide, &mut self.attempts));
                written.instrument(span).await
            };
            self.tell(&answer);
            if let Ok(receipt) = &answer {
                inline.see(receipt.position()).await;
            }
            answer
        }
    }

    /// Waits for the answer.
    pub(super) async fn answer<T: Told, R>(
        mut self,
        answering: impl Future<Output = Result<T, ExecuteError<R>>>,
    ) -> Result<T, ExecuteError<R>> {
        let answer = answering.instrument(self.span.clone()).await;
        self.tell(&answer);
        answer
    }

    fn tell<T: Told, R>(&mut self, answer: &Result<T, ExecuteError<R>>) {
        let outcome = match answer {
            Ok(told) => {
                self.record_written(told.written());
                told.outcome()
            }
            Err(error) => {
                if let ExecuteError::Unknown { unknown, source } = error {
                    self.span.in_scope(|| unknown_outcome(unknown.append, source));
                }
                failed(error)
            }
        };
        self.end(outcome);
    }

    fn record_written(&self, written: Option<(AppendId, Option<Version>)>) {
        if let Some((append, version)) = written {
            record(&self.span, "append", display(append));
            record(&self.span, "version", version.map(Version::get));
        }
    }

    fn end(&mut self, outcome: &'static str) {
        self.is_answered = true;
        record(&self.span, "outcome", outcome);
        match self.what {
            What::Command(command) => {
                record(&self.span, "attempts", self.attempts);
                meter::command(command, outcome, self.attempts, &self.began);
            }
            // A step that is decided is no end of its transaction.
            What::Step if outcome == "decided" => {}
            What::Step | What::Commit => meter::transaction(outcome),
        }
    }
}

/// Adds to a span. Without a subscriber a span knows its fields all the same, and would look for this one by its name.
fn record(span: &Span, field: &str, value: impl Value) {
    if !span.is_disabled() {
        span.record(field, value);
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !self.is_answered {
            self.end("dropped");
        }
    }
}

pub(super) fn decide_again(attempt: u32) {
    debug!(target: TARGET, attempt, "deciding again");
}

fn unknown_outcome(append: AppendId, error: &dyn Display) {
    warn!(target: TARGET, %append, %error, "it is not known whether the events were written");
}

/// A panic of the user's code. Its message is the user's own, as it would be on stderr.
pub(super) fn panicked(message: &str) {
    warn!(target: TARGET, message = "user code panicked", panic = message);
}
