//! Projections: views that follow from events. What one declares (`Projection`), how an event reaches it (`On`, `Projects`), and where its
//! view lives (`ViewStore`).

mod database;
mod memory;
mod query;

use std::any::Any;
use std::error::Error;

pub use database::{DatabaseError, EffectKey, NotCommitted, ViewDatabase};
pub use memory::{InMemory, KeptInMemory};
pub use query::Query;

use crate::consumer::Consumer;
use crate::envelope::Meta;
use crate::event::EventName;
use crate::schema::Shape;

/// A view that follows from events. Written by `#[derive(Projection)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection",
    note = "derive it: `#[derive(Projection, Default)] #[projection(name = \"...\", reads(...))]`"
)]
pub trait Projection: Consumer {
    /// Where the view lives: [`InMemory`], or a database of the user's.
    type View: ViewStore;
    /// Whether a command's answer waits for the view.
    const MODE: Mode = Mode::Async;
    /// What happens at an event that cannot be handled.
    const ON_ERROR: OnError = OnError::Stop;
    /// How a view in memory is copied, where it is `Clone`; else its JSON is read back. The derive fills it in.
    const COPY: Option<fn(&Self) -> Self> = None;
    /// The shape of a view in memory, where it derives [`Schema`](crate::Schema): a view of another shape is not read as this one, but built
    /// anew. The derive fills it in.
    const SHAPE: Option<&'static Shape> = None;
}

/// Whether the answer to a command waits for a view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// It does not; who reads asks for [`after`](crate::Runtime) its receipt.
    #[default]
    Async,
    /// It does, so whoever has a receipt sees it in the view.
    Inline,
}

/// What a projection does at an event that cannot be handled, after its first try: the same event fails in the same way every time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// It stops, and says at which event.
    #[default]
    Stop,
    /// The event and all later ones of its key are kept aside, and other keys go on.
    Park {
        /// How many events may be kept aside in all before the projection stops.
        max: u32,
    },
}

/// What a projection's handlers change: the view itself in memory, a transaction of a database.
pub type Tx<'a, P> = <<P as Projection>::View as ViewStore>::Tx<'a>;
/// What can go wrong in a projection's handlers.
pub type ViewError<P> = <<P as Projection>::View as ViewStore>::Error;

/// How a projection handles one event. Written by `#[on]`.
pub trait On<E>: Projection {
    /// Changes the view as the event says.
    ///
    /// # Errors
    /// The database's; none in memory.
    fn on(view: &mut Tx<'_, Self>, event: &E, meta: &Meta) -> Result<(), ViewError<Self>>;
}

/// All that a projection handles. Written by `#[recount::handlers]` on the block with the `#[on]` methods.
#[diagnostic::on_unimplemented(
    message = "`{Self}` handles no events",
    note = "add `#[recount::handlers] impl {Self}` with an `#[on] fn name(&mut self, event: &E, meta: &Meta)`"
)]
pub trait Projects: Projection {
    /// The events that are handled.
    const NEEDS: &'static [EventName];
    /// Of those the ones with a key of their own. An event of these names that cannot be read has no key, so it stops the projection
    /// (rule 8.4).
    const KEYED: &'static [EventName] = &[];

    /// The key that events are handled in order of: `#[on(key = ..)]`. `None` is the stream.
    fn key(_event: &dyn Any, _meta: &Meta) -> Option<String> {
        None
    }

    /// Hands an event to its handler; `false` if there is none.
    ///
    /// # Errors
    /// The handler's.
    fn project(view: &mut Tx<'_, Self>, event: &dyn Any, meta: &Meta) -> Result<bool, ViewError<Self>>;
}

/// Where views live, each with the checkpoint that it has reached: [`InMemory`], or a [`ViewDatabase`].
pub trait ViewStore: Send + Sync + 'static {
    /// What handlers change.
    type Tx<'a>;
    /// What queries are asked of: the view itself in memory, the database.
    type Shown: Send + Sync + 'static;
    /// What can go wrong.
    type Error: Error + Send + Sync + 'static;
}
