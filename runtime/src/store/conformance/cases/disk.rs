//! A full disk, a disk that cannot be read, a store that was closed: each is a definite answer.

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, append, batch, events, exact, head_of, log, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{AppendError, EventStore, Expected, LogRead, ReadError, Refusal, StreamRead};
use crate::stream::Position;

/// Rule 1.6: a full disk refuses, definitely and for now; reads go on; once there is space again the same append is taken.
pub(in super::super) async fn full_disk_is_definite(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("main");
    append(&store, &stream, Expected::NoStream, &["before"]).await?;
    bed.stage(Hook::FillDisk)?;
    // A store may have reserved space before; large events use it up.
    let large = "x".repeat(200 << 10);
    let mut accepted = 1;
    let refused = loop {
        check!(accepted < 2_000, "{accepted} events of 200 KiB went to a full disk");
        let tried = batch(&stream, exact(accepted), &[&large]);
        match store.append(tried.clone()).await {
            Ok(_) => accepted += 1,
            Err(AppendError::Refused(refusal)) => {
                let is_space = matches!(refusal, Refusal::StorageFull | Refusal::Resource { .. });
                check!(
                    is_space && refusal.is_passing(),
                    "a full disk passes, and it answered {refusal:?}"
                );
                break tried;
            }
            Err(other) => {
                return Err(Stop::failed(format!(
                    "a full disk is a refusal, and it answered {other:?}"
                )));
            }
        }
    };
    equal(
        "the stream on a full disk",
        &head_of(&store, &stream).await?.map(u64::from),
        &Some(accepted),
    )?;
    bed.stage(Hook::FreeDisk)?;
    store.append(refused).await?;
    append(&store, &stream, exact(accepted + 1), &["small"]).await?;
    equal(
        "the stream after space was freed",
        &head_of(&store, &stream).await?.map(u64::from),
        &Some(accepted + 2),
    )?;
    if bed.try_stage(Hook::Reopen) {
        store.close().await;
        drop(store);
        let store = bed.open().await?;
        equal(
            "the stream after opening again",
            &head_of(&store, &stream).await?.map(u64::from),
            &Some(accepted + 2),
        )?;
    }
    Ok(())
}

/// Rule 1.6: a closed store refuses appends and reads, says why, and closing again does nothing; what was handed over before is kept.
pub(in super::super) async fn close_is_definite(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("main");
    append(&store, &stream, Expected::NoStream, &["before"]).await?;
    let other = store.clone();
    for _ in 0..2 {
        store.close().await;
        for store in [&store, &other] {
            let answer = append(store, &stream, ANY, &["after"]).await;
            check!(
                matches!(answer, Err(AppendError::Refused(Refusal::Closed))),
                "an append to a closed store is `Closed`, and it answered {answer:?}"
            );
            let page = store.read_log(LogRead::after(Position::START)).await;
            check!(
                matches!(page, Err(ReadError::Closed)),
                "a closed store gave a page of the log, or another error: {page:?}"
            );
            let page = store.read_stream(StreamRead::new(stream.clone())).await;
            check!(
                matches!(page, Err(ReadError::Closed)),
                "a closed store gave a page, or another error: {page:?}"
            );
            let head = store.head().await;
            check!(
                matches!(head, Err(ReadError::Closed)),
                "a closed store gave a head, or another error: {head:?}"
            );
            let waited = store.wait(Position::START).await;
            check!(
                matches!(waited, Err(ReadError::Closed)),
                "who waits for a closed store is told that it is closed, and was told {waited:?}"
            );
        }
    }
    drop((store, other));
    if bed.try_stage(Hook::Reopen) {
        let store = bed.open().await?;
        equal("the events after closing", &events(&store, &stream).await?.len(), &1)?;
    }
    Ok(())
}

/// Rule 7.10: a read that fails is an error and never the end; what it does give is right.
pub(in super::super) async fn read_error_is_not_the_end(bed: Bed) -> Verdict {
    let mut store = bed.open().await?;
    let stream = stream("main");
    for number in 0..20_u64 {
        append(&store, &stream, Expected::Any, &[format!("{number}").repeat(500)]).await?;
    }
    let everything = log(&store).await?;
    if bed.try_stage(Hook::Reopen) {
        // What was written a moment ago may still be in memory.
        store.close().await;
        drop(store);
        store = bed.open().await?;
    }
    bed.stage(Hook::FailReads)?;
    let mut errors = 0;
    for after in everything.iter().map(|event| Position::new(event.position.get() - 1)) {
        let Ok(page) = store.read_log(LogRead::after(after)).await else {
            errors += 1;
            continue;
        };
        let last = page.last().map_or(after, |event| event.position);
        let rest = everything.last().is_some_and(|event| event.position > last);
        check!(
            !(page.at_end() && rest),
            "a page after {after} ends at {last}, where reading failed, and says that it is the last"
        );
        check!(
            !page.is_empty() || !rest,
            "a page after {after} is empty, where reading failed"
        );
    }
    match store.read_stream(StreamRead::new(stream.clone())).await {
        Err(_) => errors += 1,
        Ok(page) => {
            let all = page.len() == everything.len();
            check!(
                all || !page.at_end(),
                "a stream of {} ends after {}, where reading failed",
                everything.len(),
                page.len()
            );
        }
    }
    check!(errors > 0, "no read failed: the hook for failing reads does nothing");
    bed.stage(Hook::HealReads)?;
    equal("the log once it can be read", &log(&store).await?, &everything)?;
    append(&store, &stream, exact(20), &["after"]).await?;
    Ok(())
}
