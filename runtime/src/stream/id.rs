//! The identity of an append, and of an event in it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The identity of one append: made before its first attempt, the same in every resend, new after every new decision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct AppendId(Uuid);

impl AppendId {
    /// The append of this id.
    #[must_use]
    pub const fn new(id: Uuid) -> Self {
        Self(id)
    }

    /// The id, 128 bits.
    #[must_use]
    pub const fn as_uuid(self) -> Uuid {
        self.0
    }

    /// The id of the event that stands at `index`, from 0, in this append.
    #[must_use]
    pub const fn event(self, index: u32) -> EventId {
        EventId { append: self, index }
    }
}

impl fmt::Display for AppendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for AppendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl From<AppendId> for String {
    fn from(id: AppendId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for AppendId {
    type Error = uuid::Error;

    fn try_from(text: String) -> Result<Self, uuid::Error> {
        Uuid::try_parse(&text).map(Self)
    }
}

/// The identity of an event: its append and its place in it. Printed `<append>-<index>`; the same in every resend and every backup.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct EventId {
    /// The append that wrote the event.
    pub append: AppendId,
    /// The event's place in its append, from 0, in the order of the parts.
    pub index: u32,
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.append, self.index)
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A text is not an [`EventId`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an event id is written as `<append id>-<index>`, such as `0198f2c4-0000-7000-8000-000000000000-0`")]
#[non_exhaustive]
pub struct EventIdError;

impl FromStr for EventId {
    type Err = EventIdError;

    fn from_str(text: &str) -> Result<Self, EventIdError> {
        let (append, index) = text.rsplit_once('-').ok_or(EventIdError)?;
        let append = Uuid::try_parse(append).map_err(|_| EventIdError)?;
        Ok(AppendId(append).event(index.parse().map_err(|_| EventIdError)?))
    }
}

impl From<EventId> for String {
    fn from(id: EventId) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for EventId {
    type Error = EventIdError;

    fn try_from(text: String) -> Result<Self, EventIdError> {
        text.parse()
    }
}

/// Which store, and which of its histories: a store restored from a backup has another epoch. Positions mean something only with both
/// (rule 3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StoreId {
    /// Drawn when the store was made.
    pub store: Uuid,
    /// Drawn when the store was made or restored.
    pub epoch: u64,
}

impl StoreId {
    /// This history of this store.
    #[must_use]
    pub const fn new(store: Uuid, epoch: u64) -> Self {
        Self { store, epoch }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_survive_their_text() -> Result<(), Box<dyn std::error::Error>> {
        let id = AppendId::new(Uuid::from_u128(7)).event(3);
        assert_eq!(id.to_string().parse::<EventId>()?, id);
        assert_eq!(serde_json::from_str::<EventId>(&serde_json::to_string(&id)?)?, id);
        assert!("7".parse::<EventId>().is_err());
        Ok(())
    }
}
