//! Stores: what an append and a read are, and what every store promises. A store moves bytes and decodes none.

mod any;
mod arrivals;
mod batch;
mod capabilities;
mod checkpoint;
#[cfg(feature = "conformance")]
pub mod conformance;
mod erased;
mod error;
#[cfg(target_os = "linux")]
pub mod file;
mod filter;
mod key;
mod memory;
mod page;
mod read;
mod unknown;

use std::future::Future;

use uuid::Uuid;

pub use any::AnyStore;
pub use batch::{Batch, Expected, NewEvent, Part};
pub use capabilities::{Capabilities, Durability, KeyWindow, Limits};
#[cfg(target_os = "linux")]
pub use checkpoint::FileCheckpoints;
pub use checkpoint::{
    AnyCheckpoints, Change, Checkpoint, CheckpointError, CheckpointStore, ConsumerName, DeadLetter, InvalidConsumer,
    Lease, LetterRead, Live, MemoryCheckpoints, Mismatch, ParkedKey, PartId, ResumeError, Saved, StoredEvent, Waiver,
};
pub use error::{AppendError, Limit, ReadError, Refusal};
#[cfg(target_os = "linux")]
pub use file::FileStore;
pub use filter::Filter;
pub use key::{Fingerprint, IdempotencyKey, KnownKey};
pub use memory::MemoryStore;
pub use page::{EventRef, Page, PageBuilder};
pub use read::{LogRead, PageSize, StreamRead};
pub use unknown::{Resolved, Unknown};

use crate::clock::Timestamp;
pub use crate::stream::StoreId;
use crate::stream::{AppendId, Position, StreamId, Version};

