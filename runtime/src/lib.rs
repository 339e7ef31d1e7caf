//! Event sourcing and CQRS for Rust, declared instead of wired.
//!
//! A domain is declared once, as plain types and methods. Macros derive what is mechanical (stored names, decoding, commands, routing,
//! folding), the compiler proves that nothing was forgotten, and a [`Runtime`] decides, stores and replays.
//!
//! ```
//! use recount::{Aggregate, At, ExecuteError, Loaded, MemoryStore, Runtime};
//!
//! /// What can happen to an account.
//! #[recount::events(prefix = "account")]
//! #[derive(Clone, Debug, PartialEq)]
//! pub enum AccountEvent {
//!     /// The account exists from now on.
//!     Opened { owner: String },
//!     /// Money was paid in.
//!     Deposited { amount: u64 },
//!     /// Money was paid out.
//!     Withdrawn { amount: u64 },
//! }
//!
//! /// What an account says no to.
//! #[derive(Debug, PartialEq, thiserror::Error)]
//! #[error("the balance is {balance}, {amount} was asked for")]
//! pub struct InsufficientFunds { balance: u64, amount: u64 }
//!
//! #[derive(Aggregate, Debug)]
//! #[aggregate(name = "account", id = String, events = AccountEvent)]
//! pub struct Account { balance: u64 }
//!
//! #[recount::handlers]
//! impl Account {
//!     #[command] pub fn open(owner: String) -> Opened { Opened { owner } }
//!     #[command] pub fn deposit(&self, amount: u64) -> Deposited { Deposited { amount } }
//!     #[command] pub fn withdraw(&self, amount: u64) -> Result<Withdrawn, InsufficientFunds> {
//!         if amount > self.balance { return Err(InsufficientFunds { balance: self.balance, amount }) }
//!         Ok(Withdrawn { amount })
//!     }
//!
//!     #[apply] fn opened(_: &Opened) -> Self { Self { balance: 0 } }
//!     #[apply] fn deposited(&mut self, event: &Deposited) { self.balance += event.amount }
//!     #[apply] fn withdrawn(&mut self, event: &Withdrawn) { self.balance -= event.amount }
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     // `FileStore::open("data/bank").await?` keeps the events on the disk.
//!     let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
//!
//!     runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
//!     let receipt = runtime.execute("acc-101", Deposit { amount: 1000 }).actor("teller-9").await?;
//!     assert_eq!(receipt.events, [Deposited { amount: 1000 }.into()]);
//!
//!     // The domain's own error comes back by value.
//!     match runtime.execute("acc-101", Withdraw { amount: 2000 }).await {
//!         Err(ExecuteError::Rejected(no)) => assert_eq!(no, InsufficientFunds { balance: 1000, amount: 2000 }),
//!         other => panic!("{other:?}"),
//!     }
//!
//!     // The state, as it is and as it was.
//!     let account = runtime.load::<Account>("acc-101").await?.ok_or("no such account")?;
//!     assert_eq!((account.balance, Loaded::version(&account).get()), (1000, 2));
//!     let past = runtime.load_at::<Account>("acc-101", At::Version(1)).await?.ok_or("no such account")?;
//!     assert_eq!(past.balance, 0);
//!
//!     // What happened, event by event.
//!     let mut history = runtime.history::<Account>("acc-101");
//!     while let Some(event) = history.next().await {
//!         let event = event?;
//!         println!("{} {} {:?}", event.version(), event.recorded_at(), event.event());
//!     }
//!     Ok(())
//! }
//! ```
//!
//! - **Declaring**: [`events`], [`derive(Event)`](derive@Event), [`derive(Schema)`](derive@Schema), [`derive(Aggregate)`](derive@Aggregate), [`handlers`],
//!   [`derive(StreamKey)`](derive@StreamKey), [`derive(Projection)`](derive@Projection), [`derive(Policy)`](derive@Policy),
//!   [`derive(Process)`](derive@Process), [`derive(Timer)`](derive@Timer). Each macro writes impls of public traits that could be written by hand.
//! - **Running**: [`Runtime::execute`], [`load`](Runtime::load), [`load_at`](Runtime::load_at), [`history`](Runtime::history).
//! - **Reading**: [`Runtime::view`] and [`query`](Runtime::query) of projections, in memory or by [`Builder::projection_in`] in a database;
//!   [`subscribe`](Runtime::subscribe); [`settle`](Runtime::settle) waits until all consumers have seen everything.
//! - **Reacting**: [`Builder::policy`], [`Builder::process`], [`Builder::publisher`].
//! - **Storing**: [`FileStore`] (on Linux), [`MemoryStore`], or any [`EventStore`] behind [`AnyStore`]; beside them [`FileSnapshots`],
//!   [`MemorySnapshots`], or any [`SnapshotStore`].
//! - **Watching**: spans and events of the crate `tracing`, under the target `recount`, without payloads and metadata; [`Runtime::status`].
//! - **Testing**: [`testing::given`], [`testing::project`], [`testing::react`], [`testing::process`], without a store and without an async runtime; [`schema_test!`], which knows what is stored for years;
//!   `recount::laws!` (feature `laws`), on histories that are made for the purpose.
//!
//! # Features
//!
//! | feature | default | what it adds |
//! |---|---|---|
//! | `conformance` | off | `recount::store::conformance`, the suite that every store passes; for authors of stores |
//! | `chrono` | off | [`Schema`] for the dates and times of chrono, but for `DateTime<Local>`, which is read as another zone elsewhere |
//! | `indexmap` | off | [`Schema`] for `IndexMap` and `IndexSet` |
//! | `jiff` | off | [`Schema`] for the dates, times, zones and spans of jiff |
//! | `laws` | off | `recount::laws!`, property tests of a domain by proptest; for `[dev-dependencies]` |
//! | `metrics` | off | counters and histograms of the runtime, by the crate `metrics`; `docs/observability.md` has their names |
//! | `rust_decimal` | off | [`Schema`] for `Decimal`, as the text that it writes unless its feature `serde-float` is on |
//! | `semver` | off | [`Schema`] for `Version` and `VersionReq` |
//! | `sqlite` | off | `recount::sqlite`, views in a database of SQLite, which is compiled in; `docs/guide/database-views.md` begins there |

