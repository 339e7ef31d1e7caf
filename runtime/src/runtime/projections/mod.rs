//! The projections of a runtime: each has a task that feeds its view, and a place where what it shows is looked at.

mod fault;
mod front;
mod handing;
mod in_database;
mod in_memory;
mod inline;
mod keeper;
mod late;
mod letters;
mod mark;
mod obeying;
mod opening;
mod placing;
mod progress;
mod reading;
mod runner;
mod stop_reason;
mod target;
mod telling;
mod unit;

use std::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::mpsc::{Sender, channel};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, spawn};

pub use in_database::KeptInDatabase;
pub use in_memory::Kept;
pub(super) use inline::Inline;
pub use stop_reason::StopReason;

use crate::clock::Clock;
use crate::consumer::Source;
use crate::projection::{Mode, Projection, Projects, ViewDatabase, ViewStore};
use crate::runtime::BoxFuture;
use crate::runtime::consumers::{ConsumerStatus, Consuming};
use crate::runtime::policies::Redriven;
use crate::runtime::tail::Tail;
use crate::runtime::verbs::{Verb, VerbError};
use crate::schema::{Fingerprint, Shape, consumed_fingerprint, laid_out};
use crate::store::{AnyStore, Checkpoint, ConsumerName, EventStore, Filter, LogRead, PageSize};
use crate::stream::Position;
use front::Front;
use handing::Wanted;
use in_database::InDatabase;
use in_memory::TwoCopies;
use keeper::Keeper;
use late::Late;
use progress::{Progress, progress};
use runner::{Order, Runner};
use target::Target;

/// What a view shows, shared with whoever looks.
pub(super) type Shown<P> = Arc<<<P as Projection>::View as ViewStore>::Shown>;

/// How many orders wait for a projection at most.
const ORDERS: usize = 16;

type Start = Box<dyn FnOnce(&Around, ConsumerName) -> Running + Send>;

/// A projection as it is registered.
pub(super) struct Planned {
    pub(super) id: TypeId,
    pub(super) name: &'static str,
    pub(super) rust: &'static str,
    start: Start,
}

/// What a projection needs of its runtime.
pub(super) struct Around {
    pub(super) store: AnyStore,
    pub(super) tail: Arc<Tail>,
    pub(super) clock: Arc<dyn Clock>,
}

/// A projection that runs.
pub(super) struct Running {
    name: &'static str,
    pub(super) mode: Mode,
    pub(super) progress: Progress,
    /// `Front<<P::View as ViewStore>::Shown>`.
    front: Arc<dyn Any + Send + Sync>,
    store: AnyStore,
    clock: Arc<dyn Clock>,
    filter: Filter,
    orders: Sender<Order>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// The projections of a runtime by their Rust types.
pub(super) type Projections = HashMap<TypeId, Arc<Running>>;

impl Planned {
    /// A projection whose view is in memory.
    pub(super) fn in_memory<P: Kept>() -> Self {
        Self {
            id: TypeId::of::<P>(),
            name: P::NAME,
            rust: std::any::type_name::<P>(),
            start: Box::new(|around, consumer| {
                let start = Checkpoint::start(consumer.clone(), around.store.identity());
                let front = Arc::new(Front::new(Arc::new(P::default()), start));
                let target = TwoCopies::<P>::new(Arc::clone(&front));
                running::<P>(around, consumer, identity::<P>(), Box::new(target), front)
            }),
        }
    }

    /// A projection whose view is in a database.
    pub(super) fn in_database<P: KeptInDatabase>(database: P::View) -> Self {
        Self {
            id: TypeId::of::<P>(),
            name: P::NAME,
            rust: std::any::type_name::<P>(),
            start: Box::new(|around, consumer| {
                let identity = laid_out(identity::<P>(), &database.layout());
                let start = Checkpoint::start(consumer.clone(), around.store.identity());
                let front = Arc::new(Late::new());
                let target = InDatabase::<P>::new(Arc::new(database), identity, Arc::clone(&front), start);
                running::<P>(around, consumer, identity, Box::new(target), front)
            }),
        }
    }

