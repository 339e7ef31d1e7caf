//! Idempotency keys: one request is written once, whoever repeats it, and a key is never taken for another's.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{
    ANY, append, batch, event, events, exact, is_a_stream, log, new_append, poll_times, stream,
};
use crate::store::conformance::subject::Hook;
use crate::store::{
    AnyStore, AppendError, Batch, Committed, EventStore, Expected, Fingerprint, IdempotencyKey, KeyWindow, NewEvent,
    Refusal,
};

/// The case is not run on a store that keeps no keys.
pub(super) fn keeps_keys(store: &AnyStore) -> Verdict {
    if store.capabilities().key_window == KeyWindow::None {
        return Err(Stop::NotRun("the store keeps no keys".to_owned()));
    }
    Ok(())
}

/// A batch under a key, with the fingerprint of its own events.
pub(super) fn keyed(batch: Batch, key: &str) -> Batch {
    let fingerprint = Fingerprint::of_events(&batch.parts);
    batch.key(IdempotencyKey::new(key), fingerprint)
}

/// The same request once more, as another attempt makes it: of a new append.
pub(super) fn again(batch: &Batch) -> Batch {
    let mut again = batch.clone();
    again.append = new_append();
    again
}

/// A repeat was answered with the original receipt, and wrote nothing.
pub(super) async fn is_original(store: &AnyStore, repeat: Batch, original: &Committed) -> Verdict {
    let before = log(store).await?;
    let receipt = store.append(repeat).await?;
    equal("the receipt of a repeat", &receipt, &original.clone().as_duplicate())?;
    equal("the log after a repeat", &log(store).await?, &before)
}

/// A batch was refused with the reason and the versions of the original, for good, and wrote nothing.
pub(super) async fn is_refused(store: &AnyStore, other: Batch, refusal: &Refusal) -> Verdict {
    let before = log(store).await?;
    match store.append(other).await {
        Err(AppendError::Refused(found)) => equal("the refusal of other content", &found, refusal)?,
        answer => {
            return Err(Stop::failed(format!(
                "other content is {refusal:?}, and it answered {answer:?}"
            )));
        }
    }
    check!(!refusal.is_passing(), "{refusal:?} never passes");
    equal("the log after other content", &log(store).await?, &before)
}

/// Rules 2.3, 2.1: the same key and content gives the original receipt, marked as a duplicate, also of a batch of many events and of one
/// over streams; other metadata is the same content.
pub(in super::super) async fn same_key_returns_original(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    append(&store, &stream("main"), Expected::NoStream, &["before"]).await?;
    let many: Vec<String> = (0..50).map(|number| number.to_string()).collect();
    let mut tried = vec![
        ("a", keyed(batch(&stream("main"), exact(1), &["one"]), "a")),
        ("b", keyed(batch(&stream("many"), Expected::NoStream, &many), "b")),
        ("c", keyed(batch(&stream("main"), ANY, &[""]), "c")),
        ("d", keyed(batch(&stream("main"), Expected::Exists, &["four"]), "d")),
        ("\u{1f511}", keyed(batch(&stream("main"), ANY, &["x"]), "\u{1f511}")),
    ];
    let longest = "k".repeat(store.capabilities().limits.key);
    tried.push((&longest, keyed(batch(&stream("main"), ANY, &["y"]), &longest)));
    if store.capabilities().many_streams {
        let over = Batch::new(new_append())
            .part(stream("main"), ANY, vec![event("1"), event("2")])
            .part(stream("other"), ANY, vec![event("3")]);
        tried.push(("e", keyed(over, "e")));
    }
    for (key, batch) in tried {
        let original = store.append(batch.clone()).await?;
        check!(
            !original.duplicate,
            "the first append under `{key}` is marked as a duplicate"
        );
        is_original(&store, again(&batch), &original).await?;
        // The same attempt, too.
        is_original(&store, batch.clone(), &original).await?;
        let mut other_metadata = again(&batch).metadata(b"{\"other\":true}".to_vec());
        for event in other_metadata.parts.iter_mut().flat_map(|part| &mut part.events) {
            event.metadata = b"{\"own\":1}".to_vec();
        }
        is_original(&store, other_metadata, &original).await?;
    }
    Ok(())
}

