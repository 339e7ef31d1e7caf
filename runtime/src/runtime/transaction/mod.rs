//! Several commands as one append: all of them are written, or none.

mod receipt;
mod work;

use std::convert::Infallible;
use std::fmt;
use std::marker::PhantomData;

use uuid::Uuid;

pub use receipt::TransactionReceipt;

use crate::aggregate::Aggregate;
use crate::command::{Command, Fingerprinted, RejectionOf};
use crate::envelope::Meta;
use crate::runtime::error::ExecuteError;
use crate::runtime::reason::{BadDecision, Panicked};
use crate::runtime::trace::Asked;
use crate::runtime::{BoxFuture, Runtime};
use crate::store::IdempotencyKey;
use crate::stream::{AsKey, EventId, StreamId};
use work::Work;

/// Several commands, on any aggregates, that are written as one append: all of them or none.
///
/// Each step decides on the newest state, and sees the events of the steps before it. Nothing is locked: if another command writes to one
/// of the streams before the [`commit`](Self::commit), that is a conflict, which is answered and not tried again. A step that fails ends the
/// transaction, as dropping it does; nothing was written.
///
/// With an [`idempotency_key`](Self::idempotency_key), `K` is [`WithKey`].
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::{MemoryStore, Runtime};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
/// # for id in ["acc-101", "acc-102"] {
/// #     runtime.execute(id, Open { owner: "Ada".into() }).await?;
/// # }
/// # runtime.execute("acc-101", Deposit { amount: 100 }).await?;
/// let mut tx = runtime.transaction().actor("teller-9");
/// tx = tx.execute("acc-101", Withdraw { amount: 30 }).await?;
/// tx = tx.execute("acc-102", Deposit { amount: 30 }).await?;
/// let receipt = tx.commit().await?;
/// assert_eq!(receipt.parts.len(), 2);
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is written before `commit().await`"]
pub struct Transaction<K = NoKey> {
    work: Box<Work>,
    is: PhantomData<K>,
}

/// A transaction without an idempotency key.
#[derive(Debug)]
pub enum NoKey {}

/// A transaction with an idempotency key: its commands have fingerprints.
#[derive(Debug)]
pub enum WithKey {}

impl Runtime {
    /// Begins a transaction: several commands that are written as one append. It needs a store whose appends may span streams
    /// ([`many_streams`](crate::store::Capabilities::many_streams)), unless all commands are for one.
    pub fn transaction(&self) -> Transaction {
        Transaction {
            work: Box::new(Work::new(self.clone())),
            is: PhantomData,
        }
    }
}

impl<K> Transaction<K> {
    /// What the transaction has in common with all that belongs to one request. Default: a new id.
    pub fn correlation(mut self, correlation: Uuid) -> Self {
        self.work.headers.correlation = Some(correlation);
        self
    }

    /// The event that the transaction answers, with what it belongs to: sets [`causation`](Self::causation), and
    /// [`correlation`](Self::correlation) to that of the event, if it has one. Default: none, it comes from outside.
    pub fn caused_by(mut self, event: &Meta) -> Self {
        self.work.causation = Some(event.event_id);
        let own = self.work.headers.correlation.take();
        self.work.headers.correlation = event.headers.correlation.or(own);
        self
    }

    /// The event that the transaction answers, where only its id is known. Default: none, it comes from outside.
    pub fn causation(mut self, event: EventId) -> Self {
        self.work.causation = Some(event);
        self
    }

    /// Who asks. Default: nobody is named.
    pub fn actor(mut self, actor: impl Into<String>) -> Self {
        self.work.headers.actor = Some(actor.into());
        self
    }

    /// An entry of your own, stored beside all events. Keys that begin with `$` belong to recount and are refused.
    pub fn meta(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.work.headers.user.insert(key.into(), value.into());
        self
    }

    /// Writes what the commands have decided, as one append. If they have decided nothing, nothing is written.
    ///
    /// # Errors
    /// [`ExecuteError::Conflict`] if one of the streams has moved since a command was decided on it, [`ExecuteError::Refused`] as
    /// [`Unsupported`](crate::store::Refusal::Unsupported) if there are several streams and the store cannot write them at once; otherwise those of a
    /// command. Every one but [`ExecuteError::Unknown`] is definite: nothing was written.
    ///
    /// # Cancel safety
    /// As that of a command: once the store has it, it finishes alone, all or nothing.
    pub fn commit(self) -> BoxFuture<Result<TransactionReceipt, ExecuteError<Infallible>>> {
        let asked = Asked::commit(&self.work.names);
        Box::pin(asked.answer(self.work.commit()))
    }
}

impl Transaction<NoKey> {
    /// Your name for this transaction, the same in every repeat of it: a repeat decides nothing and is answered with the first receipt. The
    /// key is of the stream of the first command, which has to decide an event. It is given before the first command. Default: no key.
    pub fn idempotency_key(mut self, key: impl Into<IdempotencyKey>) -> Transaction<WithKey> {
        self.work.give_key(key.into());
        Transaction {
            work: self.work,
            is: PhantomData,
        }
    }

    /// Decides one more command, on the events that are written and on those of the commands before it.
    ///
    /// # Errors
    /// Those of a command that say no; the transaction is over.
    pub fn execute<C: Command>(
        mut self,
        id: impl AsKey<<C::Aggregate as Aggregate>::Id>,
        command: C,
    ) -> BoxFuture<Result<Self, ExecuteError<RejectionOf<C>>>> {
        let stream = StreamId::new(C::Aggregate::NAME, &id.key());
        let asked = Asked::step(stream.as_ref().ok(), command.name());
        Box::pin(asked.answer(async move {
            let stream = stream.map_err(|name| ExecuteError::Refused(name.into()))?;
            self.work.decide(stream, command).await?;
            Ok(self)
        }))
    }
}

impl Transaction<WithKey> {
    /// Decides one more command, on the events that are written and on those of the commands before it.
    ///
    /// # Errors
    /// Those of a command that say no; the transaction is over.
    pub fn execute<C: Fingerprinted>(
        mut self,
        id: impl AsKey<<C::Aggregate as Aggregate>::Id>,
        command: C,
    ) -> BoxFuture<Result<Self, ExecuteError<RejectionOf<C>>>> {
        let stream = StreamId::new(C::Aggregate::NAME, &id.key());
        let asked = Asked::step(stream.as_ref().ok(), command.name());
        let print = Panicked::caught(|| command.fingerprint());
        Box::pin(asked.answer(async move {
            let stream = stream.map_err(|name| ExecuteError::Refused(name.into()))?;
            let print = print.map_err(ExecuteError::Panicked)?;
            let print = print.map_err(|json| ExecuteError::BadDecision(BadDecision::Fingerprint(json)))?;
            if !self.work.is_repeat(&stream, print).await? {
                self.work.decide(stream, command).await?;
            }
            Ok(self)
        }))
    }
}

impl<K> fmt::Debug for Transaction<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let streams: Vec<_> = self.work.parts.iter().map(|part| &part.stream).collect();
        f.debug_struct("Transaction")
            .field("commands", &self.work.names)
            .field("streams", &streams)
            .finish_non_exhaustive()
    }
}
