//! cqrs-es in memory: in the store that comes with it, and in the fastest that its traits allow.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use cqrs_es::mem_store::{MemStore, MemStoreAggregateContext};
use cqrs_es::{Aggregate, AggregateError, EventEnvelope, EventStore};

use super::{Account, AccountEvent, Cqrs, Refused};

/// A bank in the store that comes with cqrs-es.
pub fn in_memory() -> Cqrs<MemStore<Account>> {
    let store = MemStore::default();
    Cqrs::new(store.clone(), store)
}

/// A bank in a [`QuietStore`].
pub fn in_quiet_memory() -> Cqrs<QuietStore> {
    let store = QuietStore::default();
    Cqrs::new(store.clone(), store)
}

/// Prints nothing, checks the version, copies at a load the events alone and at a commit none of those before it.
#[derive(Clone, Debug, Default)]
pub struct QuietStore(Arc<RwLock<HashMap<String, Vec<EventEnvelope<Account>>>>>);

impl EventStore<Account> for QuietStore {
    type AC = MemStoreAggregateContext<Account>;

    async fn load_events(&self, id: &str) -> Result<Vec<EventEnvelope<Account>>, AggregateError<Refused>> {
        let streams = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Ok(streams.get(id).cloned().unwrap_or_default())
    }

    async fn load_aggregate(&self, id: &str) -> Result<Self::AC, AggregateError<Refused>> {
        let streams = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let events = streams.get(id).map_or(&[][..], Vec::as_slice);
        let mut aggregate = Account::default();
        for event in events {
            aggregate.apply(event.payload.clone());
        }
        let (aggregate_id, current_sequence) = (id.to_owned(), events.len());
        Ok(MemStoreAggregateContext {
            aggregate_id,
            aggregate,
            current_sequence,
        })
    }

    async fn commit(
        &self,
        events: Vec<AccountEvent>,
        context: Self::AC,
        metadata: HashMap<String, String>,
    ) -> Result<Vec<EventEnvelope<Account>>, AggregateError<Refused>> {
        let numbered = events.into_iter().zip(context.current_sequence + 1..);
        let envelope = |(payload, sequence)| EventEnvelope {
            aggregate_id: context.aggregate_id.clone(),
            sequence,
            payload,
            metadata: metadata.clone(),
        };
        let events: Vec<_> = numbered.map(envelope).collect();
        let mut streams = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let stream = streams.entry(context.aggregate_id).or_default();
        if stream.len() != context.current_sequence {
            return Err(AggregateError::AggregateConflict);
        }
        stream.extend_from_slice(&events);
        Ok(events)
    }
}