#[doc(hidden)]
#[path = "private/mod.rs"]
pub mod __private;
mod aggregate;
mod causes;
mod clock;
mod codec;
mod command;
mod constant;
mod consumer;
mod envelope;
mod event;
pub mod model;
#[cfg(target_os = "linux")]
pub mod program;
mod projection;
mod runtime;
pub mod schema;
mod snapshot;
mod split;
#[cfg(feature = "sqlite")]
pub mod sqlite;
pub mod store;
mod stream;
pub mod testing;
mod unknown;
mod upcast;

pub use aggregate::{Aggregate, Apply, Fold, FoldError, FoldStoredError, Snapshots};
pub use clock::{Clock, ManualClock, SystemClock, Timestamp, TimestampError};
pub use codec::JsonError;
pub use command::{
    Command, Context, EventsOf, Fingerprinted, Handle, Ids, IntoEvents, OrPark, OutcomeOf, RejectionOf, Requires, To,
};
pub use consumer::{Consumer, Source, Start, left_out};
pub use envelope::{Cause, Headers, Meta, RawEvent, Receipt, Recorded, Stored, StoredHeaders, UpcastMeta};
pub use event::{DecodeError, EncodeError, Encoded, Event, EventName, EventSet, EventVersion, Outcome, StoredName};
pub use projection::{
    DatabaseError, EffectKey, InMemory, KeptInMemory, Mode, NotCommitted, On, OnError, Projection, Projects, Query, Tx,
    ViewDatabase, ViewError, ViewStore,
};
pub use recount_macros::{Aggregate, Event, Policy, Process, Projection, Schema, StreamKey, Timer, events, handlers};
pub use runtime::{
    After, Answered, At, BadDecision, BoxFuture, Builder, CancelTimer, CaseError, ConsumerState, ConsumerStatus,
    CorruptReason, CorruptStream, Due, Effect, End, Execute, ExecuteError, Failed, Failure, HandlesFailure,
    HandlesTimer, HasStore, History, HistoryError, Input, Instance, Instances, IntoEffects, JsonLines, Kept,
    KeptInDatabase, KeptStates, LoadError, Loaded, NoKey, NoStore, NoView, Panicked, Policy, Process, ProcessCase,
    Published, Publisher, Publishing, React, Reaction, Reacts, Recordable, RedriveError, Redriven, Runtime, Sends,
    Sent, SentTimer, SnapshotCounts, StartError, Status, StopReason, Subscribe, SubscribeError, Subscription,
    SubscriptionError, Timer, Token, Transaction, TransactionReceipt, Unreadable, Unsettled, VerbError, View,
    ViewRequest, Warmed, WithKey,
};
pub use schema::Schema;
pub use snapshot::{AnySnapshots, FileSnapshots, MemorySnapshots, Snapshot, SnapshotError, SnapshotKey, SnapshotStore};
pub use split::Split;
#[cfg(target_os = "linux")]
pub use store::FileStore;
pub use store::{AnyStore, EventStore, IdempotencyKey, MemoryStore};
pub use stream::{
    AppendId, AsKey, EventId, EventIdError, InvalidName, NameReason, Position, StreamId, StreamKey, Version,
};
pub use unknown::UnknownEvent;
pub use upcast::{Downcast, TryUpcast, Upcast, UpcastError};

/// The programs of README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The programs of the guides run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/changing-events.md")]
struct ChangingEvents;

/// The programs of the guides run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/schema-lock.md")]
struct SchemaLock;

/// The programs of the guides run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/snapshots.md")]
struct SnapshotsOfStates;

/// The programs of the guides run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/processes.md")]
struct PoliciesAndProcesses;

/// The programs of the guides run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/subscriptions.md")]
struct Subscriptions;

/// The programs of the guides run.
#[cfg(all(doctest, feature = "sqlite"))]
#[doc = include_str!("../../docs/guide/database-views.md")]
struct ViewsInADatabase;

/// The programs of the guides run.
#[cfg(all(doctest, feature = "laws"))]
#[doc = include_str!("../../docs/guide/laws.md")]
struct LawsOfADomain;

/// The programs of the guides run.
#[cfg(doctest)]
#[doc = include_str!("../../docs/guide/projections.md")]
struct ProjectionsGuide;
