//! The newest pages of the log, read once for all who follow it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::store::{AnyStore, EventStore, LogRead, Page, ReadError};
use crate::stream::Position;

/// How often a reader looks by itself whether there is something new: a wake-up that is lost costs no more than this.
const EVERY: Duration = Duration::from_secs(1);
/// How often a reader that is woken for nothing looks in that time.
const RESTS: u32 = 100;
/// The bytes that are kept for readers that are a little behind. The newest page is kept whatever its size.
const BYTES: usize = 4 << 20;

/// What all live readers of a store share. Whoever is at the end reads the next page, and the others take it from here; whoever is
/// further behind than what is kept reads the store alone. It has no task: without readers nothing is read.
#[derive(Debug)]
pub(crate) struct Tail {
    store: AnyStore,
    every: Duration,
    bytes: usize,
    kept: Mutex<Kept>,
    /// Held while a page is read at the end, so that it is read once. Never locked inside `kept`.
    reading: tokio::sync::Mutex<()>,
}

/// Pages without a gap between them.
#[derive(Debug, Default)]
struct Kept {
    /// The first page begins after this.
    from: Position,
    pages: VecDeque<Arc<Page>>,
    bytes: usize,
}

/// What is kept for a reader that stands at a position.
#[derive(Debug)]
pub(crate) enum Look {
    /// A page in which the next event is, and perhaps some before it.
    Page(Arc<Page>),
    /// It stands at the end of what is kept, or beyond.
    End,
    /// Its next event is kept no more.
    Gone,
}

impl Tail {
    pub(crate) fn new(store: AnyStore) -> Self {
        Self {
            store,
            every: EVERY,
            bytes: BYTES,
            kept: Mutex::default(),
            reading: tokio::sync::Mutex::default(),
        }
    }

    /// Looks so often instead of every second.
    #[cfg(feature = "conformance")]
    pub(crate) fn every(mut self, every: Duration) -> Self {
        self.every = every;
        self
    }

    /// Keeps so many bytes instead of 4 MiB.
    #[cfg(any(test, feature = "conformance"))]
    pub(crate) fn bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// How many bytes are kept now.
    #[cfg(any(test, feature = "conformance"))]
    pub(crate) fn kept_bytes(&self) -> usize {
        self.kept().bytes
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        // Nothing panics between two changes of it.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept for a reader that was served everything up to this position.
    pub(crate) fn look(&self, after: Position) -> Look {
        self.kept().look(after)
    }

    /// A page from the store, for a reader that is further behind than what is kept.
    ///
    /// # Errors
    /// [`ReadError`]; a page that goes no further and is not the last would be read for ever, and a gap between positions that the store
    /// declares to be dense is an event that somebody has lost (rule 3.1).
    pub(crate) async fn fetch(&self, read: LogRead) -> Result<Page, ReadError> {
        let (after, is_whole) = (read.after, read.filter.is_everything());
        let page = self.store.read_log(read).await?;
        let through = page.scanned_through();
        let what = if through == after && !page.at_end() {
            "the store gave a page that goes no further and is not the last".to_owned()
        } else if is_whole && self.has_gap(after, &page) {
            format!("{} events up to position {through}", page.len())
        } else {
            return Ok(page);
        };
        let place = format!("the positions after {after}");
        Err(ReadError::Corrupt { place, what })
    }

    fn has_gap(&self, after: Position, page: &Page) -> bool {
        let through = page.scanned_through().get();
        self.store.capabilities().dense_positions && through.saturating_sub(after.get()) != page.len() as u64
    }

    /// The next page for a reader that stands at the end; [`Look::End`] if there is nothing new.
    ///
    /// # Errors
    /// [`ReadError`], to whoever read; the others then read themselves.
    pub(crate) async fn read(&self, after: Position) -> Result<Look, ReadError> {
        let _alone = self.reading.lock().await;
        match self.look(after) {
            Look::End => {}
            // Somebody read it while this one waited.
            found => return Ok(found),
        }
        let page = self.fetch(LogRead::after(after)).await?;
        if page.scanned_through() <= after {
            return Ok(Look::End);
        }
        let page = Arc::new(page);
        self.kept().keep(after, Arc::clone(&page), self.bytes);
        Ok(Look::Page(page))
    }

    /// Ends when there may be something after this position, or when it is time to look; whether it was woken.
    ///
    /// # Errors
    /// [`ReadError`]: nothing will come any more.
    pub(crate) async fn wait(&self, after: Position) -> Result<bool, ReadError> {
        match tokio::time::timeout(self.every, self.store.wait(after)).await {
            Ok(woken) => woken.map(|()| true),
            Err(_) => Ok(false),
        }
    }

    /// A pause after a wake-up for nothing, so that a store which wakes too often does not keep a processor busy.
    pub(crate) async fn rest(&self) {
        tokio::time::sleep(self.every / RESTS).await;
    }
}

impl Kept {
    fn look(&self, after: Position) -> Look {
        let end = self.pages.back().map_or(self.from, |last| last.scanned_through());
        if after >= end {
            return Look::End;
        }
        let before = self.pages.partition_point(|page| page.scanned_through() <= after);
        let page = self.pages.get(before).filter(|_| after >= self.from);
        page.map_or(Look::Gone, |page| Look::Page(Arc::clone(page)))
    }

    fn keep(&mut self, after: Position, page: Arc<Page>, most: usize) {
        let end = self.pages.back().map_or(self.from, |last| last.scanned_through());
        if after != end {
            // Nobody has followed for a while, and the reader caught up alone: the pages begin anew where it stands.
            *self = Self {
                from: after,
                ..Self::default()
            };
        }
        self.bytes += page.size();
        self.pages.push_back(page);
        while self.bytes > most && self.pages.len() > 1 {
            let Some(oldest) = self.pages.pop_front() else {
                break;
            };
            self.bytes -= oldest.size();
            self.from = oldest.scanned_through();
        }
    }
}
