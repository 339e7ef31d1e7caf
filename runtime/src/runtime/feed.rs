//! The log for one consumer: what it asked for, from a position on, first from the store and then as it is written.

use std::sync::Arc;

use crate::runtime::tail::{Look, Tail};
use crate::store::{EventRef, Filter, LogRead, Page, ReadError};
use crate::stream::Position;

/// Reads the log on behalf of one consumer (rules 7.1 to 7.3). Subscriptions, projections, policies and processes all read by one of
/// these, and by nothing else.
///
/// - Each page begins where the last one ended: no event is left out and none comes twice, whatever wakes it or fails to.
/// - Behind the end it reads the store with its filter; at the end it takes the pages that all live readers share (`Tail`).
/// - It reads when it is asked to. A consumer that does not ask costs nothing but the page that it holds.
///
/// ```text
/// let mut feed = Feed::new(tail, Filter::default().categories(["account"]).without(left_out), checkpoint.position());
/// loop {
///     let served = feed.next().await?;
///     for event in served.events() { /* apply, in one step with: */ }
///     /* a checkpoint made of served.page() */
/// }
/// ```
#[derive(Debug)]
pub(crate) struct Feed {
    tail: Arc<Tail>,
    filter: Filter,
    position: Position,
    /// It has come to the end of the log, and follows it from there.
    is_live: bool,
    /// The page that was served last was the last that there was.
    at_end: bool,
}

/// Why a feed served nothing. It stands where it stood: asked again, it tries again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum FeedError {
    /// The log is shorter than the position to read on from (rule 7.7). It is never waited for.
    #[error("the log ends at position {head}, and was to be read after {after}")]
    Ahead {
        /// The position to read on from.
        after: Position,
        /// How far the log goes.
        head: Position,
    },
    /// The log could not be read, or nothing will come any more: the store was closed, or stopped writing.
    #[error("the log could not be read after position {after}")]
    Store {
        /// Everything up to here was served.
        after: Position,
        /// What the store said.
        source: ReadError,
    },
}

/// A page as it was served: of its events those that were asked for and not served before.
#[derive(Clone, Debug)]
pub(crate) struct Served {
    page: Arc<Page>,
    after: Position,
    filter: Filter,
}

impl Feed {
    /// Reads the events that the filter takes, after a position; [`Position::START`] for all.
    pub(crate) const fn new(tail: Arc<Tail>, filter: Filter, after: Position) -> Self {
        Self {
            tail,
            filter,
            position: after,
            is_live: false,
            at_end: false,
        }
    }

    /// Everything up to here was served, as far as it was asked for.
    pub(crate) const fn position(&self) -> Position {
        self.position
    }

    /// The next page. It waits at the end of the log until there is one; before it waits it has served a page that says
    /// [`at_end`](Served::at_end), if need be without events. Pages without events come also where nothing was asked for, so that
    /// [`position`](Self::position) and checkpoints move on.
    ///
    /// # Errors
    /// [`FeedError`]; never taken for the end of the log.
    ///
    /// # Cancel safety
    /// A dropped call has served nothing: the next one serves it.
    pub(crate) async fn next(&mut self) -> Result<Served, FeedError> {
        // Whoever was told that this is the end waits first, and does not read to find nothing.
        let (mut looks, mut was_woken) = (!self.at_end, false);
        loop {
            // A consumer far behind always finds a page, and must leave the thread to others now and then.
            tokio::task::consume_budget().await;
            let after = self.position;
            let at = |source| FeedError::Store { after, source };
            let look = match self.tail.look(after) {
                Look::End if self.is_live && looks => self.tail.read(after).await.map_err(at)?,
                look => look,
            };
            match look {
                Look::Page(page) => {
                    self.is_live = true;
                    return Ok(self.serve(page));
                }
                Look::End if self.is_live && !self.at_end => return Ok(self.serve(Arc::new(Page::end(after)))),
                Look::End if self.is_live => {
                    was_woken = if was_woken {
                        self.tail.rest().await;
                        false
                    } else {
                        self.tail.wait(after).await.map_err(at)?
                    };
                    looks = true;
                }
                Look::End | Look::Gone => {
                    if let Some(page) = self.catch_up().await? {
                        return Ok(self.serve(Arc::new(page)));
                    }
                }
            }
        }
    }

    /// The next page from the store; `None` at the end of the log.
    async fn catch_up(&mut self) -> Result<Option<Page>, FeedError> {
        let after = self.position;
        let read = LogRead::after(after).filter(self.filter.clone());
        let page = self.tail.fetch(read).await;
        let page = page.map_err(|source| FeedError::Store { after, source })?;
        let through = page.scanned_through();
        if through < after {
            return Err(FeedError::Ahead { after, head: through });
        }
        self.is_live = page.at_end();
        Ok(Some(page).filter(|_| through > after))
    }

    fn serve(&mut self, page: Arc<Page>) -> Served {
        let after = std::mem::replace(&mut self.position, page.scanned_through());
        self.at_end = page.at_end();
        let filter = self.filter.clone();
        Served { page, after, filter }
    }
}

impl Served {
    /// The events, in the order of their positions.
    pub(crate) fn events(&self) -> impl Iterator<Item = EventRef<'_>> {
        let mut next = 0;
        std::iter::from_fn(move || {
            let (place, event) = self.next_at(next)?;
            next = place + 1;
            Some(event)
        })
    }

    /// The first event that is served at this place of the page or behind it, and its place.
    pub(crate) fn next_at(&self, place: usize) -> Option<(usize, EventRef<'_>)> {
        let rest = (place..self.page.len()).filter_map(|place| Some((place, self.page.get(place)?)));
        let mut served = rest.filter(|(_, event)| event.position > self.after && self.filter.takes(event));
        served.next()
    }

    /// The page: what a checkpoint is made of. It may hold events that are not served.
    pub(crate) fn page(&self) -> &Page {
        &self.page
    }

    /// The same page, for whoever keeps it.
    pub(crate) fn shared_page(&self) -> Arc<Page> {
        Arc::clone(&self.page)
    }

    /// Every event up to here that was asked for has been served.
    pub(crate) fn scanned_through(&self) -> Position {
        self.page.scanned_through()
    }

    /// Nothing more was there when the page was read.
    pub(crate) fn at_end(&self) -> bool {
        self.page.at_end()
    }
}

#[cfg(test)]
mod tests;
