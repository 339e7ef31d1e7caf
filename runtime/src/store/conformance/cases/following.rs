//! Reading while others write: no hole, nothing that comes later below what was served, no part of a batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::{JoinSet, yield_now};

use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, Seen, append, interleaved, is_a_stream, log, stream, version, walk};
use crate::store::{AnyStore, EventStore, LogRead, PageSize, StreamRead};
use crate::stream::{Position, StreamId};

const WRITERS: usize = 4;

/// Rules 1.11, 3.3: while writers run, what a reader was served stays as it was, grows without a hole, and misses nothing at the end;
/// first in one task, where the seed says who goes on next, then in parallel.
pub(in super::super) async fn read_during_append_has_no_hole(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let reading = Reading::new(&store);
    let writing = Arc::clone(&reading.writing);
    let mut tasks: Vec<_> = (0..WRITERS)
        .map(|writer| boxed(write(store.clone(), Arc::clone(&writing), writer, 15)))
        .collect();
    tasks.push(boxed(reading.follow(store.clone())));
    interleaved(bed.random(), tasks).await?;

    let store = bed.fresh().open().await?;
    let reading = Reading::new(&store);
    let mut tasks: JoinSet<Verdict> = JoinSet::new();
    for writer in 0..WRITERS {
        tasks.spawn(write(store.clone(), Arc::clone(&reading.writing), writer, 60));
    }
    tasks.spawn(reading.follow(store));
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

fn boxed(
    future: impl Future<Output = Verdict> + Send + 'static,
) -> std::pin::Pin<Box<dyn Future<Output = Verdict> + Send>> {
    Box::pin(future)
}

async fn write(store: AnyStore, writing: Arc<AtomicUsize>, writer: usize, rounds: usize) -> Verdict {
    let own = stream(&format!("own-{writer}"));
    for round in 0..rounds {
        let first = format!("{writer}.{round}");
        append(&store, &stream("shared"), ANY, &[&first, "second"]).await?;
        append(&store, &own, ANY, &[&first]).await?;
        yield_now().await;
    }
    writing.fetch_sub(1, Ordering::SeqCst);
    Ok(())
}

/// A reader of the log and of the stream that all write to, with what it was served.
struct Reading {
    writing: Arc<AtomicUsize>,
    dense: bool,
    of_log: Vec<Seen>,
    after: Position,
    shared: StreamId,
    of_shared: Vec<Seen>,
}

impl Reading {
    fn new(store: &AnyStore) -> Self {
        Self {
            writing: Arc::new(AtomicUsize::new(WRITERS)),
            dense: store.capabilities().dense_positions,
            of_log: Vec::new(),
            after: Position::START,
            shared: stream("shared"),
            of_shared: Vec::new(),
        }
    }

    async fn follow(mut self, store: AnyStore) -> Verdict {
        let mut size = 0;
        loop {
            // Asked before reading: what is read after the last writer has ended is all there is.
            let ended = self.writing.load(Ordering::SeqCst) == 0;
            size = size % 9 + 1;
            self.read_stream(&store, size).await?;
            yield_now().await;
            let at_end = self.read_log(&store, size * 10).await?;
            yield_now().await;
            if ended && at_end {
                return equal("what was served on the way", &self.of_log, &log(&store).await?);
            }
        }
    }

    async fn read_stream(&mut self, store: &AnyStore, size: usize) -> Verdict {
        let next = version(self.of_shared.len() as u64 + 1);
        let rest = StreamRead::new(self.shared.clone())
            .from(next)
            .size(PageSize::events(size));
        self.of_shared.extend(walk(store, rest).await?);
        is_a_stream(&self.of_shared, &self.shared)?;
        let count = self.of_shared.len();
        check!(count.is_multiple_of(2), "{count} events are seen of appends of two");
        Ok(())
    }

    async fn read_log(&mut self, store: &AnyStore, size: usize) -> Result<bool, super::super::bed::Stop> {
        let page = store
            .read_log(LogRead::after(self.after).size(PageSize::events(size)))
            .await?;
        for event in page.iter().map(Seen::from) {
            let before = self.of_log.last().map_or(0, |event| event.position.get());
            let this = event.position.get();
            check!(
                this > before && (!self.dense || this == before + 1),
                "position {this} was served after {before}"
            );
            self.of_log.push(event);
        }
        let (through, last) = (
            page.scanned_through(),
            self.of_log.last().map_or(Position::START, |event| event.position),
        );
        check!(
            through >= self.after,
            "a page after {} was scanned through {through}",
            self.after
        );
        check!(
            last <= through,
            "a page was scanned through {through}, and served position {last}"
        );
        self.after = through;
        Ok(page.at_end())
    }
}
