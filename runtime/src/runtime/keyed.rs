//! Requests that were made before: what was written under a key, read again.

use crate::aggregate::Aggregate;
use crate::envelope::Receipt;
use crate::event::{DecodeError, EventSet};
use crate::runtime::Runtime;
use crate::runtime::error::{ExecuteError, StateError};
use crate::runtime::load::{endless, unreadable};
use crate::runtime::reason::Panicked;
use crate::store::{
    Committed, EventRef, EventStore, Fingerprint, IdempotencyKey, KeyWindow, KnownKey, ReadError, Refusal, Resolved,
    StreamRead, Unknown,
};
use crate::stream::{StreamId, Version};

/// The caller's key of a request and the fingerprint of what is asked under it.
#[derive(Clone, Debug)]
pub(super) struct Keyed {
    pub(super) key: IdempotencyKey,
    pub(super) fingerprint: Fingerprint,
}

impl Keyed {
    /// What was written under the key; that of another request is refused.
    pub(super) fn same(&self, known: KnownKey) -> Result<Committed, Refusal> {
        if known.fingerprint == self.fingerprint {
            return Ok(known.committed);
        }
        Err(Refusal::KeyReused {
            key: self.key.clone(),
            parts: known.committed.parts,
        })
    }
}

/// Why it is not known what was written under a key.
pub(super) enum FindError {
    Refused(Refusal),
    Read(ReadError),
}

impl From<ReadError> for FindError {
    fn from(error: ReadError) -> Self {
        Self::Read(error)
    }
}

impl<R> From<FindError> for ExecuteError<R> {
    fn from(error: FindError) -> Self {
        match error {
            FindError::Refused(refusal) => Self::Refused(refusal),
            FindError::Read(error) => Self::Store(error),
        }
    }
}

impl Runtime {
    /// What became of a command or a transaction whose outcome was unknown: [`ExecuteError::Unknown`] carries what this needs, as one
    /// value that can be kept and asked about after a restart.
    ///
    /// # Errors
    /// [`ReadError`] if the store cannot be read, or is another one than the append was handed to.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::store::Resolved;
    /// use recount::{ExecuteError, MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// if let Err(ExecuteError::Unknown { unknown, .. }) = runtime.execute("acc-101", Deposit { amount: 100 }).await {
    ///     match runtime.resolve(&unknown).await? {
    ///         Resolved::Committed(committed) => println!("written at {}", committed.last_position),
    ///         Resolved::NotWritten => println!("not written, and never will be"),
    ///         _ => println!("ask again after the store was reopened"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn resolve(&self, unknown: &Unknown) -> Result<Resolved, ReadError> {
        self.0.store.resolve(unknown).await
    }

    /// What was written to the stream under this key.
    pub(super) async fn find_key(
        &self,
        stream: &StreamId,
        key: &IdempotencyKey,
    ) -> Result<Option<KnownKey>, FindError> {
        let store = &self.0.store;
        if store.capabilities().key_window == KeyWindow::None {
            let what = "idempotency keys";
            return Err(FindError::Refused(Refusal::Unsupported { what }));
        }
        Ok(store.find_key(stream, key).await?)
    }

    /// The receipt of a command that was written before, with its events as this build reads them.
    pub(super) async fn repeated<A: Aggregate>(
        &self,
        stream: StreamId,
        committed: Committed,
    ) -> Result<Receipt<A::Events>, StateError> {
        let mut events = Vec::new();
        let part = committed.parts.iter().find(|part| part.stream == stream);
        let mut next = part.map(|part| part.first);
        while let Some((part, from)) = part.zip(next) {
            let page = self
                .0
                .store
                .read_stream(StreamRead::new(stream.clone()).from(from))
                .await?;
            for event in page.iter().take_while(|event| event.version <= part.last) {
                decoded::<A>(&event, &mut events)?;
            }
            let reached = page.last().ok_or_else(|| endless(Some(&stream)))?.version;
            next = (reached < part.last).then(|| Version::after(Some(reached)));
        }
        Ok(receipt(stream, committed, events))
    }
}

fn decoded<A: Aggregate>(event: &EventRef<'_>, events: &mut Vec<A::Events>) -> Result<(), StateError> {
    let raw = event.raw();
    let decode = || A::Events::decode_into(&raw, &mut |event| events.push(event));
    let read: Result<_, DecodeError> = Panicked::caught(decode).map_err(StateError::Panicked)?;
    read.map_err(|source| StateError::Unreadable(Box::new(unreadable(event, source))))?;
    Ok(())
}

/// What an append has written, for whoever asked.
pub(super) fn receipt<S>(stream: StreamId, committed: Committed, events: Vec<S>) -> Receipt<S> {
    let part = committed.parts.iter().find(|part| part.stream == stream);
    let version = part.map(|part| part.last);
    let mut receipt = Receipt::new(stream, committed.append, version, events);
    receipt.positions = Some((committed.first_position, committed.last_position));
    receipt.store = Some(committed.store);
    receipt.recorded_at = Some(committed.recorded_at);
    receipt.duplicate = committed.duplicate;
    receipt
}
