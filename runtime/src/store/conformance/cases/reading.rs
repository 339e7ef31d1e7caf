//! Reading a stream from every version, both ways, and while it grows.

use tokio::task::JoinSet;

use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, Seen, append, events, is_a_stream, log, stream, version, walk};
use crate::store::{EventStore, LogRead, PageSize, StreamRead};
use crate::stream::Position;

/// Rule 1.11: from each version, before the first and behind the last, forward and backward, in pages of every small size.
pub(in super::super) async fn read_from_every_version(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (main, other) = (stream("main"), stream("other"));
    let count = 12_u64;
    for number in 0..count {
        append(&store, &main, ANY, &[format!("main {number}")]).await?;
        append(&store, &other, ANY, &["between", "and between"]).await?;
    }
    let all = events(&store, &main).await?;
    is_a_stream(&all, &main)?;
    equal("the events of the stream", &(all.len() as u64), &count)?;
    for size in [1, 2, 5, 12, 13] {
        for from in (1..=count + 3).map(Some).chain([None, Some(u64::MAX)]) {
            let mut read = StreamRead::new(main.clone()).size(PageSize::events(size));
            if let Some(from) = from {
                read = read.from(version(from));
            }
            let what = |way| format!("reading {way} from {from:?} in pages of {size}");
            let forward: Vec<Seen> = all
                .iter()
                .filter(|event| event.version.get() >= from.unwrap_or(1))
                .cloned()
                .collect();
            equal(&what("forward"), &walk(&store, read.clone()).await?, &forward)?;
            let upto = from.unwrap_or(u64::MAX);
            let backward: Vec<Seen> = all
                .iter()
                .rev()
                .filter(|event| event.version.get() <= upto)
                .cloned()
                .collect();
            equal(&what("backward"), &walk(&store, read.backward()).await?, &backward)?;
        }
    }
    let absent = StreamRead::new(stream("absent"));
    for read in [
        absent.clone(),
        absent.clone().backward(),
        absent.clone().from(version(7)),
        absent.from(version(7)).backward(),
    ] {
        equal("an absent stream", &walk(&store, read).await?, &Vec::new())?;
    }
    Ok(())
}

/// Rules 1.11, 3.3: while writers run, what a reader was served stays as it was, grows without a hole, and misses nothing at the end.
pub(in super::super) async fn read_during_append_has_no_hole(bed: Bed) -> Verdict {
    const WRITERS: usize = 4;
    let store = bed.open().await?;
    let shared = stream("shared");
    let mut writers: JoinSet<Verdict> = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, shared) = (store.clone(), shared.clone());
        let own = stream(&format!("own-{writer}"));
        writers.spawn(async move {
            for number in 0..60 {
                append(
                    &store,
                    &shared,
                    ANY,
                    &[format!("{writer}.{number}"), "second".to_owned()],
                )
                .await?;
                append(&store, &own, ANY, &[format!("{writer}.{number}")]).await?;
                tokio::task::yield_now().await;
            }
            Ok(())
        });
    }
    let dense = store.capabilities().dense_positions;
    let (mut served, mut after, mut ended) = (Vec::<Seen>::new(), Position::START, 0);
    let (mut of_shared, mut size) = (0, 0);
    loop {
        let last_turn = ended == WRITERS;
        size = size % 7 + 1;
        let page = store
            .read_log(LogRead::after(after).size(PageSize::events(size)))
            .await?;
        for event in page.iter().map(Seen::from) {
            let before = served.last().map_or(0, |event| event.position.get());
            let this = event.position.get();
            check!(
                this > before && (!dense || this == before + 1),
                "position {this} was served after {before}"
            );
            served.push(event);
        }
        let through = page.scanned_through();
        check!(through >= after, "a page after {after} was scanned through {through}");
        check!(
            served.last().is_none_or(|last| last.position <= through),
            "scanned through {through}, less than was served"
        );
        after = through;
        let seen = events(&store, &shared).await?;
        is_a_stream(&seen, &shared)?;
        check!(
            seen.len() >= of_shared,
            "a stream of {of_shared} events shrank to {}",
            seen.len()
        );
        check!(seen.len() % 2 == 0, "{} events are seen of appends of two", seen.len());
        of_shared = seen.len();
        if last_turn && page.at_end() {
            break;
        }
        while let Some(done) = writers.try_join_next() {
            done??;
            ended += 1;
        }
        tokio::task::yield_now().await;
    }
    equal("the events of all writers", &served.len(), &(WRITERS * 60 * 3))?;
    equal("what was served on the way", &served, &log(&store).await?)
}
