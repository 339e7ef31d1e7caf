//! Opening a view in a database: what is found there, and whether it can be gone on from.

use std::sync::Arc;

use crate::projection::{DatabaseError, ViewDatabase};
use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::Fault;
use crate::runtime::projections::in_database::{InDatabase, KeptInDatabase, Opened, bad};
use crate::runtime::projections::mark::{BadMark, Mark};
use crate::runtime::projections::target::{Found, Place};
use crate::store::{Checkpoint, CheckpointError, ConsumerName, Saved};

impl<P: KeptInDatabase> InDatabase<P> {
    pub(super) async fn open_at(&mut self, place: Place) -> Result<Option<Found>, Fault> {
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
        if let Some(live) = live
            && !self.waits
        {
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
            && let Ok(mark) = Mark::checkpoint_of(&text, live)
        {
            self.front.show(shown, mark);
        }
    }
}

/// The short name of a generation beside the first one.
pub(super) fn suffix(consumer: &ConsumerName, generation: &ConsumerName) -> Option<String> {
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
