//! The runtime: where commands are executed, states loaded and histories read.

mod attempts;
mod backoff;
mod builder;
mod consumers;
mod deadline;
mod decide;
mod decoded;
mod delay;
mod error;
mod execute;
pub(crate) mod feed;
mod following;
mod history;
mod keyed;
mod live;
mod load;
mod meter;
mod policies;
mod processes;
mod projections;
mod publishing;
mod reaction;
mod reason;
mod registration;
mod snapshots;
mod state;
mod status;
mod subscription;
pub(crate) mod tail;
mod token;
mod trace;
mod transaction;
mod verbs;
mod view;

use std::any::{Any, TypeId};
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use builder::{Builder, HasStore, NoStore};
pub use consumers::{ConsumerState, ConsumerStatus, Unsettled};
pub(crate) use decide::{Decided, Deciding, decide};
pub use error::{ExecuteError, HistoryError, LoadError, StartError};
pub use execute::Execute;
pub use history::History;
pub use load::{At, Loaded};
pub use policies::{RedriveError, Redriven};
pub(crate) use processes::record::{seen as seen_by_instance, stream as stream_of_instance};
pub use processes::{CaseError, ProcessCase};
pub use projections::{Kept, KeptInDatabase, StopReason};
pub use publishing::{JsonLines, Published, Publisher, Publishing};
pub use reaction::{
    After, Answered, CancelTimer, Due, Effect, End, Failed, Failure, HandlesFailure, HandlesTimer, Input, Instance,
    Instances, IntoEffects, Policy, Process, React, Reaction, Reacts, Recordable, Sends, Sent, SentTimer, Timer,
};
pub use reason::{BadDecision, CorruptReason, CorruptStream, Panicked, Unreadable};
pub use snapshots::Warmed;
pub use status::{KeptStates, SnapshotCounts, Status};
pub use subscription::{Subscribe, SubscribeError, Subscription, SubscriptionError};
pub use token::Token;
pub use transaction::{NoKey, Transaction, TransactionReceipt, WithKey};

pub use verbs::VerbError;
pub use view::{NoView, View, ViewRequest};

use crate::aggregate::Aggregate;
use crate::clock::Clock;
use crate::command::Command;
use crate::runtime::consumers::Consumers;
use crate::runtime::live::Live;
use crate::runtime::projections::Projections;
use crate::runtime::snapshots::Saved;
use crate::runtime::tail::Tail;
use crate::store::{AnyCheckpoints, AnyStore, EventStore};
use crate::stream::{AsKey, StreamId, TypeMap};

/// A future that owns what it needs, so that it can be spawned.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send + 'static>>;

/// Executes commands on a store. Cheap to clone; clones are the same runtime.
///
/// Needs tokio with its timer enabled, as `#[tokio::main]` has it: delays and timeouts are its. Dropping any future of it, at any point,
/// loses nothing and corrupts nothing.
#[derive(Clone)]
pub struct Runtime(Arc<Inner>);

struct Inner {
    store: AnyStore,
    /// What all readers of new events share.
    tail: Arc<Tail>,
    aggregates: TypeMap<Known>,
    live: Arc<Live>,
    snapshots: Saved,
    projections: Projections,
    consumers: Consumers,
    clock: Arc<dyn Clock>,
    verify_writes: bool,
    checkpoints: AnyCheckpoints,
}

/// What is known of an aggregate.
struct Known {
    name: &'static str,
    /// How many bytes a state holds beside its own size, as the user says.
    heap: Option<Heap>,
}

type Heap = Box<dyn Fn(&dyn Any) -> usize + Send + Sync>;

impl Runtime {
    /// Begins to put a runtime together.
    pub fn builder() -> Builder<NoStore> {
        Builder::new()
    }

