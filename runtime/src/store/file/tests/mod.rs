//! Tests of the file store as a whole, on a disk in memory wherever the real one is not the point.
#![allow(clippy::disallowed_methods, reason = "tests look at files from outside")]

mod answers;
mod consumers;
mod crashes;
mod damage;
mod keys;
mod limits;
mod real;
mod restoring;
pub(in crate::store) mod sim;

use uuid::Uuid;

use super::{FileStore, OpenError, Options};
use crate::clock::Timestamp;
use crate::store::{AppendError, Batch, Committed, EventStore, Expected, LogRead, NewEvent};
use crate::stream::{AppendId, Position, StreamId, Version};
use sim::SimDisk;

/// A store with the smallest segments, on a disk in memory.
fn options(disk: &SimDisk) -> Options<SimDisk> {
    FileStore::options()
        .disk(disk.clone())
        .segment_bytes(64 << 10, 128 << 10)
}

async fn open(disk: &SimDisk) -> Result<FileStore<SimDisk>, OpenError> {
    options(disk).open("store").await
}

fn stream(id: &str) -> StreamId {
    StreamId::new("test", id).expect("a name")
}

fn event(payload: impl Into<Vec<u8>>) -> NewEvent {
    NewEvent::new("thing.happened", 2, 1, payload)
}

fn batch(id: &str, expected: Expected, events: Vec<NewEvent>) -> Batch {
    Batch::new(AppendId::new(Uuid::now_v7()))
        .metadata(b"{\"by\":1}".to_vec())
        .part(stream(id), expected, events)
}

fn exact(version: u64) -> Expected {
    Expected::loaded(Version::new(version))
}

/// An event, owned: everything that a reader is told.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    stream: StreamId,
    version: u64,
    position: u64,
    recorded_at: Timestamp,
    append: AppendId,
    index: u32,
    count: u32,
    name: String,
    metadata: Vec<u8>,
    shared: Vec<u8>,
    payload: Vec<u8>,
}

/// The whole log, with what must hold of every log: positions and versions without a hole, appends whole.
async fn dump(store: &impl EventStore) -> Vec<Seen> {
    let mut seen: Vec<Seen> = Vec::new();
    let mut after = Position::START;
    loop {
        let page = store.read_log(LogRead::after(after)).await.expect("a page of the log");
        seen.extend(page.iter().map(|event| Seen {
            stream: event.stream.clone(),
            version: event.version.get(),
            position: event.position.get(),
            recorded_at: event.recorded_at,
            append: event.append,
            index: event.index,
            count: event.count,
            name: event.name.to_owned(),
            metadata: event.metadata.to_vec(),
            shared: event.shared_metadata.to_vec(),
            payload: event.payload.to_vec(),
        }));
        after = page.scanned_through();
        if page.at_end() {
            break;
        }
    }
    let mut heads = std::collections::HashMap::new();
    let mut open_append = None;
    for (place, event) in seen.iter().enumerate() {
        assert_eq!(event.position, place as u64 + 1, "a position is missing");
        let head = heads.entry(event.stream.clone()).or_insert(0);
        *head += 1;
        assert_eq!(event.version, *head, "a version of {} is missing", event.stream);
        let expected = open_append.take().unwrap_or((event.append, 0));
        assert_eq!((event.append, event.index), expected, "an append is not whole");
        if event.index + 1 < event.count {
            open_append = Some((event.append, event.index + 1));
        }
    }
    assert_eq!(open_append, None, "the last append is not whole");
    assert_eq!(store.head().await.expect("a head"), seen.len() as u64);
    seen
}

fn append_ids(seen: &[Seen]) -> Vec<AppendId> {
    let mut ids: Vec<_> = seen.iter().map(|event| event.append).collect();
    ids.dedup();
    ids
}

/// The appends that a workload knows to be written, known not to be, and those it cannot tell.
#[derive(Debug, Default)]
struct Ledger {
    acked: Vec<AppendId>,
    refused: Vec<AppendId>,
    unknown: Vec<AppendId>,
}

impl Ledger {
    fn note(&mut self, append: AppendId, answer: &Result<Committed, AppendError>) {
        match answer {
            Ok(_) => self.acked.push(append),
            Err(AppendError::Unknown { .. }) => self.unknown.push(append),
            Err(_) => self.refused.push(append),
        }
    }

    /// What was acknowledged is there, what was refused is not, and there is nothing else.
    fn check(&self, seen: &[Seen]) {
        let stored = append_ids(seen);
        for id in &self.acked {
            assert!(stored.contains(id), "an acknowledged append is gone");
        }
        for id in &stored {
            assert!(!self.refused.contains(id), "a refused append was written");
            assert!(
                self.acked.contains(id) || self.unknown.contains(id),
                "an append came from nowhere"
            );
        }
    }
}
