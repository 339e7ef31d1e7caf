//! Positions: unique, rising, agreeing with versions, causes and time.

use tokio::task::JoinSet;

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::cases::keys::keyed;
use crate::store::conformance::history::{self, Recorder};
use crate::store::conformance::kit::{
    ANY, Seen, append, batch, event, events, head_of, is_a_stream, is_whole, log, log_after, new_append, stream,
};
use crate::store::{AnyStore, Batch, Committed, EventStore, Expected, KeyWindow, LogRead, PageSize, StreamRead};
use crate::stream::Position;

/// Many streams in parallel, single events and batches; all receipts.
async fn many_writers(store: &AnyStore) -> Result<Vec<Committed>, Stop> {
    let mut tasks: JoinSet<Result<Vec<Committed>, Stop>> = JoinSet::new();
    for writer in 0..6_usize {
        let store = store.clone();
        tasks.spawn(async move {
            let mut receipts = Vec::new();
            for number in 0..30_usize {
                let stream = stream(&format!("{}", (writer * 7 + number) % 11));
                receipts.push(
                    append(
                        &store,
                        &stream,
                        ANY,
                        &vec![format!("{writer}.{number}"); 1 + number % 3],
                    )
                    .await?,
                );
                tokio::task::yield_now().await;
            }
            Ok(receipts)
        });
    }
    let mut receipts = Vec::new();
    while let Some(of_writer) = tasks.join_next().await {
        receipts.extend(of_writer??);
    }
    Ok(receipts)
}

/// Rule 3.1: positions rise strictly, in pages of every size and after opening again; each receipt names the positions of its events.
pub(in super::super) async fn positions_strictly_increase(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let receipts = many_writers(&store).await?;
    let everything = log(&store).await?;
    rises(&everything)?;
    for receipt in &receipts {
        let found: Vec<&Seen> = everything
            .iter()
            .filter(|event| event.append == receipt.append)
            .collect();
        is_whole(&found, store.capabilities().dense_positions)?;
        let range = found
            .first()
            .zip(found.last())
            .map(|(first, last)| (first.position, last.position));
        equal(
            "the positions of a receipt",
            &Some((receipt.first_position, receipt.last_position)),
            &range,
        )?;
    }
    for size in [1, 3, 1_000] {
        equal(
            "the log in pages",
            &log_after(&store, Position::START, PageSize::events(size)).await?,
            &everything,
        )?;
    }
    equal(
        "the head",
        &Some(store.head().await?),
        &everything.last().map(|event| event.position),
    )?;
    if bed.try_stage(super::super::Hook::Reopen) {
        store.close().await;
        drop(store);
        rises(&log(&bed.open().await?).await?)?;
    }
    Ok(())
}

fn rises(everything: &[Seen]) -> Verdict {
    for pair in everything.windows(2) {
        let (before, after) = (pair[0].position, pair[1].position);
        check!(before < after, "position {after} stands after {before}");
    }
    check!(
        everything.first().is_none_or(|first| first.position > Position::START),
        "an event stands at position 0"
    );
    Ok(())
}

/// Rule 3.1: inside a stream, positions agree with versions, and the log holds exactly what the streams hold.
pub(in super::super) async fn position_order_is_version_order(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    many_writers(&store).await?;
    let everything = log(&store).await?;
    let mut in_streams = 0;
    for number in 0..11 {
        let stream = stream(&number.to_string());
        let from_log: Vec<Seen> = everything
            .iter()
            .filter(|event| event.stream == stream)
            .cloned()
            .collect();
        is_a_stream(&from_log, &stream)?;
        equal(
            "a stream, and its part of the log",
            &events(&store, &stream).await?,
            &from_log,
        )?;
        in_streams += from_log.len();
    }
    equal("the events of all streams", &in_streams, &everything.len())
}

/// Rule 3.1: where the store declares it, positions are 1, 2, 3, … and a refusal uses up none.
pub(in super::super) async fn positions_are_dense(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    if !store.capabilities().dense_positions {
        return Err(Stop::NotRun("the store does not declare dense positions".to_owned()));
    }
    many_writers(&store).await?;
    let taken = append(&store, &stream("1"), Expected::NoStream, &["stale"]).await;
    check!(taken.is_err(), "a stale append committed");
    append(&store, &stream("1"), ANY, &["last"]).await?;
    for (event, number) in log(&store).await?.iter().zip(1..) {
        equal("the position of an event", &event.position, &Position::new(number))?;
    }
    equal(
        "the head",
        &store.head().await?.get(),
        &(log(&store).await?.len() as u64),
    )
}

