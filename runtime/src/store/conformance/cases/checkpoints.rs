//! Where a consumer has come to: only forward, and by one owner.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::clock::Timestamp;
use crate::schema::Fingerprint;
use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, append, interleaved, stream};
use crate::store::conformance::subject::Hook;
use crate::store::{
    AnyCheckpoints, AnyStore, Change, Checkpoint, CheckpointError, CheckpointStore, ConsumerName, EventStore, Lease,
    LogRead, PageSize, ResumeError, Saved,
};

/// Longer than any case runs.
pub(super) const LONG: Duration = Duration::from_secs(24 * 60 * 60);

impl From<CheckpointError> for Stop {
    fn from(error: CheckpointError) -> Self {
        Self::Failed(format!(
            "the checkpoints were expected to take this, and answered {error:?}"
        ))
    }
}

impl From<ResumeError> for Stop {
    fn from(error: ResumeError) -> Self {
        Self::Failed(format!("a checkpoint was expected to be good here: {error:?}"))
    }
}

pub(super) fn name(name: &str) -> ConsumerName {
    ConsumerName::new(name).expect("the suite's own names are plain")
}

/// Writes so many events, and gives the checkpoint behind each of them; the first is the start.
pub(super) async fn walked(store: &AnyStore, consumer: &ConsumerName, events: usize) -> Result<Vec<Checkpoint>, Stop> {
    let payloads: Vec<String> = (0..events).map(|number| number.to_string()).collect();
    append(store, &stream("main"), ANY, &payloads).await?;
    let mut checkpoints = vec![Checkpoint::start(consumer.clone(), store.identity())];
    while let Some(mut next) = checkpoints.last().cloned().filter(|_| checkpoints.len() <= events) {
        let page = store
            .read_log(LogRead::after(next.position()).size(PageSize::events(1)))
            .await?;
        next.advance(&page)?;
        equal(
            "the event of a checkpoint",
            &next.event(),
            &page.last().map(|event| event.event_id()),
        )?;
        next.check(store).await?;
        checkpoints.push(next);
    }
    Ok(checkpoints)
}

/// What is kept at a checkpoint: the state says where it is.
pub(super) fn saved(checkpoint: &Checkpoint, text: &str) -> Saved {
    Saved {
        checkpoint: checkpoint.clone(),
        identity: Fingerprint(u128::from(checkpoint.position().get()) << 64 | 7),
        state: format!("{text} at {}", checkpoint.position()).into_bytes(),
    }
}

pub(super) async fn kept(store: &AnyCheckpoints, consumer: &ConsumerName, expected: Option<&Saved>) -> Verdict {
    let found = store.load(consumer).await?;
    equal("what is kept of a consumer", &found.as_ref(), &expected)
}

pub(super) fn refused<T>(what: &str, answer: Result<T, CheckpointError>, is: fn(&CheckpointError) -> bool) -> Verdict {
    match answer {
        Err(error) if is(&error) => Ok(()),
        Err(error) => Err(Stop::Failed(format!("{what} was refused in other words: {error:?}"))),
        Ok(_) => Err(Stop::Failed(format!("{what} was taken"))),
    }
}

pub(super) fn fenced(error: &CheckpointError) -> bool {
    matches!(error, CheckpointError::Fenced { .. })
}

fn held(error: &CheckpointError) -> bool {
    matches!(error, CheckpointError::Held { .. })
}

