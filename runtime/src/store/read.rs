//! What is read: a page of one stream, or of the whole log.

use crate::store::Filter;
use crate::stream::{Position, StreamId, Version};

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

/// A page of the whole log: after which position, which events, and how much at most.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogRead {
    /// Events after this position are served.
    pub after: Position,
    /// Of those the ones that it takes.
    pub filter: Filter,
    /// How much at most.
    pub size: PageSize,
}

impl LogRead {
    /// The page after a position, with every event; [`Position::START`] for the first.
    #[must_use]
    pub fn after(after: Position) -> Self {
        Self {
            after,
            filter: Filter::default(),
            size: PageSize::DEFAULT,
        }
    }

    /// Only the events that the filter takes. A page may then be empty and not the last: a store looks at so much for one page and no
    /// more, and [`Page::scanned_through`](crate::store::Page::scanned_through) says how far it came.
    #[must_use]
    pub fn filter(mut self, filter: Filter) -> Self {
        self.filter = filter;
        self
    }

    /// How much at most, instead of [`PageSize::DEFAULT`].
    #[must_use]
    pub fn size(mut self, size: PageSize) -> Self {
        self.size = size;
        self
    }

    /// How much a store looks at for this page: without a filter all that it serves, else [`PageSize::SCAN`].
    #[must_use]
    pub fn scan(&self) -> PageSize {
        if self.filter.is_everything() {
            PageSize {
                events: usize::MAX,
                bytes: usize::MAX,
            }
        } else {
            PageSize::SCAN
        }
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

    /// How much a store looks at for one filtered page, whatever of it is wanted: 4096 events and 4 MiB. More would keep a thread of the
    /// reader busy, or a lock of the store.
    pub const SCAN: Self = Self {
        events: 4096,
        bytes: 4 << 20,
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
