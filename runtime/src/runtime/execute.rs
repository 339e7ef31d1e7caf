//! A command as it is asked: what it carries, and how it is set before it is awaited.

use std::fmt;
use std::future::IntoFuture;
use std::time::Duration;

use uuid::Uuid;

use crate::codec::JsonError;
use crate::command::{Command, EventsOf, Fingerprinted, RejectionOf};
use crate::envelope::{Headers, Meta, Receipt};
use crate::runtime::attempts::Attempts;
use crate::runtime::decide::{Deciding, decide};
use crate::runtime::error::ExecuteError;
use crate::runtime::keyed::Keyed;
use crate::runtime::reason::{BadDecision, Panicked};
use crate::runtime::trace::Asked;
use crate::runtime::{BoxFuture, Runtime};
use crate::store::{Fingerprint, IdempotencyKey, Refusal};
use crate::stream::{EventId, InvalidName, StreamId, Version};

/// How often is decided at most, when others write to the same stream.
const ATTEMPTS: u32 = 5;

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
    key: Option<(IdempotencyKey, Prints<C>)>,
    options: Options,
}

/// How the fingerprint of a command is made; only where it has one can a key be given.
type Prints<C> = fn(&C) -> Result<Fingerprint, JsonError>;

#[derive(Debug)]
pub(super) struct Options {
    pub(super) headers: Headers,
    pub(super) keyed: Option<Keyed>,
    pub(super) causation: Option<EventId>,
    pub(super) expected: Option<Option<Version>>,
    pub(super) attempts: u32,
    pub(super) timeout: Option<Duration>,
}

impl<C: Command> Execute<C> {
    pub(super) fn new(runtime: Runtime, stream: Result<StreamId, InvalidName>, command: C) -> Self {
        let headers = Headers::default();
        let options = Options {
            headers,
            keyed: None,
            causation: None,
            expected: None,
            attempts: ATTEMPTS,
            timeout: None,
        };
        Self {
            runtime,
            stream,
            command,
            key: None,
            options,
        }
    }

    /// Your name for this request, the same in every repeat of it, from any node and after any restart: a repeat writes nothing, calls no
    /// handler, and is answered with the first receipt, marked [`duplicate`](Receipt::duplicate). The key is of this one stream. Another
    /// command under the same key is refused as [`KeyReused`](Refusal::KeyReused).
    ///
    /// Only what was written is remembered: a request that was rejected, or decided no event, is decided again. Default: no key.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// # runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// let first = runtime.execute("acc-101", Deposit { amount: 100 }).idempotency_key("req-7").await?;
    /// let again = runtime.execute("acc-101", Deposit { amount: 100 }).idempotency_key("req-7").await?;
    /// assert_eq!((again.append, again.version, again.duplicate), (first.append, first.version, true));
    /// # Ok(())
    /// # }
    /// ```
    pub fn idempotency_key(mut self, key: impl Into<IdempotencyKey>) -> Self
    where
        C: Fingerprinted,
    {
        self.key = Some((key.into(), C::fingerprint));
        self
    }

    /// What this command has in common with all that belongs to one request. Default: a new id.
    pub fn correlation(mut self, correlation: Uuid) -> Self {
        self.options.headers.correlation = Some(correlation);
        self
    }

    /// The event that this command answers, with what it belongs to: sets [`causation`](Self::causation), and
    /// [`correlation`](Self::correlation) to that of the event, if it has one. Default: none, the command comes from outside.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// # for id in ["acc-101", "bonus"] {
    /// #     runtime.execute(id, Open { owner: "Ada".into() }).await?;
    /// # }
    /// let mut history = runtime.history::<Account>("acc-101");
    /// let opened = history.next().await.ok_or("nothing happened")??;
    /// runtime.execute("bonus", Deposit { amount: 10 }).caused_by(opened.meta()).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn caused_by(mut self, event: &Meta) -> Self {
        self.options.causation = Some(event.event_id);
        let own = self.options.headers.correlation.take();
        self.options.headers.correlation = event.headers.correlation.or(own);
        self
    }

    /// The event that this command answers, where only its id is known: what it has in common with others is then not inherited. Default:
    /// none, the command comes from outside.
    pub fn causation(mut self, event: EventId) -> Self {
        self.options.causation = Some(event);
        self
    }

    /// How many reactions lie before this command.
    pub(super) fn hops(mut self, hops: u32) -> Self {
        self.options.headers.hops = hops;
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

    /// How often to decide again when others write to the same stream in between. A state that the runtime has kept and that others have
    /// moved past before is read on, which does not count. Default: 4 times.
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
        let asked = Asked::command(self.stream.as_ref().ok(), self.command.name());
        match self.ready() {
            Ok((attempts, command)) => {
                let decide = move |state: &mut Option<_>, deciding: &Deciding<'_>| decide(state, &command, deciding);
                Box::pin(asked.attempt(attempts, decide))
            }
            Err(no) => Box::pin(asked.answer(std::future::ready(Err(no)))),
        }
    }
}

impl<C: Command> Execute<C> {
    /// What is looked at before the first attempt.
    fn ready(self) -> Result<(Attempts, C), ExecuteError<RejectionOf<C>>> {
        let Self {
            runtime,
            stream,
            command,
            key,
            mut options,
        } = self;
        let stream = stream.map_err(|name| ExecuteError::Refused(name.into()))?;
        if let Some(key) = options.headers.user.keys().find(|key| key.starts_with('$')) {
            let refusal = Refusal::ReservedKey { key: key.clone() };
            return Err(ExecuteError::Refused(refusal));
        }
        if let Some((key, fingerprint)) = key {
            let print = Panicked::caught(|| fingerprint(&command)).map_err(ExecuteError::Panicked)?;
            let fingerprint = print.map_err(|json| ExecuteError::BadDecision(BadDecision::Fingerprint(json)))?;
            options.keyed = Some(Keyed { key, fingerprint });
        }
        let name = command.name();
        let attempts = Attempts {
            runtime,
            stream,
            name,
            options,
        };
        Ok((attempts, command))
    }
}
