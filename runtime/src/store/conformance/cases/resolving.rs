//! Finding out what became of an append whose outcome nobody knows: never too early, and never of another store.

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::cases::keys::keyed;
use crate::store::conformance::kit::{ANY, append, batch, event, exact, log, stream, whole_or_absent, yield_often};
use crate::store::conformance::subject::Hook;
use crate::store::{AnyStore, AppendError, Batch, EventStore, Expected, ReadError, Resolved, Unknown};

fn resolves(store: &AnyStore) -> Verdict {
    if store.capabilities().resolves {
        return Ok(());
    }
    Err(Stop::NotRun("the store cannot resolve".to_owned()))
}

fn of(store: &AnyStore, batch: &Batch) -> Unknown {
    let parts = batch.parts.iter().map(|part| (part.stream.clone(), part.expected));
    Unknown::new(batch.append, parts.collect(), store.identity(), store.opening())
}

async fn unknown(store: &AnyStore, tried: &Batch) -> Result<Unknown, Stop> {
    match store.append(tried.clone()).await {
        Err(AppendError::Unknown { unknown, .. }) => {
            equal("what is said of a lost answer", &*unknown, &of(store, tried))?;
            Ok(*unknown)
        }
        other => Err(Stop::failed(format!("the answer was lost, and it was {other:?}"))),
    }
}

/// A resolution is what the log says, for good.
async fn is_true(store: &AnyStore, tried: &Batch, resolved: &Resolved) -> Verdict {
    let everything = log(store).await?;
    let is_there = whole_or_absent(&everything, tried, store.capabilities().dense_positions)?;
    match resolved {
        Resolved::Committed(committed) => {
            check!(is_there, "an append was resolved as committed, and is not there");
            check!(!committed.duplicate, "the answer that was lost is no duplicate");
            let first = everything.iter().find(|event| event.append == tried.append);
            equal(
                "the first position of a resolved append",
                &first.map(|event| event.position),
                &Some(committed.first_position),
            )?;
            equal(
                "the time of a resolved append",
                &first.map(|event| event.recorded_at),
                &Some(committed.recorded_at),
            )?;
            let streams: Vec<_> = committed.parts.iter().map(|part| &part.stream).collect();
            let given: Vec<_> = tried.parts.iter().map(|part| &part.stream).collect();
            equal("the streams of a resolved append", &streams, &given)
        }
        Resolved::NotWritten => {
            check!(!is_there, "an append was resolved as not written, and is there");
            Ok(())
        }
        Resolved::StillUnknown => Ok(()),
    }
}

/// Rule 2.7: the answer is lost before the commit and after it, and `resolve` tells which; so after opening again, and where a sync failed.
pub(in super::super) async fn unknown_resolves_both_ways(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    resolves(&store)?;
    let main = stream("main");
    append(&store, &main, Expected::NoStream, &["before"]).await?;
    let mut count = 1;
    let mut kept = Vec::new();
    for committed in [true, false, true] {
        for expected in [exact(count), ANY, Expected::Exists] {
            let expected = if let Expected::Exact(_) = expected {
                exact(count)
            } else {
                expected
            };
            let mut tried = batch(&main, expected, &["a", "b"]);
            if store.capabilities().many_streams {
                tried = tried.part(stream("other"), ANY, vec![event("c")]);
            }
            bed.stage(Hook::LoseAnswer { committed })?;
            let unknown = unknown(&store, &tried).await?;
            let resolved = store.resolve(&unknown).await?;
            check!(
                matches!(
                    (&resolved, committed),
                    (Resolved::Committed(_), true) | (Resolved::NotWritten, false)
                ),
                "an answer was lost (committed: {committed}), and it was resolved as {resolved:?}"
            );
            is_true(&store, &tried, &resolved).await?;
            count += if committed { 2 } else { 0 };
            kept.push((tried, unknown, resolved));
        }
    }
    for (_, unknown, resolved) in &kept {
        let again = store.resolve(unknown).await?;
        equal("what was resolved, asked again", &again, resolved)?;
    }
    resolves_after_reopening(&bed, store, kept).await
}

