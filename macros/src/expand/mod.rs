//! Model in, tokens out; cannot fail, because `check` has passed the model.

mod aggregate;
mod commands;
mod consumer;
mod event;
mod event_set;
mod events;
mod handlers;
mod on;
mod queries;
mod react;
mod rejection;
mod schema;
mod shape;
mod stored_names;
mod stream_key;
pub(crate) mod stub;
mod timer;

pub(crate) use aggregate::aggregate;
pub(crate) use consumer::consumer;
pub(crate) use event::event;
pub(crate) use event_set::event_set;
pub(crate) use events::events;
pub(crate) use handlers::handlers;
pub(crate) use schema::schema;
pub(crate) use stream_key::stream_key;
pub(crate) use timer::timer;
