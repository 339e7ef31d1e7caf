//! What a store declares: it is so, what is not declared is refused aloud, and no wrapper adds to it.

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, append, event, events, log, new_append, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{
    AnyStore, AppendError, Batch, Capabilities, Durability, EventStore, Expected, Fingerprint, IdempotencyKey,
    KeyWindow, ReadError, Refusal, Resolved, Unknown,
};

fn over_two() -> Batch {
    let part = |batch: Batch, id| batch.part(stream(id), ANY, vec![event("x")]);
    part(part(Batch::new(new_append()), "left"), "right")
}

/// Rules 3.2, 12.1: what is declared is constant and is what the store does; what each capability means in full is tested by its own
/// cases.
pub(in super::super) async fn capabilities_match_behaviour(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (declared, identity) = (store.capabilities(), store.identity());
    let receipt = append(&store, &stream("main"), Expected::NoStream, &["a", "b", "c"]).await?;
    equal("the durability of a receipt", &receipt.durability, &declared.durability)?;
    equal("the store of a receipt", &receipt.store, &identity)?;
    if declared.dense_positions {
        let range = (receipt.first_position.get(), receipt.last_position.get());
        equal("the first positions of a store with dense ones", &range, &(1, 3))?;
    }
    if declared.many_streams {
        equal(
            "the parts of an append over two streams",
            &store.append(over_two()).await?.parts.len(),
            &2,
        )?;
    }
    let once = Batch::new(new_append()).part(stream("once"), ANY, vec![event("x")]);
    let unknown = Unknown::new(once.append, vec![(stream("once"), ANY)], identity, store.opening());
    if declared.key_window > KeyWindow::None {
        let (key, asked) = (IdempotencyKey::new("k"), Fingerprint::new([1; 16]));
        let receipt = store.append(once.clone().key(key.clone(), asked)).await?;
        let known = store.find_key(&stream("once"), &key).await?;
        equal(
            "what a store with keys knows of one",
            &known.map(|known| (known.fingerprint, known.committed)),
            &Some((asked, receipt.as_duplicate())),
        )?;
    } else {
        store.append(once).await?;
    }
    if declared.resolves {
        let resolved = store.resolve(&unknown).await?;
        check!(
            matches!(resolved, Resolved::Committed(_)),
            "an append that was answered is resolved as {resolved:?}"
        );
    }
    for _ in 0..2 {
        equal("the opening, asked again", &store.opening(), &unknown.opening)?;
        equal("the opening of a clone", &store.clone().opening(), &unknown.opening)?;
        equal("the capabilities, asked again", &store.capabilities(), &declared)?;
        equal("the identity, asked again", &store.identity(), &identity)?;
        equal("the identity of a clone", &store.clone().identity(), &identity)?;
        append(&store, &stream("main"), ANY, &["more"]).await?;
    }
    if declared.durability > Durability::None && bed.try_stage(Hook::Reopen) {
        let before = log(&store).await?;
        if !bed.try_stage(Hook::Crash) {
            store.close().await;
        }
        drop(store);
        let store = bed.open().await?;
        equal("the log of a durable store, opened again", &log(&store).await?, &before)?;
        equal("its identity", &store.identity(), &identity)?;
        check!(
            store.opening() != unknown.opening,
            "a store was opened twice under one id"
        );
    }
    let other = bed.fresh().open().await?;
    check!(other.identity().store != identity.store, "two stores have one id");
    Ok(())
}

/// Rule 12.3: what the store does not declare is `Unsupported`, writes nothing, and never something weaker under the same name.
pub(in super::super) async fn unsupported_is_loud(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let declared = store.capabilities();
    let keeps_keys = declared.key_window != KeyWindow::None;
    if declared.many_streams && keeps_keys && declared.resolves {
        return Err(Stop::NotRun("the store declares all that can be missing".to_owned()));
    }
    append(&store, &stream("left"), Expected::NoStream, &["before"]).await?;
    let before = log(&store).await?;
    let mut unsupported = Vec::new();
    if !declared.many_streams {
        unsupported.push(("a batch over two streams", over_two()));
    }
    if !keeps_keys {
        let keyed = Batch::new(new_append()).part(stream("left"), ANY, vec![event("x")]);
        let key = IdempotencyKey::new("k");
        unsupported.push(("a batch with a key", keyed.key(key.clone(), Fingerprint::new([1; 16]))));
        is_unsupported("finding a key", &store.find_key(&stream("left"), &key).await)?;
    }
    for (what, batch) in unsupported {
        match store.append(batch).await {
            Err(AppendError::Refused(refusal @ Refusal::Unsupported { .. })) => {
                check!(!refusal.is_passing(), "`Unsupported` never passes");
            }
            other => {
                return Err(Stop::failed(format!(
                    "{what} is `Unsupported`, and it answered {other:?}"
                )));
            }
        }
    }
    if !declared.resolves {
        let parts = vec![(stream("left"), ANY)];
        let unknown = Unknown::new(new_append(), parts, store.identity(), store.opening());
        is_unsupported("resolving an append", &store.resolve(&unknown).await)?;
    }
    equal("the log after what is not supported", &log(&store).await?, &before)
}

fn is_unsupported<T: std::fmt::Debug>(what: &str, answer: &Result<T, ReadError>) -> Verdict {
    check!(
        matches!(answer, Err(ReadError::Unsupported { .. })),
        "{what} is `Unsupported`, and it answered {answer:?}"
    );
    Ok(())
}

/// Rule 12.4: a wrapper passes capabilities on and only lowers them; identity and answers stay.
pub(in super::super) async fn wrapper_only_lowers(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let wrapped = AnyStore::new(store.clone());
    equal(
        "the capabilities behind `AnyStore`",
        &wrapped.capabilities(),
        &store.capabilities(),
    )?;
    equal("the identity behind `AnyStore`", &wrapped.identity(), &store.identity())?;
    equal("the opening behind `AnyStore`", &wrapped.opening(), &store.opening())?;
    let receipt = append(&wrapped, &stream("main"), Expected::NoStream, &["through"]).await?;
    equal(
        "the durability of a receipt through a wrapper",
        &receipt.durability,
        &store.capabilities().durability,
    )?;
    equal(
        "the events through a wrapper",
        &events(&wrapped, &stream("main")).await?,
        &events(&store, &stream("main")).await?,
    )?;
    if let Some(inside) = bed.inside() {
        check!(
            is_within(&store.capabilities(), &inside),
            "a wrapper declares {:?}, and the store inside {inside:?}",
            store.capabilities()
        );
    }
    Ok(())
}

fn is_within(outer: &Capabilities, inner: &Capabilities) -> bool {
    let (small, large) = (outer.limits, inner.limits);
    outer.durability <= inner.durability
        && outer.dense_positions <= inner.dense_positions
        && outer.linearizable <= inner.linearizable
        && outer.many_streams <= inner.many_streams
        && outer.key_window <= inner.key_window
        && outer.resolves <= inner.resolves
        && small.payload <= large.payload
        && small.metadata <= large.metadata
        && small.name <= large.name
        && small.key <= large.key
        && small.events <= large.events
        && small.batch <= large.batch
}
