//! Events as bytes, written behind the back of the runtime.

use recount::store::{Batch, Committed, Expected, NewEvent};
use recount::{AppendId, EventStore, StreamId};
use uuid::Uuid;

/// An event in version 1 of its name.
pub fn raw(name: &str, payload: &str) -> NewEvent {
    NewEvent::new(name.to_owned(), 1, 1, payload)
}

/// An event that a build of a later version wrote.
pub fn newer(name: &str, version: u32, floor: u32, payload: &str) -> NewEvent {
    NewEvent::new(name.to_owned(), version, floor, payload)
}

/// Appends them as one batch to the stream.
pub async fn plant(store: &impl EventStore, stream: &str, events: Vec<NewEvent>) -> Committed {
    let stream: StreamId = stream.parse().expect("a stream's name");
    let batch = Batch::new(AppendId::new(Uuid::new_v4())).part(stream, Expected::Any, events);
    store.append(batch).await.expect("a planted append")
}
