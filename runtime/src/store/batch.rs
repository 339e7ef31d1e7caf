//! What is handed to a store: a batch of parts, each the new events of one stream and what that stream must be.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::store::{Fingerprint, IdempotencyKey, Limit, Limits, Refusal};
use crate::stream::{AppendId, StreamId, Version};

/// What one append writes: all of it or none.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Batch {
    /// The identity of the append.
    pub append: AppendId,
    /// The caller's key and what was asked under it; none by default.
    pub key: Option<(IdempotencyKey, Fingerprint)>,
    /// Metadata of all its events; opaque to the store, which may keep it as it is.
    pub metadata: Arc<[u8]>,
    /// One part per stream, usually one.
    pub parts: Vec<Part>,
}

/// The new events of one stream.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// The stream.
    pub stream: StreamId,
    /// What the stream must be at the commit.
    pub expected: Expected,
    /// At least one event.
    pub events: Vec<NewEvent>,
}

/// An event that is to be written. The bytes are opaque to the store and come back as they are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewEvent {
    /// What happened: ASCII letters, digits, `.`, `_` and `-`.
    pub name: Cow<'static, str>,
    /// The version of that name, from 1.
    pub version: u32,
    /// The oldest reader version that can read the payload, `1..=version`.
    pub floor: u32,
    /// The event.
    pub payload: Vec<u8>,
    /// Metadata of this event alone.
    pub metadata: Vec<u8>,
}

/// What a stream must be at the commit, not at an earlier read (rule 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Expected {
    /// Without events.
    NoStream,
    /// At exactly this version.
    Exact(Version),
    /// With at least one event.
    Exists,
    /// Anything: leaves out this check and nothing else.
    Any,
}

impl Expected {
    /// Exactly what was loaded: [`NoStream`](Self::NoStream) for `None`.
    #[must_use]
    pub fn loaded(version: Option<Version>) -> Self {
        version.map_or(Self::NoStream, Self::Exact)
    }

    /// Whether a stream at `head` is what was expected.
    #[must_use]
    pub fn holds(self, head: Option<Version>) -> bool {
        match self {
            Self::NoStream => head.is_none(),
            Self::Exact(version) => head == Some(version),
            Self::Exists => head.is_some(),
            Self::Any => true,
        }
    }
}

impl Batch {
    /// A batch without parts.
    #[must_use]
    pub fn new(append: AppendId) -> Self {
        Self {
            append,
            key: None,
            metadata: Arc::default(),
            parts: Vec::new(),
        }
    }

    /// The caller's key of the request, and the fingerprint of what was asked: of a command, or [`Fingerprint::of_events`]. A batch under
    /// a key that is known to its first stream writes nothing (rules 2.3, 2.4).
    #[must_use]
    pub fn key(mut self, key: IdempotencyKey, fingerprint: Fingerprint) -> Self {
        self.key = Some((key, fingerprint));
        self
    }

    /// Metadata of all events of the batch; none by default.
    #[must_use]
    pub fn metadata(mut self, metadata: impl Into<Arc<[u8]>>) -> Self {
        self.metadata = metadata.into();
        self
    }

    /// One more stream with its new events.
    #[must_use]
    pub fn part(mut self, stream: StreamId, expected: Expected, events: Vec<NewEvent>) -> Self {
        self.parts.push(Part {
            stream,
            expected,
            events,
        });
        self
    }

    /// The count of all its events.
    #[must_use]
    pub fn events(&self) -> usize {
        self.parts.iter().map(|part| part.events.len()).sum()
    }

    /// Whether both write the same events to the same streams; metadata is no part of that, nor is what is expected (rules 2.2, 2.3).
    #[cfg(target_os = "linux")]
    pub(crate) fn writes_what(&self, other: &Self) -> bool {
        let same = |(one, other): (&NewEvent, &NewEvent)| {
            one.name == other.name && one.version == other.version && one.payload == other.payload
        };
        let same = |(one, other): (&Part, &Part)| {
            one.stream == other.stream
                && one.events.len() == other.events.len()
                && one.events.iter().zip(&other.events).all(same)
        };
        self.parts.len() == other.parts.len() && self.parts.iter().zip(&other.parts).all(same)
    }

    /// What every store checks before it writes anything: form and limits (rules 1.8, 1.9).
    ///
    /// # Errors
    /// A permanent [`Refusal`].
    pub fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        let within = |what, actual, limit| {
            if actual > limit {
                Err(Refusal::TooLarge { what, limit, actual })
            } else {
                Ok(())
            }
        };
        if self.parts.is_empty() || self.parts.iter().any(|part| part.events.is_empty()) {
            return Err(Refusal::EmptyBatch);
        }
        within(Limit::Events, self.events(), limits.events)?;
        within(Limit::Metadata, self.metadata.len(), limits.metadata)?;
        if let Some((key, _)) = &self.key {
            if key.as_str().is_empty() {
                return Err(Refusal::EmptyKey);
            }
            within(Limit::Key, key.as_str().len(), limits.key)?;
        }
        let names = self.parts.iter().map(|part| part.stream.as_str().len());
        let mut total = names.fold(self.metadata.len(), usize::saturating_add);
        for event in self.parts.iter().flat_map(|part| &part.events) {
            within(Limit::Name, event.name.len(), limits.name)?;
            within(Limit::Payload, event.payload.len(), limits.payload)?;
            within(Limit::Metadata, event.metadata.len(), limits.metadata)?;
            let is_named = !event.name.is_empty()
                && event
                    .name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'));
            if !is_named || event.floor == 0 || event.floor > event.version {
                let name = event.name.escape_debug().to_string();
                return Err(Refusal::BadEvent {
                    name,
                    version: event.version,
                    floor: event.floor,
                });
            }
            total = total.saturating_add(event.name.len() + event.payload.len() + event.metadata.len());
        }
        within(Limit::Batch, total, limits.batch)?;
        if self.parts.len() == 1 {
            return Ok(());
        }
        let mut streams = HashSet::with_capacity(self.parts.len());
        match self.parts.iter().find(|part| !streams.insert(&part.stream)) {
            Some(twice) => Err(Refusal::StreamTwice {
                stream: twice.stream.clone(),
            }),
            None => Ok(()),
        }
    }
}

impl NewEvent {
    /// An event of this name, version, floor and payload, without metadata of its own.
    #[must_use]
    pub fn new(name: impl Into<Cow<'static, str>>, version: u32, floor: u32, payload: impl Into<Vec<u8>>) -> Self {
        Self {
            name: name.into(),
            version,
            floor,
            payload: payload.into(),
            metadata: Vec::new(),
        }
    }

    /// Metadata of this event alone; none by default.
    #[must_use]
    pub fn metadata(mut self, metadata: Vec<u8>) -> Self {
        self.metadata = metadata;
        self
    }
}
