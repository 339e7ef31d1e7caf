//! Folding a stream into a state, as of now or as of then.

use std::fmt;
use std::ops::Deref;

use crate::aggregate::{Aggregate, FoldStoredError, fold_stored};
use crate::clock::Timestamp;
use crate::runtime::Runtime;
use crate::runtime::error::{LoadError, StateError};
use crate::runtime::reason::{CorruptReason, CorruptStream, Panicked, Unreadable};
use crate::store::{AnyStore, EventRef, EventStore, ReadError, StreamRead};
use crate::stream::{Position, StreamId, Version};

/// As of when a state is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum At {
    /// After all events.
    Newest,
    /// After this many events of the stream; 0 is before the first.
    Version(u64),
    /// After all events that were recorded at or before this moment.
    Time(Timestamp),
    /// After all events that stand at or before this position of the store.
    Position(Position),
}

impl At {
    fn includes(self, event: &EventRef<'_>) -> bool {
        match self {
            Self::Newest => true,
            Self::Version(version) => event.version.get() <= version,
            Self::Time(time) => event.recorded_at <= time,
            Self::Position(position) => event.position <= position,
        }
    }
}

/// The state of an aggregate, with how far it has come. Derefs to the aggregate; its own facts are associated functions,
/// `Loaded::version(&account)`, so that they hide none of the aggregate's methods.
pub struct Loaded<A> {
    state: A,
    stream: StreamId,
    reached: Reached,
}

/// The last event of a state.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reached {
    pub(super) version: Version,
    pub(super) position: Position,
    pub(super) recorded_at: Timestamp,
}

impl<A> Loaded<A> {
    /// The stream that was folded.
    #[must_use]
    pub const fn stream(this: &Self) -> &StreamId {
        &this.stream
    }

    /// The number of the last event that is in the state.
    #[must_use]
    pub const fn version(this: &Self) -> Version {
        this.reached.version
    }

    /// Where that event stands in the store.
    #[must_use]
    pub const fn position(this: &Self) -> Position {
        this.reached.position
    }

    /// When the store wrote that event.
    #[must_use]
    pub const fn recorded_at(this: &Self) -> Timestamp {
        this.reached.recorded_at
    }

    /// The state by value.
    #[must_use]
    pub fn into_inner(this: Self) -> A {
        this.state
    }
}

impl<A> Deref for Loaded<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.state
    }
}

impl<A: fmt::Debug> fmt::Debug for Loaded<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { state, stream, reached } = self;
        f.debug_struct("Loaded")
            .field("stream", stream)
            .field("version", &reached.version)
            .field("state", state)
            .finish()
    }
}

/// What a stream was folded to. Both are `None` before the first event; after a dropped event there may be no state at a version.
pub(super) struct State<A> {
    pub(super) state: Option<A>,
    pub(super) reached: Option<Reached>,
}

/// Folds a stream up to `at`, or to its end if that is before. Holds one page of events at a time.
pub(super) async fn state<A: Aggregate>(runtime: &Runtime, stream: &StreamId, at: At) -> Result<State<A>, StateError> {
    runtime.knows::<A>().map_err(StateError::NotRegistered)?;
    let mut state = None;
    let mut fold = |event: &EventRef<'_>| fold_stored(&mut state, &event.raw()).map(drop);
    let reached = walk(&runtime.0.store, stream, at, &mut fold).await?;
    Ok(State { state, reached })
}

/// Folds a stream as [`state`] does, and refuses what lies ahead of it.
pub(super) async fn loaded<A: Aggregate>(
    runtime: &Runtime,
    stream: StreamId,
    at: At,
) -> Result<Option<Loaded<A>>, LoadError> {
    if let At::Position(asked) = at {
        let head = runtime.0.store.head().await?;
        if asked > head {
            return Err(LoadError::PositionAhead { asked, head });
        }
    }
    let State { state, reached } = state::<A>(runtime, &stream, at).await?;
    let head = reached.map(|reached| reached.version);
    match at {
        At::Version(asked) if Version::count(head) < asked => Err(LoadError::VersionAhead { stream, asked, head }),
        _ => Ok(state
            .zip(reached)
            .map(|(state, reached)| Loaded { state, stream, reached })),
    }
}

type Folding<'a> = dyn FnMut(&EventRef<'_>) -> Result<(), FoldStoredError> + Send + 'a;

/// Reads page after page and folds each event up to `at`. Plain inside: nothing here is compiled again for each aggregate.
async fn walk(
    store: &AnyStore,
    stream: &StreamId,
    at: At,
    fold: &mut Folding<'_>,
) -> Result<Option<Reached>, StateError> {
    let mut reached: Option<Reached> = None;
    loop {
        let next = Version::after(reached.map(|reached| reached.version));
        let page = store.read_stream(StreamRead::new(stream.clone()).from(next)).await?;
        for event in page.iter() {
            if !at.includes(&event) {
                return Ok(reached);
            }
            fold_checked(&event, reached, fold)?;
            let (version, position, recorded_at) = (event.version, event.position, event.recorded_at);
            reached = Some(Reached {
                version,
                position,
                recorded_at,
            });
        }
        if page.at_end() {
            return Ok(reached);
        }
        if page.is_empty() {
            return Err(endless(Some(stream)).into());
        }
    }
}

/// A page that is not the last one holds an event, or reading would never end.
pub(super) fn endless(stream: Option<&StreamId>) -> ReadError {
    let place = stream.map(ToString::to_string).unwrap_or_default();
    let what = "the store gave an empty page that is not the last".to_owned();
    ReadError::Corrupt { place, what }
}

fn fold_checked(event: &EventRef<'_>, before: Option<Reached>, fold: &mut Folding<'_>) -> Result<(), StateError> {
    let expected = Version::after(before.map(|before| before.version));
    if event.version != expected {
        return Err(StateError::Corrupt(Box::new(corrupt(
            event,
            CorruptReason::Hole { expected },
        ))));
    }
    match Panicked::caught(|| fold(event)).map_err(StateError::Panicked)? {
        Ok(()) => Ok(()),
        Err(FoldStoredError::Decode(source)) => Err(StateError::Unreadable(Box::new(unreadable(event, source)))),
        Err(FoldStoredError::Fold(reason)) => Err(StateError::Corrupt(Box::new(corrupt(event, reason.into())))),
    }
}

pub(super) fn unreadable(event: &EventRef<'_>, source: crate::event::DecodeError) -> Unreadable {
    Unreadable {
        meta: event.meta(),
        stored: event.stored(),
        payload: event.payload.to_vec(),
        source,
    }
}

pub(super) fn corrupt(event: &EventRef<'_>, reason: CorruptReason) -> CorruptStream {
    CorruptStream {
        stream: event.stream.clone(),
        version: event.version,
        position: event.position,
        name: event.name.to_owned(),
        event_version: event.schema,
        reason,
    }
}
