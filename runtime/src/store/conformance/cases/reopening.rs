//! Closing, crashing and opening again: what was acknowledged is there, nothing else has changed, and no number is given twice.

use std::collections::BTreeMap;

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{
    ANY, Seen, append, batch, event, events, exact, is_a_stream, log, new_append, stream, whole_or_absent,
};
use crate::store::conformance::subject::Hook;
use crate::store::{AnyStore, AppendError, Batch, Committed, EventStore, Expected};
use crate::stream::{EventId, Position};

/// Rule 3.8: a full dump before closing and after opening again; so is what the store is.
pub(in super::super) async fn reopen_equals_before(bed: Bed) -> Verdict {
    bed.stage(Hook::Reopen)?;
    let mut random = bed.random();
    let mut store = bed.open().await?;
    let (identity, capabilities) = (store.identity(), store.capabilities());
    for _ in 0..4 {
        for _ in 0..10 {
            let stream = stream(&random.below(5).to_string());
            let size = random.below(3_000) as usize;
            append(&store, &stream, ANY, &[random.bytes(size), random.bytes(10)]).await?;
        }
        let before = log(&store).await?;
        store.close().await;
        drop(store);
        store = bed.open().await?;
        equal("the log after opening again", &log(&store).await?, &before)?;
        equal("the identity after opening again", &store.identity(), &identity)?;
        equal(
            "the capabilities after opening again",
            &store.capabilities(),
            &capabilities,
        )?;
        equal(
            "the head after opening again",
            &Some(store.head().await?),
            &before.last().map(|event| event.position),
        )?;
        for number in 0..5 {
            let stream = stream(&number.to_string());
            let of_stream: Vec<Seen> = before.iter().filter(|event| event.stream == stream).cloned().collect();
            equal(
                "a stream after opening again",
                &events(&store, &stream).await?,
                &of_stream,
            )?;
        }
    }
    Ok(())
}

/// The appends of a script, in order.
fn script() -> Vec<Batch> {
    let (main, other) = (stream("main"), stream("other"));
    vec![
        batch(&main, Expected::NoStream, &["1"]),
        batch(&main, exact(1), &["2", "3", "4"]),
        batch(&other, Expected::NoStream, &["x".repeat(5_000)]),
        Batch::new(new_append())
            .metadata(b"shared".to_vec())
            .part(main.clone(), exact(4), vec![event("5"), event("6")])
            .part(other.clone(), exact(1), vec![event("y"), event("z")]),
        batch(&main, ANY, &["7"]),
    ]
}

/// Rules 1.3, 1.7, 3.8: power is lost at each step of the disk, and again at each step of the recovery: what was answered is there, each
/// other append is there whole or not at all, and the store goes on.
pub(in super::super) async fn crash_at_every_write(bed: Bed) -> Verdict {
    bed.stage(Hook::Reopen)?;
    let many_streams = bed.open().await?.capabilities().many_streams;
    for crash in 0..500 {
        let mut again = 0;
        loop {
            let bed = bed.fresh();
            let store = bed.open().await?;
            bed.stage(Hook::CrashAfter(crash))?;
            let mut tried = Vec::new();
            for batch in script()
                .into_iter()
                .filter(|batch| many_streams || batch.parts.len() == 1)
            {
                let answer = store.append(batch.clone()).await;
                let crashed = answer.is_err();
                tried.push((batch, answer));
                if crashed {
                    break;
                }
            }
            let ran_through = tried.iter().all(|(_, answer)| answer.is_ok());
            bed.stage(Hook::Crash)?;
            drop(store);
            bed.stage(Hook::CrashAfter(again))?;
            let recovered = bed.open().await;
            let crashed_in_recovery = recovered.is_err();
            bed.stage(Hook::Crash)?;
            drop(recovered);
            let store = bed.open().await?;
            let what = format!("a crash at step {crash} of the disk, and at step {again} of the recovery");
            survived(&store, &tried, &what).await?;
            if !crashed_in_recovery {
                if ran_through {
                    return Ok(());
                }
                break;
            }
            again += 1;
        }
    }
    Err(Stop::failed(
        "a script of five appends took more than 500 steps of the disk",
    ))
}

