//! Generations of one consumer: which is live, and how another one becomes it.

use crate::store::conformance::bed::{Bed, Verdict, check, equal};
use crate::store::conformance::cases::checkpoints::{LONG, fenced, kept, name, refused, saved, walked};
use crate::store::conformance::kit::{ANY, append, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{AnyStore, Change, CheckpointError, CheckpointStore, ConsumerName, EventStore, Live, PartId};

/// Another generation becomes the live one in one step, at or beyond the old one, by its owner, for one of two that try; and the old one
/// can be gone back to until it is removed.
pub(in super::super) async fn switch_is_at_or_beyond(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (consumer, second, third) = (name("view"), name("view@2"), name("view@3"));
    let at = walked(&store, &consumer, 4).await?;
    let consumers = store.checkpoints();
    let live = |generation: &_, before: Option<&_>| Live::new(Clone::clone(generation), before.cloned());
    equal(
        "what is live at first",
        &consumers.live(&consumer).await?,
        &live(&consumer, None),
    )?;
    let old = consumers.claim(&consumer, LONG).await?;
    consumers.save(&old, Change::to(None, saved(&at[2], "old"))).await?;
    consumers
        .waive(&consumer, PartId::new(at[1].position(), 0), "known", "ada")
        .await?;
    let waivers = consumers.waivers(&consumer).await?;

    let new = consumers.claim(&second, LONG).await?;
    let behind = |error: &CheckpointError| matches!(error, CheckpointError::Behind { .. });
    let not_live = |error: &CheckpointError| matches!(error, CheckpointError::NotLive { .. });
    let nothing = |error: &CheckpointError| matches!(error, CheckpointError::NothingBefore { .. });
    refused(
        "a switch to nothing",
        consumers.switch(&new, &consumer, &consumer).await,
        behind,
    )?;
    refused(
        "to go back from the first",
        consumers.switch_back(&consumer, &consumer).await,
        nothing,
    )?;
    consumers
        .save(&new, Change::to(None, saved(&at[1].of(second.clone()), "new")))
        .await?;
    refused(
        "a switch to what is behind",
        consumers.switch(&new, &consumer, &consumer).await,
        behind,
    )?;
    consumers
        .save(
            &new,
            Change::to(Some(at[1].position()), saved(&at[2].of(second.clone()), "new")),
        )
        .await?;
    refused(
        "a switch from what is not live",
        consumers.switch(&new, &consumer, &third).await,
        not_live,
    )?;
    equal(
        "what is live before a switch",
        &consumers.live(&consumer).await?,
        &live(&consumer, None),
    )?;
    consumers.switch(&new, &consumer, &consumer).await?;
    consumers.switch(&new, &consumer, &consumer).await?;
    equal(
        "what is live after a switch",
        &consumers.live(&consumer).await?,
        &live(&second, Some(&consumer)),
    )?;

    // Who built another generation beside it is told to look again.
    let late = consumers.claim(&third, LONG).await?;
    consumers
        .save(&late, Change::to(None, saved(&at[3].of(third.clone()), "late")))
        .await?;
    refused(
        "a switch from what was live",
        consumers.switch(&late, &consumer, &consumer).await,
        not_live,
    )?;
    consumers
        .save(
            &new,
            Change::to(Some(at[2].position()), saved(&at[4].of(second.clone()), "new")),
        )
        .await?;
    refused(
        "to go back from what is not live",
        consumers.switch_back(&consumer, &third).await,
        not_live,
    )?;
    consumers.switch_back(&consumer, &second).await?;
    equal(
        "what is live after going back",
        &consumers.live(&consumer).await?,
        &live(&consumer, Some(&second)),
    )?;
    kept(&consumers, &consumer, Some(&saved(&at[2], "old"))).await?;
    consumers.switch(&new, &consumer, &consumer).await?;

    for lease in [&old, &new, &late] {
        consumers.release(lease).await?;
    }
    refused(
        "a switch by who gave it up",
        consumers.switch(&late, &consumer, &second).await,
        fenced,
    )?;
    let is_live = |error: &CheckpointError| matches!(error, CheckpointError::IsLive { .. });
    refused("to remove what is live", consumers.remove(&second).await, is_live)?;
    let names = vec![consumer.clone(), second.clone(), third.clone()];
    equal("the generations", &consumers.consumers().await?, &names)?;
    consumers.remove(&consumer).await?;
    consumers.remove(&third).await?;
    kept(&consumers, &consumer, None).await?;
    kept(&consumers, &second, Some(&saved(&at[4].of(second.clone()), "new"))).await?;
    equal(
        "what is live without the old one",
        &consumers.live(&consumer).await?,
        &live(&second, None),
    )?;
    refused(
        "to go back to what was removed",
        consumers.switch_back(&consumer, &second).await,
        nothing,
    )?;
    equal(
        "the waivers without the old generation",
        &consumers.waivers(&consumer).await?,
        &waivers,
    )?;
    if bed.try_stage(Hook::Reopen) {
        store.close().await;
        drop((store, consumers));
        let store = bed.open().await?;
        let consumers = store.checkpoints();
        equal(
            "what is live after opening again",
            &consumers.live(&consumer).await?,
            &live(&second, None),
        )?;
        return last_is_removed(&store, &second).await;
    }
    last_is_removed(&store, &second).await
}

/// With its last generation a consumer is gone altogether.
async fn last_is_removed(store: &AnyStore, last: &ConsumerName) -> Verdict {
    let (consumers, consumer) = (store.checkpoints(), name("view"));
    consumers.remove(last).await?;
    equal(
        "what is live of a consumer that is gone",
        &consumers.live(&consumer).await?.generation,
        &consumer,
    )?;
    equal(
        "the waivers of a consumer that is gone",
        &consumers.waivers(&consumer).await?,
        &Vec::new(),
    )?;
    let left = consumers.consumers().await?;
    check!(left.is_empty(), "of a consumer that is gone there is {left:?}");
    append(store, &stream("main"), ANY, &["the log goes on"])
        .await
        .map(drop)
        .map_err(Into::into)
}
