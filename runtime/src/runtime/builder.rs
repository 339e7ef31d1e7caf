//! How a runtime is put together, and what is checked before it starts.

use std::any::{TypeId, type_name};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use crate::aggregate::Aggregate;
use crate::clock::{Clock, SystemClock};
use crate::runtime::error::StartError;
use crate::runtime::{BoxFuture, Inner, Runtime};
use crate::store::{AnyStore, EventStore};
use crate::stream::StreamId;

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
    aggregates: Vec<Registered>,
    clock: Arc<dyn Clock>,
    verify_writes: bool,
}

struct Registered {
    id: TypeId,
    name: &'static str,
    rust: &'static str,
}

impl Builder<NoStore> {
    pub(super) fn new() -> Self {
        let clock = Arc::new(SystemClock);
        Self {
            store: NoStore,
            aggregates: Vec::new(),
            clock,
            verify_writes: cfg!(debug_assertions),
        }
    }
}

impl<S> Builder<S> {
    /// Where events are kept. Calling it again replaces the store.
    pub fn store(self, store: impl EventStore) -> Builder<AnyStore> {
        let Self {
            aggregates,
            clock,
            verify_writes,
            ..
        } = self;
        Builder {
            store: AnyStore::new(store),
            aggregates,
            clock,
            verify_writes,
        }
    }

    /// An aggregate whose commands are executed. What is not named here is refused at run time.
    pub fn aggregate<A: Aggregate>(mut self) -> Self {
        self.aggregates.push(Registered {
            id: TypeId::of::<A>(),
            name: A::NAME,
            rust: type_name::<A>(),
        });
        self
    }

    /// What handlers see as [`now`](crate::Context::now), and what ids are made of. Default: the computer's clock. The time that events
    /// are recorded at is the store's own.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Whether each event is read back from its own bytes before it is written, so that a `Serialize` and a `Deserialize` that disagree
    /// cannot store what nobody can read. Default: on in debug builds, off in release builds.
    pub fn verify_writes(mut self, verify: bool) -> Self {
        self.verify_writes = verify;
        self
    }
}

impl<S> Builder<S> {
    /// Checks what was put together and starts.
    ///
    /// # Errors
    /// [`StartError::AggregateTwice`] and [`StartError::BadName`] for names that cannot be; [`StartError::Store`] if the store does not
    /// answer.
    pub fn start(self) -> BoxFuture<Result<Runtime, StartError>>
    where
        S: HasStore,
    {
        let Self {
            store,
            aggregates,
            clock,
            verify_writes,
        } = self;
        let store = store.into_store();
        Box::pin(async move {
            let aggregates = checked(&aggregates)?;
            store.head().await?;
            Ok(Runtime(Arc::new(Inner {
                store,
                aggregates,
                clock,
                verify_writes,
            })))
        })
    }
}

/// The names of the aggregates by their Rust types, each of which is one alone and can be the category of streams.
fn checked(registered: &[Registered]) -> Result<HashMap<TypeId, &'static str>, StartError> {
    let mut aggregates = HashMap::new();
    let mut names: HashMap<&str, &Registered> = HashMap::new();
    for registered in registered {
        StreamId::new(registered.name, "id").map_err(|source| StartError::BadName {
            name: registered.name,
            source,
        })?;
        aggregates.insert(registered.id, registered.name);
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
