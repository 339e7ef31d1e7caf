//! The small verbs that the cases are written in: make a batch, append it, read all there is, poll a future a number of times.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::Poll;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::store::conformance::bed::{Random, Stop, Verdict, check, equal};
use crate::store::{
    AnyStore, AppendError, Batch, Committed, EventRef, EventStore, Expected, LogRead, NewEvent, PageSize, StreamRead,
};
use crate::stream::{AppendId, EventId, Position, StreamId, Version};

pub(super) const ANY: Expected = Expected::Any;

/// The stream of this id in a category of the suite's own.
pub(super) fn stream(id: &str) -> StreamId {
    StreamId::new("case", id).expect("the suite's own names are plain")
}

pub(super) fn version(number: u64) -> Version {
    Version::new(number).expect("versions are from 1")
}

pub(super) fn exact(number: u64) -> Expected {
    Expected::Exact(version(number))
}

pub(super) fn new_append() -> AppendId {
    AppendId::new(Uuid::new_v4())
}

pub(super) fn event(payload: impl AsRef<[u8]>) -> NewEvent {
    NewEvent::new("case.happened", 1, 1, payload.as_ref())
}

/// A batch of one part, one event for each payload.
pub(super) fn batch<P: AsRef<[u8]>>(stream: &StreamId, expected: Expected, payloads: &[P]) -> Batch {
    Batch::new(new_append()).part(stream.clone(), expected, payloads.iter().map(event).collect())
}

pub(super) async fn append<P: AsRef<[u8]>>(
    store: &AnyStore,
    stream: &StreamId,
    expected: Expected,
    payloads: &[P],
) -> Result<Committed, AppendError> {
    store.append(batch(stream, expected, payloads)).await
}

/// A stored event, owned, with all that a reader is told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) stream: StreamId,
    pub(super) version: Version,
    pub(super) position: Position,
    pub(super) recorded_at: Timestamp,
    pub(super) append: AppendId,
    pub(super) index: u32,
    pub(super) count: u32,
    pub(super) name: String,
    pub(super) schema: u32,
    pub(super) floor: u32,
    pub(super) shared_metadata: Vec<u8>,
    pub(super) metadata: Vec<u8>,
    pub(super) payload: Vec<u8>,
}

impl Seen {
    pub(super) fn id(&self) -> EventId {
        self.append.event(self.index)
    }
}

impl From<EventRef<'_>> for Seen {
    fn from(event: EventRef<'_>) -> Self {
        Self {
            stream: event.stream.clone(),
            version: event.version,
            position: event.position,
            recorded_at: event.recorded_at,
            append: event.append,
            index: event.index,
            count: event.count,
            name: event.name.to_owned(),
            schema: event.schema,
            floor: event.floor,
            shared_metadata: event.shared_metadata.to_vec(),
            metadata: event.metadata.to_vec(),
            payload: event.payload.to_vec(),
        }
    }
}

/// All events after a position, page by page. A page that brings the reader no further and is not the last ends the case.
pub(super) async fn log_after(store: &AnyStore, after: Position, size: PageSize) -> Result<Vec<Seen>, Stop> {
    let (mut seen, mut after) = (Vec::new(), after);
    loop {
        let page = store.read_log(LogRead::after(after).size(size)).await?;
        seen.extend(page.iter().map(Seen::from));
        if page.at_end() {
            return Ok(seen);
        }
        let through = page.scanned_through();
        check!(
            through > after,
            "a page after {after} is not the last and goes no further than {through}"
        );
        after = through;
    }
}

pub(super) async fn log(store: &AnyStore) -> Result<Vec<Seen>, Stop> {
    log_after(store, Position::START, PageSize::DEFAULT).await
}

/// All events of a stream from its first, page by page.
pub(super) async fn events(store: &AnyStore, stream: &StreamId) -> Result<Vec<Seen>, Stop> {
    walk(store, StreamRead::new(stream.clone())).await
}

/// All events that a read of a stream asks for, page by page.
pub(super) async fn walk(store: &AnyStore, read: StreamRead) -> Result<Vec<Seen>, Stop> {
    let (mut seen, mut read) = (Vec::new(), read);
    loop {
        let page = store.read_stream(read.clone()).await?;
        seen.extend(page.iter().map(Seen::from));
        let Some(last) = page.last().map(|event| event.version).filter(|_| !page.at_end()) else {
            check!(
                page.at_end(),
                "an empty page of `{}` is not the last: it brings no reader further",
                read.stream
            );
            return Ok(seen);
        };
        let next = if read.backward { last.get() - 1 } else { last.get() + 1 };
        let Some(next) = Version::new(next) else {
            return Ok(seen);
        };
        read = read.from(next);
    }
}

