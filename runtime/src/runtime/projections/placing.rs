//! How a projection goes on whose view lives in a database: what the database has come to counts, and what is kept elsewhere belongs to it.

use std::sync::Arc;

use crate::runtime::projections::StopReason;
use crate::runtime::projections::fault::Fault;
use crate::runtime::projections::runner::{Next, Runner};
use crate::store::{ResumeError, Saved};

impl Runner {
    /// Goes on from what is in the database.
    pub(super) async fn open_place(&mut self, saved: Option<Saved>) -> Result<(), Next> {
        let Some(place) = self.keeper.place(saved) else {
            return Ok(());
        };
        let begins = place.saved.is_none();
        let found = self.target.open(place).await.map_err(after)?;
        let is_left = begins && found.is_some() && self.keeper.build.is_some();
        if let Some(found) = found.as_ref().filter(|_| !is_left) {
            match found.checkpoint.check(&self.store).await {
                Ok(()) => {}
                Err(ResumeError::Read(error)) => return Err(Next::Retry(Arc::new(error))),
                Err(error) => return Err(Next::Stop(StopReason::Resume(Arc::new(error)))),
            }
        }
        if begins {
            // Nobody knows what it lacks, so it is made again; so is what is left of a view that was dropped, where a new one is built.
            if is_left || found.is_some_and(|found| found.lacks) {
                self.target.empty().await.map_err(after)?;
            }
            // Whose the database is, is known before anything is in it: another build never goes on with it (rule 8.7).
            self.save().await?;
        }
        for part in self.target.take_over().await.map_err(after)? {
            if Arc::make_mut(&mut self.parked).0.remove(&part).is_some() {
                self.keeper.redrive(part);
            }
        }
        Ok(())
    }

    /// Before a unit is committed that passes what was set aside, that is kept (rule 8.4).
    pub(super) async fn save_letters(&mut self) -> Result<(), Next> {
        if self.target.keeps_itself() && self.keeper.has_letters() {
            self.save().await?;
        }
        Ok(())
    }

    /// Empties the database before what is kept of it is forgotten: a crash between leaves events that are handled again, and none that is
    /// passed.
    pub(super) async fn empty_place(&mut self) -> Result<(), Next> {
        self.target.empty().await.map_err(after)
    }
}

/// What follows from a fault that is no event's.
fn after(fault: Fault) -> Next {
    match fault {
        Fault::Passing(error) => Next::Retry(error),
        Fault::Stop(reason) => Next::Stop(reason),
        Fault::Event(bad) => Next::Stop(bad.reason),
    }
}
