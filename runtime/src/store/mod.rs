//! Stores: what an append and a read are, and what every store promises. A store moves bytes and decodes none.

mod any;
mod batch;
#[cfg(feature = "conformance")]
pub mod conformance;
mod erased;
mod error;
pub mod file;
mod memory;
mod page;

use std::future::Future;

use uuid::Uuid;

pub use any::AnyStore;
pub use batch::{Batch, Expected, NewEvent, Part};
pub use error::{AppendError, Limit, ReadError, Refusal};
pub use file::FileStore;
pub use memory::MemoryStore;
pub use page::{EventRef, Page, PageBuilder};

use crate::clock::Timestamp;
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

    /// Writes one batch: all its events or none (rule 1.3).
    ///
    /// # Errors
    /// [`AppendError::Conflict`] and [`AppendError::Refused`]: nothing was written and nothing will be. [`AppendError::Unknown`]: the
    /// store cannot tell.
    ///
    /// # Cancel safety
    /// A future that is dropped before its first poll has written nothing. Later the store finishes alone: all or nothing.
    fn append(&self, batch: Batch) -> impl Future<Output = Result<Committed, AppendError>> + Send;

    /// Reads a page of one stream. A stream without events reads as an empty page (rule 1.11).
    ///
    /// # Errors
    /// [`ReadError`]; never taken for the end of the stream.
    ///
    /// # Cancel safety
    /// Reading changes nothing.
    fn read_stream(&self, read: StreamRead) -> impl Future<Output = Result<Page, ReadError>> + Send;

    /// Reads a page of the whole log, in the order of positions.
    ///
    /// # Errors
    /// [`ReadError`]; never taken for the end of the log.
    ///
    /// # Cancel safety
    /// Reading changes nothing.
    fn read_log(&self, read: LogRead) -> impl Future<Output = Result<Page, ReadError>> + Send;

    /// The position of the last event that readers are served; [`Position::START`] without events. For showing a lag, and never as a
    /// fence: that is [`Page::scanned_through`] (rule 3.4).
    ///
    /// # Errors
    /// [`ReadError`].
    fn head(&self) -> impl Future<Output = Result<Position, ReadError>> + Send;

    /// Finishes what was handed over, then lets go of files and threads. Appends after it are [`Refusal::Closed`], reads
    /// [`ReadError::Closed`]; closing again does nothing.
    fn close(&self) -> impl Future<Output = ()> + Send;
}

/// Which store, and which of its histories: a store restored from a backup has another epoch. Positions mean something only with both
/// (rule 3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StoreId {
    /// Drawn when the store was made.
    pub store: Uuid,
    /// Drawn when the store was made or restored.
    pub epoch: u64,
}

/// What a store keeps of the contract (rule 12.1). What it cannot keep is a missing capability, never a footnote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Capabilities {
    /// What an answered append survives.
    pub durability: Durability,
    /// Positions are 1, 2, 3, … in the order of commits; a gap is corruption (rule 3.1).
    pub dense_positions: bool,
    /// An append that was answered before another began has the smaller position (rule 3.5).
    pub linearizable: bool,
    /// One batch may span several streams (rule 1.3).
    pub many_streams: bool,
    /// How large things may be (rule 1.9).
    pub limits: Limits,
}

impl Capabilities {
    /// A store that keeps everything, with this durability and these limits. A store that keeps less takes away from it.
    #[must_use]
    pub const fn full(durability: Durability, limits: Limits) -> Self {
        Self {
            durability,
            dense_positions: true,
            linearizable: true,
            many_streams: true,
            limits,
        }
    }
}

/// What an answered append survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Durability {
    /// Nothing: it is gone with the process.
    None,
    /// The loss of power: it was synced to the disk before it was answered.
    Synced,
}

/// How large things may be, in bytes unless said otherwise (rule 1.9). Every store accepts at least 256 KiB per event, 100 events and
/// 512 KiB per batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The payload of one event.
    pub payload: usize,
    /// The metadata of one event, and that of a batch.
    pub metadata: usize,
    /// The name of one event.
    pub name: usize,
    /// The events of one batch, a count.
    pub events: usize,
    /// The payloads, metadata and names of one batch together, those of its streams too.
    pub batch: usize,
}

impl Limits {
    /// What every store must accept at the least.
    pub const LEAST: Self = Self {
        payload: 256 << 10,
        metadata: 4 << 10,
        name: 255,
        events: 100,
        batch: 512 << 10,
    };

    /// What `MemoryStore` and `FileStore` accept unless told otherwise: 16 MiB per batch, of which one event may fill 15; 2^20 events.
    pub const DEFAULT: Self = Self {
        // Below that of a batch, or a payload at its limit would be refused for the batch that it fills with its name and metadata.
        payload: 15 << 20,
        metadata: 65_535,
        name: 255,
        events: 1 << 20,
        batch: 16 << 20,
    };
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
        }
    }
}

/// What an append has written to one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommittedPart {
    /// The stream.
    pub stream: StreamId,
    /// The version of its first new event.
    pub first: Version,
    /// The version of its last new event.
    pub last: Version,
}

/// A page of one stream: which way, from where, and how much at most.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct StreamRead {
    /// The stream.
    pub stream: StreamId,
    /// The first version of the page; `None` is the first of the stream, or reading backward the last.
    pub from: Option<Version>,
    /// From higher versions to lower ones.
    pub backward: bool,
    /// How much at most.
    pub size: PageSize,
}

impl StreamRead {
    /// The first page of a stream, forward.
    #[must_use]
    pub const fn new(stream: StreamId) -> Self {
        Self {
            stream,
            from: None,
            backward: false,
            size: PageSize::DEFAULT,
        }
    }

    /// From this version on, that version included.
    #[must_use]
    pub const fn from(mut self, version: Version) -> Self {
        self.from = Some(version);
        self
    }

    /// From higher versions to lower ones.
    #[must_use]
    pub const fn backward(mut self) -> Self {
        self.backward = true;
        self
    }

    /// How much at most, instead of [`PageSize::DEFAULT`].
    #[must_use]
    pub const fn size(mut self, size: PageSize) -> Self {
        self.size = size;
        self
    }
}

/// A page of the whole log: after which position, and how much at most.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LogRead {
    /// Events after this position are served.
    pub after: Position,
    /// How much at most.
    pub size: PageSize,
}

impl LogRead {
    /// The page after a position; [`Position::START`] for the first.
    #[must_use]
    pub const fn after(after: Position) -> Self {
        Self {
            after,
            size: PageSize::DEFAULT,
        }
    }

    /// How much at most, instead of [`PageSize::DEFAULT`].
    #[must_use]
    pub const fn size(mut self, size: PageSize) -> Self {
        self.size = size;
        self
    }
}

/// How much one page holds at most; its first event always fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageSize {
    /// A count of events, at least 1.
    pub events: usize,
    /// Bytes of payload and metadata.
    pub bytes: usize,
}

impl PageSize {
    /// 512 events and 1 MiB.
    pub const DEFAULT: Self = Self {
        events: 512,
        bytes: 1 << 20,
    };

    /// At most this many events, and 1 MiB.
    #[must_use]
    pub const fn events(events: usize) -> Self {
        Self {
            events,
            ..Self::DEFAULT
        }
    }
}
