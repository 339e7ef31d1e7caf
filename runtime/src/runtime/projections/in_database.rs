//! A view in a database: fed in transactions, each of which holds the view and how far it has come.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::spawn_blocking;

use crate::projection::{
    DatabaseError, EffectKey, NotCommitted, Projection, Projects, ViewDatabase, ViewError, ViewStore,
};
use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::{BadEvent, Fault};
use crate::runtime::projections::handing::{Unhanded, Wanted, Why, hand, keys};
use crate::runtime::projections::letters::Parked;
use crate::runtime::projections::mark::{BadMark, Mark};
use crate::runtime::projections::target::{Doing, Found, Place, Target};
use crate::runtime::projections::unit::Unit;
use crate::schema::Fingerprint;
use crate::store::{Checkpoint, CheckpointError, ConsumerName, EventRef, PartId, Saved, StoreId};

/// A projection whose view is in a database.
pub trait KeptInDatabase: Projects + Projection<View: ViewDatabase> {}

impl<P: Projects + Projection<View: ViewDatabase>> KeptInDatabase for P {}

type Shown<P> = <<P as Projection>::View as ViewStore>::Shown;
type Generation<P> = <<P as Projection>::View as ViewDatabase>::Generation;
type Committed<P> = Result<(), NotCommitted<Unhanded<ViewError<P>>>>;

/// What queries are asked of, once the database is open.
pub(super) struct Late<V>(Mutex<Option<(Arc<V>, Checkpoint)>>);

impl<V> Late<V> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(None))
    }

    pub(super) fn shown(&self) -> Option<(Arc<V>, Checkpoint)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, view: Arc<V>, checkpoint: Checkpoint) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((view, checkpoint));
    }
}

/// A view in a database.
pub(super) struct InDatabase<P: KeptInDatabase> {
    database: Arc<P::View>,
    wanted: Arc<Wanted>,
    identity: Fingerprint,
    store: StoreId,
    front: Arc<Late<Shown<P>>>,
    /// How far the view has come. Beyond the mark there is at most what nobody asked for.
    at: Checkpoint,
    opened: Option<Opened<P>>,
}

struct Opened<P: KeptInDatabase> {
    generation: Arc<Generation<P>>,
    fence: u64,
    mark: Mark,
    /// The mark as it stands in the database; `None` if none does.
    text: Option<String>,
    /// A commit whose end is not known.
    doubt: Option<(Mark, String)>,
    /// Another generation answers.
    is_beside: bool,
}

impl<P: KeptInDatabase> InDatabase<P> {
    pub(super) fn new(
        database: Arc<P::View>,
        identity: Fingerprint,
        front: Arc<Late<Shown<P>>>,
        start: Checkpoint,
    ) -> Self {
        Self {
            database,
            wanted: Arc::new(Wanted::of::<P>()),
            identity,
            store: start.store(),
            front,
            at: start,
            opened: None,
        }
    }

