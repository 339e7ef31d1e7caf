//! Views in a database: what recount asks of one, so that a view and its checkpoint are kept and lost together.

use std::error::Error;
use std::sync::Arc;

use crate::projection::ViewStore;
use crate::stream::{EventId, Position};

/// A database in which views live together with their checkpoints: `recount::sqlite::SqliteView` is one.
///
/// Beside the tables of a view it keeps one text for recount, the *mark*: how far the view has come, in which history, and who feeds it. What
/// recount asks for is that a mark and the changes that belong to it are committed in one step, on condition of the mark before (rule 8.2);
/// then every event has its effect exactly once, whatever is killed when.
///
/// Every method may block: recount calls them on threads that are made for it. A connection is needed for one commit at a time.
///
/// # Generations
/// A view that is to be built anew is built beside the one that answers (rule 8.7), in tables of its own: another file, another schema, other
/// names. A generation is known by a short name of letters and digits; the first one has none. Which one answers is not the database's to
/// know.
///
/// # Errors
/// What passes is tried again, with growing delay, and no event is blamed for it: [`DatabaseError::Passing`], and an error of a handler of
/// which [`is_passing`](Self::is_passing) says so. Any other error of a handler is the event's, the same every time, and what becomes of it is
/// declared by `on_error`. Any other error of the database stops the projection.
pub trait ViewDatabase: ViewStore {
    /// A generation that is open.
    type Generation: Send + Sync + 'static;

    /// Whether a mark is committed together with the changes that belong to it. A sink that cannot do this says `false`: it keeps no mark, its
    /// events come at least once, and before each handler it is told the [key](EffectKey) of the effect.
    const ATOMIC: bool = true;

    /// What the tables of a view look like: another text is another view, which is built anew (rule 8.7). The script that creates them.
    fn layout(&self) -> String;

    /// Whether the view can be made at all, as far as that is known without touching what is kept: asked when the runtime starts. Default: it
    /// can.
    ///
    /// # Errors
    /// [`DatabaseError::Lasting`] fails the start of the runtime; what passes does not.
    fn check(&self) -> Result<(), DatabaseError> {
        Ok(())
    }

    /// Opens a generation, and creates it where there is nothing.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn open(&self, generation: Option<&str>) -> Result<Self::Generation, DatabaseError>;

    /// What queries of a generation are asked of.
    fn shown(&self, generation: &Self::Generation) -> Arc<Self::Shown>;

    /// The mark; `None` if nothing was committed yet.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn mark(&self, generation: &Self::Generation) -> Result<Option<String>, DatabaseError>;

    /// If the mark is `from`: makes the changes and sets the mark to `to`, all of it in one step that survives a crash, or nothing. Where a
    /// change fails nothing is changed.
    ///
    /// # Errors
    /// [`NotCommitted`].
    fn commit<F>(
        &self,
        generation: &Self::Generation,
        from: Option<&str>,
        to: &str,
        change: impl FnOnce(&mut Self::Tx<'_>) -> Result<(), F>,
    ) -> Result<(), NotCommitted<F>>;

    /// Makes a generation what it was when it was created, in one step: empty tables and no mark.
    ///
    /// # Errors
    /// [`DatabaseError`].
    fn empty(&self, generation: &Self::Generation) -> Result<(), DatabaseError>;

    /// Forgets a generation that answers no more, because a person has dropped it by name, and gives its room back. One that is not there is no
    /// error. A database that does nothing here leaves that to whoever runs it.
    ///
    /// Where it is there, `is_its` is asked first, with the mark that [`mark`](Self::mark) would give, and without anything being made: it
    /// refuses what belongs to another projection, which would have been opened by nobody.
    ///
    /// # Errors
    /// [`DatabaseError`]: that of `is_its`; else what is left of it is removed when it is dropped again.
    fn remove(
        &self,
        _generation: Option<&str>,
        _is_its: &dyn Fn(Option<&str>) -> Result<(), DatabaseError>,
    ) -> Result<(), DatabaseError> {
        Ok(())
    }

    /// Whether a handler's error says nothing about the event: the database is locked, its disk is full, its connection is lost.
    fn is_passing(error: &Self::Error) -> bool;

    /// The next handler is called for this event: a sink that is not [`ATOMIC`](Self::ATOMIC) makes its change under this key, so that doing it
    /// twice is doing it once.
    fn effect(_tx: &mut Self::Tx<'_>, _key: EffectKey) {}
}

/// What one call of a handler is known by for ever: a second delivery of the same event has the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct EffectKey {
    /// The stored event.
    pub event: EventId,
    /// Its place in the store.
    pub position: Position,
    /// Which of the events that it is read as, from 0; an event that was split since is read as several.
    pub part: u32,
}

impl EffectKey {
    /// The key of a part of a stored event.
    #[must_use]
    pub const fn new(event: EventId, position: Position, part: u32) -> Self {
        Self { event, position, part }
    }
}

/// Why a database did not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// It does not answer now. Of a commit it is not known whether it was done.
    #[error("the database does not answer")]
    Passing(#[source] Box<dyn Error + Send + Sync>),
    /// It would fail the same way every time: the file is damaged, or belongs to something else.
    #[error("the database cannot be used")]
    Lasting(#[source] Box<dyn Error + Send + Sync>),
}

/// Why nothing was committed; `F` is why a change failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotCommitted<F> {
    /// A change failed. Nothing was changed.
    #[error("a change failed")]
    Change(F),
    /// The database does not take what was changed, and would not another time: a constraint that it checks at the commit. Nothing was changed.
    #[error("the changes are not taken")]
    Refused(#[source] Box<dyn Error + Send + Sync>),
    /// The mark is another one: somebody else feeds the view. Nothing was changed.
    #[error("the view has another mark by now")]
    Moved,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}