/// A log of events: appends to streams, and reads of one stream or of all.
///
/// The contract is `docs/semantics.md`; `recount::store::conformance` (feature `conformance`) tests it. Implementations write plain
/// `async fn`s.
///
/// ```
/// use recount::store::{AppendError, Batch, EventStore, Expected, LogRead, NewEvent, StreamRead};
/// use recount::{AppendId, MemoryStore, Position, StreamId};
/// use uuid::Uuid;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store = MemoryStore::new();
/// let stream = StreamId::new("account", "acc-101")?;
/// let opened = || vec![NewEvent::new("account.opened", 1, 1, r#"{"owner":"Ada"}"#)];
/// let batch = Batch::new(AppendId::new(Uuid::new_v4())).part(stream.clone(), Expected::NoStream, opened());
/// let committed = store.append(batch).await?;
/// assert_eq!(committed.first_position, 1);
///
/// // Of two writers who expect the same, one wins.
/// let batch = Batch::new(AppendId::new(Uuid::new_v4())).part(stream.clone(), Expected::NoStream, opened());
/// assert!(matches!(store.append(batch).await, Err(AppendError::Conflict { actual: Some(actual), .. }) if actual == 1));
///
/// // A page lends its events: nothing is copied out until somebody asks.
/// let page = store.read_stream(StreamRead::new(stream)).await?;
/// for event in page.iter() {
///     assert_eq!((event.name, event.version.get(), event.payload), ("account.opened", 1, &br#"{"owner":"Ada"}"#[..]));
/// }
/// let page = store.read_log(LogRead::after(Position::START)).await?;
/// assert_eq!((page.len(), page.scanned_through().get(), page.at_end()), (1, 1, true));
/// # Ok(())
/// # }
/// ```
pub trait EventStore: Send + Sync + 'static {
    /// What this store keeps of the contract, and its limits. Constant while the store is open.
    fn capabilities(&self) -> Capabilities;

    /// Which store this is, and which of its histories. Constant while the store is open.
    fn identity(&self) -> StoreId;

    /// Which opening of the store this is: drawn anew whenever it is opened, constant until it is closed. What was handed to an earlier
    /// opening can no longer be written (rule 2.7).
    fn opening(&self) -> Uuid;

    /// Writes one batch: all its events or none (rule 1.3).
    ///
    /// A batch under a key that the first stream of the batch knows, and a batch whose append id it knows, is not written again: it is
    /// answered with what was written the first time, whatever it expects (rules 2.2 to 2.4).
    ///
    /// # Errors
    /// [`AppendError::Conflict`] and [`AppendError::Refused`]: nothing was written and nothing will be. [`AppendError::Unknown`]: the
    /// store cannot tell.
    ///
    /// # Cancel safety
    /// A future that is dropped before its first poll has written nothing. Later the store finishes alone: all or nothing.
    fn append(&self, batch: Batch) -> impl Future<Output = Result<Committed, AppendError>> + Send;

    /// What was written to the stream under this key; `None` if nothing was (rule 2.3). For a batch over several streams the key belongs
    /// to the first.
    ///
    /// # Errors
    /// [`ReadError`]; never taken for a key that is not known.
    ///
    /// # Cancel safety
    /// Reading changes nothing.
    fn find_key(
        &self,
        stream: &StreamId,
        key: &IdempotencyKey,
    ) -> impl Future<Output = Result<Option<KnownKey>, ReadError>> + Send;

    /// What became of an append that was answered with [`AppendError::Unknown`], or whose caller went away (rule 2.7). The attempt itself
    /// has to have ended: nobody may still poll its future.
    ///
    /// # Errors
    /// [`ReadError`]; [`ReadError::OtherStore`] if the append was handed to another store.
    ///
    /// # Cancel safety
    /// Resolving changes nothing.
    fn resolve(&self, unknown: &Unknown) -> impl Future<Output = Result<Resolved, ReadError>> + Send;

    /// Reads a page of one stream. A stream without events reads as an empty page (rule 1.11).
    ///
    /// # Errors
    /// [`ReadError`]; never taken for the end of the stream.
    ///
    /// # Cancel safety
    /// Reading changes nothing.
    fn read_stream(&self, read: StreamRead) -> impl Future<Output = Result<Page, ReadError>> + Send;

    /// Reads a page of the whole log, in the order of positions. What the filter leaves out is not served, and counts as scanned.
    ///
    /// # Errors
    /// [`ReadError`]; never taken for the end of the log.
    ///
    /// # Cancel safety
    /// Reading changes nothing.
    fn read_log(&self, read: LogRead) -> impl Future<Output = Result<Page, ReadError>> + Send;

    /// Ends when there may be an event after this position: at once if there is one. It is a wake-up and no more (rule 7.2): it may end
    /// early, and the caller reads the log to learn what is there. Readers look now and then anyway, so one that is lost is only late. It
    /// slows no writer.
    ///
    /// # Errors
    /// Nothing will come after this position: [`ReadError::Closed`], or [`ReadError::Poisoned`] until the store is opened again.
    ///
    /// # Cancel safety
    /// Waiting changes nothing.
    fn wait(&self, after: Position) -> impl Future<Output = Result<(), ReadError>> + Send;

    /// The position of the last event that readers are served; [`Position::START`] without events. For showing a lag, and never as a
    /// fence: that is [`Page::scanned_through`] (rule 3.4).
    ///
    /// # Errors
    /// [`ReadError`].
    fn head(&self) -> impl Future<Output = Result<Position, ReadError>> + Send;

    /// Where the consumers of this store keep how far they have come: beside its events, and no more durable than they are. They end with
    /// the store when it is closed.
    fn checkpoints(&self) -> AnyCheckpoints;

    /// Finishes what was handed over, then lets go of files and threads. Appends after it are [`Refusal::Closed`], reads
    /// [`ReadError::Closed`]; closing again does nothing.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// What an append has written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Committed {
    /// The append.
    pub append: AppendId,
    /// Each stream of the batch with its first and last new version, in the order of the batch.
    pub parts: Vec<CommittedPart>,
    /// The position of the first event.
    pub first_position: Position,
    /// The position of the last event.
    pub last_position: Position,
    /// When the store wrote the batch.
    pub recorded_at: Timestamp,
    /// The store and epoch that the positions belong to.
    pub store: StoreId,
    /// What the append survives.
    pub durability: Durability,
    /// It was written by an earlier append, and nothing by this one.
    pub duplicate: bool,
}

impl Committed {
    /// The answer to a batch.
    #[must_use]
    pub const fn new(
        append: AppendId,
        parts: Vec<CommittedPart>,
        positions: (Position, Position),
        recorded_at: Timestamp,
        store: StoreId,
        durability: Durability,
    ) -> Self {
        Self {
            append,
            parts,
            first_position: positions.0,
            last_position: positions.1,
            recorded_at,
            store,
            durability,
            duplicate: false,
        }
    }

    /// The same, as the answer to a repeat.
    #[must_use]
    pub fn as_duplicate(mut self) -> Self {
        self.duplicate = true;
        self
    }
}

/// What an append has written to one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CommittedPart {
    /// The stream.
    pub stream: StreamId,
    /// The version of its first new event.
    pub first: Version,
    /// The version of its last new event.
    pub last: Version,
}

impl CommittedPart {
    /// What was written to this stream: the versions from `first` to `last`.
    #[must_use]
    pub const fn new(stream: StreamId, first: Version, last: Version) -> Self {
        Self { stream, first, last }
    }
}