/// Rule 7.6: a save names the position before it, and goes on from there or stays; of two that name the same, one is done. Going back is
/// done by a reset alone. What is refused changes nothing.
pub(in super::super) async fn checkpoint_is_monotone(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (consumers, consumer) = (store.checkpoints(), name("view"));
    let at = walked(&store, &consumer, 6).await?;
    let to = |previous: Option<usize>, next: usize, text: &str| {
        Change::to(previous.map(|previous| at[previous].position()), saved(&at[next], text))
    };
    let lease = consumers.claim(&consumer, LONG).await?;
    kept(&consumers, &consumer, None).await?;
    let stale = |error: &CheckpointError| matches!(error, CheckpointError::Stale { .. });
    let backward = |error: &CheckpointError| matches!(error, CheckpointError::Backward { .. });
    refused(
        "a first save that expects another",
        consumers.save(&lease, to(Some(0), 1, "a")).await,
        stale,
    )?;
    consumers.save(&lease, to(None, 3, "first")).await?;
    for (previous, next) in [(None, 4), (Some(0), 4), (Some(2), 4), (Some(4), 5)] {
        refused(
            "a save after another position",
            consumers.save(&lease, to(previous, next, "b")).await,
            stale,
        )?;
    }
    for next in 0..3 {
        refused(
            "a save that goes back",
            consumers.save(&lease, to(Some(3), next, "c")).await,
            backward,
        )?;
    }
    let other = saved(&at[4].of(name("other")), "other");
    let not_ours = |error: &CheckpointError| matches!(error, CheckpointError::OtherConsumer { .. });
    let change = Change::to(Some(at[3].position()), other.clone());
    refused(
        "another consumer's checkpoint",
        consumers.save(&lease, change).await,
        not_ours,
    )?;
    refused(
        "a reset to another consumer's",
        consumers.reset(&lease, other).await,
        not_ours,
    )?;
    kept(&consumers, &consumer, Some(&saved(&at[3], "first"))).await?;
    consumers.save(&lease, to(Some(3), 3, "the same place")).await?;
    kept(&consumers, &consumer, Some(&saved(&at[3], "the same place"))).await?;

    let won = Arc::new(AtomicUsize::new(0));
    let mut racers: Vec<Pin<Box<dyn Future<Output = Verdict> + Send>>> = Vec::new();
    for next in [4, 5, 6, 4] {
        let (consumers, lease, won) = (consumers.clone(), lease.clone(), Arc::clone(&won));
        let change = to(Some(3), next, "raced");
        racers.push(Box::pin(async move {
            match consumers.save(&lease, change).await {
                Ok(()) => drop(won.fetch_add(1, Ordering::SeqCst)),
                Err(CheckpointError::Stale { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            Ok(())
        }));
    }
    interleaved(bed.random(), racers).await?;
    equal(
        "of four saves after one position, those that were done",
        &won.load(Ordering::SeqCst),
        &1,
    )?;

    consumers.reset(&lease, saved(&at[1], "again")).await?;
    kept(&consumers, &consumer, Some(&saved(&at[1], "again"))).await?;
    consumers.save(&lease, to(Some(1), 6, "and on")).await?;
    equal("the consumers", &consumers.consumers().await?, &vec![consumer.clone()])?;
    refused(
        "to forget a consumer that is run",
        consumers.remove(&consumer).await,
        held,
    )?;
    consumers.release(&lease).await?;
    consumers.remove(&consumer).await?;
    kept(&consumers, &consumer, None).await?;
    equal(
        "the consumers after the last was removed",
        &consumers.consumers().await?,
        &Vec::new(),
    )
}

/// Rule 7.6: of all who claim a consumer one is its owner, and an owner that somebody has followed can do nothing more, however late it
/// wakes up.
pub(in super::super) async fn checkpoint_refuses_old_fence(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (consumers, consumer) = (store.checkpoints(), name("view"));
    let at = walked(&store, &consumer, 3).await?;
    let mut owners: Vec<Lease> = Vec::new();
    for round in 0..3 {
        // It has run out at once, so that whoever comes next may follow.
        let lease = consumers.claim(&consumer, Duration::ZERO).await?;
        check!(
            owners.iter().all(|old| old.fence() < lease.fence()),
            "claim {round} has fence {}, and one before it has as much",
            lease.fence()
        );
        for old in &owners {
            let change = Change::to(None, saved(&at[2], "old"));
            refused(
                "a save of an owner that was followed",
                consumers.save(old, change).await,
                fenced,
            )?;
            refused(
                "a change without a checkpoint",
                consumers.save(old, Change::new()).await,
                fenced,
            )?;
            refused(
                "a reset of an old owner",
                consumers.reset(old, saved(&at[2], "old")).await,
                fenced,
            )?;
            refused("a renewal of an old owner", consumers.renew(old, LONG).await, fenced)?;
            let switched = consumers.switch(old, &name("shown"), &name("shown")).await;
            refused("a switch of an old owner", switched, fenced)?;
            consumers.release(old).await?;
        }
        consumers.save(&lease, Change::new()).await?;
        owners.push(lease);
    }
    kept(&consumers, &consumer, None).await?;
    let last = owners.last().cloned().expect("there were three");
    consumers.save(&last, Change::to(None, saved(&at[1], "new"))).await?;
    let last = consumers.renew(&last, LONG).await?;
    for _ in 0..3 {
        refused(
            "a claim of a consumer that is run",
            consumers.claim(&consumer, LONG).await,
            held,
        )?;
    }
    let elsewhere = consumers.claim(&name("view@2"), LONG).await?;
    consumers
        .save(&last, Change::to(Some(at[1].position()), saved(&at[2], "new")))
        .await?;
    consumers.release(&last).await?;
    let change = || Change::to(Some(at[2].position()), saved(&at[3], "late"));
    refused(
        "a save after the consumer was given up",
        consumers.save(&last, change()).await,
        fenced,
    )?;
    consumers.release(&elsewhere).await?;

    let won = Arc::new(AtomicUsize::new(0));
    let mut racers: Vec<Pin<Box<dyn Future<Output = Verdict> + Send>>> = Vec::new();
    for _ in 0..4 {
        let (consumers, consumer, won) = (consumers.clone(), consumer.clone(), Arc::clone(&won));
        racers.push(Box::pin(async move {
            match consumers.claim(&consumer, LONG).await {
                Ok(_) => drop(won.fetch_add(1, Ordering::SeqCst)),
                Err(CheckpointError::Held { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            Ok(())
        }));
    }
    interleaved(bed.random(), racers).await?;
    equal(
        "of four claims, those that were granted",
        &won.load(Ordering::SeqCst),
        &1,
    )?;
    kept(&consumers, &consumer, Some(&saved(&at[2], "new"))).await?;
    if !bed.try_stage(Hook::Reopen) {
        return Ok(());
    }
    store.close().await;
    drop((store, consumers));
    let store = bed.open().await?;
    let consumers = store.checkpoints();
    kept(&consumers, &consumer, Some(&saved(&at[2], "new"))).await?;
    for old in &owners {
        refused(
            "a save of an owner in an earlier life",
            consumers.save(old, change()).await,
            fenced,
        )?;
    }
    Ok(())
}

/// Rule 7.6: a lease ends when the store's clock says so, whatever another clock shows meanwhile; one that nobody has followed goes on to
/// be good.
pub(in super::super) async fn lease_expires_on_store_clock(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let start = Timestamp::from_micros(1_769_590_800_000_000);
    bed.stage(Hook::SetClock(start))?;
    let (consumers, consumer) = (store.checkpoints(), name("view"));
    let ttl = Duration::from_secs(10);
    let first = consumers.claim(&consumer, ttl).await?;
    equal("the end of a lease", &first.until(), &start.after(ttl))?;
    let before = |by: u64| Duration::from_micros(10_000_000 - by);
    for passed in [Duration::ZERO, before(1), Duration::ZERO, before(1)] {
        bed.stage(Hook::SetClock(start.after(passed)))?;
        refused(
            "a claim before the lease ends",
            consumers.claim(&consumer, ttl).await,
            held,
        )?;
    }
    bed.stage(Hook::SetClock(start.after(ttl)))?;
    consumers.save(&first, Change::new()).await?;
    let first = consumers.renew(&first, ttl).await?;
    equal("the end of a renewed lease", &first.until(), &start.after(ttl * 2))?;
    refused(
        "a claim of a renewed lease",
        consumers.claim(&consumer, ttl).await,
        held,
    )?;
    bed.stage(Hook::SetClock(start.after(ttl * 2)))?;
    let second = consumers.claim(&consumer, ttl).await?;
    refused(
        "a save of the first owner",
        consumers.save(&first, Change::new()).await,
        fenced,
    )?;
    refused(
        "a renewal by the first owner",
        consumers.renew(&first, ttl).await,
        fenced,
    )?;
    // A clock that goes back makes a lease longer, and never two owners.
    bed.stage(Hook::SetClock(start))?;
    refused(
        "a claim on a clock that went back",
        consumers.claim(&consumer, ttl).await,
        held,
    )?;
    consumers.save(&second, Change::new()).await?;
    bed.stage(Hook::SetClock(start.after(LONG)))?;
    let third = consumers.claim(&consumer, ttl).await?;
    check!(second.fence() < third.fence(), "a later claim has a lower fence");
    refused(
        "a save of the second owner",
        consumers.save(&second, Change::new()).await,
        fenced,
    )
}
