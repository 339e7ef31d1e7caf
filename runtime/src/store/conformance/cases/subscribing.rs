//! Feeds, by which every consumer reads: catching up, then living on what is written, and what that costs.

use std::sync::Arc;

use crate::runtime::feed::Feed;
use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::feeds::{feed, follow, in_time, seen, tail};
use crate::store::conformance::kit::{ANY, Seen, append, log, poll_times, stream};
use crate::store::conformance::waking::{Wakes, Waking};
use crate::store::{AnyStore, Filter};
use crate::stream::Position;

fn behind(everything: &[Seen], after: Position) -> Vec<Seen> {
    everything
        .iter()
        .filter(|event| event.position > after)
        .cloned()
        .collect()
}

/// Rules 7.1, 7.2: from every position, with an append before each step of the change to live: what was there and what came, each event
/// once and in order. Then many feeds at once, while writers run.
pub(in super::super) async fn catch_up_to_live(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (main, mut begins) = (stream("main"), vec![Position::START]);
    for number in 0..6 {
        let receipt = append(&store, &main, ANY, &[format!("{number}"), "second".to_owned()]).await?;
        begins.extend([receipt.first_position, receipt.last_position]);
    }
    for after in begins {
        for step in 0..6 {
            let (mut feed, mut served) = (feed(&store, after), Vec::new());
            for _ in 0..step {
                let page = poll_times(feed.next(), 1).await.transpose()?;
                served.extend(page.iter().flat_map(seen));
            }
            let last = append(&store, &main, ANY, &["in between"]).await?;
            served.extend(follow(&mut feed, &last).await?);
            let what = format!("what a feed after {after} was served, with an append before its step {step}");
            equal(&what, &served, &behind(&log(&store).await?, after))?;
        }
    }
    beside_writers(&store).await
}

async fn beside_writers(store: &AnyStore) -> Verdict {
    let from = log(store).await?.last().map_or(Position::START, |event| event.position);
    // What is kept for those behind is so small that some of them always have to read the store again.
    let shared = Arc::new(tail(store).bytes(4_000));
    let of_one = Filter::default().streams([stream("writer 1"), stream("end")]);
    let mut feeds = Vec::new();
    for number in 0..5 {
        let filter = if number < 3 { Filter::default() } else { of_one.clone() };
        let mut feed = Feed::new(Arc::clone(&shared), filter.clone(), from);
        let reading = tokio::spawn(async move {
            let mut all: Vec<Seen> = Vec::new();
            while all.last().is_none_or(|event| event.payload != b"end") {
                let what = "writers ran and ended, and a feed beside them";
                all.extend(seen(&in_time(what, feed.next()).await??));
            }
            Ok::<_, Stop>(all)
        });
        feeds.push((filter, reading));
    }
    let mut writers = Vec::new();
    for writer in 0..4 {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            for number in 0..40 {
                let payloads = vec![number.to_string().repeat(20); 1 + number % 3];
                append(&store, &stream(&format!("writer {writer}")), ANY, &payloads).await?;
                tokio::task::yield_now().await;
            }
            Ok::<_, Stop>(())
        }));
    }
    for writer in writers {
        writer.await??;
    }
    append(store, &stream("end"), ANY, &["end"]).await?;
    let everything = behind(&log(store).await?, from);
    for (filter, reading) in feeds {
        let wanted: Vec<Seen> = everything
            .iter()
            .filter(|event| filter.takes_stream(&event.stream))
            .cloned()
            .collect();
        equal("what a feed was served beside writers", &reading.await??, &wanted)?;
    }
    Ok(())
}

/// Rule 7.2: wake-ups that are lost, that come for nothing and that come early change nothing of what is served. And the store does wake:
/// one who looks only once an hour is served what is written now.
pub(in super::super) async fn lost_wakeup_is_only_late(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    for wakes in [Wakes::Never, Wakes::Always, Wakes::EveryOther] {
        let bent = AnyStore::new(Waking::new(store.clone(), wakes));
        let (mut feed, mut served) = (feed(&bent, Position::START), Vec::new());
        for number in 0..8 {
            let last = append(&store, &stream("main"), ANY, &vec![format!("{number}"); 1 + number % 2]).await?;
            served.extend(follow(&mut feed, &last).await?);
        }
        equal(
            &format!("what was served where {wakes:?} woke"),
            &served,
            &log(&store).await?,
        )?;
    }
    let hour = std::time::Duration::from_secs(3_600);
    let (alone, end) = (Arc::new(tail(&store).every(hour)), log(&store).await?.len());
    let mut feed = Feed::new(Arc::clone(&alone), Filter::default(), Position::START);
    let mut served = Vec::new();
    for number in 0..20 {
        let (store, payload) = (store.clone(), number.to_string());
        let writing = tokio::spawn(async move {
            for _ in 0..number % 4 {
                tokio::task::yield_now().await;
            }
            append(&store, &stream("main"), ANY, &[payload]).await
        });
        while served.len() <= end + number {
            let what = "an append was answered, and who waited for it";
            served.extend(seen(&in_time(what, feed.next()).await??));
        }
        writing.await??;
    }
    equal("what was served to one who is woken", &served, &log(&store).await?)
}

/// Rule 7.10: one that takes nothing costs nothing but the page that it holds: writers go on, others are served, what is kept for those
/// behind stays small, and when it goes on it has missed nothing.
pub(in super::super) async fn slow_subscriber_is_bounded(bed: Bed) -> Verdict {
    const KEPT: usize = 1 << 20;
    let store = bed.open().await?;
    let shared = Arc::new(tail(&store).bytes(KEPT));
    let new = || Feed::new(Arc::clone(&shared), Filter::default(), Position::START);
    let (mut stuck, mut live) = (new(), new());
    let first = append(&store, &stream("main"), ANY, &["first"]).await?;
    let mut late = follow(&mut stuck, &first).await?;
    let (mut served, mut last) = (Vec::new(), first);
    for number in 0..48_u64 {
        last = append(&store, &stream("main"), ANY, &[number.to_string().repeat(60 << 10)]).await?;
        served.extend(follow(&mut live, &last).await?);
        let kept = shared.kept_bytes();
        check!(
            kept <= KEPT,
            "{kept} bytes are kept beside one that is stuck, and {KEPT} are the most"
        );
    }
    late.extend(follow(&mut stuck, &last).await?);
    let everything = log(&store).await?;
    equal("what was served beside one that was stuck", &served, &everything)?;
    equal("what was served to one that was stuck", &late, &everything)
}
