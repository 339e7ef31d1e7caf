//! What the user said, in our words; it keeps the user's tokens for their spans.

mod aggregate;
mod consumer;
mod event;
mod event_set;
mod events;
mod form;
mod handlers;
mod lock;
mod on;
mod schema;
pub(crate) mod stored;
mod stream_key;
mod timer;

pub(crate) use aggregate::{Aggregate, Snapshot};
pub(crate) use consumer::{Consumer, ConsumerKind, Projection, Start, View};
pub(crate) use event::{At, Event, Example, Fill, History, Raise, Raw, Renamed, Retyped, Step, Track};
pub(crate) use event_set::{Alias, EventSet, Mark, SetVariant};
pub(crate) use events::{Events, EventsVariant};
pub(crate) use form::Form;
pub(crate) use handlers::{Applied, Apply, Argument, Command, CommandField, CommandStruct, Handlers, Kind, Requires};
pub(crate) use lock::{InLock, LockedVersion};
pub(crate) use on::{Does, Input, On, Query, QueryField};
pub(crate) use schema::{Body, Part, Parts, Schema, Variant};
pub(crate) use stream_key::StreamKey;
pub(crate) use timer::Timer;
