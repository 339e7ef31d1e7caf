//! A batch is one: one range, one time, all or nothing, also over several streams.

use tokio::task::JoinSet;

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{
    ANY, Seen, append, batch, event, events, exact, is_a_stream, is_whole, log, new_append, stream,
};
use crate::store::{AnyStore, AppendError, Batch, EventStore, Expected, NewEvent, Refusal};

/// Rules 1.3, 10.2: versions, positions, time, append id and index of one batch.
pub(in super::super) async fn batch_is_one_range(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let dense = store.capabilities().dense_positions;
    for count in [1_usize, 2, 7, 100] {
        let stream = stream(&format!("range-{count}"));
        append(&store, &stream, Expected::NoStream, &["before"]).await?;
        let payloads: Vec<String> = (0..count).map(|number| number.to_string()).collect();
        let tried = batch(&stream, exact(1), &payloads).metadata(b"{\"shared\":1}".to_vec());
        let id = tried.append;
        let receipt = store.append(tried).await?;
        equal("the append of a receipt", &receipt.append, &id)?;
        equal("the store of a receipt", &receipt.store, &store.identity())?;
        let seen = events(&store, &stream).await?;
        is_a_stream(&seen, &stream)?;
        let of_batch: Vec<&Seen> = seen.iter().filter(|event| event.append == id).collect();
        equal("the events of a batch", &of_batch.len(), &count)?;
        is_whole(&of_batch, dense)?;
        for (event, payload) in of_batch.iter().zip(&payloads) {
            equal("the order within a batch", &event.payload, &payload.as_bytes().to_vec())?;
            equal(
                "the shared metadata",
                &event.shared_metadata,
                &b"{\"shared\":1}".to_vec(),
            )?;
            equal("the time of a receipt", &event.recorded_at, &receipt.recorded_at)?;
        }
        let range = of_batch
            .first()
            .zip(of_batch.last())
            .map(|(first, last)| (first.position, last.position));
        equal(
            "the positions of a receipt",
            &Some((receipt.first_position, receipt.last_position)),
            &range,
        )?;
    }
    Ok(())
}

/// Rule 1.3: event k of n is refused, for each k, and nothing of the batch is ever seen.
pub(in super::super) async fn batch_is_all_or_nothing(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let stream = stream("whole");
    append(&store, &stream, Expected::NoStream, &["before"]).await?;
    let before = log(&store).await?;
    let limits = store.capabilities().limits;
    let count = 5;
    for bad in 0..count {
        let refused = [
            NewEvent::new("not a name", 1, 1, "x"),
            NewEvent::new("", 1, 1, "x"),
            NewEvent::new("case.floor", 1, 2, "x"),
            NewEvent::new("case.floor", 1, 0, "x"),
            NewEvent::new("case.large", 1, 1, "x").metadata(vec![b'x'; limits.metadata + 1]),
        ];
        for refused in refused {
            let name = refused.name.clone();
            let mut all: Vec<NewEvent> = (0..count).map(|number| event(number.to_string())).collect();
            all[bad] = refused;
            let answer = store
                .append(Batch::new(new_append()).part(stream.clone(), exact(1), all))
                .await;
            check!(
                matches!(answer, Err(AppendError::Refused(_))),
                "event {bad} of {count} (`{name}`) cannot be stored, and the batch answered {answer:?}"
            );
            equal("the log after a refused batch", &log(&store).await?, &before)?;
        }
    }
    append(&store, &stream, exact(1), &["after"]).await?;
    equal(
        "the events after all refusals",
        &events(&store, &stream).await?.len(),
        &2,
    )
}

