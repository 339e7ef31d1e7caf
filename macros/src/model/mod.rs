//! What the user said, in our words; it keeps the user's tokens for their spans.

mod aggregate;
mod event;
mod event_set;
mod events;
mod form;
mod handlers;
mod lock;
mod schema;
pub(crate) mod stored;
mod stream_key;

pub(crate) use aggregate::Aggregate;
pub(crate) use event::{At, Event, Example, Fill, History, Raise, Raw, Renamed, Retyped, Step, Track};
pub(crate) use event_set::{Alias, EventSet, Mark, SetVariant};
pub(crate) use events::{Events, EventsVariant};
pub(crate) use form::Form;
pub(crate) use handlers::{Applied, Apply, Argument, Command, CommandField, CommandStruct, Handlers, Requires};
pub(crate) use lock::{InLock, LockedVersion};
pub(crate) use schema::{Body, Part, Parts, Schema, Variant};
pub(crate) use stream_key::StreamKey;
