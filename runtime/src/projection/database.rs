//! Views in a database of the user's: what it commits in one step, and what it is asked for.

use std::future::Future;

use crate::projection::ViewStore;
use crate::stream::{EventId, Position};

/// A database whose views are fed by projections: it holds a view, and how far the view has come, and commits both in one transaction
/// (rule 8.2). `recount::Sqlite` (feature `sqlite`) is one.
///
/// A view is built in *generations*: another identity of a projection, or a rebuild, builds another one beside that which is shown
/// (rule 8.7), under a name of its own. What a generation is in the database is up to it: a file, a schema, a prefix of tables. Handlers
/// know nothing of it: they are given a transaction within which their tables are those of one generation.
///
/// Clones are the same database. Implementations write plain `async fn`s.
pub trait ViewDatabase: ViewStore + Clone {
    /// Whether [`commit`](Self::commit) holds the view and its mark in one transaction. A sink that cannot do this says `false`: then it is
    /// at least once, and its handlers tell a repeat by the [`SinkKey`] that [`at`](Self::at) is given before each of them.
    const ATOMIC: bool = true;

    /// Makes a generation if there is none, with its tables, and says where its mark is: the bytes that were committed last, `None` if none
    /// were.
    ///
    /// # Errors
    /// The database's.
    fn open(
        &self,
        generation: &str,
    ) -> impl Future<Output = Result<(Self::Shown, Option<Vec<u8>>), Self::Error>> + Send;

    /// Runs `apply` in a transaction, and commits it with the mark: all of it or nothing.
    ///
    /// # Errors
    /// The database's; nothing was committed.
    fn commit(
        &self,
        generation: &str,
        mark: Mark,
        apply: InTransaction<Self>,
    ) -> impl Future<Output = Result<Committing, Self::Error>> + Send;

    /// Empties a generation: its tables as they are made, and no mark.
    ///
    /// # Errors
    /// The database's.
    fn reset(&self, generation: &str) -> impl Future<Output = Result<(), Self::Error>> + Send;

    /// Whether the same could succeed later: the database is busy, full, or gone. Else the handler would fail in the same way again, and
    /// the projection stops or sets the event aside (rule 8.4). Default: yes.
    #[must_use]
    fn is_passing(_error: &Self::Error) -> bool {
        true
    }

    /// What is handed to the next handler, for a sink that tells repeats apart. Default: nothing is done with it.
    fn at(_view: &mut Self::Tx<'_>, _key: SinkKey) {}
}

/// What is done in one transaction; `false` undoes it.
pub type InTransaction<D> = Box<dyn for<'a> FnOnce(&mut <D as ViewStore>::Tx<'a>) -> bool + Send>;

/// How far a view has come, as bytes that mean something to recount alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark {
    /// What the mark has to be, to the byte; `None` where there is none yet.
    pub previous: Option<Vec<u8>>,
    /// What it is after the commit.
    pub next: Vec<u8>,
}

impl Mark {
    /// A mark that follows on another.
    #[must_use]
    pub const fn new(previous: Option<Vec<u8>>, next: Vec<u8>) -> Self {
        Self { previous, next }
    }
}

/// What became of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committing {
    /// It is committed, with its mark.
    Done,
    /// `apply` said no, and nothing is changed.
    Undone,
    /// The mark was another one: somebody else feeds this view. Nothing is changed.
    Moved,
}

/// What names one call of a handler, the same in every repeat of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SinkKey {
    /// The event.
    pub event_id: EventId,
    /// Its place in the store.
    pub position: Position,
    /// Which of the events that the stored one is read as, from 0.
    pub part: u32,
}

impl SinkKey {
    /// This part of this event.
    #[must_use]
    pub const fn new(event_id: EventId, position: Position, part: u32) -> Self {
        Self {
            event_id,
            position,
            part,
        }
    }
}