async fn resolves_after_reopening(
    bed: &Bed,
    mut store: AnyStore,
    mut kept: Vec<(Batch, Unknown, Resolved)>,
) -> Verdict {
    if !bed.try_stage(Hook::Reopen) {
        return Ok(());
    }
    for round in 0..6 {
        if bed.try_stage(Hook::FailSync) {
            let tried = keyed(batch(&stream("doubt"), ANY, &["x", "y"]), &round.to_string());
            let unknown = unknown(&store, &tried).await?;
            let resolved = store.resolve(&unknown).await?;
            check!(
                resolved == Resolved::StillUnknown,
                "a store that stopped writing cannot tell, and it resolved as {resolved:?}"
            );
            kept.push((tried, unknown, resolved));
        }
        if round % 2 == 0 || !bed.try_stage(Hook::Crash) {
            store.close().await;
        }
        drop(store);
        store = bed.open().await?;
        for (tried, unknown, before) in &mut kept {
            let resolved = store.resolve(unknown).await?;
            check!(
                resolved != Resolved::StillUnknown,
                "what was handed to an earlier opening can be told, and it resolved as {resolved:?}"
            );
            is_true(&store, tried, &resolved).await?;
            if *before != Resolved::StillUnknown {
                equal("what was resolved, after opening again", &resolved, before)?;
            }
            *before = resolved;
        }
        // Nothing that was resolved changes by what is written after it.
        append(&store, &stream("doubt"), ANY, &["after"]).await?;
    }
    Ok(())
}

/// Rule 2.7: the caller goes away while its append waits: `NotWritten` is not answered before it can no longer land.
pub(in super::super) async fn resolve_is_not_early(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    resolves(&store)?;
    let main = stream("main");
    append(&store, &main, Expected::NoStream, &["before"]).await?;
    for round in 0..4_u64 {
        bed.stage(Hook::Hold)?;
        let expected = if round % 2 == 0 { exact(1 + round) } else { ANY };
        let tried = batch(&main, expected, &[round.to_string()]);
        let unknown = of(&store, &tried);
        let delayed = (store.clone(), tried.clone());
        let caller = tokio::spawn(async move { delayed.0.append(delayed.1).await });
        bed.until_held().await;
        // The caller goes away, and nobody polls the attempt any more.
        caller.abort();
        let _gone = caller.await;
        let asked = (store.clone(), unknown.clone());
        let resolving = tokio::spawn(async move { asked.0.resolve(&asked.1).await });
        yield_often(1_000).await;
        let early = resolving.is_finished();
        check!(
            bed.try_stage(Hook::Release),
            "a store that holds commits can release them"
        );
        let resolved = resolving.await??;
        check!(
            !early || resolved == Resolved::StillUnknown,
            "an append that waits was resolved as {resolved:?}"
        );
        // The attempt ends; then there is one answer, and it is true.
        let settled = settled(&store, &unknown).await?;
        is_true(&store, &tried, &settled).await?;
        if resolved != Resolved::StillUnknown {
            equal("what was resolved, asked again", &settled, &resolved)?;
        }
        check!(
            matches!(settled, Resolved::Committed(_)),
            "an append that was released is committed, and it was resolved as {settled:?}"
        );
    }
    Ok(())
}

async fn settled(store: &AnyStore, unknown: &Unknown) -> Result<Resolved, Stop> {
    loop {
        match store.resolve(unknown).await? {
            Resolved::StillUnknown => tokio::task::yield_now().await,
            resolved => return Ok(resolved),
        }
    }
}

/// Rules 2.7, 3.7: of an append that another store was handed nothing is said, least of all that it was not written.
pub(in super::super) async fn resolve_asks_its_own_store(bed: Bed) -> Verdict {
    let (store, other) = (bed.open().await?, bed.fresh().open().await?);
    resolves(&store)?;
    let tried = batch(&stream("main"), Expected::NoStream, &["here"]);
    let unknown = of(&store, &tried);
    store.append(tried.clone()).await?;
    let resolved = store.resolve(&unknown).await?;
    is_true(&store, &tried, &resolved).await?;
    match other.resolve(&unknown).await {
        Err(ReadError::OtherStore { asked, store: is }) => {
            equal("the store that was asked for", &asked, &store.identity())?;
            equal("the store that was asked", &is, &other.identity())?;
        }
        answer => {
            return Err(Stop::failed(format!(
                "an append of another store was resolved as {answer:?}"
            )));
        }
    }
    // It can be kept and read again, whatever was expected.
    for expected in [Expected::NoStream, exact(u64::MAX), Expected::Exists, ANY] {
        let kept = of(&store, &batch(&stream("ключ/\"\\"), expected, &["x"]));
        let text = crate::codec::encode(&kept).map_err(|error| Stop::failed(error.to_string()))?;
        let read: Unknown = crate::codec::decode(&text).map_err(|error| Stop::failed(error.to_string()))?;
        equal("what was kept of an append of unknown outcome", &read, &kept)?;
    }
    Ok(())
}
