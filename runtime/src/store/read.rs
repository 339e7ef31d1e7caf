//! What is read: a page of one stream, or of the whole log.

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