/// Rule 2.4: the same key with another name, version, byte, order, count or stream of events is refused, with the versions of the original.
pub(in super::super) async fn same_key_other_content_is_refused(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let main = stream("main");
    let of = |events: Vec<NewEvent>| keyed(Batch::new(new_append()).part(main.clone(), ANY, events), "k");
    let named = |name: &'static str, version, payload: &str| NewEvent::new(name, version, 1, payload);
    let original = of(vec![named("case.a", 1, "1"), named("case.b", 2, "22")]);
    let receipt = store.append(original.clone()).await?;
    append(&store, &main, ANY, &["after"]).await?;
    let refusal = Refusal::KeyReused {
        key: IdempotencyKey::new("k"),
        parts: receipt.parts.clone(),
    };
    for other in [
        of(vec![named("case.x", 1, "1"), named("case.b", 2, "22")]),
        of(vec![named("case.a", 2, "1"), named("case.b", 2, "22")]),
        of(vec![named("case.a", 1, "1"), named("case.b", 2, "23")]),
        of(vec![named("case.b", 2, "22"), named("case.a", 1, "1")]),
        of(vec![named("case.a", 1, "1")]),
        of(vec![
            named("case.a", 1, "1"),
            named("case.b", 2, "22"),
            named("case.b", 2, "22"),
        ]),
        // A fingerprint of the caller's own: what it stands for is the caller's to know.
        of(vec![named("case.a", 1, "1"), named("case.b", 2, "22")])
            .key(IdempotencyKey::new("k"), Fingerprint::of([&b"another command"[..]])),
    ] {
        is_refused(&store, other.clone(), &refusal).await?;
        // The attempt that was refused is no more known than before.
        is_refused(&store, other, &refusal).await?;
    }
    is_original(&store, again(&original), &receipt).await
}

/// Rule 2.3: a known key comes before the expected version, however far the stream has gone on.
pub(in super::super) async fn same_key_after_other_appends(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let main = stream("main");
    let first = keyed(batch(&main, Expected::NoStream, &["first"]), "first");
    let original = store.append(first.clone()).await?;
    let second = keyed(batch(&main, exact(1), &["second", "third"]), "second");
    let other = store.append(second.clone()).await?;
    for number in 0..40_u64 {
        append(&store, &main, exact(3 + number), &["more"]).await?;
        is_original(&store, again(&first), &original).await?;
    }
    is_original(&store, again(&second), &other).await?;
    is_a_stream(&events(&store, &main).await?, &main)
}

/// Rule 2.3: N tasks with one key commit once, and all get the receipt of that; so in every round, with `Any` and with a version.
pub(in super::super) async fn same_key_concurrently_commits_once(bed: Bed) -> Verdict {
    const TASKS: usize = 8;
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let main = stream("main");
    for round in 0..60_u64 {
        let expected = match round % 3 {
            0 => ANY,
            _ => Expected::loaded(crate::stream::Version::new(round)),
        };
        let request = keyed(batch(&main, expected, &[round.to_string()]), &format!("round {round}"));
        let barrier = Arc::new(Barrier::new(TASKS));
        let mut tasks: JoinSet<Result<Committed, Stop>> = JoinSet::new();
        for _ in 0..TASKS {
            let (store, request, barrier) = (store.clone(), again(&request), Arc::clone(&barrier));
            tasks.spawn(async move {
                barrier.wait().await;
                Ok(store.append(request).await?)
            });
        }
        let mut receipts = Vec::new();
        while let Some(receipt) = tasks.join_next().await {
            receipts.push(receipt??);
        }
        let first = receipts.iter().filter(|receipt| !receipt.duplicate).count();
        equal("the appends of one key that were no duplicate", &first, &1)?;
        let marked: Vec<_> = receipts.into_iter().map(Committed::as_duplicate).collect();
        check!(
            marked.iter().all(|receipt| Some(receipt) == marked.first()),
            "one key was answered with different receipts: {marked:?}"
        );
    }
    equal("the events of all rounds", &events(&store, &main).await?.len(), &60)
}

/// Rule 2.1: keys and append ids mean something within their stream: the same in two streams are two appends.
pub(in super::super) async fn same_key_in_two_streams_is_two_appends(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let mut receipts = Vec::new();
    for id in ["a", "b", "ab", "A"] {
        let tried = keyed(batch(&stream(id), Expected::NoStream, &["same"]), "k");
        let receipt = store.append(tried.clone()).await?;
        check!(!receipt.duplicate, "a key of one stream was taken for that of another");
        receipts.push((tried, receipt));
    }
    // One append id in two streams, with and without a key.
    let mut other = batch(&stream("z"), Expected::NoStream, &["other"]);
    other.append = receipts[0].0.append;
    let receipt = store.append(other).await?;
    check!(
        !receipt.duplicate,
        "an append id of one stream was taken for that of another"
    );
    for (tried, receipt) in &receipts {
        is_original(&store, again(tried), receipt).await?;
    }
    equal("the events of five appends", &log(&store).await?.len(), &5)
}

