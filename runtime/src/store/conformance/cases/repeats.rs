//! One append id, one batch: a resend is written once, and a part, an overlap or another order under the same id is another batch.

use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::cases::keys::{again, is_original, is_refused, keeps_keys, keyed};
use crate::store::conformance::kit::{ANY, append, batch, event, events, exact, is_a_stream, log, new_append, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{AnyStore, AppendError, Batch, EventStore, Expected, IdempotencyKey, NewEvent, Refusal};

/// Rules 2.1, 2.2: the same batch under the same append id gives the original receipt, whatever it expected and however far the stream has
/// gone on, one after the other and at once.
pub(in super::super) async fn same_append_returns_original(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let main = stream("main");
    let mut kept = Vec::new();
    for (expected, payloads) in [
        (Expected::NoStream, vec!["first"]),
        (exact(1), vec!["second", "third"]),
        (Expected::Exists, vec![""]),
        (ANY, vec!["fifth"]),
    ] {
        let tried = batch(&main, expected, &payloads);
        let receipt = store.append(tried.clone()).await?;
        check!(!receipt.duplicate, "a first append is marked as a duplicate");
        kept.push((tried, receipt));
        for (tried, receipt) in &kept {
            is_original(&store, tried.clone(), receipt).await?;
        }
    }
    for number in 0..30 {
        let tried = batch(&main, ANY, &[number.to_string()]);
        let twin = (store.clone(), tried.clone());
        let twin = tokio::spawn(async move { twin.0.append(twin.1).await });
        let (one, two) = (store.append(tried).await?, twin.await??);
        check!(
            one.duplicate != two.duplicate && one.clone().as_duplicate() == two.clone().as_duplicate(),
            "a batch that was sent twice at once answered {one:?} and {two:?}"
        );
    }
    let seen = events(&store, &main).await?;
    equal("the events of all appends, each once", &seen.len(), &35)?;
    is_a_stream(&seen, &main)
}

fn numbers(main: &crate::stream::StreamId, expected: Expected, numbers: &[u32]) -> Batch {
    let events = numbers
        .iter()
        .map(|number| NewEvent::new("case.number", 1, 1, number.to_string()));
    Batch::new(new_append()).part(main.clone(), expected, events.collect())
}

/// Rule 2.2: events 1, 3, 7 and then 2, 7, 14, a part, more, or another order: other content under one key, and under one append id.
pub(in super::super) async fn partial_overlap_is_refused(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let main = stream("main");
    append(&store, &main, Expected::NoStream, &["before"]).await?;
    let original = numbers(&main, exact(1), &[1, 3, 7]);
    let receipt = store.append(original.clone()).await?;
    let keyed_original = keyed(numbers(&main, ANY, &[1, 3, 7]), "k");
    let keyed_receipt = store.append(keyed_original.clone()).await?;
    let id_reused = |append| Refusal::AppendIdReused {
        append,
        parts: receipt.parts.clone(),
    };
    let key_reused = Refusal::KeyReused {
        key: IdempotencyKey::new("k"),
        parts: keyed_receipt.parts.clone(),
    };
    for others in [
        &[2, 7, 14][..],
        &[1, 3],
        &[3, 7],
        &[1, 3, 7, 14],
        &[7, 3, 1],
        &[1, 3, 8],
    ] {
        // What is expected makes it no more the same: the version of then, that of now, none.
        for expected in [exact(1), exact(7), ANY] {
            let mut other = numbers(&main, expected, others);
            is_refused(&store, keyed(other.clone(), "k"), &key_reused).await?;
            other.append = original.append;
            is_refused(&store, other, &id_reused(original.append)).await?;
        }
    }
    // A resend has the key of the first attempt, or the key would not be remembered.
    is_refused(&store, keyed(original.clone(), "new"), &id_reused(original.append)).await?;
    let found = store.find_key(&main, &IdempotencyKey::new("new")).await?;
    equal("the key of a batch that was refused", &found, &None)?;
    if store.capabilities().many_streams {
        let mut wider = original.clone().part(stream("other"), ANY, vec![event("4")]);
        is_refused(&store, wider.clone(), &id_reused(original.append)).await?;
        wider.append = new_append();
        let whole = store.append(wider.clone()).await;
        check!(
            matches!(whole, Err(AppendError::Conflict { .. })),
            "a batch of an append of its own has a stale version, and it answered {whole:?}"
        );
    }
    is_original(&store, original, &receipt).await?;
    is_original(&store, again(&keyed_original), &keyed_receipt).await
}

/// Rules 2.1, 2.7: the answer is lost before the commit and after it; the same batch again commits once.
pub(in super::super) async fn resend_commits_once(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let main = stream("main");
    append(&store, &main, Expected::NoStream, &["before"]).await?;
    let mut count = 1;
    for committed in [false, true] {
        for kind in 0..4 {
            let expected = if kind % 2 == 0 { exact(count) } else { ANY };
            let tried = batch(&main, expected, &[format!("{committed} {kind}"), "second".to_owned()]);
            let tried = if kind < 2 {
                tried
            } else {
                keyed(tried, &format!("{committed} {kind}"))
            };
            bed.stage(Hook::LoseAnswer { committed })?;
            is_lost(&store, &tried).await?;
            if kind == 0 && committed {
                // Somebody else goes on: what was expected no longer holds.
                append(&store, &main, ANY, &["another"]).await?;
                count += 1;
            }
            let receipt = store.append(tried.clone()).await?;
            equal("whether the resend is a duplicate", &receipt.duplicate, &committed)?;
            count += 2;
            is_original(&store, tried.clone(), &receipt).await?;
            equal(
                "the events after a resend",
                &events(&store, &main).await?.len(),
                &(count as usize),
            )?;
        }
    }
    // Not written, and overtaken: the resend is the conflict that it would have been.
    let tried = batch(&main, exact(count), &["overtaken"]);
    bed.stage(Hook::LoseAnswer { committed: false })?;
    is_lost(&store, &tried).await?;
    append(&store, &main, exact(count), &["another"]).await?;
    let resent = store.append(tried).await;
    check!(
        matches!(resent, Err(AppendError::Conflict { .. })),
        "a resend that was overtaken answered {resent:?}"
    );
    resend_in_doubt(&bed, store).await
}

async fn is_lost(store: &AnyStore, tried: &Batch) -> Verdict {
    let answer = store.append(tried.clone()).await;
    check!(
        matches!(answer, Err(AppendError::Unknown { .. })),
        "the answer was lost, and it was {answer:?}"
    );
    Ok(())
}

/// A store that stopped writing must not call a resend definitely not written, when the first attempt may have been.
async fn resend_in_doubt(bed: &Bed, store: AnyStore) -> Verdict {
    if !bed.try_stage(Hook::FailSync) {
        return Ok(());
    }
    let main = stream("main");
    let tried = keyed(batch(&main, ANY, &["in doubt"]), "in doubt");
    is_lost(&store, &tried).await?;
    for resend in [tried.clone(), again(&tried)] {
        let answer = store.append(resend).await;
        check!(
            matches!(answer, Err(AppendError::Unknown { .. }) | Ok(_)),
            "the first attempt may have been written, and its repeat answered {answer:?}"
        );
    }
    if !bed.try_stage(Hook::Reopen) {
        return Ok(());
    }
    store.close().await;
    drop(store);
    let store = bed.open().await?;
    let receipt = store.append(again(&tried)).await?;
    is_original(&store, again(&tried), &receipt).await?;
    let found = log(&store).await?;
    let found = found.iter().filter(|event| event.payload == b"in doubt").count();
    equal("the events of a request in doubt, after its repeat", &found, &1)
}
