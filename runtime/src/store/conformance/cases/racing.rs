//! Appends that race: who wins, what is lost, and when it is seen.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, append, events, head_of, is_a_stream, log, log_after, stream};
use crate::store::{AppendError, EventStore, Expected, PageSize};
use crate::stream::{Position, Version};

const WRITERS: u64 = 8;
const ROUNDS: u64 = 300;

/// Rule 1.4: `Any` leaves out the version check and nothing else.
pub(in super::super) async fn any_loses_nothing(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("everyone");
    let mut tasks: JoinSet<Result<Vec<u64>, Stop>> = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, stream) = (store.clone(), stream.clone());
        tasks.spawn(async move {
            let mut versions = Vec::new();
            for number in 0..25 {
                let receipt = append(&store, &stream, ANY, &[format!("{writer}.{number}")]).await?;
                versions.extend(receipt.parts.iter().map(|part| part.first.get()));
            }
            Ok(versions)
        });
    }
    let mut answered = Vec::new();
    while let Some(versions) = tasks.join_next().await {
        answered.extend(versions??);
    }
    let count = WRITERS * 25;
    answered.sort_unstable();
    equal("the versions that were answered", &answered, &(1..=count).collect())?;
    let seen = events(&store, &stream).await?;
    is_a_stream(&seen, &stream)?;
    let mut payloads: Vec<Vec<u8>> = seen.into_iter().map(|event| event.payload).collect();
    payloads.sort();
    payloads.dedup();
    equal(
        "the events that were written, each once",
        &(payloads.len() as u64),
        &count,
    )
}

/// Rule 1.5: of N appends with one expected version exactly one commits, in every round.
pub(in super::super) async fn one_winner_per_version(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("contested");
    let barrier = Arc::new(Barrier::new(usize::try_from(WRITERS).unwrap_or(usize::MAX)));
    let mut tasks: JoinSet<Result<Vec<bool>, Stop>> = JoinSet::new();
    for writer in 0..WRITERS {
        let (store, stream, barrier) = (store.clone(), stream.clone(), Arc::clone(&barrier));
        tasks.spawn(async move {
            let mut won = Vec::new();
            for round in 0..ROUNDS {
                barrier.wait().await;
                let expected = Expected::loaded(Version::new(round));
                match append(&store, &stream, expected, &[format!("{round}.{writer}")]).await {
                    Ok(_) => won.push(true),
                    Err(AppendError::Conflict { actual, .. }) => {
                        equal("the actual version of a conflict", &actual, &Version::new(round + 1))?;
                        won.push(false);
                    }
                    Err(other) => return Err(other.into()),
                }
            }
            Ok(won)
        });
    }
    let mut winners = vec![0_u64; usize::try_from(ROUNDS).unwrap_or(usize::MAX)];
    while let Some(won) = tasks.join_next().await {
        for (winners, won) in winners.iter_mut().zip(won??) {
            *winners += u64::from(won);
        }
    }
    for (round, winners) in winners.iter().enumerate() {
        equal(&format!("the winners of round {round}"), winners, &1)?;
    }
    equal(
        "the head after all rounds",
        &head_of(&store, &stream).await?,
        &Version::new(ROUNDS),
    )
}

/// Rule 1.7: a read that starts after the answer sees the batch, whoever reads and whichever way.
pub(in super::super) async fn visible_after_receipt(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let mut tasks: JoinSet<Verdict> = JoinSet::new();
    for writer in 0..4 {
        let store = store.clone();
        tasks.spawn(async move {
            let stream = stream(&format!("writer-{writer}"));
            for number in 0..40_u64 {
                let receipt = append(&store, &stream, ANY, &[format!("{number}")]).await?;
                let reader = (store.clone(), stream.clone());
                let seen = tokio::spawn(async move {
                    let (store, stream) = reader;
                    let before = Position::new(receipt.first_position.get() - 1);
                    let in_log = log_after(&store, before, PageSize::events(1)).await?;
                    let found = in_log.iter().any(|event| event.append == receipt.append);
                    check!(
                        found,
                        "append {} was answered and is not in the log after {before}",
                        receipt.append
                    );
                    let head = store.head().await?;
                    check!(
                        head >= receipt.last_position,
                        "the head is {head} after an answer at {}",
                        receipt.last_position
                    );
                    head_of(&store, &stream).await
                });
                equal(
                    "the head of a stream after an answer",
                    &seen.await??,
                    &Version::new(number + 1),
                )?;
            }
            Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    equal("all that was answered", &log(&store).await?.len(), &160)
}
