//! How large things may be: at each limit, one below and one above.

use crate::store::conformance::bed::{Bed, Stop, Verdict, check, equal};
use crate::store::conformance::kit::{ANY, new_append, stream};
use crate::store::{
    AnyStore, AppendError, Batch, EventStore, Fingerprint, IdempotencyKey, KeyWindow, Limit, Limits, LogRead, NewEvent,
    PageSize, Refusal,
};
use crate::stream::{Position, StreamId};

/// Rule 1.9: each limit accepts itself and refuses one more, before anything is written; and no limit is below what every store takes.
pub(in super::super) async fn limits_at_and_over(bed: Bed) -> Verdict {
    let store = bed.open().await?;
    let limits = store.capabilities().limits;
    let least = Limits::LEAST;
    for (what, declared, least) in [
        ("payload", limits.payload, least.payload),
        ("metadata", limits.metadata, least.metadata),
        ("name", limits.name, least.name),
        ("key", limits.key, least.key),
        ("events", limits.events, least.events),
        ("batch", limits.batch, least.batch),
    ] {
        check!(
            declared >= least,
            "the limit for {what} is {declared}, and every store takes {least}"
        );
    }
    let store_keeps_keys = store.capabilities().key_window != KeyWindow::None;
    let at = Limiting { store };
    at.taken(one("n", 0, 0, 0)).await?;
    at.edge(Limit::Name, limits.name, |size| one(&"n".repeat(size), 0, 0, 0))
        .await?;
    at.edge(Limit::Payload, limits.payload, |size| one("n", size, 0, 0))
        .await?;
    at.edge(Limit::Metadata, limits.metadata, |size| one("n", 0, size, 0))
        .await?;
    at.edge(Limit::Metadata, limits.metadata, |size| one("n", 0, 0, size))
        .await?;
    if store_keeps_keys {
        let keyed = |size: usize| {
            let key = IdempotencyKey::new("k".repeat(size));
            one("n", 0, 0, 0).key(key, Fingerprint::new([size.to_le_bytes()[0]; 16]))
        };
        at.edge(Limit::Key, limits.key, keyed).await?;
    }
    // Names, payloads and metadata count together, the name of the stream too: this many bytes in all.
    let full = limits.payload.min(limits.batch / 2);
    let rest = |size: usize| {
        let mut events = Vec::new();
        let mut left = size - edge().as_str().len();
        while left > 0 {
            let payload = full.min(left - 1);
            events.push(NewEvent::new("n", 1, 1, vec![b'p'; payload]));
            left -= payload + 1;
        }
        Batch::new(new_append()).part(edge(), ANY, events)
    };
    at.edge(Limit::Batch, limits.batch, rest).await?;
    if limits.events <= limits.batch {
        let many = |size: usize| {
            let events = (0..size).map(|_| NewEvent::new("n", 1, 1, Vec::new())).collect();
            Batch::new(new_append()).part(edge(), ANY, events)
        };
        at.edge(Limit::Events, limits.events, many).await?;
    }
    Ok(())
}

fn edge() -> StreamId {
    stream("edge")
}

/// One event with a name, and with this many bytes of payload, of its own metadata and of shared metadata.
fn one(name: &str, payload: usize, own: usize, shared: usize) -> Batch {
    let event = NewEvent::new(name.to_owned(), 1, 1, vec![b'p'; payload]).metadata(vec![b'm'; own]);
    Batch::new(new_append())
        .metadata(vec![b's'; shared])
        .part(edge(), ANY, vec![event])
}

struct Limiting {
    store: AnyStore,
}

impl Limiting {
    async fn edge(&self, what: Limit, limit: usize, of_size: impl Fn(usize) -> Batch) -> Verdict {
        // A batch of a million events takes seconds to make; one below the limit says no more of it.
        if what != Limit::Events {
            self.taken(of_size(limit - 1)).await?;
        }
        self.taken(of_size(limit)).await?;
        let head = self.store.head().await?;
        match self.store.append(of_size(limit + 1)).await {
            Err(AppendError::Refused(refusal)) => {
                let expected = Refusal::TooLarge {
                    what,
                    limit,
                    actual: limit + 1,
                };
                equal("the refusal one above a limit", &refusal, &expected)?;
                check!(!refusal.is_passing(), "`TooLarge` never passes");
            }
            other => {
                return Err(Stop::failed(format!(
                    "{what} of {limit} and one more answered {other:?}"
                )));
            }
        }
        equal("the head after a refusal", &self.store.head().await?, &head)
    }

    async fn taken(&self, batch: Batch) -> Verdict {
        let (count, append) = (batch.events(), batch.append);
        let receipt = self.store.append(batch).await.map_err(|error| {
            let error = format!("{error:?}").chars().take(300).collect::<String>();
            Stop::failed(format!(
                "a batch of {count} events within the limits was refused: {error}"
            ))
        })?;
        let (first, last) = (receipt.first_position, receipt.last_position);
        // Of a very large batch its beginning and its end are read.
        let parts = if count > 10_000 {
            vec![(first, 100), (Position::new(last.get() - 99), 100)]
        } else {
            vec![(first, count)]
        };
        for (from, events) in parts {
            let (mut after, mut left) = (Position::new(from.get() - 1), events);
            while left > 0 {
                let page = self
                    .store
                    .read_log(LogRead::after(after).size(PageSize::events(left)))
                    .await?;
                let found = page.iter().filter(|event| event.append == append).count();
                check!(
                    found > 0,
                    "a page of a batch within the limits, after {after}, has nothing of it"
                );
                (left, after) = (left.saturating_sub(found), page.scanned_through());
            }
        }
        Ok(())
    }
}
