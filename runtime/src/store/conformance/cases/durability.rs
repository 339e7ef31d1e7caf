//! Durable, then visible, then answered; and what is answered when that fails.

use std::future::{Future, poll_fn};
use std::task::Poll;

use tokio::task::JoinHandle;

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{
    ANY, append, batch, events, exact, head_of, log, stream, version, whole_or_absent, yield_often,
};
use crate::store::conformance::subject::Hook;
use crate::store::{AnyStore, AppendError, Batch, Committed, EventStore, Expected, Refusal};

type Answer = Result<Committed, AppendError>;

/// An append under way.
enum Answering {
    AtOnce(Answer),
    Later(JoinHandle<Answer>),
}

impl Answering {
    /// Polls the append once before it becomes a task, so that a store which answers at once is seen to.
    async fn begin(store: &AnyStore, batch: Batch) -> Self {
        let store = store.clone();
        let mut append = Box::pin(async move { store.append(batch).await });
        match poll_fn(|context| Poll::Ready(append.as_mut().poll(context))).await {
            Poll::Ready(answer) => Self::AtOnce(answer),
            Poll::Pending => Self::Later(tokio::spawn(append)),
        }
    }

    fn is_answered(&self) -> bool {
        match self {
            Self::AtOnce(_) => true,
            Self::Later(task) => task.is_finished(),
        }
    }

    async fn answer(self) -> Result<Answer, Stop> {
        match self {
            Self::AtOnce(answer) => Ok(answer),
            Self::Later(task) => Ok(task.await?),
        }
    }
}

/// Rule 1.7: while a commit waits to be durable, no reader sees it and no caller is answered; and a crash then takes nothing back that
/// was seen.
pub(in super::super) async fn not_visible_before_durable(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("main");
    append(&store, &stream, Expected::NoStream, &["before"]).await?;
    let before = log(&store).await?;
    bed.stage(Hook::Hold)?;
    let tried = batch(&stream, exact(1), &["a", "b"]);
    let answering = Answering::begin(&store, tried.clone()).await;
    bed.until_held().await;
    equal("the log while a commit waits", &log(&store).await?, &before)?;
    equal(
        "the stream while a commit waits",
        &events(&store, &stream).await?,
        &before,
    )?;
    equal(
        "the stream's end while a commit waits",
        &head_of(&store, &stream).await?,
        &Some(version(1)),
    )?;
    equal(
        "the head while a commit waits",
        &Some(store.head().await?),
        &before.last().map(|event| event.position),
    )?;
    yield_often(1_000).await;
    check!(!answering.is_answered(), "an append was answered before it was durable");
    check!(
        bed.try_stage(Hook::Release),
        "a store that holds commits can release them"
    );
    answering.answer().await??;
    equal("the events after the answer", &events(&store, &stream).await?.len(), &3)?;

    if bed.try_stage(Hook::Reopen) {
        bed.stage(Hook::Hold)?;
        let tried = batch(&stream, exact(3), &["c"]);
        let answering = Answering::begin(&store, tried.clone()).await;
        bed.until_held().await;
        let seen = log(&store).await?;
        bed.stage(Hook::Crash)?;
        check!(
            answering.answer().await?.is_err(),
            "an append was answered that was not durable at the crash"
        );
        drop(store);
        let store = bed.reopen().await?;
        let after = log(&store).await?;
        equal(
            "what was seen before the crash",
            &after.get(..seen.len()),
            &Some(&seen[..]),
        )?;
        whole_or_absent(&after, &tried, store.capabilities().dense_positions)?;
    }
    Ok(())
}

/// Rule 1.5: a conflict names a version that is durable. While the winner waits for its sync, the loser is not told of it; and when the
/// sync fails, nobody was told of a version that never was.
pub(in super::super) async fn conflict_names_durable_actual(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("main");
    append(&store, &stream, Expected::NoStream, &["before"]).await?;
    bed.stage(Hook::Hold)?;
    let winner = Answering::begin(&store, batch(&stream, exact(1), &["winner"])).await;
    bed.until_held().await;
    let loser = Answering::begin(&store, batch(&stream, exact(1), &["loser"])).await;
    yield_often(1_000).await;
    check!(
        !loser.is_answered(),
        "an append that lost was answered before the winner was durable"
    );
    bed.stage(Hook::FailSync)?;
    bed.stage(Hook::Release)?;
    let (winner, loser) = (winner.answer().await?, loser.answer().await?);
    check!(
        matches!(winner, Err(AppendError::Unknown { .. })),
        "the append whose sync failed is `Unknown`, and it answered {winner:?}"
    );
    if let Err(AppendError::Conflict { actual, .. }) = &loser {
        let seen = events(&store, &stream).await?;
        let durable = seen.last().map(|event| event.version);
        check!(
            *actual <= durable,
            "a conflict named {actual:?}, and the stream ends at {durable:?}"
        );
    }
    Ok(())
}

