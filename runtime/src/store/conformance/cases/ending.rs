//! Feeds where a store fails, ends or loses power: what they were served stands, and where they end they say why.

use crate::runtime::feed::{Feed, FeedError};
use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::feeds::{feed, follow, in_time, seen};
use crate::store::conformance::kit::{ANY, Seen, append, batch, log, poll_times, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{AnyStore, AppendError, EventStore, ReadError};
use crate::stream::Position;

/// Rule 7.3: a commit that waits before it is durable is served to nobody; once it is durable it is, and what was served is there after a
/// crash.
pub(in super::super) async fn live_sees_only_safe_events(bed: Bed) -> Verdict {
    let mut store = bed.open().await?;
    let main = stream("main");
    let mut served = Vec::new();
    for round in 0..3 {
        let mut feed = feed(
            &store,
            served.last().map_or(Position::START, |event: &Seen| event.position),
        );
        let before = append(&store, &main, ANY, &[format!("before {round}")]).await?;
        served.extend(follow(&mut feed, &before).await?);
        bed.stage(Hook::Hold)?;
        let held = batch(&main, ANY, &["held", "second"]);
        let writing = (store.clone(), held.clone());
        let writer = tokio::spawn(async move { writing.0.append(writing.1).await });
        bed.until_held().await;
        // It looks many times in these polls.
        for _ in 0..2 {
            let early = poll_times(feed.next(), 30).await.transpose()?;
            served.extend(early.iter().flat_map(seen));
            check!(
                !served.iter().any(|event| event.append == held.append),
                "a commit was served while it waited before it was durable"
            );
        }
        if round == 2 && bed.try_stage(Hook::Reopen) {
            bed.stage(Hook::Crash)?;
            drop((store, feed));
            _ = writer.await?;
            store = bed.open().await?;
            let everything = log(&store).await?;
            let kept = everything.get(..served.len()).unwrap_or_default();
            return equal("what was served before a crash", &&served[..], &kept);
        }
        check!(
            bed.try_stage(Hook::Release),
            "a store that holds commits can release them"
        );
        let receipt = writer.await??;
        served.extend(follow(&mut feed, &receipt).await?);
        equal(
            "what was served of a commit that was held",
            &served,
            &log(&store).await?,
        )?;
    }
    Ok(())
}

/// Rule 7.10: a feed that waits is told that the store was closed or stopped writing, and one whose reads fail says so: each with the
/// position up to which it has served everything, and none is taken for the end of the log.
pub(in super::super) async fn subscription_ends_with_reason(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let main = stream("main");
    let mut waiting = Vec::new();
    let last = append(&store, &main, ANY, &["one", "two"]).await?;
    for _ in 0..2 {
        let mut feed = feed(&store, Position::START);
        follow(&mut feed, &last).await?;
        waiting.push(tokio::spawn(async move { ended(&mut feed).await }));
    }
    tokio::task::yield_now().await;
    store.close().await;
    for waiting in waiting {
        let error = waiting.await??;
        check!(
            matches!(&error, FeedError::Store { after, source: ReadError::Closed } if *after == last.last_position),
            "a feed of a closed store ends as `Closed` after {}, and it ended with {error:?}",
            last.last_position
        );
    }
    drop(store);
    of_a_poisoned_store(&bed.fresh()).await?;
    of_reads_that_fail(&bed.fresh()).await
}

/// Takes pages until there are no more, and says why.
async fn ended(feed: &mut Feed) -> Result<FeedError, Stop> {
    loop {
        let what = "a store came to its end, and a feed that waited for more";
        if let Err(error) = in_time(what, feed.next()).await? {
            return Ok(error);
        }
    }
}

async fn of_a_poisoned_store(bed: &Bed) -> Verdict {
    let store = bed.open().await?;
    let main = stream("main");
    let last = append(&store, &main, ANY, &["one", "two"]).await?;
    let mut waits = feed(&store, Position::START);
    follow(&mut waits, &last).await?;
    let waiting = tokio::spawn(async move { ended(&mut waits).await });
    if !bed.try_stage(Hook::FailSync) {
        return Ok(());
    }
    let failed = append(&store, &main, ANY, &["in doubt"]).await;
    if !matches!(failed, Err(AppendError::Unknown { .. })) {
        return Ok(());
    }
    let mut begins = feed(&store, Position::START);
    let served = follow(&mut begins, &last).await?;
    equal("what a store serves that stopped writing", &served.len(), &2)?;
    for error in [waiting.await??, ended(&mut begins).await?] {
        check!(
            matches!(&error, FeedError::Store { after, source: ReadError::Poisoned } if *after == last.last_position),
            "a feed of a store that stopped writing ends as `Poisoned` after {}, and it ended with {error:?}",
            last.last_position
        );
    }
    Ok(())
}

async fn of_reads_that_fail(bed: &Bed) -> Verdict {
    let mut store = bed.open().await?;
    let mut last = append(&store, &stream("main"), ANY, &["first"]).await?;
    for number in 0..20_u64 {
        last = append(&store, &stream("main"), ANY, &[format!("{number}").repeat(500)]).await?;
    }
    let everything = log(&store).await?;
    if bed.try_stage(Hook::Reopen) {
        // What was written a moment ago may still be in memory.
        store.close().await;
        drop(store);
        store = bed.open().await?;
    }
    if !bed.try_stage(Hook::FailReads) {
        return Ok(());
    }
    let (mut feed, mut served) = (feed(&store, Position::START), Vec::new());
    while feed.position() < last.last_position {
        match in_time("reads fail, and a feed", feed.next()).await? {
            Ok(page) => served.extend(seen(&page)),
            Err(FeedError::Store { after, source }) => {
                check!(
                    after == feed.position(),
                    "a feed at {} ended after {after}: {source}",
                    feed.position()
                );
                break;
            }
            Err(other) => return Err(other.into()),
        }
    }
    bed.stage(Hook::HealReads)?;
    served.extend(follow(&mut feed, &last).await?);
    equal("what was served before reads failed and after", &served, &everything)
}

/// Rule 7.1: power is lost at each step of the disk, under a subscriber that writes down its position now and then. It goes on after what
/// it wrote down: nothing is missing, and only what it had not written down comes again, as it was.
pub(in super::super) async fn subscriber_resumes_after_any_crash(bed: Bed) -> Verdict {
    bed.stage(Hook::Reopen)?;
    for crash in 0..500 {
        let bed = bed.fresh();
        let store = bed.open().await?;
        bed.stage(Hook::CrashAfter(crash))?;
        let (mut feed, mut served, mut kept) = (feed(&store, Position::START), Vec::new(), (0, Position::START));
        let mut ran_through = true;
        for number in 0..8_usize {
            let Ok(receipt) = append(&store, &stream("main"), ANY, &vec![number.to_string(); 1 + number % 3]).await
            else {
                ran_through = false;
                break;
            };
            // A store that has lost its power need not be read.
            served.extend(follow(&mut feed, &receipt).await.unwrap_or_default());
            if number % 3 == 1 {
                kept = (served.len(), feed.position());
            }
        }
        bed.stage(Hook::Crash)?;
        drop((store, feed));
        resumes(&bed.open().await?, &served, kept, crash).await?;
        if ran_through {
            return Ok(());
        }
    }
    Err(Stop::failed("eight appends took more than 500 steps of the disk"))
}

async fn resumes(store: &AnyStore, served: &[Seen], (count, position): (usize, Position), crash: u32) -> Verdict {
    let last = append(store, &stream("main"), ANY, &["after"]).await?;
    let mut feed = feed(store, position);
    let again = follow(&mut feed, &last).await?;
    let (before, unkept) = served.split_at(count.min(served.len()));
    let what = format!("what comes again after a crash at step {crash} of the disk");
    equal(&what, &again.get(..unkept.len()).unwrap_or_default(), &unkept)?;
    let all: Vec<Seen> = before.iter().cloned().chain(again).collect();
    let what = format!("what a subscriber has seen that resumed after a crash at step {crash}");
    equal(&what, &all, &log(store).await?)
}
