//! What the task of a projection reads: the next page, unless something else is to be done first.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use tokio::sync::mpsc::Receiver;
use tokio::time::timeout_at;

use crate::runtime::feed::{Feed, FeedError};
use crate::runtime::projections::StopReason;
use crate::runtime::projections::keeper::follows;
use crate::runtime::projections::runner::{Next, Order, Runner};
use crate::runtime::projections::unit::Unit;
use crate::store::{EventStore, LogRead, Page, PageSize, ReadError};
use crate::stream::Position;

impl Runner {
    /// The next page, unless something else is to be done first.
    pub(super) async fn read(&mut self, after: Position) -> Result<Arc<Page>, Next> {
        // A page that was not taken to its end is read again.
        self.feed.take_if(|feed| feed.position() != after);
        let (tail, filter) = (&self.tail, &self.filter);
        let feed = || Feed::new(Arc::clone(tail), filter.clone(), after);
        let feed = self.feed.get_or_insert_with(feed);
        let due = self.keeper.due();
        let reading = async {
            match due {
                Some(due) => timeout_at(due, feed.next()).await.ok(),
                None => Some(feed.next().await),
            }
        };
        let read = told_before(&mut self.orders, reading).await.map_err(Next::Told)?;
        match read {
            Some(Ok(served)) => Ok(served.shared_page()),
            Some(Err(FeedError::Store {
                source: ReadError::Closed,
                ..
            })) => Err(Next::Stop(StopReason::ShutDown)),
            Some(Err(FeedError::Store { source, .. })) => Err(Next::Retry(Arc::new(source))),
            Some(Err(error @ FeedError::Ahead { .. })) => Err(Next::Retry(Arc::new(error))),
            None => {
                self.keeper.renew().await.map_err(follows)?;
                // Only what is shown is saved, and a page that is long in coming leaves the view unshown.
                self.target.publish();
                self.save().await?;
                Err(Next::More)
            }
        }
    }

    /// An append that is larger than a page.
    pub(super) async fn read_append(&mut self, after: Position, has_dense_positions: bool) -> Result<Unit, Next> {
        let mut size = PageSize::DEFAULT;
        loop {
            size.events = size.events.saturating_mul(2);
            size.bytes = size.bytes.saturating_mul(2);
            let read = LogRead::after(after).filter(self.filter.clone()).size(size);
            let page = self.store.read_log(read).await;
            let page = page.map_err(|error| Next::Retry(Arc::new(error)))?;
            if let Some(unit) = Unit::whole(Arc::new(page), after, has_dense_positions) {
                return Ok(unit);
            }
        }
    }
}

/// What the other gives, unless an order comes before it; `Err(None)` if nobody is left to give one.
pub(super) async fn told_before<T>(
    orders: &mut Receiver<Order>,
    other: impl Future<Output = T>,
) -> Result<T, Option<Order>> {
    let mut other = pin!(other);
    poll_fn(|cx| match orders.poll_recv(cx) {
        Poll::Ready(order) => Poll::Ready(Err(order)),
        Poll::Pending => other.as_mut().poll(cx).map(Ok),
    })
    .await
}
