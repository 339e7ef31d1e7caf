//! A checkpoint belongs to one history of one store.

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::cases::checkpoints::{LONG, kept, name, refused, saved, walked};
use crate::store::conformance::kit::{ANY, append, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{
    Change, CheckpointError, CheckpointStore, EventStore, LogRead, Mismatch, PageBuilder, PageSize, ResumeError,
};
use crate::stream::Position;

/// Rules 3.7, 7.7: what was made in one store is no place to go on from in another one, and no save brings it there.
pub(in super::super) async fn checkpoint_other_store_refused(bed: Bed) -> Verdict {
    let (store, other) = (bed.open().await?, bed.fresh().open().await?);
    let consumer = name("view");
    let (at, there) = (walked(&store, &consumer, 3).await?, walked(&other, &consumer, 3).await?);
    for checkpoint in &there {
        match checkpoint.check(&store).await {
            Err(ResumeError::HistoryMismatch {
                what:
                    Mismatch::Store {
                        checkpoint,
                        store: here,
                    },
                ..
            }) => {
                equal("the store of the checkpoint", &checkpoint, &other.identity())?;
                equal("the store that was asked", &here, &store.identity())?;
            }
            answer => {
                return Err(Stop::Failed(format!(
                    "a checkpoint of another store was answered {answer:?}"
                )));
            }
        }
    }
    let consumers = store.checkpoints();
    let lease = consumers.claim(&consumer, LONG).await?;
    consumers.save(&lease, Change::to(None, saved(&at[1], "here"))).await?;
    let change = Change::to(Some(at[1].position()), saved(&there[3], "there"));
    let backward = |error: &CheckpointError| matches!(error, CheckpointError::Backward { .. });
    refused(
        "a save into another history",
        consumers.save(&lease, change).await,
        backward,
    )?;
    kept(&consumers, &consumer, Some(&saved(&at[1], "here"))).await?;
    consumers.reset(&lease, saved(&there[2], "there")).await?;
    kept(&consumers, &consumer, Some(&saved(&there[2], "there"))).await
}

/// Rules 3.7, 7.7: a checkpoint of before a restore is no place to go on from after it, even where the log has as many events again.
pub(in super::super) async fn checkpoint_other_epoch_refused(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let consumer = name("view");
    let (before, at) = (store.identity(), walked(&store, &consumer, 3).await?);
    let consumers = store.checkpoints();
    let lease = consumers.claim(&consumer, LONG).await?;
    consumers
        .save(&lease, Change::to(None, saved(&at[2], "before")))
        .await?;
    store.close().await;
    drop((store, consumers));
    bed.stage(Hook::Backup)?;
    let store = bed.reopen().await?;
    append(&store, &stream("main"), ANY, &["after the backup"]).await?;
    store.close().await;
    drop(store);
    bed.stage(Hook::Restore)?;
    let store = bed.open().await?;
    append(&store, &stream("main"), ANY, &["another history"]).await?;
    let from_backup = store.checkpoints().load(&consumer).await?.map(|saved| saved.checkpoint);
    for checkpoint in at.iter().chain(&from_backup) {
        let expected = Mismatch::Store {
            checkpoint: before,
            store: store.identity(),
        };
        match checkpoint.check(&store).await {
            Err(ResumeError::HistoryMismatch { what, .. }) => equal("what differs", &what, &expected)?,
            answer => {
                return Err(Stop::Failed(format!(
                    "a checkpoint of before a restore was answered {answer:?}"
                )));
            }
        }
    }
    Ok(())
}

/// Rule 7.7: a position above the head is told at once, and never waited for.
pub(in super::super) async fn checkpoint_ahead_refused(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let consumer = name("view");
    let at = walked(&store, &consumer, 2).await?;
    let head = store.head().await?;
    let last = at.last().cloned().expect("there is a start");
    equal("the last checkpoint", &last.position(), &head)?;
    // What a reader was served of a log that was longer.
    let longer = |by: u64| PageBuilder::new(PageSize::DEFAULT).finish(Position::new(head.get() + by), true);
    for by in [1, 2, 1000] {
        let mut ahead = last.clone();
        ahead.advance(&longer(by))?;
        let is_told = |answer: &Result<(), ResumeError>| matches!(answer, Err(ResumeError::CheckpointAhead { head: told, .. }) if *told == head);
        let answer = ahead.check(&store).await;
        check!(
            is_told(&answer),
            "a checkpoint {by} above the head was answered {answer:?}"
        );
        let page = store.read_log(LogRead::after(ahead.position())).await?;
        let answer = ahead.advance(&page);
        check!(
            is_told(&answer),
            "a page behind the head moved a checkpoint: {answer:?}"
        );
    }
    last.check(&store).await.map_err(Into::into)
}