/// Rule 2.5: only commits are remembered: after a conflict, a refusal or an attempt that never began, the key is free, for this content
/// and for another.
pub(in super::super) async fn refused_key_is_not_remembered(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let main = stream("main");
    let limits = store.capabilities().limits;
    let refused = [
        keyed(batch(&main, exact(7), &["conflict"]), "k"),
        keyed(batch(&main, Expected::Exists, &["conflict"]), "k"),
        keyed(batch(&main, ANY, &[vec![b'x'; limits.payload + 1]]), "k"),
        keyed(Batch::new(new_append()).part(main.clone(), ANY, Vec::new()), "k"),
        keyed(batch(&main, ANY, &["no key"]), ""),
        keyed(batch(&main, ANY, &["long key"]), &"k".repeat(limits.key + 1)),
    ];
    for refused in refused {
        let what = refused.key.as_ref().map(|(key, _)| key.as_str().len());
        let answer = store.append(refused).await;
        check!(
            answer.is_err(),
            "a batch with a key of {what:?} bytes was to be refused: {answer:?}"
        );
        let found = store.find_key(&main, &IdempotencyKey::new("k")).await?;
        equal("a key that nothing was written under", &found, &None)?;
    }
    let dropped = keyed(batch(&main, ANY, &["dropped"]), "k");
    poll_times(store.append(dropped), 0).await;
    let taken = keyed(batch(&main, Expected::NoStream, &["taken"]), "k");
    let receipt = store.append(taken.clone()).await?;
    check!(
        !receipt.duplicate,
        "a key was remembered that nothing was written under"
    );
    is_original(&store, again(&taken), &receipt).await
}

/// Rules 2.1, 2.6: keys and append ids are there after closing and opening again, and after a crash; in the newest part of the log and in
/// the oldest.
pub(in super::super) async fn keys_survive_reopen(bed: Bed) -> Verdict {
    let mut store = bed.open().await?;
    keeps_keys(&store)?;
    bed.stage(Hook::Reopen)?;
    let mut random = bed.random();
    let mut kept: Vec<(Batch, Committed)> = Vec::new();
    for round in 0..6 {
        for number in 0..12_u32 {
            let id = stream(&random.below(4).to_string());
            let size = random.below(6_000) as usize;
            let tried = batch(&id, ANY, &[random.bytes(size), random.bytes(5)]);
            let tried = match number % 3 {
                0 => tried,
                _ => keyed(tried, &format!("{round}.{number}")),
            };
            kept.push((tried.clone(), store.append(tried).await?));
        }
        if round % 2 == 0 || !bed.try_stage(Hook::Crash) {
            store.close().await;
        }
        drop(store);
        store = bed.open().await?;
        for (tried, receipt) in &kept {
            is_original(&store, tried.clone(), receipt).await?;
            let Some((key, fingerprint)) = &tried.key else {
                continue;
            };
            is_original(&store, again(tried), receipt).await?;
            let other = again(tried).key(key.clone(), Fingerprint::new([7; 16]));
            let (key, parts) = (key.clone(), receipt.parts.clone());
            is_refused(
                &store,
                other,
                &Refusal::KeyReused {
                    key: key.clone(),
                    parts,
                },
            )
            .await?;
            let id = &tried.parts[0].stream;
            let known = store.find_key(id, &key).await?;
            let found = known.map(|known| (known.fingerprint, known.committed));
            equal(
                "a key after opening again",
                &found,
                &Some((*fingerprint, receipt.clone().as_duplicate())),
            )?;
        }
    }
    Ok(())
}

/// Rule 2.3: what was written under a key is found without appending, with what was asked; its events can be read by the versions of the
/// receipt; other keys and other streams find nothing.
pub(in super::super) async fn known_key_is_found(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    keeps_keys(&store)?;
    let (main, other) = (stream("main"), stream("other"));
    let key = IdempotencyKey::new("k");
    equal("a key of an absent stream", &store.find_key(&main, &key).await?, &None)?;
    append(&store, &main, ANY, &["before"]).await?;
    equal("a key that was never used", &store.find_key(&main, &key).await?, &None)?;
    let asked = Fingerprint::of([&b"deposit"[..], b"{\"amount\":10}"]);
    let mut tried = batch(&main, exact(1), &["one", "two"]).key(key.clone(), asked);
    if store.capabilities().many_streams {
        tried = tried.part(other.clone(), ANY, vec![event("three")]);
    }
    let receipt = store.append(tried.clone()).await?;
    append(&store, &main, ANY, &["after"]).await?;
    let Some(known) = store.find_key(&main, &key).await? else {
        return Err(Stop::failed("a key that was used is not found"));
    };
    equal("the fingerprint of a key", &known.fingerprint, &asked)?;
    equal(
        "the receipt of a key",
        &known.committed,
        &receipt.clone().as_duplicate(),
    )?;
    for (part, given) in known.committed.parts.iter().zip(&tried.parts) {
        let seen = events(&store, &part.stream).await?;
        let written: Vec<_> = seen
            .iter()
            .filter(|event| (part.first..=part.last).contains(&event.version))
            .map(|event| event.payload.clone())
            .collect();
        let payloads: Vec<_> = given.events.iter().map(|event| event.payload.clone()).collect();
        equal("the events of a key's receipt", &written, &payloads)?;
    }
    for (stream, key) in [(&other, "k"), (&main, "K"), (&main, "k "), (&main, "")] {
        let found = store.find_key(stream, &IdempotencyKey::new(key)).await?;
        equal("a key of another stream, or another key", &found, &None)?;
    }
    Ok(())
}
