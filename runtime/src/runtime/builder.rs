//! How a runtime is put together, and what is checked before it starts.

use std::any::{Any, TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::aggregate::Aggregate;
use crate::clock::{Clock, SystemClock};
use crate::runtime::consumers::{Consumers, Consuming};
use crate::runtime::error::StartError;
use crate::runtime::following::begin;
use crate::runtime::live::Live;
use crate::runtime::projections::{Around, AsConsumer, Kept, KeptInDatabase, Planned, Projections};
use crate::runtime::registration::{Registration, prepared};
use crate::runtime::snapshots::Saved;
use crate::runtime::tail::Tail;
use crate::runtime::{BoxFuture, Heap, Inner, Known, Runtime, meter};
use crate::snapshot::{AnySnapshots, SnapshotStore};
use crate::store::{AnyStore, ConsumerName, EventStore};
use crate::stream::{StreamId, TypeMap};

/// How many states are kept unless told otherwise, and their bytes.
const STATES: usize = 10_000;
const STATE_BYTES: usize = 64 << 20;

/// No store was given yet, so there is nothing to start.
#[derive(Debug)]
pub struct NoStore;

/// What a builder starts with: a store that was given. Not for users to implement.
#[diagnostic::on_unimplemented(
    message = "this runtime has no store",
    label = "there is nothing to start on",
    note = "add `.store(MemoryStore::new())`, or `.store(FileStore::open(path).await?)`, before `.start()`"
)]
pub trait HasStore {
    /// The store.
    fn into_store(self) -> AnyStore;
}

impl HasStore for AnyStore {
    fn into_store(self) -> AnyStore {
        self
    }
}

/// Puts a runtime together: a store, the aggregates, then [`start`](Builder::start).
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
/// use recount::{FileStore, Runtime};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path();
/// let runtime = Runtime::builder()
///     .store(FileStore::open(path).await?)
///     .aggregate::<Account>()
///     .verify_writes(true)
///     .start()
///     .await?;
/// runtime.execute("acc-101", Open { owner: "Ada".into() }).await?;
/// runtime.shutdown().await;
/// # Ok(())
/// # }
/// ```
#[must_use = "a runtime runs after `start().await`"]
pub struct Builder<S> {
    store: S,
    settings: Settings,
}

struct Settings {
    aggregates: Vec<Registered>,
    heaps: HashMap<TypeId, Heap>,
    clock: Arc<dyn Clock>,
    verify_writes: bool,
    states: usize,
    state_bytes: usize,
    snapshots: Option<AnySnapshots>,
    reactors: Vec<Registration>,
    projections: Vec<Planned>,
}

struct Registered {
    id: TypeId,
    name: &'static str,
    rust: &'static str,
}

impl Builder<NoStore> {
    pub(super) fn new() -> Self {
        let settings = Settings {
            aggregates: Vec::new(),
            heaps: HashMap::new(),
            clock: Arc::new(SystemClock),
            verify_writes: cfg!(debug_assertions),
            states: STATES,
            state_bytes: STATE_BYTES,
            snapshots: None,
            reactors: Vec::new(),
            projections: Vec::new(),
        };
        Self {
            store: NoStore,
            settings,
        }
    }
}

impl<S> Builder<S> {
    /// Where events are kept. Calling it again replaces the store.
    pub fn store(self, store: impl EventStore) -> Builder<AnyStore> {
        Builder {
            store: AnyStore::new(store),
            settings: self.settings,
        }
    }

    /// An aggregate whose commands are executed. What is not named here is refused at run time.
    pub fn aggregate<A: Aggregate>(mut self) -> Self {
        self.settings.aggregates.push(Registered {
            id: TypeId::of::<A>(),
            name: A::NAME,
            rust: type_name::<A>(),
        });
        self
    }

    /// A projection whose view is in memory. It begins to read when the runtime starts; [`Runtime::view`](crate::Runtime::view) looks at it.
    pub fn projection<P: Kept>(mut self) -> Self {
        self.settings.projections.push(Planned::in_memory::<P>());
        self
    }

    /// A projection whose view is in a database, which is opened when the runtime starts. [`Runtime::view`](crate::Runtime::view) gives what
    /// the database answers queries with.
    pub fn projection_in<P: KeptInDatabase>(mut self, database: P::View) -> Self {
        self.settings.projections.push(Planned::in_database::<P>(database));
        self
    }

