//! What has happened to one aggregate, event by event.

use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::envelope::Recorded;
use crate::event::EventSet;
use crate::runtime::BoxFuture;
use crate::runtime::decoded::decoded;
use crate::runtime::error::HistoryError;
use crate::runtime::load::{self, corrupt};
use crate::runtime::reason::CorruptReason;
use crate::store::{AnyStore, EventStore, Page, ReadError, StreamRead};
use crate::stream::{StreamId, Version};

/// The events of one stream, in order: a [`Stream`], and [`next`](Self::next) for whoever needs no more.
///
/// It ends at the last event that was there when its last page was read, and holds one page of events at a time.
#[must_use = "a history is read as it is polled"]
pub struct History<E> {
    store: AnyStore,
    /// `None` when nothing more is read.
    stream: Option<StreamId>,
    /// The number of the last event that was taken from a page.
    reached: Option<Version>,
    ready: VecDeque<Result<Recorded<E>, HistoryError>>,
    reading: Option<BoxFuture<Result<Page, ReadError>>>,
}

impl<E: EventSet> History<E> {
    pub(super) fn new(store: AnyStore, stream: Result<StreamId, HistoryError>) -> Self {
        let (stream, refused) = match stream {
            Ok(stream) => (Some(stream), None),
            Err(error) => (None, Some(Err(error))),
        };
        Self {
            store,
            stream,
            reached: None,
            ready: refused.into_iter().collect(),
            reading: None,
        }
    }

    /// The next event, or why it cannot be shown; `None` after the last.
    ///
    /// # Errors
    /// [`HistoryError::Unreadable`] for one event, after which the history goes on; any other error is the last item.
    ///
    /// # Cancel safety
    /// A dropped call loses no event.
    pub async fn next(&mut self) -> Option<Result<Recorded<E>, HistoryError>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Recorded<E>, HistoryError>>> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Poll::Ready(Some(item));
            }
            let Some(stream) = &self.stream else {
                return Poll::Ready(None);
            };
            let reading = self.reading.get_or_insert_with(|| {
                let read = StreamRead::new(stream.clone()).from(Version::after(self.reached));
                let store = self.store.clone();
                Box::pin(async move { store.read_stream(read).await })
            });
            let page = ready!(reading.as_mut().poll(cx));
            self.reading = None;
            match page {
                Ok(page) => self.take(&page),
                Err(error) => self.end(error.into()),
            }
        }
    }

    fn take(&mut self, page: &Page) {
        if page.is_empty() && !page.at_end() {
            return self.end(load::endless(self.stream.as_ref()).into());
        }
        if page.at_end() {
            self.stream = None;
        }
        for event in page.iter() {
            let expected = Version::after(self.reached);
            if event.version != expected {
                return self.end(HistoryError::Corrupt(Box::new(corrupt(
                    &event,
                    CorruptReason::Hole { expected },
                ))));
            }
            self.reached = Some(event.version);
            match decoded(&event) {
                Ok(parts) => self.ready.extend(parts.into_iter().map(Ok)),
                Err(unreadable) => self.ready.push_back(Err(HistoryError::Unreadable(unreadable))),
            }
        }
    }

    fn end(&mut self, error: HistoryError) {
        self.ready.push_back(Err(error));
        self.stream = None;
    }
}

impl<E: EventSet + Unpin> Stream for History<E> {
    type Item = Result<Recorded<E>, HistoryError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl<E> fmt::Debug for History<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("stream", &self.stream)
            .field("reached", &self.reached)
            .finish_non_exhaustive()
    }
}
