//! Appends without commands: the bytes that a command would write, each with the version that it expects.

use std::sync::Arc;

use recount::store::{Batch, EventStore, Expected, NewEvent};
use recount::{AppendId, Cause, EventSet, Headers, StreamId, Version};
use uuid::Uuid;

use crate::domain::{AccountEvent, Opened, deposited};
use crate::{Caller, Fallible, Subject};

/// A store.
#[derive(Clone)]
pub(crate) struct Bare<S>(pub(crate) S);

struct Hot<S> {
    store: S,
    stream: StreamId,
    head: Option<Version>,
    event: NewEvent,
    metadata: Arc<[u8]>,
}

struct New<S> {
    store: S,
    name: String,
    number: u64,
    event: NewEvent,
    metadata: Arc<[u8]>,
}

fn metadata(command: &'static str) -> Arc<[u8]> {
    let mut headers = Headers::default();
    headers.correlation = Some(Uuid::new_v4());
    headers.command = Some(Cause::new(Uuid::new_v4(), command, None));
    headers.encode()
}

fn opened() -> Fallible<NewEvent> {
    let owner = "Ada".to_owned();
    Ok(AccountEvent::from(Opened { owner }).encode()?.into())
}

/// A random id is drawn for each append, as who appends has to.
fn batch(stream: &StreamId, head: Option<Version>, event: &NewEvent, metadata: &[u8]) -> Batch {
    let batch = Batch::new(AppendId::new(Uuid::new_v4())).metadata(metadata);
    batch.part(stream.clone(), Expected::loaded(head), vec![event.clone()])
}

impl<S: EventStore + Clone> Subject for Bare<S> {
    async fn hot(&self, name: String) -> Fallible<impl Caller> {
        let (store, stream, metadata) = (self.0.clone(), StreamId::new("account", &name)?, metadata("deposit"));
        let committed = store.append(batch(&stream, None, &opened()?, &metadata)).await?;
        let head = committed.parts.last().map(|part| part.last);
        let event = AccountEvent::from(deposited(5)).encode()?.into();
        Ok(Hot {
            store,
            stream,
            head,
            event,
            metadata,
        })
    }

    async fn new_streams(&self, name: String) -> Fallible<impl Caller> {
        Ok(New {
            store: self.0.clone(),
            name,
            number: 0,
            event: opened()?,
            metadata: metadata("open"),
        })
    }
}

impl<S: EventStore> Caller for Hot<S> {
    async fn write(&mut self) -> Fallible<()> {
        let batch = batch(&self.stream, self.head, &self.event, &self.metadata);
        let committed = self.store.append(batch).await?;
        self.head = committed.parts.last().map(|part| part.last);
        Ok(())
    }
}

impl<S: EventStore> Caller for New<S> {
    async fn write(&mut self) -> Fallible<()> {
        self.number += 1;
        let stream = StreamId::new("account", &format!("{}-{}", self.name, self.number))?;
        self.store
            .append(batch(&stream, None, &self.event, &self.metadata))
            .await?;
        Ok(())
    }
}
