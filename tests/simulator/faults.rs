//! What happens to the store while a plan runs, and what has to hold when it is open again.

use std::collections::BTreeSet;

use recount::store::LogRead;
use recount::store::conformance::history::check;
use recount::{EventStore, Position};

use crate::account::Account;
use crate::ledger::Excuse;
use crate::plan::{ACCOUNTS, Fault, RUNTIMES, Work};
use crate::run::{Run, text};
use crate::work::{id, seen};

impl Run {
    pub(crate) fn strike(&mut self, fault: Fault) -> Result<(), String> {
        match fault {
            Fault::Reopen => {
                self.place.strike(fault);
                self.ledger.begins(Excuse::Broken);
                self.place.run(self.store.close())?;
                self.reopen(None, &[])
            }
            Fault::Crash { again, .. } => {
                self.place.strike(fault);
                self.power_is_lost(again)
            }
            Fault::CrashIn { .. } | Fault::FailSync => {
                (self.troubled, _) = (true, self.ledger.begins(Excuse::Broken));
                self.place.strike(fault);
                Ok(())
            }
            Fault::FillDisk | Fault::FailReads => {
                let excuse = if fault == Fault::FillDisk {
                    Excuse::Full
                } else {
                    Excuse::Unreadable
                };
                self.ledger.begins(excuse);
                self.place.strike(fault);
                Ok(())
            }
            Fault::FreeDisk | Fault::HealReads => {
                let excuse = if fault == Fault::FreeDisk {
                    Excuse::Full
                } else {
                    Excuse::Unreadable
                };
                self.place.strike(fault);
                self.ledger.ends(excuse, self.world.tick());
                Ok(())
            }
            Fault::Hold => {
                self.place.strike(fault);
                Ok(())
            }
            Fault::Release => {
                self.place.strike(fault);
                self.world.lock().abandoned = true;
                self.drain()
            }
        }
    }

    /// The process is gone, and whatever it was doing.
    pub(crate) fn power_is_lost(&mut self, again: Option<u32>) -> Result<(), String> {
        let dropped: Vec<Work> = self
            .tasks
            .iter_mut()
            .filter_map(Option::take)
            .map(|busy| busy.work)
            .collect();
        self.untold.extend(dropped.iter().filter(|work| work.keyed).cloned());
        let dropped: Vec<u64> = dropped.iter().map(|work| work.op).collect();
        self.ledger.begins(Excuse::Broken);
        self.reopen(again, &dropped)
    }

    /// Opens the store again: all that was served is there, and what was unknown is there or never will be.
    fn reopen(&mut self, again: Option<u32>, dropped: &[u64]) -> Result<(), String> {
        self.store = self.place.open(again)?;
        (self.life, self.troubled) = (self.place.life(), false);
        for excuse in [Excuse::Broken, Excuse::Full, Excuse::Unreadable] {
            self.ledger.ends(excuse, self.world.tick());
        }
        for number in 0..RUNTIMES {
            self.runtimes[number] = self.started(number)?;
        }
        self.read_again()?;
        self.follow()?;
        // Whatever was said before the end of the process was said.
        self.hear()?;
        for op in dropped {
            self.ledger.abandoned(*op);
        }
        self.ledger.barrier(&BTreeSet::new());
        self.ledger.closed();
        self.resolve()?;
        self.linearizable()
    }

    /// The whole log again, from the first event: it begins with all that was ever served.
    pub(crate) fn read_again(&self) -> Result<(), String> {
        let (mut after, end) = (0, self.ledger.log.end());
        while after < end {
            let read = LogRead::after(Position::new(after));
            let page = self.place.run(self.store.read_log(read))?.map_err(text)?;
            for event in page.iter().filter(|event| event.position.get() <= end) {
                self.ledger.log.still_holds(&event)?;
                after = event.position.get();
            }
            if page.is_empty() || page.at_end() && after < end {
                return Err(format!("{end} events were served, and {after} are left"));
            }
        }
        Ok(())
    }

    pub(crate) fn linearizable(&self) -> Result<(), String> {
        let log: Vec<_> = self.ledger.log.events.iter().map(|event| event.entry.clone()).collect();
        let world = self.world.lock();
        check(&world.operations, &log).map_err(|violation| violation.to_string())
    }

    /// Every account, by each runtime and by a new one, is what the log folds to.
    pub(crate) fn compare(&mut self) -> Result<(), String> {
        if self.ledger.is_on(Excuse::Unreadable) || self.place.life() != self.life {
            return Ok(());
        }
        let fresh = self.started(0)?;
        for runtime in self.runtimes.iter().chain([&fresh]) {
            for account in 0..ACCOUNTS {
                let (mut shared, version) = (self.world.lock(), self.ledger.log.version(account));
                (shared.pauses, shared.page) = ((0, 0), 512);
                drop(shared);
                let loaded = self
                    .place
                    .run(runtime.load::<Account>(id(account)))?
                    .map_err(text)?
                    .as_ref()
                    .map(seen);
                let state = self.ledger.log.state(account, version).unwrap_or_default();
                let found = loaded.as_ref().map_or((0, 0, 0, 0), |seen| {
                    (seen.version, seen.state.balance, seen.state.events, seen.state.trail)
                });
                if found != (version, state.balance, state.events, state.trail) {
                    return Err(format!(
                        "account {account} is {loaded:?}, and the log folds to {state:?}"
                    ));
                }
            }
        }
        Ok(())
    }
}
