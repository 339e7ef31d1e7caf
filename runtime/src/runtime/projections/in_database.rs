//! A view in a database: fed in transactions, each of which holds the view and how far it has come.

use std::sync::Arc;

use tokio::task::spawn_blocking;

use crate::projection::{
    DatabaseError, EffectKey, NotCommitted, Projection, Projects, ViewDatabase, ViewError, ViewStore,
};
use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::{BadEvent, Fault};
use crate::runtime::projections::handing::{Unhanded, Wanted, Why, hand, keys};
use crate::runtime::projections::late::Late;
use crate::runtime::projections::letters::Parked;
use crate::runtime::projections::mark::{BadMark, Mark};
use crate::runtime::projections::opening::suffix;
use crate::runtime::projections::target::{Doing, Found, Place, Target};
use crate::runtime::projections::unit::Unit;
use crate::schema::Fingerprint;
use crate::store::{Checkpoint, ConsumerName, EventRef, PartId, StoreId};
use crate::stream::Position;

/// A projection whose view is in a database.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a projection over a database",
    label = "cannot be registered by `.projection_in()`",
    note = "a view in memory is registered alone: `.projection::<{Self}>()`",
    note = "a projection over a database derives `Projection` with `view = ...`, and has a block `#[recount::handlers] impl {Self}` with an `#[on] fn name(&self, tx: &mut ..., event: &E, meta: &Meta) -> Result<(), _>`"
)]
pub trait KeptInDatabase: Projects + Projection<View: ViewDatabase> {}

#[diagnostic::do_not_recommend]
impl<P: Projects + Projection<View: ViewDatabase>> KeptInDatabase for P {}

type Shown<P> = <<P as Projection>::View as ViewStore>::Shown;
type Generation<P> = <<P as Projection>::View as ViewDatabase>::Generation;
type Committed<P> = Result<(), NotCommitted<Unhanded<ViewError<P>>>>;

/// A view in a database.
pub(super) struct InDatabase<P: KeptInDatabase> {
    pub(super) database: Arc<P::View>,
    wanted: Arc<Wanted>,
    pub(super) identity: Fingerprint,
    pub(super) store: StoreId,
    pub(super) front: Arc<Late<Shown<P>>>,
    /// Another task shows a view, until this one takes its place.
    pub(super) waits: bool,
    /// How far the view has come. Beyond the mark there is at most what nobody asked for.
    pub(super) at: Checkpoint,
    pub(super) opened: Option<Opened<P>>,
}

/// A generation that is open.
pub(super) struct Opened<P: KeptInDatabase> {
    pub(super) generation: Arc<Generation<P>>,
    pub(super) fence: u64,
    pub(super) mark: Mark,
    /// The mark as it stands in the database; `None` if none does.
    pub(super) text: Option<String>,
    /// A commit whose end is not known.
    pub(super) doubt: Option<(Mark, String)>,
    /// Another generation answers.
    pub(super) is_beside: bool,
}

impl<P: KeptInDatabase> InDatabase<P> {
    pub(super) fn new(
        database: Arc<P::View>,
        identity: Fingerprint,
        front: Arc<Late<Shown<P>>>,
        start: Checkpoint,
        waits: bool,
    ) -> Self {
        Self {
            database,
            wanted: Arc::new(Wanted::of::<P>()),
            identity,
            store: start.store(),
            front,
            waits,
            at: start,
            opened: None,
        }
    }

