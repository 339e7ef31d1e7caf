//! Events on their way to a consumer under test: encoded, decoded by its sources, and handed on with what a store would know of them.

use std::any::Any;
use std::collections::HashMap;

use uuid::Uuid;

use crate::causes::with_causes;
use crate::clock::Timestamp;
use crate::consumer::Consumer;
use crate::envelope::{Headers, Meta};
use crate::event::Event;
use crate::stream::{AppendId, Position, StreamId, Version};
use crate::testing::{NOW, StoredEvent};

/// A log of its own, of which nothing is kept but the numbers.
#[derive(Debug)]
pub(super) struct Inputs {
    position: u64,
    versions: HashMap<StreamId, Version>,
    pub(super) now: Timestamp,
}

impl Inputs {
    pub(super) fn new() -> Self {
        Self {
            position: 0,
            versions: HashMap::new(),
            now: NOW,
        }
    }

    /// The event as it would lie in a store.
    #[track_caller]
    pub(super) fn stored<E: Event>(event: &E) -> StoredEvent {
        match event.encode() {
            Ok(encoded) => encoded.into(),
            Err(error) => panic!("`{}` cannot be given: {}", E::NAME, with_causes(&error)),
        }
    }

    /// Hands each event that a stored one becomes to the consumer.
    #[track_caller]
    pub(super) fn hand<C: Consumer>(&mut self, id: &str, stored: &StoredEvent, to: &mut dyn FnMut(&dyn Any, &Meta)) {
        let name = stored.name();
        let reads = |source: &&crate::consumer::Source| source.names().iter().any(|known| known.name == name);
        let Some(source) = C::READS.iter().find(reads) else {
            panic!(
                "`{}` does not read `{name}`: add the aggregate of this event to `reads(..)`",
                C::NAME
            );
        };
        let stream = StreamId::new(source.category(), id).unwrap_or_else(|error| panic!("{error}"));
        let meta = self.meta(stream.clone());
        let mut handed = |event: &dyn Any| to(event, &meta);
        if let Err(error) = source.decode(&stored.raw(&stream, 0), &mut handed) {
            panic!("`{name}` cannot be given: {}", with_causes(&error));
        }
    }

    /// What a store would know of the next event of this stream.
    pub(super) fn meta(&mut self, stream: StreamId) -> Meta {
        self.position += 1;
        let version = Version::after(self.versions.get(&stream).copied());
        self.versions.insert(stream.clone(), version);
        let append = AppendId::new(Uuid::from_u128(self.position.into()));
        let position = Position::new(self.position);
        Meta::new(stream, version, position, append.event(0), self.now, Headers::default())
    }
}
