//! Tokens in, model out: records what is wrong and never fails.

mod aggregate;
mod attribute;
mod command;
mod consumer;
mod event;
mod event_set;
mod events;
mod handlers;
pub(crate) mod keys;
pub(crate) mod lock;
mod on;
mod schema;
mod stream_key;
mod timer;

pub(crate) use aggregate::aggregate;
use aggregate::{number, skipped};
pub(crate) use consumer::{policy, process, projection};
pub(crate) use event::event;
pub(crate) use event_set::event_set;
pub(crate) use events::events;
pub(crate) use handlers::{handlers, without_ours};
pub(crate) use schema::schema;
pub(crate) use stream_key::stream_key;
pub(crate) use timer::timer;