pub(super) async fn head_of(store: &AnyStore, stream: &StreamId) -> Result<Option<Version>, Stop> {
    let last = StreamRead::new(stream.clone()).backward().size(PageSize::events(1));
    let page = store.read_stream(last).await?;
    Ok(page.last().map(|event| event.version))
}

/// Versions 1, 2, 3, …, positions that rise, all of this stream.
pub(super) fn is_a_stream(seen: &[Seen], stream: &StreamId) -> Verdict {
    let mut before = Position::START;
    for (event, number) in seen.iter().zip(1..) {
        equal("the stream of an event", &event.stream, stream)?;
        equal("the version of an event", &event.version, &version(number))?;
        check!(
            event.position > before,
            "version {number} stands at {}, the one before it at {before}",
            event.position
        );
        before = event.position;
    }
    Ok(())
}

/// Whether these events of one append are all of it, in order: index, count, and side by side where positions are dense.
pub(super) fn is_whole(of_one_append: &[&Seen], dense: bool) -> Verdict {
    let count = u32::try_from(of_one_append.len()).unwrap_or(u32::MAX);
    let mut before: Option<&Seen> = None;
    for (event, index) in of_one_append.iter().zip(0..) {
        let append = event.append;
        check!(
            (event.index, event.count) == (index, count),
            "append {append} shows {count} events, and says that one is {} of {} where {index} was expected",
            event.index,
            event.count
        );
        if let Some(before) = before {
            equal("the time within one append", &event.recorded_at, &before.recorded_at)?;
            let (this, last) = (event.position.get(), before.position.get());
            check!(
                this > last && (!dense || this == last + 1),
                "append {append} has {this} after {last}"
            );
        }
        before = Some(event);
    }
    Ok(())
}

/// A batch that was tried is stored whole or not at all; which of the two.
pub(super) fn whole_or_absent(log: &[Seen], tried: &Batch, dense: bool) -> Result<bool, Stop> {
    let found: Vec<&Seen> = log.iter().filter(|event| event.append == tried.append).collect();
    if found.is_empty() {
        return Ok(false);
    }
    equal("the events of a batch that was tried", &found.len(), &tried.events())?;
    is_whole(&found, dense)?;
    let given = tried
        .parts
        .iter()
        .flat_map(|part| part.events.iter().map(|event| (&part.stream, event)));
    for (found, (stream, event)) in found.iter().zip(given) {
        equal("the stream of a stored event", &&found.stream, &stream)?;
        equal("the payload of a stored event", &found.payload, &event.payload)?;
    }
    Ok(true)
}

/// Polls a future at most `polls` times, each time it asks to be, and then drops it; `None` if it was not ready by then.
pub(super) async fn poll_times<F: Future>(future: F, polls: usize) -> Option<F::Output> {
    if polls == 0 {
        return None;
    }
    let mut future = pin!(future);
    let mut left = polls;
    std::future::poll_fn(move |context| {
        left -= 1;
        match Pin::as_mut(&mut future).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}

/// Runs futures in one task, and lets random choices say which goes on next: what happens between two of their steps is the same for
/// the same seed, wherever a store does its work within a poll.
pub(super) async fn interleaved(
    mut random: Random,
    futures: Vec<Pin<Box<dyn Future<Output = Verdict> + Send>>>,
) -> Verdict {
    let mut left = futures;
    std::future::poll_fn(move |context| {
        for _ in 0..left.len() {
            let place = usize::try_from(random.below(left.len() as u64)).unwrap_or(0);
            let Some(future) = left.get_mut(place) else {
                break;
            };
            match future.as_mut().poll(context) {
                Poll::Ready(Ok(())) => drop(left.swap_remove(place)),
                Poll::Ready(stop) => return Poll::Ready(stop),
                Poll::Pending => {}
            }
        }
        if left.is_empty() {
            return Poll::Ready(Ok(()));
        }
        // One that was not chosen may have been woken.
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await
}

/// Lets other tasks run for a while. Nothing may rest on it: what it waits for is only made likely.
pub(super) async fn yield_often(times: usize) {
    for _ in 0..times {
        tokio::task::yield_now().await;
        std::thread::yield_now();
    }
}
