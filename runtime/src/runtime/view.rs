//! Looking at a view: the request that is awaited, the view it gives, and why there is none.

use std::any::{TypeId, type_name};
use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::projection::{InMemory, Projection, Query, ViewStore};
use crate::runtime::projections::{Shown, StopReason};
use crate::runtime::token::Token;
use crate::runtime::{BoxFuture, Runtime};
use crate::store::EventStore;
use crate::stream::Position;

/// How long a request waits for a write unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// A view that is looked at when this is awaited.
#[must_use = "a view is read when it is awaited"]
pub struct ViewRequest<P> {
    runtime: Runtime,
    after: Option<Token>,
    within: Duration,
    view: PhantomData<fn() -> P>,
}

/// A view as it was published at one moment; it stays as it is while it is held. Derefs to the projection, so its queries are called on it.
///
/// It has no methods of its own, which would hide the projection's: [`View::position`] is a function.
pub struct View<P: Projection> {
    shown: Shown<P>,
    position: Position,
}

/// Why there is no view to look at.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoView {
    /// The runtime does not know the projection: add `.projection::<P>()` where it is built, or `.projection_in::<P>(database)` for a view
    /// that lives in a database.
    #[error("the runtime does not know the projection `{projection}`: add `{}` where it is built", registration(rust, *is_in_database))]
    NotRegistered {
        /// The declared name of the projection.
        projection: &'static str,
        /// Its Rust type.
        rust: &'static str,
        /// Whether its view lives in a database.
        is_in_database: bool,
    },
    /// The time of [`within`](ViewRequest::within) passed first: ask again with the same token.
    #[error("`{projection}` has come to position {reached}, and not yet to {asked}")]
    NotYet {
        /// The declared name of the projection.
        projection: &'static str,
        /// Where it should have come to.
        asked: Position,
        /// Where it has come to.
        reached: Position,
    },
    /// The projection is stopped before the write, and will not come to it by itself.
    #[error("`{projection}` has stopped at position {reached}")]
    Stopped {
        /// The declared name of the projection.
        projection: &'static str,
        /// Where it has come to.
        reached: Position,
        /// Why it stopped.
        source: StopReason,
    },
    /// The database of the view is not open yet: the status of the projection says why.
    #[error("the database of `{projection}` is not open yet")]
    NotOpen {
        /// The declared name of the projection.
        projection: &'static str,
    },
    /// An event of the write is set aside, so the view does not show it until its key is redriven.
    #[error("position {position} is set aside by `{projection}`")]
    Parked {
        /// The declared name of the projection.
        projection: &'static str,
        /// The event.
        position: Position,
    },
    /// The token is of another store, or of another history of this one.
    #[error("the token is of another history than that of `{projection}`")]
    HistoryMismatch {
        /// The declared name of the projection.
        projection: &'static str,
    },
}

/// How a projection is registered.
fn registration(rust: &str, is_in_database: bool) -> String {
    if is_in_database {
        format!(".projection_in::<{rust}>(database)")
    } else {
        format!(".projection::<{rust}>()")
    }
}

impl<P: Projection> ViewRequest<P> {
    pub(super) fn new(runtime: Runtime) -> Self {
        Self {
            runtime,
            after: None,
            within: PATIENCE,
            view: PhantomData,
        }
    }

    /// Wait until the view shows this write. Default: whatever it shows now.
    pub fn after(mut self, token: impl Into<Token>) -> Self {
        self.after = Some(token.into());
        self
    }

    /// How long to wait for it at most. Default: 5 s.
    pub fn within(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    async fn look(self) -> Result<View<P>, NoView> {
        let projection = P::NAME;
        let running = self.runtime.0.projections.get(&TypeId::of::<P>());
        let running = running.ok_or_else(|| NoView::NotRegistered {
            projection,
            rust: type_name::<P>(),
            is_in_database: TypeId::of::<P::View>() != TypeId::of::<InMemory<P>>(),
        })?;
        if let Some(token) = self.after {
            let here = self.runtime.0.store.identity();
            if token.store.is_some_and(|store| store != here) {
                return Err(NoView::HistoryMismatch { projection });
            }
            running.progress.see(projection, &token, self.within).await?;
        }
        let (shown, checkpoint) = match running.shown::<P>() {
            Some(shown) => shown,
            None => {
                let is_open = || running.shown::<P>().is_some();
                running.progress.open(projection, is_open, self.within).await?;
                running.shown::<P>().ok_or(NoView::NotOpen { projection })?
            }
        };
        let position = checkpoint.position();
        Ok(View { shown, position })
    }
}

impl<P: Projection> IntoFuture for ViewRequest<P> {
    type Output = Result<View<P>, NoView>;
    type IntoFuture = BoxFuture<Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.look())
    }
}

impl<P: Projection> View<P> {
    /// Everything up to here is in the view, but for events that are set aside.
    #[must_use]
    pub const fn position(this: &Self) -> Position {
        this.position
    }
}

impl<P: Projection> Deref for View<P> {
    type Target = <P::View as ViewStore>::Shown;

    fn deref(&self) -> &Self::Target {
        &self.shown
    }
}

impl<P: Projection> Clone for View<P> {
    fn clone(&self) -> Self {
        Self {
            shown: Arc::clone(&self.shown),
            position: self.position,
        }
    }
}

impl<P: Projection> fmt::Debug for View<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("View")
            .field("projection", &P::NAME)
            .field("position", &self.position)
            .finish_non_exhaustive()
    }
}

impl<P: Projection> fmt::Debug for ViewRequest<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ViewRequest")
            .field("projection", &P::NAME)
            .field("after", &self.after)
            .field("within", &self.within)
            .finish_non_exhaustive()
    }
}

impl Runtime {
    /// The view of a projection, as it was published last: `runtime.view::<Balances>().await?.balance("acc-101")`. To see a write of one's
    /// own in it, wait [`after`](ViewRequest::after) its receipt. Looking blocks neither the projection nor whoever writes.
    ///
    /// # Errors
    /// [`NoView`]. Without `after` a stopped or late projection still answers.
    ///
    /// # Cancel safety
    /// Looking changes nothing.
    pub fn view<P: Projection>(&self) -> ViewRequest<P> {
        ViewRequest::new(self.clone())
    }

    /// Asks a view a question that came as data: the enum of all `#[query]`s of a projection. The answer is that of the view as it was
    /// published last; to see a write of one's own first, ask the [`view`](Self::view) itself.
    ///
    /// # Errors
    /// [`NoView::NotRegistered`].
    pub fn query<Q>(&self, query: Q) -> BoxFuture<Result<Q::Answer, NoView>>
    where
        Q: Query<View: Projection<View: ViewStore<Shown = Q::View>>>,
    {
        let request = self.view::<Q::View>();
        Box::pin(async move { Ok(query.ask(&*request.await?)) })
    }
}