async fn survived(store: &AnyStore, tried: &[(Batch, Result<Committed, AppendError>)], what: &str) -> Verdict {
    let everything = log(store).await?;
    let dense = store.capabilities().dense_positions;
    for (batch, answer) in tried {
        let is_there = whole_or_absent(&everything, batch, dense).map_err(|stop| match stop {
            Stop::Failed(why) => Stop::Failed(format!("after {what}: {why}")),
            other @ Stop::NotRun(_) => other,
        })?;
        match answer {
            Ok(receipt) => {
                check!(is_there, "an append was answered, and is gone after {what}");
                let position = everything
                    .iter()
                    .find(|event| event.append == batch.append)
                    .map(|event| event.position);
                equal(
                    "the position of an answered append",
                    &position,
                    &Some(receipt.first_position),
                )?;
            }
            Err(AppendError::Unknown { .. }) => {}
            Err(other) => check!(!is_there, "an append was refused ({other}), and is there after {what}"),
        }
    }
    for id in ["main", "other"] {
        is_a_stream(&events(store, &stream(id)).await?, &stream(id))?;
    }
    let receipt = append(store, &stream("main"), ANY, &["goes on"]).await?;
    let end = everything.last().map_or(Position::START, |event| event.position);
    check!(
        receipt.first_position > end,
        "after {what} an append took position {}",
        receipt.first_position
    );
    Ok(())
}

/// Rule 3.6: a position that was served or answered never names another event, over crashes with unfinished appends behind it.
pub(in super::super) async fn served_position_is_never_reused(bed: Bed) -> Verdict {
    bed.stage(Hook::Reopen)?;
    let stream = stream("main");
    let mut known: BTreeMap<Position, EventId> = BTreeMap::new();
    let mut store = bed.open().await?;
    let identity = store.identity();
    for round in 0..5 {
        append(&store, &stream, ANY, &[format!("{round}"), "second".to_owned()]).await?;
        bed.stage(Hook::Hold)?;
        let behind = (store.clone(), batch(&stream, ANY, &["unfinished"]));
        let unfinished = tokio::spawn(async move { behind.0.append(behind.1).await });
        bed.until_held().await;
        remember(&mut known, &log(&store).await?)?;
        bed.stage(Hook::Crash)?;
        drop(store);
        let answer = unfinished.await?;
        store = bed.open().await?;
        let everything = log(&store).await?;
        if let Ok(receipt) = answer {
            check!(
                everything.iter().any(|event| event.append == receipt.append),
                "position {} was answered, and is gone after a crash",
                receipt.first_position
            );
        }
        if store.identity() == identity {
            let kept = known
                .keys()
                .filter(|position| everything.iter().any(|event| event.position == **position))
                .count();
            equal("the positions that were served, after a crash", &kept, &known.len())?;
            remember(&mut known, &everything)?;
        }
    }
    Ok(())
}

fn remember(known: &mut BTreeMap<Position, EventId>, served: &[Seen]) -> Verdict {
    for event in served {
        let before = known.insert(event.position, event.id());
        check!(
            before.is_none_or(|before| before == event.id()),
            "position {} named {before:?}, and now names {}",
            event.position,
            event.id()
        );
    }
    Ok(())
}

/// Rule 3.8: one owner. A second opener is refused and harms nothing; when the first has closed, it is let in.
pub(in super::super) async fn second_opener_is_refused(bed: Bed) -> Verdict {
    let first = bed.open().await?;
    let stream = stream("main");
    append(&first, &stream, Expected::NoStream, &["first"]).await?;
    bed.stage(Hook::OpenTwice)?;
    for _ in 0..3 {
        let second = bed.open().await;
        check!(second.is_err(), "a store was opened a second time while it was open");
        let why = second.err().map(|error| error.to_string()).unwrap_or_default();
        check!(!why.is_empty(), "a second opener was refused without a word");
    }
    append(&first, &stream, exact(1), &["still writes"]).await?;
    first.close().await;
    drop(first);
    let second = bed.open().await?;
    equal("the events of both openers", &events(&second, &stream).await?.len(), &2)?;
    append(&second, &stream, exact(2), &["second"]).await?;
    Ok(())
}
