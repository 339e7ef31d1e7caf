//! Versions of a stream, and what an append expects of them.

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{append, events, exact, head_of, is_a_stream, log, stream, version};
use crate::store::{AnyStore, AppendError, EventStore, Expected, StreamRead};
use crate::stream::{Position, StreamId, Version};

/// Rule 1.2: the first event has version 1, alone or in a batch, and the receipt says so.
pub(in super::super) async fn new_stream_starts_at_one(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    equal("the head of an empty store", &store.head().await?, &Position::START)?;
    for (id, payloads) in [("alone", vec!["a"]), ("batch", vec!["a", "b", "c"])] {
        let stream = stream(id);
        let page = store.read_stream(StreamRead::new(stream.clone())).await?;
        check!(
            page.is_empty() && page.at_end(),
            "a stream without events reads as {} events, end {}",
            page.len(),
            page.at_end()
        );
        let receipt = append(&store, &stream, Expected::NoStream, &payloads).await?;
        let part = receipt
            .parts
            .first()
            .ok_or_else(|| Stop::failed("a receipt without its part"))?;
        equal("the stream of a receipt", &part.stream, &stream)?;
        equal("the first version of a receipt", &part.first, &Version::FIRST)?;
        equal(
            "the last version of a receipt",
            &part.last.get(),
            &(payloads.len() as u64),
        )?;
        let seen = events(&store, &stream).await?;
        equal("the events of the stream", &seen.len(), &payloads.len())?;
        is_a_stream(&seen, &stream)?;
        equal(
            "the position of a receipt",
            &Some(receipt.first_position),
            &seen.first().map(|event| event.position),
        )?;
        equal(
            "the last position of a receipt",
            &Some(receipt.last_position),
            &seen.last().map(|event| event.position),
        )?;
    }
    Ok(())
}

/// Rule 1.2: single appends and batches in turn leave no hole, and each receipt agrees with what is read.
pub(in super::super) async fn versions_are_contiguous(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let mut random = bed.random();
    let streams = [stream("left"), stream("right")];
    let mut heads = [0_u64; 2];
    for round in 0..60_u64 {
        let which = usize::from(random.below(2) == 1);
        let (stream, head) = (&streams[which], &mut heads[which]);
        let count = if round % 3 == 0 { 1 + random.below(7) } else { 1 };
        let payloads: Vec<String> = (0..count).map(|event| format!("{round}.{event}")).collect();
        let expected = Expected::loaded(Version::new(*head));
        let receipt = append(&store, stream, expected, &payloads).await?;
        let range = receipt.parts.first().map(|part| (part.first.get(), part.last.get()));
        equal("the versions of a receipt", &range, &Some((*head + 1, *head + count)))?;
        *head += count;
        let seen = events(&store, stream).await?;
        is_a_stream(&seen, stream)?;
        equal("the events of the stream", &(seen.len() as u64), head)?;
        let tail: Vec<&[u8]> = seen
            .iter()
            .rev()
            .take(payloads.len())
            .map(|event| &event.payload[..])
            .collect();
        let written: Vec<&[u8]> = payloads.iter().rev().map(String::as_bytes).collect();
        equal("the payloads of an append", &tail, &written)?;
    }
    Ok(())
}

/// Rule 1.4: every `Expected` against a stream that is absent, lower, equal and higher.
pub(in super::super) async fn expected_matrix(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    // The stream's version, what is expected of it, whether that holds.
    let matrix = [
        (0, Expected::NoStream, true),
        (0, Expected::Any, true),
        (0, Expected::Exists, false),
        (0, exact(1), false),
        (0, exact(u64::MAX), false),
        (3, Expected::NoStream, false),
        (3, Expected::Any, true),
        (3, Expected::Exists, true),
        (3, exact(2), false),
        (3, exact(3), true),
        (3, exact(4), false),
        (3, exact(u64::MAX), false),
    ];
    for (row, (head, expected, holds)) in matrix.into_iter().enumerate() {
        let stream = stream(&format!("row-{row}"));
        for number in 0..head {
            append(&store, &stream, Expected::loaded(Version::new(number)), &["before"]).await?;
        }
        let answer = append(&store, &stream, expected, &["new", "newer"]).await;
        let what = format!("{expected:?} of a stream at {head}");
        check!(
            answer.is_ok() == holds,
            "{what}: commits {holds} was expected, and it answered {answer:?}"
        );
        if let Err(error) = answer {
            is_conflict(error, &stream, expected, Version::new(head))?;
        }
        let after = Version::new(if holds { head + 2 } else { head });
        equal(&what, &head_of(&store, &stream).await?, &after)?;
    }
    Ok(())
}

fn is_conflict(error: AppendError, of: &StreamId, asked: Expected, head: Option<Version>) -> Verdict {
    match error {
        AppendError::Conflict {
            stream,
            expected,
            actual,
        } => {
            equal("the stream of a conflict", &stream, of)?;
            equal("the expected version of a conflict", &expected, &asked)?;
            equal("the actual version of a conflict", &actual, &head)
        }
        other => Err(Stop::failed(format!(
            "a conflict on `{of}` was expected, and it answered {other:?}"
        ))),
    }
}

/// Rules 1.4, 1.5: two writers load one version, one commits, and the other must fail, however late it comes.
pub(in super::super) async fn stale_exact_is_conflict(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("shared");
    append(&store, &stream, Expected::NoStream, &["opened"]).await?;
    append(&store, &stream, exact(1), &["first writer"]).await?;
    stale(&store, &stream, exact(1), 2).await?;
    append(&store, &stream, exact(2), &["later", "and later"]).await?;
    for old in 1..4 {
        stale(&store, &stream, exact(old), 4).await?;
    }
    stale(&store, &stream, Expected::NoStream, 4).await?;
    append(&store, &stream, exact(4), &["in time"]).await?;
    Ok(())
}

async fn stale(store: &AnyStore, stream: &StreamId, expected: Expected, head: u64) -> Verdict {
    let before = log(store).await?;
    match append(store, stream, expected, &["second writer"]).await {
        Ok(receipt) => {
            let what = format!("{expected:?} of a stream at {head} is stale");
            return Err(Stop::failed(format!("{what}, and it committed {:?}", receipt.parts)));
        }
        Err(error) => is_conflict(error, stream, expected, Some(version(head)))?,
    }
    equal("the log after a conflict", &log(store).await?, &before)
}
