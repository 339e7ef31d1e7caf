//! Folding a stream into a state, as of now or as of then.

use std::fmt;
use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;

use crate::aggregate::{Aggregate, FoldStoredError, fold_stored};
use crate::clock::{Stopwatch, Timestamp};
use crate::runtime::error::{LoadError, StateError};
use crate::runtime::live::Live;
use crate::runtime::reason::{CorruptReason, CorruptStream, Panicked, Unreadable};
use crate::runtime::state::{Reached, State, Unsaved, owned};
use crate::runtime::{Inner, Runtime, trace};
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
    /// After all events that were recorded at or before this moment: those before the first that was recorded later.
    Time(Timestamp),
    /// After all events that stand at or before this position of the store.
    Position(Position),
}

impl At {
    /// Whether a state that has come this far is one of then, so that it may be gone on from. Of times it is the latest so far that counts:
    /// behind an event that was recorded later than asked nothing is folded, whatever its own time.
    pub(super) fn includes(self, reached: Reached) -> bool {
        match self {
            Self::Newest => true,
            Self::Version(version) => reached.version.get() <= version,
            Self::Time(time) => reached.latest <= time,
            Self::Position(position) => reached.position <= position,
        }
    }

    /// Up to which version a snapshot may be gone on from, `Some(None)` for any; `None` where none may.
    pub(super) fn newest_version(self) -> Option<Option<Version>> {
        match self {
            Self::Newest | Self::Time(_) | Self::Position(_) => Some(None),
            Self::Version(version) => Version::new(version).map(Some),
        }
    }
}

/// The state of an aggregate, with how far it has come. Derefs to the aggregate; its own facts are associated functions,
/// `Loaded::version(&account)`, so that they hide none of the aggregate's methods.
///
/// It may share the state with the runtime, which keeps it for the next command: it never changes under you. While it is held, that command
/// decides on a copy, or, where the aggregate is not `Clone`, reads the stream again.
pub struct Loaded<A> {
    state: Arc<A>,
    stream: StreamId,
    reached: Reached,
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

    /// The state without what surrounds it.
    #[must_use]
    pub fn into_state(this: Self) -> Arc<A> {
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

/// A state on its way to a newer one.
struct Folding<'a, A> {
    /// What it begins with, until the first event after it.
    shared: Option<Arc<A>>,
    /// Where what it begins with is kept too.
    kept: Option<(&'a Live, &'a StreamId, Version)>,
    own: Option<A>,
    unsaved: Unsaved,
    stopwatch: Stopwatch<'a>,
    /// Somebody looks at what it began with, and it cannot be copied.
    is_lost: bool,
}

impl<A: Aggregate> Folding<'_, A> {
    fn fold(&mut self, event: &EventRef<'_>) -> Result<(), FoldStoredError> {
        if let Some((live, stream, version)) = self.kept.take() {
            // There is an event after it, so it is of no more use where it is kept, and here it is better alone.
            live.forget(stream, version);
        }
        if let Some(shared) = self.shared.take() {
            self.own = owned(shared);
            self.is_lost = self.own.is_none();
        }
        if self.is_lost {
            return Ok(());
        }
        self.unsaved.add(event.payload);
        let own = &mut self.own;
        self.stopwatch.time(|| fold_stored(own, &event.raw()).map(drop))
    }
}

/// Goes on from a state up to `at`, or to the end of the stream if that is before: the one way to a state. What begins with nothing begins
/// with the newest snapshot that is good for it. Holds one page of events at a time.
pub(super) async fn state<A: Aggregate>(
    runtime: &Runtime,
    stream: &StreamId,
    at: At,
    from: State<A>,
) -> Result<State<A>, StateError> {
    let mut from = from;
    loop {
        if from.reached.is_none() {
            from = runtime.0.snapshots.newest(&runtime.0.store, stream, at).await;
        }
        let start = from.reached;
        let kept = start.map(|start| (&*runtime.0.live, stream, start.version));
        let mut folding = Folding {
            shared: from.state.take(),
            kept,
            own: None,
            unsaved: from.unsaved,
            stopwatch: Stopwatch::new(runtime.stopwatch::<A>()),
            is_lost: false,
        };
        let mut fold = |event: &EventRef<'_>| folding.fold(event);
        let reached = {
            let walk = pin!(walk(&runtime.0.store, stream, start, at, &mut fold));
            trace::fold(stream, start, walk).await?
        };
        if folding.is_lost {
            from = State::default();
            continue;
        }
        let unsaved = folding.unsaved.with(&[], folding.stopwatch.total());
        let state = folding.shared.or_else(|| folding.own.map(Arc::new));
        return Ok(State {
            state,
            reached,
            unsaved,
        });
    }
}

