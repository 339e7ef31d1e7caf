//! What a set holds where its build does not know the stored event.

use std::fmt;

use crate::envelope::RawEvent;

/// A stored event that this build does not know, as it lies in the store: its name is none of the set's, or a newer build wrote it in a
/// form that this one cannot follow.
///
/// It stands in the variant that is marked `#[event(unknown)]`. Without such a variant an unknown event is an error for every reader, and
/// that is the right answer for an aggregate: a state without it is not the state. An aggregate whose set has the variant says itself what
/// an unknown event does to its state, by an `#[apply]` that takes it, and its commands can look at what that left.
///
/// ```
/// use recount::{Aggregate, Event, UnknownEvent};
/// # use serde::{Deserialize, Serialize};
///
/// #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Event)]
/// #[event(name = "light.switched")]
/// pub struct Switched { pub on: bool }
///
/// #[derive(Clone, Debug, PartialEq, Event)]
/// pub enum LightEvent {
///     Switched(Switched),
///     #[event(unknown)]
///     Other(UnknownEvent),
/// }
///
/// #[derive(Aggregate)]
/// #[aggregate(name = "light", id = String, events = LightEvent)]
/// pub struct Light { on: bool, is_whole: bool }
///
/// #[recount::handlers]
/// impl Light {
///     #[apply] fn switched(_: &Switched) -> Self { Self { on: true, is_whole: true } }
///     #[apply] fn other(&mut self, _: &UnknownEvent) { self.is_whole = false }
/// }
/// ```
///
/// It is only read: it cannot be returned by a command, and a set that holds one is refused where it is written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UnknownEvent {
    name: String,
    version: u32,
    floor: u32,
    payload: Vec<u8>,
}

impl UnknownEvent {
    /// The stored name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The stored version of that name.
    #[must_use]
    pub const fn version(&self) -> u32 {
        self.version
    }

    /// The oldest reader version that can read the payload.
    #[must_use]
    pub const fn floor(&self) -> u32 {
        self.floor
    }

    /// The payload, untouched.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

impl From<&RawEvent<'_>> for UnknownEvent {
    fn from(raw: &RawEvent<'_>) -> Self {
        Self {
            name: raw.name.to_owned(),
            version: raw.version,
            floor: raw.floor,
            payload: raw.payload.to_vec(),
        }
    }
}

impl fmt::Debug for UnknownEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnknownEvent")
            .field("name", &self.name)
            .field("version", &self.version)
            .field("floor", &self.floor)
            .field("payload", &String::from_utf8_lossy(&self.payload))
            .finish()
    }
}