    /// Executes a command on the aggregate of this id: loads it, decides, and writes what was decided. What is returned is awaited; its
    /// methods set who asks, what is expected, and how long it may take.
    ///
    /// Commands to one aggregate are decided one after the other, in the order of their arrival here; what another runtime writes in
    /// between is a conflict, and is decided again. After a command the runtime keeps the state, so that the next one neither reads nor
    /// folds ([`Builder::keep_states`]); the first one reads the stream, a page at a time, from its newest snapshot if there is one
    /// ([`Builder::snapshots`]) and else from its first event.
    ///
    /// # Errors
    /// [`ExecuteError`]; every variant but one is definite: nothing was written.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{ExecuteError, MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// let receipt = runtime.execute("acc-101", Deposit { amount: 100 }).actor("teller-9").expect_version(1).await?;
    /// assert_eq!(receipt.events, [Deposited { amount: 100 }.into()]);
    ///
    /// match runtime.execute("acc-101", Withdraw { amount: 200 }).await {
    ///     Err(ExecuteError::Rejected(no)) => assert_eq!(no, InsufficientFunds { balance: 100, amount: 200 }),
    ///     other => panic!("{other:?}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn execute<C: Command>(&self, id: impl AsKey<<C::Aggregate as Aggregate>::Id>, command: C) -> Execute<C> {
        Execute::new(self.clone(), StreamId::new(C::Aggregate::NAME, &id.key()), command)
    }

    /// The same, on a stream whose name is made already.
    fn execute_on<C: Command>(&self, stream: StreamId, command: C) -> Execute<C> {
        Execute::new(self.clone(), Ok(stream), command)
    }

    /// The same as [`execute`](Self::execute), for a command that came as data: the enum of all commands of an aggregate.
    ///
    /// # Errors
    /// [`ExecuteError`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// // From a request, a queue, a file.
    /// let command: AccountCommand = serde_json::from_str(r#"{ "open": { "owner": "Ada" } }"#)?;
    /// runtime.dispatch("acc-101", command).await?;
    /// assert!(runtime.load::<Account>("acc-101").await?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn dispatch<C: Command>(&self, id: impl AsKey<<C::Aggregate as Aggregate>::Id>, command: C) -> Execute<C> {
        self.execute(id, command)
    }

    /// The newest state of an aggregate; `None` if nothing has happened to it. It has seen every command that was answered before this
    /// was called.
    ///
    /// # Errors
    /// [`LoadError`]; an event that cannot be read is never passed over.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{Loaded, MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// let account = runtime.load::<Account>("acc-101").await?.ok_or("no such account")?;
    /// assert_eq!((account.balance, Loaded::version(&account).get()), (0, 1));
    /// assert!(runtime.load::<Account>("acc-999").await?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn load<A: Aggregate>(&self, id: impl AsKey<A::Id>) -> BoxFuture<Result<Option<Loaded<A>>, LoadError>> {
        self.load_until(&id, At::Newest)
    }

    /// The state of an aggregate as it was: at a version, at a time, or at a position of the store. `None` if nothing had happened to it.
    /// Nothing can be decided on such a state.
    ///
    /// # Errors
    /// [`LoadError`]; a version or position that does not exist yet is [`LoadError::VersionAhead`] or [`LoadError::PositionAhead`].
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{At, MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// let receipt = runtime.execute("acc-101", Deposit { amount: 100 }).await?;
    /// runtime.execute("acc-101", Deposit { amount: 50 }).await?;
    ///
    /// let then = receipt.recorded_at.ok_or("nothing was written")?;
    /// for at in [At::Version(2), At::Position(receipt.position().ok_or("nothing was written")?)] {
    ///     let account = runtime.load_at::<Account>("acc-101", at).await?.ok_or("no such account")?;
    ///     assert_eq!(account.balance, 100);
    /// }
    /// let account = runtime.load_at::<Account>("acc-101", At::Time(then)).await?.ok_or("no such account")?;
    /// assert!(account.balance >= 100);
    /// # Ok(())
    /// # }
    /// ```
    pub fn load_at<A: Aggregate>(
        &self,
        id: impl AsKey<A::Id>,
        at: At,
    ) -> BoxFuture<Result<Option<Loaded<A>>, LoadError>> {
        self.load_until(&id, at)
    }

    fn load_until<A: Aggregate>(
        &self,
        id: &impl AsKey<A::Id>,
        at: At,
    ) -> BoxFuture<Result<Option<Loaded<A>>, LoadError>> {
        let (runtime, stream) = (self.clone(), StreamId::new(A::NAME, &id.key()));
        Box::pin(async move { load::loaded(&runtime, stream?, at).await })
    }

    /// What has happened to an aggregate, event by event, from the first. An event that this build cannot read comes as an error in its
    /// place, with its bytes.
    ///
    /// # Errors
    /// [`HistoryError`], as an item: the history goes on after an event that cannot be read, and ends after any other error.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::{MemoryStore, Runtime};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let runtime = Runtime::builder().store(MemoryStore::new()).aggregate::<Account>().start().await?;
    /// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
    /// runtime.execute("acc-101", Deposit { amount: 100 }).await?;
    ///
    /// let mut history = runtime.history::<Account>("acc-101");
    /// let mut names = Vec::new();
    /// while let Some(event) = history.next().await {
    ///     names.push(event?.stored_name().to_owned());
    /// }
    /// assert_eq!(names, ["account.opened", "account.deposited"]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn history<A: Aggregate>(&self, id: impl AsKey<A::Id>) -> History<A::Events> {
        let stream = StreamId::new(A::NAME, &id.key()).map_err(HistoryError::from);
        let known = self
            .knows::<A>()
            .map_err(|aggregate| HistoryError::NotRegistered { aggregate });
        History::new(self.0.store.clone(), known.and(stream))
    }

    /// Lets the projections and the other consumers save what they have come to, then closes the store, after what was handed to it is
    /// written. Commands after it are refused as
    /// [`Closed`](crate::store::Refusal::Closed). Snapshots that were taken are written as well, for five seconds at most.
    pub async fn shutdown(&self) {
        self.0.consumers.stop().await;
        self.0.store.close().await;
        self.0.snapshots.close().await;
    }

    fn knows<A: Aggregate>(&self) -> Result<(), &'static str> {
        if self.0.aggregates.contains_key(&TypeId::of::<A>()) {
            Ok(())
        } else {
            Err(A::NAME)
        }
    }

    /// Who is asked how long it takes to fold this aggregate; nobody unless its snapshots ask for it.
    fn stopwatch<A: Aggregate>(&self) -> Option<&dyn Clock> {
        let is_timed = A::SNAPSHOTS.is_some_and(|rule| rule.is_timed());
        is_timed.then_some(&*self.0.clock)
    }

    /// What a state holds beside its own size. One whose size cannot be told is taken for one that is too large to be kept.
    fn heap<A: Aggregate>(&self, state: Option<&A>) -> usize {
        let heap = self
            .0
            .aggregates
            .get(&TypeId::of::<A>())
            .and_then(|known| known.heap.as_ref());
        match (heap, state) {
            (Some(heap), Some(state)) => Panicked::caught(|| heap(state)).unwrap_or(usize::MAX),
            _ => 0,
        }
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.aggregates.values().map(|known| known.name).collect();
        f.debug_struct("Runtime")
            .field("store", &self.0.store)
            .field("aggregates", &names)
            .finish_non_exhaustive()
    }
}
