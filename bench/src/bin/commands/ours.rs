//! Commands of recount.

use recount::store::{Batch, Expected, NewEvent};
use recount::{AppendId, EventSet, EventStore, Runtime, StreamId};
use uuid::Uuid;

use crate::domain::{AccountEvent, Deposit, Open, deposited};
use crate::{Caller, Fallible, Subject};

/// A runtime.
#[derive(Clone)]
pub(crate) struct Ours(pub(crate) Runtime);

struct Hot {
    runtime: Runtime,
    id: String,
}

struct New {
    runtime: Runtime,
    name: String,
    number: u64,
}

impl Subject for Ours {
    async fn hot(&self, id: String) -> Fallible<impl Caller> {
        self.0
            .execute(
                &id,
                Open {
                    owner: "Ada".to_owned(),
                },
            )
            .await?;
        Ok(Hot {
            runtime: self.0.clone(),
            id,
        })
    }

    async fn new_streams(&self, name: String) -> Fallible<impl Caller> {
        Ok(New {
            runtime: self.0.clone(),
            name,
            number: 0,
        })
    }
}

impl Caller for Hot {
    async fn write(&mut self) -> Fallible<()> {
        self.runtime.execute(&self.id, Deposit { amount: 5 }).await?;
        Ok(())
    }
}

impl Caller for New {
    async fn write(&mut self) -> Fallible<()> {
        self.number += 1;
        let id = format!("{}-{}", self.name, self.number);
        self.runtime
            .execute(
                id,
                Open {
                    owner: "Ada".to_owned(),
                },
            )
            .await?;
        Ok(())
    }
}

/// A stream of this many events, without a command for each.
pub(crate) async fn long_stream(store: &impl EventStore, events: u64) -> Fallible<()> {
    let owner = "Ada".to_owned();
    let mut all = vec![NewEvent::from(
        AccountEvent::Opened(crate::domain::Opened { owner }).encode()?,
    )];
    for amount in 1..events {
        all.push(NewEvent::from(AccountEvent::from(deposited(amount)).encode()?));
    }
    let batch = Batch::new(AppendId::new(Uuid::new_v4()));
    let batch = batch.part(StreamId::new("account", "long")?, Expected::NoStream, all);
    store.append(batch).await?;
    Ok(())
}
