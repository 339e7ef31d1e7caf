//! Subscriptions: what happens to all aggregates of a kind, from a position on and without an end.

mod builder;
mod error;

use std::any::TypeId;
use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;
use tokio::task::coop;

pub use builder::Subscribe;
pub use error::{SubscribeError, SubscriptionError};

use crate::envelope::Recorded;
use crate::event::EventSet;
use crate::runtime::BoxFuture;
use crate::runtime::decoded::decoded;
use crate::runtime::feed::{Feed, FeedError, Served};
use crate::stream::Position;

/// The events of one kind of aggregate, in the order in which they were written: a [`Stream`], and [`next`](Self::next) for whoever needs
/// no more. Behind the end of the log it catches up, at the end it waits for what is written; between the two no event is lost and none
/// comes twice (rule 7.2).
///
/// It reads as it is polled, and holds one page: at most 512 events and 1 MiB of their payloads and metadata, or one event that is larger;
/// and what one stored event became. One that is not polled costs no more than that, and slows neither writers nor other subscriptions
/// (rule 7.10). All that are at the end read each page of the log once, together.
///
/// An event that this build cannot read ends it, and is never passed over (rule 5.6). After a restart, subscribe
/// [`after`](Subscribe::after) the [`position`](Self::position) that was kept beside what was done with the events: what was done and
/// not kept comes again (rule 7.1).
#[must_use = "a subscription reads as it is polled"]
pub struct Subscription<E> {
    state: State,
    /// What is left of the stored event that was read last.
    parts: VecDeque<Recorded<E>>,
    /// The types of the events that are wanted; all if none is named.
    only: Vec<TypeId>,
    position: Position,
}

enum State {
    Idle(Feed),
    Reading(BoxFuture<(Feed, Result<Served, FeedError>)>),
    /// A page, and the place of its next event.
    Page(Feed, Served, usize),
    Ended,
}

impl<E: EventSet> Subscription<E> {
    pub(super) fn new(feed: Feed, only: Vec<TypeId>) -> Self {
        Self {
            position: feed.position(),
            state: State::Idle(feed),
            parts: VecDeque::new(),
            only,
        }
    }

    /// Everything up to here was served, with all parts of each event: the position to go on [`after`](Subscribe::after). It moves over
    /// events that were not asked for, too.
    #[must_use]
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The next event. It waits at the end of the log, and gives `None` only after an error.
    ///
    /// # Errors
    /// [`SubscriptionError`], as the last item.
    ///
    /// # Cancel safety
    /// A dropped call loses no event.
    pub async fn next(&mut self) -> Option<Result<Recorded<E>, SubscriptionError>> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Recorded<E>, SubscriptionError>>> {
        // While it catches up there is always a next event, and other tasks of the thread have to come to their turn.
        let budget = ready!(coop::poll_proceed(cx));
        loop {
            if let Some(part) = self.parts.pop_front() {
                if self.parts.is_empty() {
                    self.position = part.position();
                }
                budget.made_progress();
                return Poll::Ready(Some(Ok(part)));
            }
            match mem::replace(&mut self.state, State::Ended) {
                State::Idle(mut feed) => {
                    self.state = State::Reading(Box::pin(async move {
                        let served = feed.next().await;
                        (feed, served)
                    }));
                }
                State::Reading(mut reading) => match reading.as_mut().poll(cx) {
                    Poll::Ready((feed, Ok(served))) => self.state = State::Page(feed, served, 0),
                    Poll::Ready((_, Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                    Poll::Pending => {
                        self.state = State::Reading(reading);
                        return Poll::Pending;
                    }
                },
                State::Page(feed, served, place) => {
                    if let Err(error) = self.take(feed, served, place) {
                        return Poll::Ready(Some(Err(error)));
                    }
                }
                State::Ended => return Poll::Ready(None),
            }
        }
    }

    /// Reads the next event of a page, if there is one.
    fn take(&mut self, feed: Feed, served: Served, place: usize) -> Result<(), SubscriptionError> {
        let Some((place, event)) = served.next_at(place) else {
            self.position = served.scanned_through();
            self.state = State::Idle(feed);
            return Ok(());
        };
        self.parts = decoded(&event).map_err(SubscriptionError::Unreadable)?;
        let is_wanted =
            |part: &Recorded<E>| self.only.is_empty() || self.only.contains(&part.event().event().type_id());
        self.parts.retain(is_wanted);
        if self.parts.is_empty() {
            self.position = event.position;
        }
        self.state = State::Page(feed, served, place + 1);
        Ok(())
    }
}

impl<E: EventSet + Unpin> Stream for Subscription<E> {
    type Item = Result<Recorded<E>, SubscriptionError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll(cx)
    }
}

impl<E> fmt::Debug for Subscription<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription")
            .field("position", &self.position)
            .field("is_ended", &matches!(self.state, State::Ended))
            .finish_non_exhaustive()
    }
}
