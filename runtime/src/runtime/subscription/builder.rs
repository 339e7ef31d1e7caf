//! A subscription as it is asked for: from where, of which aggregates, which events.

use std::any::TypeId;
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::aggregate::{Aggregate, Apply};
use crate::consumer::{Source, left_out};
use crate::event::{EventName, EventVersion};
use crate::runtime::feed::Feed;
use crate::runtime::subscription::{SubscribeError, Subscription};
use crate::runtime::{BoxFuture, Runtime};
use crate::store::{EventStore, Filter};
use crate::stream::{AsKey, InvalidName, Position, StreamId};

impl Runtime {
    /// What happens to all aggregates of a kind, in the order in which it is written: what has happened, then what happens. What is
    /// returned is awaited; its methods say from where, of which of them, and which events.
    ///
    /// # Errors
    /// [`SubscribeError`]; and [`SubscriptionError`](crate::SubscriptionError) as the last item of a subscription that ends.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// runtime.execute("acc-101", Deposit { amount: 100 }).await?;
    /// let mut deposits = runtime.subscribe::<Account>().only::<Deposited>().await?;
    /// let first = deposits.next().await.ok_or("it waits for the next deposit")??;
    /// assert_eq!((first.meta().id(), first.position().get()), ("acc-101", 2));
    ///
    /// // Later, perhaps in another process: what comes behind the position that was kept.
    /// let mut later = runtime.subscribe::<Account>().after(deposits.position()).await?;
    /// runtime.execute("acc-102", Open { owner: "Grace".into() }).await?;
    /// let opened = later.next().await.ok_or("it waits for the next event")??;
    /// assert_eq!(opened.meta().id(), "acc-102");
    /// # Ok(())
    /// # }
    /// ```
    pub fn subscribe<A: Aggregate>(&self) -> Subscribe<A> {
        Subscribe::new(self.clone())
    }
}

/// A subscription that begins when it is awaited: [`Runtime::subscribe`].
#[must_use = "a subscription begins when it is awaited"]
pub struct Subscribe<A: Aggregate> {
    runtime: Runtime,
    /// `None`: after the end of the log.
    after: Option<Position>,
    streams: Vec<Result<StreamId, InvalidName>>,
    names: Vec<EventName>,
    types: Vec<TypeId>,
    aggregate: PhantomData<fn() -> A>,
}

impl<A: Aggregate> Subscribe<A> {
    const fn new(runtime: Runtime) -> Self {
        Self {
            runtime,
            after: Some(Position::START),
            streams: Vec::new(),
            names: Vec::new(),
            types: Vec::new(),
            aggregate: PhantomData,
        }
    }

    /// Begins behind this position, where an earlier subscription [stood](Subscription::position). A position means something in the store
    /// that gave it, and only until that is restored from a backup. Default: before the first event.
    pub const fn after(mut self, position: Position) -> Self {
        self.after = Some(position);
        self
    }

    /// Begins behind the last event that is there when the subscription is awaited.
    pub const fn from_now(mut self) -> Self {
        self.after = None;
        self
    }

    /// Only events of this aggregate; called again, of that one too. Default: of all of its kind.
    pub fn stream(mut self, id: impl AsKey<A::Id>) -> Self {
        self.streams.push(StreamId::new(A::NAME, &id.key()));
        self
    }

    /// Only this event; called again, that one too. It finds the event under every name that it ever had, also as a part of one that was
    /// split. An event that this build does not know still ends the subscription: nobody can say that it was not this one. Default: all.
    pub fn only<E: EventVersion + 'static>(mut self) -> Self
    where
        A: Apply<E>,
    {
        self.names.push(E::NAME);
        self.types.push(TypeId::of::<E>());
        self
    }

    async fn begin(self) -> Result<Subscription<A::Events>, SubscribeError> {
        let runtime = self.runtime;
        let known = runtime.knows::<A>();
        known.map_err(|aggregate| SubscribeError::NotRegistered { aggregate })?;
        let streams = self.streams.into_iter().collect::<Result<Vec<_>, _>>()?;
        let mut filter = Filter::default().categories([A::NAME]).streams(streams);
        if !self.names.is_empty() {
            filter = filter.without(left_out(const { &Source::of::<A>() }, &self.names));
        }
        let after = match self.after {
            Some(after) => after,
            None => runtime.0.store.head().await?,
        };
        let feed = Feed::new(Arc::clone(&runtime.0.tail), filter, after);
        Ok(Subscription::new(feed, self.types))
    }
}

impl<A: Aggregate> IntoFuture for Subscribe<A> {
    type Output = Result<Subscription<A::Events>, SubscribeError>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.begin())
    }
}

impl<A: Aggregate> fmt::Debug for Subscribe<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("aggregate", &A::NAME)
            .field("after", &self.after)
            .field("streams", &self.streams)
            .field("only", &self.names)
            .finish_non_exhaustive()
    }
}