/// Rule 1.3: the expected version of one part refuses the whole; two appends over the same streams in opposite order both end; no reader
/// sees a part without the rest.
pub(in super::super) async fn batch_over_streams_is_one(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    if !store.capabilities().many_streams {
        return Err(Stop::NotRun("the store does not span streams".to_owned()));
    }
    let streams = ["a", "b", "c"].map(stream);
    let over = |wrong: Option<usize>| {
        let mut whole = Batch::new(new_append());
        for (place, stream) in streams.iter().enumerate() {
            let expected = if wrong == Some(place) {
                exact(9)
            } else {
                Expected::NoStream
            };
            whole = whole.part(stream.clone(), expected, vec![event("x"), event("y")]);
        }
        whole
    };
    for (wrong, named) in streams.iter().enumerate() {
        match store.append(over(Some(wrong))).await {
            Err(AppendError::Conflict { stream, .. }) => equal("the stream of a conflict", &stream, named)?,
            other => {
                return Err(Stop::failed(format!(
                    "part {wrong} is a conflict, and it answered {other:?}"
                )));
            }
        }
        equal("the log after a refused batch", &log(&store).await?, &Vec::new())?;
    }
    let twice = over(None).part(streams[1].clone(), ANY, vec![event("z")]);
    match store.append(twice).await {
        Err(AppendError::Refused(Refusal::StreamTwice { stream })) => equal("the stream", &stream, &streams[1])?,
        other => return Err(Stop::failed(format!("a stream twice in one batch answered {other:?}"))),
    }
    let receipt = store.append(over(None)).await?;
    let order: Vec<_> = receipt.parts.iter().map(|part| part.stream.clone()).collect();
    equal(
        "the parts of a receipt, in the order of the batch",
        &order,
        &streams.to_vec(),
    )?;
    let all = log(&store).await?;
    is_whole(&all.iter().collect::<Vec<_>>(), store.capabilities().dense_positions)?;
    both_orders_end(&store).await
}

async fn both_orders_end(store: &AnyStore) -> Verdict {
    let (left, right) = (stream("left"), stream("right"));
    let mut tasks: JoinSet<Verdict> = JoinSet::new();
    for task in 0..4 {
        let store = store.clone();
        let (first, second) = if task % 2 == 0 {
            (left.clone(), right.clone())
        } else {
            (right.clone(), left.clone())
        };
        tasks.spawn(async move {
            for _ in 0..40 {
                let both = Batch::new(new_append())
                    .part(first.clone(), ANY, vec![event("x")])
                    .part(second.clone(), ANY, vec![event("y")]);
                store.append(both).await?;
                tokio::task::yield_now().await;
            }
            Ok(())
        });
    }
    let mut done = 0;
    while done < 4 {
        // Read between the appends: whatever is seen of a batch is seen with the rest of it.
        let seen = log(store).await?;
        let mut rest = &seen[..];
        while let Some(first) = rest.first() {
            let length = rest.iter().take_while(|event| event.append == first.append).count();
            let (whole, later) = rest.split_at(length);
            is_whole(&whole.iter().collect::<Vec<_>>(), store.capabilities().dense_positions)?;
            rest = later;
        }
        if let Some(ended) = tasks.try_join_next() {
            ended??;
            done += 1;
        }
        tokio::task::yield_now().await;
    }
    for stream in [&left, &right] {
        let seen = events(store, stream).await?;
        is_a_stream(&seen, stream)?;
        equal("the events of both orders", &seen.len(), &160)?;
    }
    Ok(())
}

/// Rule 1.8: a batch without events, or with a part without events, is refused; head and version stay.
pub(in super::super) async fn empty_batch_is_refused(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let (there, absent) = (stream("there"), stream("absent"));
    append(&store, &there, Expected::NoStream, &["before"]).await?;
    let before = log(&store).await?;
    let head = store.head().await?;
    let mut empty = vec![
        ("no part", Batch::new(new_append())),
        (
            "a part without events",
            Batch::new(new_append()).part(absent.clone(), ANY, Vec::new()),
        ),
        (
            "an existing stream without events",
            Batch::new(new_append()).part(there.clone(), exact(1), Vec::new()),
        ),
    ];
    if store.capabilities().many_streams {
        let full = Batch::new(new_append()).part(there.clone(), exact(1), vec![event("x")]);
        empty.push((
            "one part of two without events",
            full.part(absent.clone(), ANY, Vec::new()),
        ));
    }
    for (what, empty) in empty {
        match store.append(empty).await {
            Err(AppendError::Refused(Refusal::EmptyBatch)) => {}
            other => {
                return Err(Stop::failed(format!(
                    "{what} is `EmptyBatch`, and it answered {other:?}"
                )));
            }
        }
        equal("the log after an empty batch", &log(&store).await?, &before)?;
        equal("the head after an empty batch", &store.head().await?, &head)?;
    }
    append(&store, &there, exact(1), &["after"]).await?;
    Ok(())
}
