//! Events as they lie in a store, and what they read as.

use uuid::Uuid;

use crate::envelope::{RawEvent, UpcastMeta};
use crate::event::{DecodeError, Encoded, EventSet};
#[cfg(feature = "laws")]
use crate::store::NewEvent;
use crate::stream::{AppendId, StreamId};
use crate::testing::NOW;

/// An event as it lies in a store: a stored name, its version, and a payload.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::testing::stored;
///
/// # fn main() {
/// let deposited = stored("account.deposited", 1, r#"{"amount":100}"#);
/// assert_eq!(deposited.read::<AccountEvent>().unwrap(), [Deposited { amount: 100 }.into()]);
/// # }
/// ```
#[must_use]
pub fn stored(name: impl Into<String>, version: u32, payload: impl Into<Vec<u8>>) -> StoredEvent {
    StoredEvent {
        name: name.into(),
        version,
        floor: version,
        payload: payload.into(),
    }
}

/// An event as it lies in a store; made by [`stored`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    name: String,
    version: u32,
    floor: u32,
    payload: Vec<u8>,
}

impl StoredEvent {
    /// The oldest reader version that can read it, as its writer has said. Default: its own version.
    #[must_use]
    pub fn floor(mut self, floor: u32) -> Self {
        self.floor = floor;
        self
    }

    /// What it reads as, through the decoder of every reader.
    ///
    /// # Errors
    /// [`DecodeError`], as every reader would have it.
    pub fn read<S: EventSet>(&self) -> Result<Vec<S>, DecodeError> {
        let stream = StreamId::new("testing", "test").unwrap_or_else(|error| panic!("{error}"));
        let mut events = Vec::new();
        S::decode_into(&self.raw(&stream, 0), &mut |event| events.push(event))?;
        Ok(events)
    }

    /// The stored name.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// As one line of JSON: what a failed law shows of a history.
    #[cfg(feature = "laws")]
    pub(super) fn line(&self) -> String {
        let Self {
            name,
            version,
            floor,
            payload,
        } = self;
        let payload = String::from_utf8_lossy(payload);
        format!(r#"{{"name":"{name}","version":{version},"floor":{floor},"payload":{payload}}}"#)
    }

    pub(super) fn raw<'a>(&'a self, stream: &'a StreamId, index: u32) -> RawEvent<'a> {
        let meta = UpcastMeta::new(stream, AppendId::new(Uuid::nil()).event(index), NOW, b"");
        RawEvent::new(&self.name, self.version, self.floor, &self.payload, meta)
    }
}

#[cfg(feature = "laws")]
impl From<StoredEvent> for NewEvent {
    fn from(event: StoredEvent) -> Self {
        Self::new(event.name, event.version, event.floor, event.payload)
    }
}

#[cfg(feature = "laws")]
impl From<NewEvent> for StoredEvent {
    fn from(event: NewEvent) -> Self {
        stored(event.name, event.version, event.payload).floor(event.floor)
    }
}

impl From<Encoded> for StoredEvent {
    fn from(event: Encoded) -> Self {
        stored(event.name, event.version, event.payload).floor(event.floor)
    }
}
