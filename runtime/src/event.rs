//! Events: one version of one (`EventVersion`), the current one (`Event`), the set of an aggregate's (`EventSet`), and their errors.

use std::any::Any;
use std::error::Error;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::codec::JsonError;
use crate::envelope::RawEvent;
use crate::schema::{EventFacts, Schema, SetFacts};
use crate::store::NewEvent;

/// The stored name of an event, such as `account.deposited`.
pub type EventName = &'static str;

/// One version of one event: what can be read.
///
/// Written by `#[derive(Event)]`; a hand-written impl is possible and rarely useful.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an event",
    label = "expected an event",
    note = "derive it: `#[derive(Event)] #[event(name = \"...\")]`"
)]
pub trait EventVersion: Sized + Schema {
    /// What happened, as it is stored: never a Rust path, so types and modules move freely.
    const NAME: EventName;
    /// The version of that name, from 1, by ones.
    const VERSION: u32;
    /// The oldest version that can still be read.
    const OLDEST: u32;
    /// What the lock and its tests need besides.
    #[doc(hidden)]
    const FACTS: &'static EventFacts;

    /// Reads the payload of a version from [`OLDEST`](Self::OLDEST) to [`VERSION`](Self::VERSION) as this one.
    ///
    /// # Errors
    /// [`DecodeError::NoSuchVersion`] for another number, [`DecodeError::Payload`] for bytes that are not of that version.
    fn decode_version(
        version: u32,
        payload: &[u8],
        meta: &crate::envelope::UpcastMeta<'_>,
    ) -> Result<Self, DecodeError>;

    /// The same, handed on to `then` where it was read. The derive does it without moving the event about: an event is some hundred
    /// bytes, and each move of it is felt beside the reading of its JSON.
    #[doc(hidden)]
    #[inline]
    fn decode_then<R>(
        version: u32,
        payload: &[u8],
        meta: &crate::envelope::UpcastMeta<'_>,
        then: impl FnOnce(Self) -> R,
    ) -> Result<R, DecodeError> {
        Self::decode_version(version, payload, meta).map(then)
    }
}

/// The current version of an event: what can be written too.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be emitted",
    label = "not an event that can be written",
    note = "if it is `frozen`, mark the variant `#[event(frozen)]`"
)]
pub trait Event: EventVersion + Serialize + DeserializeOwned + Send + 'static {
    /// The version that is written.
    const WRITES: u32;
    /// The oldest reader version that can still read what is written.
    const FLOOR: u32;
    /// The type proves that what is written is read as the very event that it was made of.
    #[doc(hidden)]
    const IS_EXACT: bool = false;

    /// The event as it is stored.
    ///
    /// # Errors
    /// [`EncodeError::Json`] for a value that JSON cannot carry.
    fn encode(&self) -> Result<Encoded, EncodeError>;
}

/// An event as it is stored: three small values beside the payload, never inside it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Encoded {
    /// What happened.
    pub name: EventName,
    /// The version of that name that the payload has.
    pub version: u32,
    /// The oldest reader version that can still read the payload, `1..=version`.
    pub floor: u32,
    /// A JSON object.
    pub payload: Vec<u8>,
}

impl Encoded {
    /// An event of these values.
    #[must_use]
    pub const fn new(name: EventName, version: u32, floor: u32, payload: Vec<u8>) -> Self {
        Self {
            name,
            version,
            floor,
            payload,
        }
    }
}

/// A store takes bytes, so this stands here, above it.
impl From<Encoded> for NewEvent {
    fn from(event: Encoded) -> Self {
        Self::new(event.name, event.version, event.floor, event.payload)
    }
}

/// One stored name of a set and the event it is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredName {
    /// The name that may lie in a store.
    pub name: EventName,
    /// The name of the event it becomes; `None` where it becomes several or none.
    pub event: Option<EventName>,
}