    /// Calls the database where it may block.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&P::View) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, Fault> {
        let database = Arc::clone(&self.database);
        match spawn_blocking(move || question(&database)).await {
            Ok(answer) => answer.map_err(failed),
            Err(ended) => Err(Fault::Stop(StopReason::Database(Arc::new(ended)))),
        }
    }

    pub(super) fn opened(&mut self) -> Result<&mut Opened<P>, Fault> {
        self.opened.as_mut().ok_or_else(|| bad(BadMark::Moved))
    }

    fn show(&self) {
        if let Some(opened) = &self.opened
            && !self.waits
            && (!opened.is_beside || self.front.shown().is_none())
        {
            self.front
                .show(self.database.shown(&opened.generation), self.at.clone());
        }
    }

    /// Learns how a commit has ended.
    async fn resolve(&mut self) -> Result<(), Fault> {
        let opened = self.opened()?;
        let doubt = if P::View::ATOMIC { opened.doubt.clone() } else { None };
        let Some((mark, text)) = doubt else { return Ok(()) };
        let generation = Arc::clone(&opened.generation);
        let found = self.ask(move |database| database.mark(&generation)).await?;
        let opened = self.opened()?;
        if found != opened.text {
            if found.as_deref() != Some(&text) {
                return Err(bad(BadMark::Moved));
            }
            let at = mark.checkpoint.clone();
            (opened.mark, opened.text) = (mark, found);
            self.at = at;
            self.show();
        }
        self.opened()?.doubt = None;
        Ok(())
    }

    /// Commits a unit and the mark after it in one step.
    async fn commit(&mut self, unit: Option<Unit>, mark: Mark) -> Result<(), Fault> {
        let text = mark.text().map_err(|error| bad(BadMark::Unreadable(error)))?;
        let (database, wanted) = (Arc::clone(&self.database), Arc::clone(&self.wanted));
        let opened = self.opened()?;
        opened.doubt = Some((mark.clone(), text.clone()));
        let (generation, from, to) = (Arc::clone(&opened.generation), opened.text.clone(), text.clone());
        let committing = spawn_blocking(move || {
            let committed: Committed<P> = database.commit(&generation, from.as_deref(), &to, |tx| match &unit {
                Some(unit) => hand::<P>(&wanted, tx, unit, |tx, event, part| {
                    let key = EffectKey::new(event.event_id(), event.position, part);
                    P::View::effect(tx, key);
                }),
                None => Ok(()),
            });
            (committed, unit)
        });
        let (committed, unit) = committing
            .await
            .map_err(|ended| Fault::Stop(StopReason::Database(Arc::new(ended))))?;
        let opened = self.opened()?;
        match committed {
            Ok(()) => {
                (opened.text, opened.doubt) = (Some(text), None);
                self.at = mark.checkpoint.clone();
                self.opened()?.mark = mark;
                self.show();
                Ok(())
            }
            Err(NotCommitted::Database(error)) => Err(failed(error)),
            Err(NotCommitted::Refused(source)) => {
                opened.doubt = None;
                let source: Arc<dyn std::error::Error + Send + Sync> = Arc::from(source);
                let refused = unit.and_then(|unit| BadEvent::refused::<P>(&unit, &self.wanted, Arc::clone(&source)));
                Err(refused.map_or_else(
                    || Fault::Stop(StopReason::Database(source)),
                    |bad| Fault::Event(Box::new(bad)),
                ))
            }
            Err(NotCommitted::Moved) => Err(bad(BadMark::Moved)),
            Err(NotCommitted::Change(unhanded)) => {
                opened.doubt = None;
                match unhanded.why {
                    Why::Handler(error) if P::View::is_passing(&error) => Err(Fault::Passing(Arc::new(error))),
                    _ => {
                        let event = unit.and_then(|unit| BadEvent::new::<P>(&unit, unhanded));
                        event.map_or(Ok(()), |event| Err(Fault::Event(Box::new(event))))
                    }
                }
            }
        }
    }

    /// What is refused at the end is found by itself: each append is committed alone, up to the one that it is.
    async fn take(&mut self, unit: Unit) -> Result<(), Fault> {
        let is_refused =
            |fault: &Fault| matches!(fault, Fault::Event(bad) if matches!(bad.reason, StopReason::Refused { .. }));
        match self.take_at_once(unit.clone()).await {
            Err(fault) if is_refused(&fault) => {
                let appends = unit.appends();
                if appends.len() < 2 {
                    return Err(fault);
                }
                for append in appends {
                    self.take_at_once(append).await?;
                }
                Ok(())
            }
            taken => taken,
        }
    }

    async fn take_at_once(&mut self, unit: Unit) -> Result<(), Fault> {
        self.resolve().await?;
        let mut at = self.at.clone();
        if unit.after() < at.position() {
            // A commit that was in doubt was done: what follows is read from there.
            return Ok(());
        }
        unit.advance(&mut at);
        if !unit.events().any(|event| self.wanted.source(&event).is_some()) {
            self.at = at;
            self.show();
            return Ok(());
        }
        let opened = self.opened()?;
        let mut mark = opened.mark.next(opened.fence);
        mark.checkpoint = at;
        self.commit(Some(unit), mark).await
    }

    async fn take_again(&mut self, unit: Unit) -> Result<(), Fault> {
        self.resolve().await?;
        let (at, opened) = (self.at.clone(), self.opened()?);
        let mut mark = opened.mark.next(opened.fence);
        mark.checkpoint = at;
        let part = unit.letter_part();
        if part.is_some_and(|part| mark.handled.contains(&part)) {
            return Ok(());
        }
        mark.handled.extend(part);
        self.commit(Some(unit), mark).await
    }
}

