//! Event sourcing and CQRS for Rust, declared instead of wired.

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
mod aggregate;
mod clock;
mod codec;
mod command;
mod constant;
mod envelope;
mod event;
pub mod model;
mod runtime;
pub mod store;
mod stream;
pub mod testing;

pub use aggregate::{Aggregate, Apply, Fold, FoldError, FoldStoredError};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp, TimestampError};
pub use codec::JsonError;
pub use command::{Command, Context, EventsOf, Handle, Ids, IntoEvents, OutcomeOf, RejectionOf, Requires};
pub use envelope::{Cause, Headers, Meta, RawEvent, Receipt, Recorded, Stored, UpcastMeta};
pub use event::{
    DecodeError, EncodeError, Encoded, Event, EventName, EventSet, EventVersion, Outcome, Storable, StoredName,
};
pub use recount_macros::{Aggregate, Event, StreamKey, events, handlers};
pub use runtime::{
    At, BadDecision, BoxFuture, Builder, CorruptReason, CorruptStream, Execute, ExecuteError, History, HistoryError,
    LoadError, Loaded, NoStore, Panicked, Runtime, StartError, Unreadable,
};
pub use store::{AnyStore, EventStore, MemoryStore};
pub use stream::{
    AppendId, AsKey, EventId, EventIdError, InvalidName, NameReason, Position, StreamId, StreamKey, Version,
};
