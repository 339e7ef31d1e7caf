//! What is stored comes back byte for byte, whatever it looks like.

use crate::store::conformance::bed::{Bed, Random, Verdict, equal};
use crate::store::conformance::kit::{Seen, events, exact, is_a_stream, log, new_append, stream};
use crate::store::{AnyStore, Batch, EventStore, Expected, NewEvent};

/// Rule 1.10: payloads that look like something else are bytes like all others.
pub(in super::super) async fn hostile_payloads(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let mut random = bed.random();
    // Bytes that a store may use as marks, sizes that cross its blocks, JSON that no parser should be asked for.
    let mut payloads: Vec<Vec<u8>> = [
        &b""[..],
        b"\0",
        b"\0\0\0\0\0\0\0\0",
        b"\xff\xff\xff\xff",
        b"RFRM",
        b"RSEG\x01\x00",
        b"RECOUNT\0\0\0\0\0",
        b"\n",
        b"\r\n",
        b"{}",
        b"null",
        b"{\"a\":1,\"a\":2}",
        b"{\"a\":NaN}",
        b"\xc3\x28",
        b"\xed\xa0\x80",
        b"\xef\xbb\xbf{}",
        b" {} ",
        b"1e999",
        b"\"\\ud800\"",
    ]
    .map(<[u8]>::to_vec)
    .into();
    payloads.push("[".repeat(100_000).into_bytes());
    payloads.push([0xa5_u8, 0x5a].repeat(4_000));
    for size in [
        7, 8, 9, 63, 64, 65, 511, 512, 513, 4_095, 4_096, 4_097, 16_383, 16_385, 65_535, 65_537, 200_000,
    ] {
        payloads.push(random.bytes(size));
    }
    let frame = payloads.concat();
    payloads.push(
        frame
            .get(..frame.len().min(store.capabilities().limits.payload))
            .unwrap_or_default()
            .to_vec(),
    );
    round_trip(&store, "hostile", &payloads).await?;
    // A payload that holds what the store holds: all events so far, one after the other, as they came back.
    let stored: Vec<u8> = log(&store)
        .await?
        .into_iter()
        .flat_map(|event| event.payload)
        .take(200_000)
        .collect();
    round_trip(&store, "again", &[stored]).await
}

async fn round_trip(store: &AnyStore, id: &str, payloads: &[Vec<u8>]) -> Verdict {
    let stream = stream(id);
    for (payload, number) in payloads.iter().zip(1..) {
        let expected = if number == 1 {
            Expected::NoStream
        } else {
            exact(number - 1)
        };
        let event = NewEvent::new("case.hostile", 1, 1, payload.clone());
        store
            .append(Batch::new(new_append()).part(stream.clone(), expected, vec![event]))
            .await?;
    }
    let seen = events(store, &stream).await?;
    is_a_stream(&seen, &stream)?;
    equal("the events with hostile payloads", &seen.len(), &payloads.len())?;
    for (event, payload) in seen.iter().zip(payloads) {
        equal("a hostile payload", &event.payload, payload)?;
    }
    Ok(())
}

/// Rules 1.10, 10.4: payload, metadata, names and numbers of random batches, from the stream and from the log, twice.
pub(in super::super) async fn bytes_come_back_equal(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let mut random = bed.random();
    let mut written: Vec<(Batch, u64)> = Vec::new();
    let mut head = 0;
    let stream = stream("random");
    for _ in 0..40 {
        let events: Vec<NewEvent> = (0..1 + random.below(5)).map(|_| random_event(&mut random)).collect();
        let count = events.len() as u64;
        let shared = random.below(40) as usize;
        let expected = if head == 0 { Expected::NoStream } else { exact(head) };
        let batch = Batch::new(new_append())
            .metadata(random.bytes(shared))
            .part(stream.clone(), expected, events);
        store.append(batch.clone()).await?;
        written.push((batch, head));
        head += count;
    }
    for _ in 0..2 {
        for seen in [events(&store, &stream).await?, log(&store).await?] {
            equal("the events of the stream", &(seen.len() as u64), &head)?;
            for (batch, before) in &written {
                let given = batch.parts.iter().flat_map(|part| &part.events);
                for (event, number) in given.zip(usize::try_from(*before).unwrap_or(usize::MAX)..) {
                    is_the_same(&seen[number], batch, event)?;
                }
            }
        }
    }
    Ok(())
}

fn random_event(random: &mut Random) -> NewEvent {
    let letters = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    let length = 1 + random.below(255) as usize;
    let name: String = (0..length)
        .map(|_| char::from(letters[random.below(letters.len() as u64) as usize]))
        .collect();
    let version = 1 + (random.draw() >> 33) as u32;
    let floor = 1 + random.below(u64::from(version)) as u32;
    let (payload, metadata) = (random.below(3_000) as usize, random.below(100) as usize);
    NewEvent::new(name, version, floor, random.bytes(payload)).metadata(random.bytes(metadata))
}

fn is_the_same(seen: &Seen, batch: &Batch, given: &NewEvent) -> Verdict {
    equal("the append of an event", &seen.append, &batch.append)?;
    equal("the name of an event", &&*seen.name, &&*given.name)?;
    equal(
        "schema version and floor",
        &(seen.schema, seen.floor),
        &(given.version, given.floor),
    )?;
    equal("the payload of an event", &seen.payload, &given.payload)?;
    equal("the metadata of an event", &seen.metadata, &given.metadata)?;
    equal("the shared metadata", &&*seen.shared_metadata, &&*batch.metadata)
}
