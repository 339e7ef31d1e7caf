//! A command on its way: what it carries, and the loop that loads, decides and appends until it is written or refused.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use uuid::Uuid;

use crate::aggregate::Aggregate;
use crate::command::{Command, Context, EventsOf, Ids, RejectionOf, fresh_id};
use crate::envelope::{Cause, Headers, Receipt};
use crate::runtime::decide::{Decided, Deciding, decide};
use crate::runtime::error::ExecuteError;
use crate::runtime::load::{self, At, State};
use crate::runtime::{BoxFuture, Runtime};
use crate::store::{AppendError, Batch, EventStore, Expected, NewEvent, Refusal};
use crate::stream::{AppendId, EventId, InvalidName, StreamId, Version};

/// How often is decided at most, when others write to the same stream.
const ATTEMPTS: u32 = 5;
/// The longest delay before the second attempt; it doubles with each.
const FIRST_DELAY: Duration = Duration::from_millis(2);
/// The longest delay at all, so that the default attempts wait 30 ms together at most.
const LONGEST_DELAY: Duration = Duration::from_millis(250);

/// A command that runs when it is awaited.
///
/// It owns a clone of the runtime, so it can be spawned: `tokio::spawn(runtime.execute(..).into_future())`.
///
/// # Cancel safety
/// Dropped before its events are handed to the store, nothing is written. Later the store finishes alone, all or nothing, and to whoever
/// dropped it the outcome is unknown.
#[must_use = "a command is executed when it is awaited"]
pub struct Execute<C: Command> {
    runtime: Runtime,
    stream: Result<StreamId, InvalidName>,
    command: C,
    options: Options,
}

#[derive(Debug)]
struct Options {
    headers: Headers,
    causation: Option<EventId>,
    expected: Option<Option<Version>>,
    attempts: u32,
    timeout: Option<Duration>,
}

impl<C: Command> Execute<C> {
    pub(super) fn new(runtime: Runtime, stream: Result<StreamId, InvalidName>, command: C) -> Self {
        let headers = Headers::default();
        let options = Options {
            headers,
            causation: None,
            expected: None,
            attempts: ATTEMPTS,
            timeout: None,
        };
        Self {
            runtime,
            stream,
            command,
            options,
        }
    }

    /// What this command has in common with all that belongs to one request. Default: a new id.
    pub fn correlation(mut self, correlation: Uuid) -> Self {
        self.options.headers.correlation = Some(correlation);
        self
    }

    /// The event that this command answers. Default: none, the command comes from outside.
    pub fn causation(mut self, event: EventId) -> Self {
        self.options.causation = Some(event);
        self
    }

    /// Who asks. Default: nobody is named.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.options.headers.actor = Some(actor.into());
        self
    }

    /// An entry of your own, stored beside the events. Keys that begin with `$` belong to recount and are refused.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.headers.user.insert(key.into(), value.into());
        self
    }

    /// Decide only if the stream is at this version, 0 for one without events; else the answer is [`ExecuteError::Conflict`] at once.
    /// Default: whatever was loaded, and decide again on a conflict.
    pub fn expect_version(mut self, version: u64) -> Self {
        self.options.expected = Some(Version::new(version));
        self
    }

    /// How often to decide again when others write to the same stream in between. Default: 4 times.
    pub fn retries(mut self, retries: u32) -> Self {
        self.options.attempts = retries.saturating_add(1);
        self
    }

    /// How long it may take in all. Past it the answer is [`ExecuteError::TimedOut`], or [`ExecuteError::Unknown`] if the events were
    /// handed to the store already. Default: without a limit of its own; the attempts are limited.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.options.timeout = Some(timeout);
        self
    }
}

impl<C: Command + fmt::Debug> fmt::Debug for Execute<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Execute")
            .field("stream", &self.stream)
            .field("command", &self.command)
            .finish_non_exhaustive()
    }
}

impl<C: Command> IntoFuture for Execute<C> {
    type Output = Result<Receipt<EventsOf<C>>, ExecuteError<RejectionOf<C>>>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self {
            runtime,
            stream,
            command,
            mut options,
        } = self;
        let stream = match stream {
            Ok(stream) => stream,
            Err(name) => return Box::pin(async { Err(ExecuteError::Refused(name.into())) }),
        };
        if let Some(key) = options.headers.user.keys().find(|key| key.starts_with('$')) {
            let refusal = Refusal::ReservedKey { key: key.clone() };
            return Box::pin(async { Err(ExecuteError::Refused(refusal)) });
        }
        let now = runtime.0.clock.now();
        options.headers.correlation.get_or_insert_with(|| fresh_id(now));
        options.headers.command = Some(Cause::new(fresh_id(now), command.name(), options.causation));
        let decide = move |state: State<C::Aggregate>, deciding: &Deciding<'_>| decide(state.state, &command, deciding);
        let attempts = Attempts {
            runtime,
            stream,
            options,
        };
        Box::pin(attempts.until_written(Box::new(decide)))
    }
}