    /// Begins to read.
    pub(super) fn start(self, around: &Around, consumer: ConsumerName) -> Arc<Running> {
        Arc::new((self.start)(around, consumer))
    }
}

/// The task of a projection, and where it is looked at.
fn running<P: Projects>(
    around: &Around,
    consumer: ConsumerName,
    identity: Fingerprint,
    target: Box<dyn Target>,
    front: Arc<dyn Any + Send + Sync>,
) -> Running {
    let wanted = Wanted::of::<P>();
    let (saying, progress) = progress();
    let (orders, received) = channel(ORDERS);
    let runner = Runner {
        name: P::NAME,
        store: around.store.clone(),
        tail: Arc::clone(&around.tail),
        filter: wanted.filter.clone(),
        on_error: P::ON_ERROR,
        target,
        saying,
        orders: received,
        keeper: Keeper::new(around.store.checkpoints(), consumer, identity),
        feed: None,
        parked: Arc::default(),
        waived: BTreeSet::new(),
        barrier: None,
        failures: 0,
    };
    Running {
        name: P::NAME,
        mode: P::MODE,
        progress,
        front,
        store: around.store.clone(),
        clock: Arc::clone(&around.clock),
        filter: wanted.filter,
        orders,
        task: Mutex::new(Some(spawn(runner.run()))),
    }
}

/// What a view follows from: the shapes that it consumes, its own, and its revision (rule 8.7).
fn identity<P: Projects>() -> Fingerprint {
    let sets = P::READS.iter().map(Source::facts);
    consumed_fingerprint(P::SHAPE.unwrap_or(&Shape::Any), sets, P::NEEDS, P::REV)
}

impl Running {
    /// What is shown, and the position it is of; `None` for another type than that of the projection, and for a database until it is open.
    pub(super) fn shown<P: Projection>(&self) -> Option<(Shown<P>, Checkpoint)> {
        if let Some(front) = self.front.downcast_ref::<Front<<P::View as ViewStore>::Shown>>() {
            return Some(front.shown());
        }
        self.front
            .downcast_ref::<Late<<P::View as ViewStore>::Shown>>()?
            .shown()
    }

    /// How long the first event that is not in the view has been there.
    async fn status_at(&self, head: Position) -> ConsumerStatus {
        let said = self.progress.said();
        let mut status = ConsumerStatus::new(self.name.to_owned(), said.state, said.position);
        status.behind = head.get().saturating_sub(said.position.get());
        status.parked = said.parked.keys().into_iter().map(str::to_owned).collect();
        status.last_error = said.last_error;
        if said.position < head {
            let read = LogRead::after(said.position).filter(self.filter.clone());
            let page = self.store.read_log(read.size(PageSize::events(1))).await.ok();
            let oldest = page.and_then(|page| page.iter().next().map(|event| event.recorded_at));
            status.oldest_open = oldest.map(|oldest| self.clock.now().since(oldest));
        }
        status
    }
}

/// What every consumer offers, of a projection that runs.
pub(super) struct AsConsumer(pub(super) Arc<Running>);

impl Consuming for AsConsumer {
    fn name(&self) -> &str {
        self.0.name
    }

    fn status(&self, head: Position) -> BoxFuture<ConsumerStatus> {
        let running = Arc::clone(&self.0);
        Box::pin(async move { running.status_at(head).await })
    }

    fn reach(&self, position: Position) -> BoxFuture<Result<(), String>> {
        let progress = self.0.progress.clone();
        Box::pin(async move { progress.reach(position).await })
    }

    fn redrive(&self, key: Option<String>) -> Option<BoxFuture<Option<Redriven>>> {
        let orders = self.0.orders.clone();
        Some(Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            orders.send(Order::Redrive(key, answer)).await.ok()?;
            answered.await.ok()
        }))
    }

    fn order(&self, verb: Verb) -> BoxFuture<Result<(), VerbError>> {
        let orders = self.0.orders.clone();
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let sent = orders.send(Order::Do(verb, answer)).await;
            sent.map_err(|_| VerbError::ShutDown)?;
            answered.await.unwrap_or(Err(VerbError::ShutDown))
        })
    }

    fn stop(&self) -> BoxFuture<()> {
        let running = Arc::clone(&self.0);
        Box::pin(async move {
            let (done, is_done) = oneshot::channel();
            if running.orders.send(Order::ShutDown(done)).await.is_ok() {
                // A task that has ended meanwhile has nothing to save.
                let _ended = is_done.await;
            }
            let task = running.task.lock().unwrap_or_else(PoisonError::into_inner).take();
            if let Some(task) = task {
                let _panicked = task.await;
            }
        })
    }
}