/// The newest state, for whoever changes it and shows it to nobody.
pub(super) async fn alone<A: Aggregate>(
    runtime: &Runtime,
    stream: &StreamId,
) -> Result<(Option<A>, Option<Reached>, Unsaved), StateError> {
    let Inner { store, live, .. } = &*runtime.0;
    let kept = live.peek::<A>(stream, store.identity()).map(|found| found.state);
    let found = state::<A>(runtime, stream, At::Newest, kept.unwrap_or_default()).await?;
    let (Some(shared), Some(reached)) = (found.state, found.reached) else {
        return Ok((None, found.reached, found.unsaved));
    };
    if A::COPY.is_none() {
        live.forget(stream, reached.version);
    }
    if let Some(own) = Panicked::caught(|| owned(shared)).map_err(StateError::Panicked)? {
        return Ok((Some(own), Some(reached), found.unsaved));
    }
    let again = state::<A>(runtime, stream, At::Newest, State::default()).await?;
    Ok((again.state.and_then(Arc::into_inner), again.reached, again.unsaved))
}

/// Folds a stream as [`state`] does, from the state that is kept, and refuses what lies ahead of it.
pub(super) async fn loaded<A: Aggregate>(
    runtime: &Runtime,
    stream: StreamId,
    at: At,
) -> Result<Option<Loaded<A>>, LoadError> {
    runtime.knows::<A>().map_err(StateError::NotRegistered)?;
    let Inner { store, live, .. } = &*runtime.0;
    if let At::Position(asked) = at {
        let head = store.head().await?;
        if asked > head {
            return Err(LoadError::PositionAhead { asked, head });
        }
    }
    let kept = live.peek::<A>(&stream, store.identity()).map(|found| found.state);
    let from = kept.filter(|kept| kept.reached.is_some_and(|reached| at.includes(reached)));
    let from = from.unwrap_or_default();
    let before = from.version();
    let mut newest = state::<A>(runtime, &stream, at, from).await?;
    let head = newest.version();
    if at == At::Newest && head != before {
        runtime.0.snapshots.offer(&stream, &mut newest, store.identity());
        let heap = runtime.heap(newest.state.as_deref());
        live.offer(&stream, &newest, store.identity(), heap);
    }
    match at {
        At::Version(asked) if Version::count(head) < asked => Err(LoadError::VersionAhead { stream, asked, head }),
        _ => Ok(newest
            .state
            .zip(newest.reached)
            .map(|(state, reached)| Loaded { state, stream, reached })),
    }
}

type Fold<'a> = dyn FnMut(&EventRef<'_>) -> Result<(), FoldStoredError> + Send + 'a;

/// Reads page after page and folds each event up to `at`. Plain inside: nothing here is compiled again for each aggregate.
async fn walk(
    store: &AnyStore,
    stream: &StreamId,
    start: Option<Reached>,
    at: At,
    fold: &mut Fold<'_>,
) -> Result<Option<Reached>, StateError> {
    let mut reached = start;
    loop {
        let next = Version::after(reached.map(|reached| reached.version));
        let page = store.read_stream(StreamRead::new(stream.clone()).from(next)).await?;
        for event in page.iter() {
            let next = Reached::after(reached, event.version, event.position, event.recorded_at);
            if !at.includes(next) {
                return Ok(reached);
            }
            fold_checked(&event, reached, fold)?;
            reached = Some(next);
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

fn fold_checked(event: &EventRef<'_>, before: Option<Reached>, fold: &mut Fold<'_>) -> Result<(), StateError> {
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
    trace::unreadable(event, &source);
    Unreadable {
        meta: event.meta(),
        stored: event.stored(),
        payload: event.payload.to_vec(),
        source,
    }
}

pub(super) fn corrupt(event: &EventRef<'_>, reason: CorruptReason) -> CorruptStream {
    trace::corrupt(event, &reason);
    CorruptStream {
        stream: event.stream.clone(),
        version: event.version,
        position: event.position,
        name: event.name.to_owned(),
        event_version: event.schema,
        reason,
    }
}
