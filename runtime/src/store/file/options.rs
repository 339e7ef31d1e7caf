//! How a file store is opened: the settings and their defaults.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::FileStore;
use super::active::SegmentSizes;
use super::disk::Disk;
use super::error::OpenError;
use super::open::Opening;
use super::real_disk::RealDisk;
use crate::clock::{Clock, SystemClock};
use crate::store::Limits;

/// The smallest segment, for tests.
const MIN_SEGMENT: u64 = 64 << 10;
/// The largest segment: offsets in it have 32 bits.
const MAX_SEGMENT: u64 = 2 << 30;
/// The largest append that the format can hold.
const MAX_APPEND: usize = 1 << 30;

/// How a [`FileStore`] is opened: [`FileStore::options`].
#[derive(Clone)]
pub struct Options<D: Disk = RealDisk> {
    pub(crate) disk: D,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) sizes: SegmentSizes,
    pub(crate) limits: Limits,
    pub(crate) strict_tail: bool,
    pub(crate) commit_align: u32,
    pub(crate) chain: bool,
    pub(crate) allowed: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            disk: RealDisk,
            clock: Arc::new(SystemClock),
            sizes: SegmentSizes {
                first: 1 << 20,
                max: 64 << 20,
            },
            limits: Limits::DEFAULT,
            strict_tail: false,
            commit_align: 8,
            chain: true,
            allowed: Vec::new(),
        }
    }
}

impl<D: Disk> fmt::Debug for Options<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("sizes", &self.sizes)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl<D: Disk> Options<D> {
    /// The length of the first segment and the most that the next ones grow to, each twice the one before; 1 MiB and 64 MiB by default,
    /// 64 KiB to 2 GiB. An append that is larger than a segment gets one of its own size.
    #[must_use]
    pub fn segment_bytes(mut self, first: u64, max: u64) -> Self {
        self.sizes = SegmentSizes { first, max };
        self
    }

    /// The most bytes of payloads, metadata and names in one append; 16 MiB by default, 512 KiB to 1 GiB. One event may fill all but a
    /// sixteenth of it.
    #[must_use]
    pub fn max_append_bytes(mut self, bytes: usize) -> Self {
        // Below that of a batch, or a payload at its limit would be refused for the batch that it fills with its name and metadata.
        (self.limits.batch, self.limits.payload) = (bytes, bytes - bytes / 16);
        self
    }

    /// Refuse to open a store whose last bytes are no whole frame, even where they are most likely a write that was cut short and never
    /// acknowledged; off by default: they are set aside and reported.
    #[must_use]
    pub fn strict_tail(mut self, strict: bool) -> Self {
        self.strict_tail = strict;
        self
    }

    /// Where frames begin: at multiples of 8 (the default), 512 or 4096 bytes. With 4096 no write touches a sector that holds older
    /// events, for disks that may spoil a sector when power fails. Fixed when the store is made.
    #[must_use]
    pub fn commit_align(mut self, bytes: u32) -> Self {
        self.commit_align = bytes;
        self
    }

    /// Whether every frame carries a SHA-256 over all frames before it; on by default. Fixed when the store is made.
    #[must_use]
    pub fn chain(mut self, chain: bool) -> Self {
        self.chain = chain;
        self
    }

    /// Where the time of events comes from; the computer's clock by default.
    #[must_use]
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens the store even on this kind of file system (`nfs`, `fuse`, …), whose locks and syncs may mean nothing; none by default.
    #[must_use]
    pub fn allow_file_system(mut self, name: impl Into<String>) -> Self {
        self.allowed.push(name.into());
        self
    }

    /// The disk; the operating system's by default. Another one is for tests of the store itself.
    #[doc(hidden)]
    #[must_use]
    pub fn disk<E: Disk>(self, disk: E) -> Options<E> {
        let Self {
            clock,
            sizes,
            limits,
            strict_tail,
            commit_align,
            chain,
            allowed,
            ..
        } = self;
        Options {
            disk,
            clock,
            sizes,
            limits,
            strict_tail,
            commit_align,
            chain,
            allowed,
        }
    }

    /// Opens the store in this directory, and makes it where there is none.
    ///
    /// # Errors
    /// [`OpenError`]: no event was changed.
    ///
    /// # Cancel safety
    /// A dropped future opens the store and closes it again.
    pub async fn open(self, path: impl Into<PathBuf>) -> Result<FileStore<D>, OpenError> {
        self.check()?;
        FileStore::open_with(self, path.into(), Opening::GoOn).await
    }

    /// Opens a store that was put back from a copy, as a history of its own: events and keys are those of the copy, the
    /// [epoch](crate::store::StoreId::epoch) is new. Once for each copy that is put back; afterwards it is opened like any other.
    ///
    /// The copy must be of a closed store, or of all its files at one moment.
    ///
    /// # Errors
    /// [`OpenError`]: no event was changed.
    ///
    /// # Cancel safety
    /// A dropped future restores the store and closes it again.
    pub async fn restore(self, path: impl Into<PathBuf>) -> Result<FileStore<D>, OpenError> {
        self.check()?;
        FileStore::open_with(self, path.into(), Opening::Restore).await
    }

    fn check(&self) -> Result<(), OpenError> {
        let SegmentSizes { first, max } = self.sizes;
        let wrong = |option, what| Err(OpenError::Option { option, what });
        if first < MIN_SEGMENT || max < first || max > MAX_SEGMENT {
            return wrong(
                "segment_bytes",
                "has to be from 64 KiB to 2 GiB, the first not above the largest",
            );
        }
        if !first.is_multiple_of(4096) || !max.is_multiple_of(4096) {
            return wrong("segment_bytes", "has to be a multiple of 4096");
        }
        if !(Limits::LEAST.batch..=MAX_APPEND).contains(&self.limits.batch) {
            return wrong("max_append_bytes", "has to be from 512 KiB to 1 GiB");
        }
        if !matches!(self.commit_align, 8 | 512 | 4096) {
            return wrong("commit_align", "has to be 8, 512 or 4096");
        }
        Ok(())
    }
}
