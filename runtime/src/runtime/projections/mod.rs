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
mod rebuilding;
mod runner;
mod stop_reason;
mod target;
mod telling;
mod unit;

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use tokio::sync::oneshot;

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
use crate::store::{AnyStore, Checkpoint, ConsumerName, EventStore, LogRead, PageSize};
use crate::stream::Position;
use front::Front;
use handing::Wanted;
use in_database::InDatabase;
use in_memory::TwoCopies;
use late::Late;
use progress::{Progress, Saying, progress};
use rebuilding::{Building, Hand, Making};
use runner::Order;
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
#[derive(Clone)]
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
    saying: Saying,
    /// `Front<<P::View as ViewStore>::Shown>`, or `Late` of it.
    front: Arc<dyn Any + Send + Sync>,
    making: Making,
    shown_by: tokio::sync::Mutex<Hand>,
    building: Mutex<Option<Building>>,
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
                let front = Arc::new(Front::new(Arc::new(P::default()), start.clone()));
                let shown = Arc::clone(&front);
                let target = move |is_beside| -> Box<dyn Target> {
                    let start = start.clone();
                    Box::new(if is_beside {
                        TwoCopies::<P>::beside(Arc::clone(&shown), start)
                    } else {
                        TwoCopies::<P>::new(Arc::clone(&shown))
                    })
                };
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
                let (database, shown) = (Arc::new(database), Arc::clone(&front));
                let target = move |_| -> Box<dyn Target> {
                    let (database, shown) = (Arc::clone(&database), Arc::clone(&shown));
                    Box::new(InDatabase::<P>::new(database, identity, shown, start.clone()))
                };
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
    target: Box<dyn Fn(bool) -> Box<dyn Target> + Send + Sync>,
    front: Arc<dyn Any + Send + Sync>,
) -> Running {
    let making = Making {
        name: P::NAME,
        around: around.clone(),
        consumer,
        identity,
        filter: Wanted::of::<P>().filter,
        on_error: P::ON_ERROR,
        target,
    };
    let (saying, progress) = progress();
    Running {
        name: P::NAME,
        mode: P::MODE,
        progress,
        front,
        shown_by: tokio::sync::Mutex::new(making.begin(saying.clone(), None)),
        saying,
        making,
        building: Mutex::default(),
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
        status.rebuilding = self.built().map(|built| {
            let built = built.said();
            (built.position, built.state)
        });
        if said.position < head {
            let Making { around, filter, .. } = &self.making;
            let read = LogRead::after(said.position).filter(filter.clone());
            let page = around.store.read_log(read.size(PageSize::events(1))).await.ok();
            let oldest = page.and_then(|page| page.iter().next().map(|event| event.recorded_at));
            status.oldest_open = oldest.map(|oldest| self.making.around.clock.now().since(oldest));
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
        let running = Arc::clone(&self.0);
        Some(Box::pin(async move {
            let orders = running.shown_by.lock().await.orders.clone();
            let (answer, answered) = oneshot::channel();
            orders.send(Order::Redrive(key, answer)).await.ok()?;
            answered.await.ok()
        }))
    }

    fn order(&self, verb: Verb) -> BoxFuture<Result<(), VerbError>> {
        let running = Arc::clone(&self.0);
        Box::pin(async move {
            match verb {
                Verb::Rebuild => return running.rebuild().await,
                Verb::Undo => return running.undo().await,
                _ => {}
            }
            let orders = running.shown_by.lock().await.orders.clone();
            let (answer, answered) = oneshot::channel();
            let sent = orders.send(Order::Do(verb, answer)).await;
            sent.map_err(|_| VerbError::ShutDown)?;
            answered.await.unwrap_or(Err(VerbError::ShutDown))
        })
    }

    fn dropped(&self, generation: &ConsumerName) -> BoxFuture<Result<(), VerbError>> {
        let (running, generation) = (Arc::clone(&self.0), generation.clone());
        Box::pin(async move { running.dropped(&generation).await })
    }

    fn stop(&self) -> BoxFuture<()> {
        let running = Arc::clone(&self.0);
        Box::pin(async move { running.end().await })
    }
}