/// Rule 1.6: after a failed sync the append is `Unknown`, no sync is tried again, appends are refused, and reads go on.
pub(in super::super) async fn sync_failure_poisons(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("main");
    append(&store, &stream, Expected::NoStream, &["before"]).await?;
    let before = log(&store).await?;
    bed.stage(Hook::FailSync)?;
    let tried = batch(&stream, exact(1), &["in doubt", "too"]);
    match store.append(tried.clone()).await {
        Err(AppendError::Unknown { unknown, .. }) => {
            equal("the append that is unknown", &unknown.append, &tried.append)?;
            equal("the store that it was handed to", &unknown.store, &store.identity())?;
            equal("the opening that it was handed to", &unknown.opening, &store.opening())?;
            let asked: Vec<_> = tried
                .parts
                .iter()
                .map(|part| (part.stream.clone(), part.expected))
                .collect();
            equal("the parts that are unknown", &unknown.parts, &asked)?;
        }
        other => {
            return Err(Stop::failed(format!(
                "a failed sync is `Unknown`, and it answered {other:?}"
            )));
        }
    }
    equal("the log after a failed sync", &log(&store).await?, &before)?;
    for number in 0..3 {
        match append(&store, &stream, ANY, &["after"]).await {
            Err(AppendError::Refused(Refusal::Poisoned)) => {}
            other => {
                return Err(Stop::failed(format!(
                    "append {number} after a failed sync answered {other:?}"
                )));
            }
        }
    }
    equal("the log of a store that stopped writing", &log(&store).await?, &before)?;
    if bed.try_stage(Hook::Reopen) {
        store.close().await;
        drop(store);
        let store = bed.open().await?;
        let after = log(&store).await?;
        equal(
            "what was durable before",
            &after.get(..before.len()),
            &Some(&before[..]),
        )?;
        let dense = store.capabilities().dense_positions;
        let landed = whole_or_absent(&after, &tried, dense)?;
        equal(
            "the events after reopening",
            &after.len(),
            &(before.len() + if landed { 2 } else { 0 }),
        )?;
        let head = head_of(&store, &stream).await?;
        append(&store, &stream, Expected::loaded(head), &["writes again"]).await?;
    }
    Ok(())
}

/// Rule 1.6: under every fault that can be staged, `Refused` and `Conflict` never turn out written and `Ok` always does, also after
/// opening again.
pub(in super::super) async fn outcomes_are_honest(bed: Bed) -> Verdict {
    let faults = [
        Hook::FailSync,
        Hook::FillDisk,
        Hook::LoseAnswer { committed: true },
        Hook::LoseAnswer { committed: false },
        Hook::Crash,
        Hook::CrashAfter(0),
        Hook::CrashAfter(1),
        Hook::CrashAfter(2),
    ];
    let mut staged = 0;
    for fault in faults {
        // Twice in one place: what was in doubt may be stored one time and lost the other.
        let bed = bed.fresh();
        let mut store = bed.open().await?;
        let stream = stream("main");
        for turn in 0..2 {
            append(&store, &stream, ANY, &["before"]).await?;
            if !bed.try_stage(fault) {
                break;
            }
            staged += 1;
            let mut answers = Vec::new();
            for number in 0..6 {
                let expected = [ANY, Expected::NoStream, Expected::Exists][number % 3];
                let tried = batch(&stream, expected, &[format!("{turn}.{number}"), "second".to_owned()]);
                let answer = store.append(tried.clone()).await;
                answers.push((tried, answer));
            }
            match honest(&store, &answers, &format!("{fault:?}")).await {
                // A store that has crashed need not read any more; it is asked again after it was opened again.
                Err(_) if matches!(fault, Hook::Crash | Hook::CrashAfter(_)) => {}
                verdict => verdict?,
            }
            if !bed.try_stage(Hook::Reopen) {
                break;
            }
            store.close().await;
            drop(store);
            let _ = bed.try_stage(Hook::FreeDisk);
            store = bed.open().await?;
            honest(&store, &answers, &format!("{fault:?}, then opening again")).await?;
        }
    }
    if staged == 0 {
        return Err(Stop::NotRun(
            "the store offers no hook that makes an append fail".to_owned(),
        ));
    }
    Ok(())
}

async fn honest(store: &AnyStore, answers: &[(Batch, Result<Committed, AppendError>)], fault: &str) -> Verdict {
    let log = log(store).await?;
    for (tried, answer) in answers {
        let is_there = whole_or_absent(&log, tried, store.capabilities().dense_positions)?;
        let may_be = match answer {
            Ok(_) => is_there,
            Err(AppendError::Unknown { .. }) => true,
            Err(_) => !is_there,
        };
        let stored = if is_there { "is" } else { "is not" };
        check!(
            may_be,
            "under {fault}: an append answered {answer:?}, and it {stored} stored"
        );
    }
    Ok(())
}
