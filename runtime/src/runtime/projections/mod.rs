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
use tokio::task::spawn_blocking;

pub use in_database::KeptInDatabase;
pub use in_memory::Kept;
pub(super) use inline::Inline;
pub use stop_reason::StopReason;

use crate::consumer::Source;
use crate::projection::{DatabaseError, Mode, Projection, Projects, ViewDatabase, ViewStore};
use crate::runtime::BoxFuture;
use crate::runtime::consumers::{ConsumerStatus, Consuming};
use crate::runtime::error::StartError;
use crate::runtime::policies::Redriven;
use crate::runtime::tail::Tail;
use crate::runtime::verbs::{Verb, VerbError};
use crate::schema::{Fingerprint, Shape, consumed_fingerprint, laid_out};
use crate::store::{AnyStore, Checkpoint, ConsumerName, EventStore, Filter};
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

type Check = Box<dyn FnOnce() -> Result<(), DatabaseError> + Send>;
type Start = Box<dyn FnOnce(&Around, ConsumerName) -> Running + Send>;

/// A projection as it is registered.
pub(super) struct Planned {
    pub(super) id: TypeId,
    pub(super) name: &'static str,
    pub(super) rust: &'static str,
    /// What is asked of its database before anything starts.
    check: Option<Check>,
    start: Start,
}

/// What a projection needs of its runtime.
#[derive(Clone)]
pub(super) struct Around {
    pub(super) store: AnyStore,
    pub(super) tail: Arc<Tail>,
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
    /// Held by whoever begins to build, so that nobody else does between a look and a change.
    begins: tokio::sync::Mutex<()>,
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
            check: None,
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
        let database = Arc::new(database);
        let checked = Arc::clone(&database);
        Self {
            id: TypeId::of::<P>(),
            name: P::NAME,
            rust: std::any::type_name::<P>(),
            check: Some(Box::new(move || checked.check())),
            start: Box::new(|around, consumer| {
                let identity = laid_out(identity::<P>(), &database.layout());
                let start = Checkpoint::start(consumer.clone(), around.store.identity());
                let front = Arc::new(Late::new());
                let shown = Arc::clone(&front);
                let target = move |is_beside| -> Box<dyn Target> {
                    let (database, shown) = (Arc::clone(&database), Arc::clone(&shown));
                    Box::new(InDatabase::<P>::new(
                        database,
                        identity,
                        shown,
                        start.clone(),
                        is_beside,
                    ))
                };
                running::<P>(around, consumer, identity, Box::new(target), front)
            }),
        }
    }

    /// Whether its view can be made, as far as that is known before anything is opened.
    pub(super) async fn check(&mut self) -> Result<(), StartError> {
        let Some(check) = self.check.take() else {
            return Ok(());
        };
        match spawn_blocking(check).await {
            Ok(Err(DatabaseError::Lasting(source))) => {
                let projection = self.name;
                Err(StartError::View { projection, source })
            }
            // What may pass is told by the projection, which tries again.
            _ => Ok(()),
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
        begins: tokio::sync::Mutex::default(),
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

    fn status(&self) -> ConsumerStatus {
        let said = self.progress.said();
        let mut status = ConsumerStatus::new(self.name.to_owned(), said.state, said.position);
        status.parked = said.parked.keys().into_iter().map(str::to_owned).collect();
        status.last_error = said.last_error;
        status.rebuilding = self.built().map(|built| {
            let built = built.said();
            (built.position, built.state)
        });
        status
    }
}

/// What every consumer offers, of a projection that runs.
pub(super) struct AsConsumer(pub(super) Arc<Running>);

impl Consuming for AsConsumer {
    fn name(&self) -> &str {
        self.0.name
    }

    fn filter(&self) -> &Filter {
        &self.0.making.filter
    }

    fn status(&self) -> ConsumerStatus {
        self.0.status()
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

    fn drop_view(&self, generation: &ConsumerName) -> Option<BoxFuture<Result<(), VerbError>>> {
        let (running, generation) = (Arc::clone(&self.0), generation.clone());
        let is_own = running.is_own(&generation);
        is_own.then(|| -> BoxFuture<_> { Box::pin(async move { running.drop_view(&generation).await }) })
    }

    fn stop(&self) -> BoxFuture<()> {
        let running = Arc::clone(&self.0);
        Box::pin(async move { running.end().await })
    }
}