/// Rule 3.5: what was appended because of what was read stands after it, over chains of many tasks.
pub(in super::super) async fn effect_after_cause(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    append(&store, &stream("link-0"), ANY, &["0"]).await?;
    let mut tasks: JoinSet<Verdict> = JoinSet::new();
    for link in 1..6_u64 {
        let store = store.clone();
        tasks.spawn(async move {
            let (cause, effect) = (stream(&format!("link-{}", link - 1)), stream(&format!("link-{link}")));
            let mut done = 0;
            while done < 20 {
                let causes = events(&store, &cause).await?;
                for cause in causes.iter().skip(done) {
                    let receipt = append(&store, &effect, ANY, &[cause.position.get().to_string()]).await?;
                    let (after, before) = (receipt.first_position, cause.position);
                    check!(
                        after > before,
                        "the effect at {after} stands before its cause at {before}"
                    );
                    done += 1;
                }
                tokio::task::yield_now().await;
            }
            Ok(())
        });
    }
    for number in 1..20 {
        append(&store, &stream("link-0"), ANY, &[number.to_string()]).await?;
        tokio::task::yield_now().await;
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    for event in log(&store)
        .await?
        .iter()
        .filter(|event| event.stream != stream("link-0"))
    {
        let cause: u64 = String::from_utf8_lossy(&event.payload).parse().unwrap_or(u64::MAX);
        check!(
            event.position.get() > cause,
            "position {} was caused by {cause}",
            event.position
        );
    }
    Ok(())
}

/// Rules 1.5, 1.7, 3.5: a history of racing appends and reads has an order that explains every answer, with the log as its witness.
pub(in super::super) async fn history_is_linearizable(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    if !store.capabilities().linearizable {
        return Err(Stop::NotRun(
            "the store does not declare linearizable appends".to_owned(),
        ));
    }
    let keeps_keys = store.capabilities().key_window != KeyWindow::None;
    let recorder = Recorder::default();
    let mut random = bed.random();
    let mut tasks: JoinSet<Verdict> = JoinSet::new();
    for _ in 0..6 {
        let (store, recorder, mut random) = (store.clone(), recorder.clone(), random.fork());
        tasks.spawn(async move {
            let mut last: Option<Batch> = None;
            for number in 0..80_u64 {
                let stream = stream(&format!("{}", random.below(3)));
                let head = head_of(&store, &stream).await?;
                tokio::task::yield_now().await;
                match random.below(11) {
                    0 => recorder.head(&store).await?,
                    1 => recorder.read(&store, StreamRead::new(stream)).await?,
                    2 => {
                        recorder
                            .append(&store, batch(&stream, Expected::Exists, &["x", "y"]))
                            .await;
                    }
                    3 => recorder.append(&store, batch(&stream, ANY, &["x"])).await,
                    // One request of several callers, and the batch of before once more: written once.
                    8 | 9 if keeps_keys => {
                        let request = keyed(batch(&stream, ANY, &["k"]), &(number / 8).to_string());
                        last = Some(request.clone());
                        recorder.append(&store, request).await;
                    }
                    10 if keeps_keys => {
                        if let Some(last) = last.clone() {
                            recorder.append(&store, last).await;
                        }
                    }
                    4 if store.capabilities().many_streams => {
                        let other = super::super::kit::stream("3");
                        let both = Batch::new(new_append()).part(stream, Expected::loaded(head), vec![event("x")]);
                        recorder.append(&store, both.part(other, ANY, vec![event("y")])).await;
                    }
                    _ => {
                        recorder
                            .append(&store, batch(&stream, Expected::loaded(head), &["x"]))
                            .await;
                    }
                }
            }
            Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let mut witness = Vec::new();
    let mut after = Position::START;
    loop {
        let page = store.read_log(LogRead::after(after)).await?;
        witness.extend(page.iter().map(history::Entry::from));
        after = page.scanned_through();
        if page.at_end() {
            break;
        }
    }
    let operations = recorder.finish();
    check!(
        operations.len() >= 400,
        "only {} operations were recorded",
        operations.len()
    );
    history::check(&operations, &witness).map_err(|violation| Stop::failed(violation.to_string()))
}