    /// What handlers see as [`now`](crate::Context::now), and what ids are made of. Default: the computer's clock. The time that events
    /// are recorded at is the store's own.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.settings.clock = Arc::new(clock);
        self
    }

    /// Whether each event is compared with what its own bytes say before it is written, so that a `Serialize` and a `Deserialize` that
    /// disagree cannot store another event than was decided. An event that could not be read at all is never written, with this or without.
    /// Default: on in debug builds, off in release builds.
    pub fn verify_writes(mut self, verify: bool) -> Self {
        self.settings.verify_writes = verify;
        self
    }

    /// How many states of aggregates the runtime keeps, of all kinds together: those that were used last. A command to one of them neither
    /// reads nor folds its stream; whether others have written to it is seen by the store at the append. Instances of processes that go on count
    /// as states. 0 keeps none. Default: 10 000.
    pub fn keep_states(mut self, states: usize) -> Self {
        self.settings.states = states;
        self
    }

    /// How many bytes the kept states have together, at most; a state that is larger alone is not kept. A state counts with its
    /// `size_of`, the name of its stream and 256 bytes; what it holds on the heap is not seen unless
    /// [`heap_bytes`](Self::heap_bytes) tells. An instance of a process counts with the records of which something is to be done as well, but
    /// what its state holds on the heap is never seen. Default: 64 MiB.
    pub fn keep_bytes(mut self, bytes: usize) -> Self {
        self.settings.state_bytes = bytes;
        self
    }

    /// Where snapshots of states are kept, for aggregates that declare when one is taken: `#[aggregate(snapshot(every = 100))]`. Default:
    /// nowhere, with every store of events; beside a `FileStore` they are kept by
    /// [`FileSnapshots::new(path)`](crate::FileSnapshots). Whether there are snapshots changes no answer.
    pub fn snapshots(mut self, store: impl SnapshotStore) -> Self {
        self.settings.snapshots = Some(AnySnapshots::new(store));
        self
    }

    /// One more consumer.
    pub(super) fn registration(mut self, registration: Registration) -> Self {
        self.settings.reactors.push(registration);
        self
    }

    /// How many bytes a state of this aggregate holds on the heap, about: asked once after each command that is written, so it should not
    /// count them one by one. Default: 0.
    ///
    /// ```
    /// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/account.rs"));
    /// use recount::Runtime;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// // With `entries: Vec<Entry>` in an account, it would be `account.entries.capacity() * size_of::<Entry>()`.
    /// let builder = Runtime::builder().aggregate::<Account>().heap_bytes::<Account>(|_account| 0);
    /// # builder.store(recount::MemoryStore::new()).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn heap_bytes<A: Aggregate>(mut self, bytes: impl Fn(&A) -> usize + Send + Sync + 'static) -> Self {
        let heap = move |state: &dyn Any| state.downcast_ref().map_or(0, &bytes);
        self.settings.heaps.insert(TypeId::of::<A>(), Box::new(heap));
        self
    }
}

impl<S> Builder<S> {
    /// Checks what was put together and starts.
    ///
    /// # Errors
    /// [`StartError::AggregateTwice`] and [`StartError::BadName`] for names that cannot be; [`StartError::Store`] if the store does not
    /// answer. [`StartError::Consumer`], [`StartError::ConsumerTwice`], [`StartError::Unregistered`] and [`StartError::Loop`] for policies and
    /// processes that cannot run together, [`StartError::Unsupported`] if the store does not keep what they need, [`StartError::View`] for a view
    /// that its database cannot make,
    /// [`StartError::Checkpoints`] if it cannot be kept where they begin.
    pub fn start(self) -> BoxFuture<Result<Runtime, StartError>>
    where
        S: HasStore,
    {
        let (store, mut settings) = (self.store.into_store(), self.settings);
        Box::pin(async move {
            let aggregates = checked(&settings.aggregates, settings.heaps)?;
            let projections = settings.projections.iter().map(|planned| (planned.name, planned.rust));
            let prepared = prepared(settings.reactors, projections, &aggregates, &store.capabilities())?;
            for projection in &mut settings.projections {
                projection.check().await?;
            }
            store.head().await?;
            let checkpoints = store.checkpoints();
            for plan in prepared.iter().map(|one| one.plan.clone()).collect::<Vec<_>>() {
                begin(&store, &checkpoints, &plan).await?;
            }
            meter::describe();
            let tail = Arc::new(Tail::new(store.clone()));
            let around = Around {
                store: store.clone(),
                tail: Arc::clone(&tail),
            };
            let (projections, mut consumers) = started(settings.projections, &around)?;
            consumers
                .0
                .extend(prepared.iter().map(|one| Arc::clone(&one.handle) as _));
            let runtime = Runtime(Arc::new(Inner {
                tail,
                store,
                aggregates,
                live: Arc::new(Live::new(settings.states, settings.state_bytes)),
                snapshots: Saved::start(settings.snapshots),
                projections,
                consumers,
                clock: settings.clock,
                verify_writes: settings.verify_writes,
                checkpoints,
            }));
            prepared.into_iter().for_each(|one| one.launch(&runtime));
            Ok(runtime)
        })
    }
}

/// Starts the projections.
fn started(planned: Vec<Planned>, around: &Around) -> Result<(Projections, Consumers), StartError> {
    let (mut projections, mut consumers) = (Projections::new(), Consumers::default());
    for planned in planned {
        let id = planned.id;
        let consumer = ConsumerName::new(planned.name)?;
        let running = planned.start(around, consumer);
        consumers
            .0
            .push(Arc::new(AsConsumer(Arc::clone(&running))) as Arc<dyn Consuming>);
        projections.insert(id, running);
    }
    Ok((projections, consumers))
}

/// The names of the aggregates by their Rust types, each of which is one alone and can be the category of streams.
fn checked(registered: &[Registered], mut heaps: HashMap<TypeId, Heap>) -> Result<TypeMap<Known>, StartError> {
    let mut aggregates = TypeMap::default();
    let mut names: HashMap<&str, &Registered> = HashMap::new();
    for registered in registered {
        StreamId::new(registered.name, "id").map_err(|source| StartError::BadName {
            name: registered.name,
            source,
        })?;
        let name = registered.name;
        aggregates.entry(registered.id).or_insert_with(|| Known {
            name,
            heap: heaps.remove(&registered.id),
        });
        match names.insert(registered.name, registered) {
            Some(first) if first.id != registered.id => {
                let (name, first, second) = (registered.name, first.rust, registered.rust);
                return Err(StartError::AggregateTwice { name, first, second });
            }
            _ => {}
        }
    }
    Ok(aggregates)
}

impl<S: fmt::Debug> fmt::Debug for Builder<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .settings
            .aggregates
            .iter()
            .map(|registered| registered.name)
            .collect::<Vec<_>>();
        f.debug_struct("Builder")
            .field("store", &self.store)
            .field("aggregates", &names)
            .finish_non_exhaustive()
    }
}