    /// Calls the database where it may block.
    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&P::View) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, Fault> {
        let database = Arc::clone(&self.database);
        match spawn_blocking(move || question(&database)).await {
            Ok(answer) => answer.map_err(failed),
            Err(ended) => Err(Fault::Stop(StopReason::Database(Arc::new(ended)))),
        }
    }

    fn opened(&mut self) -> Result<&mut Opened<P>, Fault> {
        self.opened.as_mut().ok_or_else(|| bad(BadMark::Moved))
    }

    async fn open_at(&mut self, place: Place) -> Result<Option<Found>, Fault> {
        let Place {
            consumer,
            generation: name,
            live,
            fence,
            saved,
        } = place;
        self.opened = None;
        let beside = suffix(&consumer, &name);
        let (generation, text) = self.ask(move |database| opened(database, beside.as_deref())).await?;
        let start = Checkpoint::start(name.clone(), self.store);
        let found = text
            .as_deref()
            .map(|text| Mark::read(text, self.identity, &name))
            .transpose();
        if let Err(error @ BadMark::OtherConsumer { .. }) = found {
            // Not even a reset touches it.
            return Err(bad(error));
        }
        self.at = start.clone();
        self.opened = Some(Opened {
            generation: Arc::new(generation),
            fence,
            mark: Mark::new(self.identity, start),
            text,
            doubt: None,
            is_beside: live.is_some(),
        });
        let found = found.map_err(bad)?;
        let begins = found.is_none() && (saved.is_none() || P::View::ATOMIC);
        self.meet(found, saved, name)?;
        if let Some(live) = live {
            self.show_live(&consumer, &live).await;
        }
        let found = Found {
            checkpoint: self.at.clone(),
            lacks: self.opened()?.mark.lacks,
        };
        Ok((!begins).then_some(found))
    }

    /// What is in the database counts, and what is kept elsewhere tells whether it is all there.
    fn meet(&mut self, found: Option<Mark>, saved: Option<Saved>, consumer: ConsumerName) -> Result<(), Fault> {
        let opened = self.opened()?;
        if let Some(mark) = &found
            && saved
                .as_ref()
                .is_some_and(|saved| saved.checkpoint.store() == mark.checkpoint.store())
            && mark.fence() > opened.fence
        {
            let error = CheckpointError::Fenced { consumer };
            return Err(Fault::Stop(StopReason::Checkpoint(Arc::new(error))));
        }
        let commits = found.as_ref().map_or(0, |mark| mark.commits);
        if let Some(saved) = saved {
            if P::View::ATOMIC && commits < saved_commits(&saved.state) {
                let position = saved.checkpoint.position();
                return Err(bad(BadMark::Older { consumer, position }));
            }
            self.at = saved.checkpoint;
        }
        if let Some(mark) = found {
            // What is saved may be ahead by what nobody asked for.
            if mark.checkpoint.store() != self.at.store() || mark.checkpoint.position() >= self.at.position() {
                self.at = mark.checkpoint.clone();
            }
            self.opened()?.mark = mark;
        }
        Ok(())
    }

    /// What another generation shows goes on to answer, if it still can.
    async fn show_live(&self, consumer: &ConsumerName, live: &ConsumerName) {
        let suffix = suffix(consumer, live);
        let seen = self.ask(move |database| {
            let (generation, text) = opened(database, suffix.as_deref())?;
            Ok((database.shown(&generation), text))
        });
        if let Ok((shown, Some(text))) = seen.await
            && let Ok(mark) = Mark::checkpoint_of(&text)
        {
            self.front.show(shown, mark);
        }
    }

    fn show(&self) {
        if let Some(opened) = &self.opened
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

    async fn take(&mut self, unit: Unit) -> Result<(), Fault> {
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

    fn shown(&self) -> Checkpoint {
        let shown = self.front.shown();
        shown.map_or_else(
            || Checkpoint::start(self.at.consumer().clone(), self.at.store()),
            |(_, checkpoint)| checkpoint,
        )
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

    fn saved(&mut self, parked: &Parked) {
        if let Some(opened) = &mut self.opened {
            opened.mark.handled.retain(|part| parked.has(*part));
            opened.mark.lacks = parked.len() > 0;
        }
    }

    fn switched(&mut self) {
        if let Some(opened) = &mut self.opened
            && opened.is_beside
        {
            opened.is_beside = false;
            self.show();
        }
    }
}

/// The short name of a generation beside the first one.
fn suffix(consumer: &ConsumerName, generation: &ConsumerName) -> Option<String> {
    let suffix = generation.as_str().strip_prefix(consumer.as_str())?;
    suffix.strip_prefix('@').map(str::to_owned)
}

fn opened<D: ViewDatabase>(
    database: &D,
    suffix: Option<&str>,
) -> Result<(D::Generation, Option<String>), DatabaseError> {
    let generation = database.open(suffix)?;
    let mark = if D::ATOMIC { database.mark(&generation)? } else { None };
    Ok((generation, mark))
}

/// How many commits the database had at the last save.
fn saved_commits(state: &[u8]) -> u64 {
    let digits = state.iter().map(|digit| u64::from(digit.wrapping_sub(b'0')));
    digits.fold(0, |number, digit| number.wrapping_mul(10).wrapping_add(digit))
}

fn bad(error: BadMark) -> Fault {
    Fault::Stop(StopReason::Database(Arc::new(error)))
}

fn failed(error: DatabaseError) -> Fault {
    match error {
        DatabaseError::Passing(source) => Fault::Passing(Arc::from(source)),
        DatabaseError::Lasting(source) => Fault::Stop(StopReason::Database(Arc::from(source))),
    }
}
