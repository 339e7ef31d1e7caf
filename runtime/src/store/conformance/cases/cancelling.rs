//! A caller that goes away: at every poll of its append, or with its whole runtime.

use std::thread;

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{
    ANY, append, batch, events, is_a_stream, log, poll_times, stream, whole_or_absent,
};
use crate::store::{AnyStore, Batch, EventStore};

/// Rule 4.8: the future is dropped after k polls, for each k: all or nothing, nothing at all before the first, and nothing is left
/// behind that keeps the next append from being written.
pub(in super::super) async fn cancel_at_every_poll(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let main = stream("main");
    let mut polls = 0;
    loop {
        let mut dropped = Vec::new();
        let mut ended = 0;
        for turn in 0..40 {
            let tried = batch(&main, ANY, &["a", "b", "c"]);
            match poll_times(store.append(tried.clone()), polls).await {
                Some(answer) => {
                    answer?;
                    ended += 1;
                }
                None => dropped.push(tried),
            }
            if turn % 8 == 7 {
                append(&store, &stream("barrier"), ANY, &["after"]).await?;
            }
        }
        // Large ones: a permit or a place in a queue that is not given back shows here.
        let large = "x".repeat(250 << 10);
        for _ in 0..20 {
            let tried = batch(&stream("large"), ANY, &[&large]);
            let _ = poll_times(store.append(tried), polls).await;
        }
        settle(&store, &dropped, polls).await?;
        if ended == 40 {
            return Ok(());
        }
        polls += 1;
        check!(polls < 1_000, "an append is still not done after {polls} polls");
    }
}

/// Another append to the same stream stands behind all that was dropped before it.
async fn settle(store: &AnyStore, dropped: &[Batch], polls: usize) -> Verdict {
    append(store, &stream("main"), ANY, &["barrier"]).await?;
    append(store, &stream("large"), ANY, &["barrier"]).await?;
    let everything = log(store).await?;
    let dense = store.capabilities().dense_positions;
    for tried in dropped {
        let is_there = whole_or_absent(&everything, tried, dense)?;
        check!(polls > 0 || !is_there, "an append that was never polled is stored");
    }
    let main = events(store, &stream("main")).await?;
    is_a_stream(&main, &stream("main"))?;
    let head = main.last().map(|event| event.version.get());
    equal("the versions of the stream", &head, &Some(main.len() as u64))
}

/// Rule 4.8: the caller's runtime goes away in the middle of its appends: all or nothing, and others go on.
pub(in super::super) async fn runtime_dropped_in_append(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let mut all = Vec::new();
    for yields in 0..12 {
        let tried: Vec<Batch> = (0..8).map(|_| batch(&stream("main"), ANY, &["a", "b"])).collect();
        all.extend(tried.iter().cloned());
        let from = store.clone();
        let ended = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().build()?;
            for batch in tried {
                let store = from.clone();
                runtime.spawn(async move { store.append(batch).await });
            }
            runtime.block_on(async {
                for _ in 0..yields {
                    tokio::task::yield_now().await;
                }
            });
            drop(runtime);
            Ok::<(), std::io::Error>(())
        });
        let ended = ended.join().map_err(|_| Stop::failed("dropping a runtime panicked"))?;
        ended.map_err(|error| Stop::failed(error.to_string()))?;
        append(&store, &stream("main"), ANY, &["after"]).await?;
    }
    let everything = log(&store).await?;
    for tried in &all {
        whole_or_absent(&everything, tried, store.capabilities().dense_positions)?;
    }
    is_a_stream(&events(&store, &stream("main")).await?, &stream("main"))
}
