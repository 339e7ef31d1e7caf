//! Pages: how much they hold, when they are the last, and how far they were read.

use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, Seen, append, log, log_after, stream, walk};
use crate::store::{AnyStore, EventStore, LogRead, PageSize, StreamRead};
use crate::stream::Position;

/// Rule 1.11: pages of 1, n - 1, n, n + 1 events and of few bytes; a page holds no more than was asked for, and its first event always.
pub(in super::super) async fn page_edges(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (main, other) = (stream("main"), stream("other"));
    for number in 0..10_usize {
        append(&store, &main, ANY, &["x".repeat(10 * number)]).await?;
        append(&store, &other, ANY, &["y"]).await?;
    }
    let everything = log(&store).await?;
    equal("the events of the log", &everything.len(), &20)?;
    let of_main: Vec<Seen> = everything
        .iter()
        .filter(|event| event.stream == main)
        .cloned()
        .collect();
    let sizes = [1, 2, 9, 10, 11, 19, 20, 21, usize::MAX].map(PageSize::events);
    let few_bytes = [0, 1, 89, 90, 91, 200, usize::MAX].map(|bytes| PageSize {
        events: usize::MAX,
        bytes,
    });
    for size in sizes.into_iter().chain(few_bytes) {
        let what = format!("the log in pages of {size:?}");
        equal(&what, &log_after(&store, Position::START, size).await?, &everything)?;
        holds_no_more(&store, size, &everything).await?;
        let read = StreamRead::new(main.clone()).size(size);
        equal(
            &format!("a stream in pages of {size:?}"),
            &walk(&store, read.clone()).await?,
            &of_main,
        )?;
        let reversed: Vec<Seen> = of_main.iter().rev().cloned().collect();
        equal(
            &format!("a stream backward in pages of {size:?}"),
            &walk(&store, read.backward()).await?,
            &reversed,
        )?;
    }
    for after in everything.iter().map(|event| event.position) {
        let rest: Vec<Seen> = everything
            .iter()
            .filter(|event| event.position > after)
            .cloned()
            .collect();
        equal(
            &format!("the log after {after}"),
            &log_after(&store, after, PageSize::events(3)).await?,
            &rest,
        )?;
    }
    let absent = store.read_stream(StreamRead::new(stream("absent"))).await?;
    check!(
        absent.is_empty() && absent.at_end(),
        "an absent stream is an empty page, the last one"
    );
    Ok(())
}

async fn holds_no_more(store: &AnyStore, size: PageSize, everything: &[Seen]) -> Verdict {
    for after in everything.iter().map(|event| Position::new(event.position.get() - 1)) {
        let page = store.read_log(LogRead::after(after).size(size)).await?;
        check!(
            !page.is_empty(),
            "a page of {size:?} after {after} is empty: its first event always fits"
        );
        check!(
            page.len() <= size.events,
            "a page of {size:?} holds {} events",
            page.len()
        );
        let bytes: usize = page
            .iter()
            .map(|event| event.payload.len() + event.metadata.len())
            .sum();
        check!(
            page.len() == 1 || bytes <= size.bytes,
            "a page of {size:?} holds {bytes} bytes in {} events",
            page.len()
        );
        let reached = page
            .last()
            .is_some_and(|last| Some(last.position) == everything.last().map(|event| event.position));
        check!(
            reached || !page.at_end(),
            "a page of {size:?} after {after} is not the last, and says that it is"
        );
    }
    Ok(())
}

/// Rules 3.4, 7.5: `scanned_through` is never above what was read, and what comes later stands behind it.
pub(in super::super) async fn page_reports_scanned_through(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("main");
    let empty = store.read_log(LogRead::after(Position::START)).await?;
    equal(
        "an empty log is scanned through",
        &empty.scanned_through(),
        &Position::START,
    )?;
    for round in 0..5_usize {
        append(&store, &stream, ANY, &vec![round.to_string(); round + 1]).await?;
        let everything = log(&store).await?;
        for size in [1, 2, 3, 100] {
            for after in everything.iter().map(|event| event.position).chain([Position::START]) {
                let page = store
                    .read_log(LogRead::after(after).size(PageSize::events(size)))
                    .await?;
                let through = page.scanned_through();
                let served: Vec<Seen> = page.iter().map(Seen::from).collect();
                let should: Vec<Seen> = everything
                    .iter()
                    .filter(|event| event.position > after && event.position <= through)
                    .cloned()
                    .collect();
                equal(
                    &format!("the page after {after} that was scanned through {through}"),
                    &served,
                    &should,
                )?;
                check!(through >= after, "a page after {after} was scanned through {through}");
                let head = store.head().await?;
                check!(through <= head, "scanned through {through}, and the head is {head}");
            }
        }
        // A reader that is ahead of the log learns how far the log goes, and not that all is well up to where it stands.
        let head = store.head().await?;
        if let Ok(ahead) = store.read_log(LogRead::after(Position::new(head.get() + 7))).await {
            check!(
                ahead.is_empty(),
                "{} events after a position above the head",
                ahead.len()
            );
            let through = ahead.scanned_through();
            check!(
                through <= head,
                "a page above the head {head} was scanned through {through}, which nobody has read"
            );
        }
    }
    Ok(())
}