/// The events of one aggregate: an enum with a variant for each.
///
/// [`decode_into`](Self::decode_into) is the only way from stored bytes to events; every reader of recount takes it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a set of events",
    label = "expected an enum of events",
    note = "write `#[recount::events(prefix = \"...\")]` on the enum, or `#[derive(Event)]` where its variants hold event structs"
)]
pub trait EventSet: Sized + Send + 'static {
    /// Every name that this set reads.
    const NAMES: &'static [StoredName];
    /// What the lock and its tests need besides.
    #[doc(hidden)]
    const FACTS: &'static SetFacts;

    /// Reads a stored event and gives each event it becomes to `out`, in order.
    ///
    /// # Errors
    /// [`DecodeError`]: an unknown name, a newer version, or bytes that are not what their name and version say.
    fn decode_into(raw: &RawEvent<'_>, out: &mut dyn FnMut(Self)) -> Result<Outcome, DecodeError>;

    /// The event in the variant as it is stored.
    ///
    /// # Errors
    /// [`EncodeError`], as [`Event::encode`].
    fn encode(&self) -> Result<Encoded, EncodeError>;

    /// Whether the type of the event in the variant proves that its bytes are read as it is. A set that is written by hand proves nothing.
    #[doc(hidden)]
    fn is_exact(&self) -> bool {
        false
    }

    /// The event in the variant; readers of several sets find theirs by type.
    fn event(&self) -> &dyn Any;
}

/// What a stored event became.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This many events.
    Emitted(u32),
    /// None: its name was dropped from the set.
    Dropped,
}

/// Why a stored event could not be read. Nothing of it was given to the reader.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// No event of the set has this stored name: a newer build wrote it, or an event was deleted from the set.
    #[error(
        "this build does not know the event `{name}`: deploy a build that does, or put it back into the set of events"
    )]
    UnknownName {
        /// The stored name.
        name: String,
    },
    /// The stored number is no version of the event: 0, or older than what is still read.
    #[error("`{name}` has no version {version}: this build reads {oldest} to {newest}")]
    NoSuchVersion {
        /// The event.
        name: EventName,
        /// The stored version.
        version: u32,
        /// The oldest version this build reads.
        oldest: u32,
        /// The newest version this build reads.
        newest: u32,
    },
    /// A newer build wrote the event in a form that this one cannot follow.
    #[error(
        "`{name}` is stored in version {version}, which only builds from version {floor} on can read, and this one has \
         version {reads}: deploy the newer build before it writes"
    )]
    TooNew {
        /// The event.
        name: EventName,
        /// The stored version.
        version: u32,
        /// The oldest version of a reader that can read it.
        floor: u32,
        /// The version of this build.
        reads: u32,
    },
    /// The bytes are not what their name and version say.
    #[error("the payload of `{name}` version {version} cannot be read{}", at_path(path))]
    Payload {
        /// The event.
        name: EventName,
        /// The stored version.
        version: u32,
        /// The field that cannot be read, such as `lines[2].sku`; empty for the payload as a whole.
        path: String,
        /// What serde found.
        source: JsonError,
    },
    /// User code that reads an old version failed or panicked.
    #[error("`{name}` version {version} could not be read as the current version")]
    Upcast {
        /// The event.
        name: EventName,
        /// The stored version.
        version: u32,
        /// What went wrong.
        source: Box<dyn Error + Send + Sync>,
    },
}

fn at_path(path: &str) -> String {
    if path.is_empty() {
        String::new()
    } else {
        format!(" at `{path}`")
    }
}

/// Why an event could not be written. Nothing was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// The event holds a value that JSON cannot carry: a float that is not finite, a map whose keys are no texts.
    #[error("`{name}` cannot be written as JSON")]
    Json {
        /// The event.
        name: EventName,
        /// What serde found.
        source: JsonError,
    },
    /// `write` asks for an older version, which cannot hold what is in the event. Write the current version, or do without the value.
    #[error("version {version} of `{name}`, which `write = {version}` asks for, cannot hold `{path}` as it is")]
    Lossy {
        /// The event.
        name: EventName,
        /// The version that would be written.
        version: u32,
        /// The field that would not be read back as it is, such as `lines[2].sku`.
        path: String,
    },
    /// The event is only read: its variant is marked `frozen` or `unknown`. Write a current event in its place.
    #[error("`{name}` is only read, and never written")]
    Frozen {
        /// The stored name of the event.
        name: String,
    },
    /// The event would be read back as another one: it is refused before it is stored.
    #[error("`{name}` would be read back as another event at `{path}`: its `Serialize` and `Deserialize` disagree")]
    Changed {
        /// The event.
        name: EventName,
        /// The field that differs, such as `lines[2].sku`.
        path: String,
    },
    /// The event could not be read back at all: it is refused before it is stored.
    #[error("`{name}` would be stored but could not be read back: its `Serialize` and `Deserialize` disagree")]
    Unreadable {
        /// The event.
        name: EventName,
        /// Why its own bytes cannot be read.
        source: Box<DecodeError>,
    },
}