impl<P: KeptInDatabase> Target for InDatabase<P> {
    fn reached(&self) -> &Checkpoint {
        &self.at
    }

    fn apply(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>> {
        Box::pin(self.take(unit))
    }

    fn redo(&mut self, unit: Unit) -> Doing<'_, Result<(), Fault>> {
        Box::pin(self.take_again(unit))
    }

    fn shown(&self) -> Position {
        let shown = self.front.shown();
        shown.map_or(Position::START, |(_, checkpoint)| checkpoint.position())
    }

    fn answers(&self) -> Option<ConsumerName> {
        let (_, checkpoint) = self.front.shown()?;
        Some(checkpoint.consumer().clone())
    }

    // What is committed is seen.
    fn publish(&mut self) {}

    fn keys(&self, event: &EventRef<'_>) -> Option<Vec<(u32, String)>> {
        keys::<P>(&self.wanted, event)
    }

    fn restore(&mut self, _state: Option<&[u8]>, _checkpoint: Checkpoint) -> Result<(), StopReason> {
        Ok(())
    }

    fn encode(&self) -> Option<Result<(Vec<u8>, Checkpoint), StopReason>> {
        let opened = self.opened.as_ref()?;
        let commits = opened.mark.commits.to_string();
        Some(Ok((commits.into_bytes(), self.at.clone())))
    }

    fn keeps_itself(&self) -> bool {
        true
    }

    fn open(&mut self, place: Place) -> Doing<'_, Result<Option<Found>, Fault>> {
        Box::pin(self.open_at(place))
    }

    fn take_over(&mut self) -> Doing<'_, Result<Vec<PartId>, Fault>> {
        Box::pin(async move {
            let (at, opened) = (self.at.clone(), self.opened()?);
            let handled = opened.mark.handled.clone();
            let mut mark = opened.mark.next(opened.fence);
            mark.checkpoint = at;
            self.commit(None, mark).await?;
            Ok(handled)
        })
    }

    fn empty(&mut self) -> Doing<'_, Result<(), Fault>> {
        Box::pin(async move {
            let generation = Arc::clone(&self.opened()?.generation);
            self.ask(move |database| database.empty(&generation)).await?;
            let start = Checkpoint::start(self.at.consumer().clone(), self.store);
            let mark = Mark::new(self.identity, start.clone());
            let opened = self.opened()?;
            (opened.mark, opened.text, opened.doubt) = (mark, None, None);
            self.at = start;
            Ok(())
        })
    }

    fn remove(&mut self, consumer: &ConsumerName, generation: &ConsumerName) -> Doing<'_, Result<(), Fault>> {
        let (beside, name) = (suffix(consumer, generation), generation.clone());
        let is_its = move |text: Option<&str>| match text.map(|text| Mark::checkpoint_of(text, &name)) {
            Some(Err(error)) => Err(DatabaseError::Lasting(Box::new(error))),
            Some(Ok(_)) | None => Ok(()),
        };
        Box::pin(async move {
            self.ask(move |database| database.remove(beside.as_deref(), &is_its))
                .await
        })
    }

    fn saved(&mut self, parked: &Parked) {
        if let Some(opened) = &mut self.opened {
            opened.mark.handled.retain(|part| parked.has(*part));
            opened.mark.lacks = parked.len() > 0;
        }
    }

    fn switched(&mut self) {
        if let Some(opened) = &mut self.opened
            && (opened.is_beside || self.waits)
        {
            (opened.is_beside, self.waits) = (false, false);
            self.show();
        }
    }
}

pub(super) fn bad(error: BadMark) -> Fault {
    Fault::Stop(StopReason::Database(Arc::new(error)))
}

fn failed(error: DatabaseError) -> Fault {
    match error {
        DatabaseError::Passing(source) => Fault::Passing(Arc::from(source)),
        DatabaseError::Lasting(source) => Fault::Stop(StopReason::Database(Arc::from(source))),
    }
}