type Decision<A, R> = Box<dyn FnMut(State<A>, &Deciding<'_>) -> Result<Decided<A>, ExecuteError<R>> + Send>;

struct Attempts {
    runtime: Runtime,
    stream: StreamId,
    options: Options,
}

impl Attempts {
    /// Generic over the aggregate and the rejection, and not over each command: that halves the time to build many commands.
    async fn until_written<A: Aggregate, R: Send + 'static>(
        self,
        mut decide: Decision<A, R>,
    ) -> Result<Receipt<A::Events>, ExecuteError<R>> {
        let deadline = self
            .options
            .timeout
            .and_then(|timeout| Instant::now().checked_add(timeout));
        let mut attempt = 1;
        loop {
            let loading = load::state::<A>(&self.runtime, &self.stream, At::Newest);
            let state = within(deadline, loading).await.ok_or(ExecuteError::TimedOut)??;
            let version = state.reached.map(|reached| reached.version);
            if let Some(expected) = self.options.expected.filter(|expected| *expected != version) {
                let (stream, actual) = (self.stream.clone(), version);
                return Err(ExecuteError::Conflict {
                    stream,
                    expected,
                    actual,
                    attempts: attempt,
                });
            }
            let (events, batch) = self.decided(state, &mut decide)?;
            let append = batch.append;
            if batch.events() == 0 {
                return Ok(Receipt::new(self.stream, append, version, events));
            }
            let appending = self.runtime.0.store.append(batch);
            let error = match within(deadline, appending).await {
                Some(Ok(committed)) => {
                    let last = committed.parts.last().map(|part| part.last);
                    let mut receipt = Receipt::new(self.stream, append, last, events);
                    receipt.positions = Some((committed.first_position, committed.last_position));
                    receipt.recorded_at = Some(committed.recorded_at);
                    return Ok(receipt);
                }
                Some(Err(error)) => error,
                None => {
                    let parts = vec![(self.stream, Expected::loaded(version))];
                    return Err(ExecuteError::Unknown {
                        append,
                        parts,
                        source: "the timeout passed".into(),
                    });
                }
            };
            let AppendError::Conflict { stream, actual, .. } = error else {
                return Err(error.into());
            };
            if attempt >= self.options.attempts || self.options.expected.is_some() {
                return Err(ExecuteError::Conflict {
                    stream,
                    expected: version,
                    actual,
                    attempts: attempt,
                });
            }
            within(deadline, sleep(delay(attempt)))
                .await
                .ok_or(ExecuteError::TimedOut)?;
            attempt += 1;
        }
    }

    /// Decides on a state. Not async: nothing of the user's lives across an await.
    fn decided<A: Aggregate, R>(
        &self,
        state: State<A>,
        decide: &mut Decision<A, R>,
    ) -> Result<(Vec<A::Events>, Batch), ExecuteError<R>> {
        let inner = &self.runtime.0;
        let reached = state.reached;
        let version = reached.map(|reached| reached.version);
        // The clock may be behind that of the machine that wrote the stream; a handler never sees time run backward.
        let now = inner.clock.now();
        let now = reached.map_or(now, |reached| now.max(reached.recorded_at));
        let append = AppendId::new(fresh_id(now));
        let headers = self.options.headers.clone();
        let cx = Context::new(self.stream.clone(), version, now, Ids::Fresh, headers);
        let deciding = Deciding {
            cx: &cx,
            append,
            verify: inner.verify_writes,
        };
        let decided = decide(state, &deciding)?;
        let metadata = cx.meta().encode();
        let events = decided.encoded.into_iter().map(NewEvent::from).collect();
        let batch = Batch::new(append)
            .metadata(metadata)
            .part(self.stream.clone(), Expected::loaded(version), events);
        Ok((decided.events, batch))
    }
}

/// The output of a future, or `None` if the deadline passed first.
async fn within<F: Future>(deadline: Option<Instant>, future: F) -> Option<F::Output> {
    match deadline {
        Some(deadline) => timeout_at(deadline, future).await.ok(),
        None => Some(future.await),
    }
}

/// How long to wait after this attempt: anything up to a bound that doubles, because rivals that wait equally long meet again. "Full
/// jitter", after Marc Brooker's measurements of backoff.
fn delay(attempt: u32) -> Duration {
    let doubled = FIRST_DELAY.saturating_mul(1_u32.checked_shl(attempt - 1).unwrap_or(u32::MAX));
    let longest = u64::try_from(doubled.min(LONGEST_DELAY).as_micros()).unwrap_or(u64::MAX);
    let random = Uuid::new_v4().as_u64_pair().1 & (u64::MAX >> 2);
    Duration::from_micros(random % (longest + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rule 4.4: exponential, fully jittered, bounded.
    #[test]
    fn delays_are_bounded_and_differ() {
        for attempt in 1..100 {
            let bound = FIRST_DELAY
                .saturating_mul(2_u32.saturating_pow(attempt - 1))
                .min(LONGEST_DELAY);
            assert!(delay(attempt) <= bound, "attempt {attempt}");
        }
        let delays = (0..64).map(|_| delay(20)).collect::<std::collections::HashSet<_>>();
        assert!(delays.len() > 1, "delays are drawn");
    }
}
