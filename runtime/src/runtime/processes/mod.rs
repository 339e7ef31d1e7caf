//! Processes at work: each input of an instance is recorded with what is answered to it, then commands are sent and timers wait, and what
//! becomes of them is recorded in turn. All that is known of an instance lies in its stream.

mod case;
mod cases;
mod instance;
mod kept;
pub(crate) mod record;
mod script;
mod sending;
mod turn;
mod verbs;

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::causes::with_causes;
use crate::consumer;
use crate::event::DecodeError;
use crate::runtime::feed::Served;
use crate::runtime::following::{Halt, Plan, Tended, Term, Work, in_lanes, lane};
use crate::runtime::policies::{Redrive, Redriven, Redriving};
use crate::runtime::processes::cases::Cases;
use crate::runtime::processes::record::{CATEGORY, Record, StoredInput};
use crate::runtime::processes::script::Script;
use crate::runtime::processes::turn::Turner;
use crate::runtime::reaction::{self, Instances, Process, Reacts};
use crate::runtime::reason::Panicked;
use crate::store::{ConsumerName, EventRef, InvalidConsumer};
use crate::stream::{Position, Version};

pub use verbs::{CaseError, ProcessCase};

/// A process at work.
struct Processing {
    plan: Plan,
    script: Arc<Script>,
    /// The instances in which something is going on, up to the checkpoint.
    cases: Cases,
    /// The log was read to its end under this lease: the list says what is going on, and not what was when it was kept.
    is_current: bool,
    /// Until then: this build does not know something of the list, of which the log may tell that it has ended since.
    is_in_doubt: bool,
    redrives: Redriving,
}

/// An event on its way to its instance.
struct Arrival {
    place: usize,
    key: String,
    starts: bool,
    event: StoredInput,
}

impl Processing {
    fn new<P: Instances>(redrives: Redriving) -> Result<Self, InvalidConsumer> {
        Ok(Self {
            plan: Plan {
                name: ConsumerName::new(P::NAME)?,
                filter: consumer::filter(P::READS, <P as Reacts>::NEEDS, Some(CATEGORY)),
                start: <P as Process>::START,
            },
            script: Arc::new(Script::of::<P>()),
            cases: Cases::default(),
            is_current: false,
            is_in_doubt: false,
            redrives,
        })
    }

    fn turner(&self, term: &Arc<Term>) -> Turner {
        Turner {
            script: Arc::clone(&self.script),
            term: Arc::clone(term),
        }
    }

    /// The events of a page with the instances that they belong to, up to the first that cannot be read.
    fn arrivals(&self, served: &Served) -> (Vec<Arrival>, Option<(usize, Halt)>) {
        let (mut arrivals, mut next) = (Vec::new(), served.next_at(0));
        while let Some((place, event)) = next {
            if event.stream.category() != CATEGORY
                && let Err(halt) = self.arrive(place, &event, &mut arrivals)
            {
                return (arrivals, Some((place, halt)));
            }
            next = served.next_at(place + 1);
        }
        (arrivals, None)
    }

    fn arrive(&self, place: usize, event: &EventRef<'_>, arrivals: &mut Vec<Arrival>) -> Result<(), Halt> {
        let category = event.stream.category();
        let Some(source) = self.script.reads.iter().find(|source| source.category() == category) else {
            return Ok(());
        };
        let at = |why: String| format!("position {}: {why}", event.position);
        let (meta, raw, mut part) = (event.meta(), event.raw(), 0);
        let mut found = |input: &dyn Any| {
            if let Some(reaction::Instance { key, starts }) = (self.script.instance)(input, &meta) {
                let event = StoredInput::new(event, part);
                arrivals.push(Arrival {
                    place,
                    key,
                    starts,
                    event,
                });
            }
            part += 1;
        };
        match Panicked::caught(|| source.decode(&raw, &mut found)) {
            Ok(Ok(_)) => Ok(()),
            // Whose event it is cannot be known, so there is nobody to park it for.
            Ok(Err(error @ (DecodeError::Payload { .. } | DecodeError::Upcast { .. }))) => {
                Err(Halt::Stop(at(with_causes(&error))))
            }
            Ok(Err(error)) => Err(Halt::Hold(at(error.to_string()))),
            Err(panicked) => Err(Halt::Stop(at(panicked.to_string()))),
        }
    }

    /// The records of a page up to where it is completed, with their instances.
    fn records(&self, served: &Served, completed: usize) -> Result<Vec<(String, Version, Record)>, Halt> {
        let (mut records, mut next) = (Vec::new(), served.next_at(0));
        while let Some((place, event)) = next.filter(|(place, _)| *place < completed) {
            if let Some(key) = record::instance(self.script.name, event.stream) {
                let record = Record::decode(&event).map_err(Halt::Hold)?;
                records.push((key.to_owned(), event.version, record));
            }
            next = served.next_at(place + 1);
        }
        Ok(records)
    }

    /// Releases parked instances, because a person asked for it.
    async fn redrive(&self, term: &Arc<Term>, asked: &Redrive) -> Result<Redriven, Halt> {
        let mut redriven = Redriven::default();
        for key in self.cases.parked().iter().filter(|key| asked.asks_for(key)) {
            match verbs::retried(&term.runtime()?, self.script.name, key).await {
                Ok(()) => redriven.done += 1,
                Err(error) => redriven.failed.push((key.clone(), error.to_string())),
            }
        }
        Ok(redriven)
    }
}

impl Work for Processing {
    fn plan(&self) -> &Plan {
        &self.plan
    }

    async fn resume(&mut self, term: &Arc<Term>) -> Result<(), Halt> {
        self.cases = Cases::read(&term.state().await)?;
        self.is_current = false;
        self.is_in_doubt = self.cases.are_known(self.script.reactions).is_err();
        Ok(())
    }

    async fn take(&mut self, term: &Arc<Term>, served: &Served) -> Result<(), Halt> {
        let (arrivals, mut halted) = self.arrivals(served);
        let mut lanes = BTreeMap::<u64, Vec<Arrival>>::new();
        for arrival in arrivals {
            lanes.entry(lane(&arrival.key)).or_default().push(arrival);
        }
        let turner = self.turner(term);
        let lanes = lanes.into_values().map(|arrivals| {
            let turner = turner.clone();
            async move {
                for Arrival {
                    place,
                    key,
                    starts,
                    event,
                } in arrivals
                {
                    turner.take(&key, starts, &event).await.map_err(|halt| (place, halt))?;
                }
                Ok(())
            }
        });
        for ended in in_lanes(lanes).await? {
            if let Err((place, halt)) = ended
                && halted.as_ref().is_none_or(|(first, _)| place < *first)
            {
                halted = Some((place, halt));
            }
        }
        let completed = halted.as_ref().map_or(served.page().len(), |(place, _)| *place);
        let records = self.records(served, completed)?;
        let runtime = term.runtime()?;
        // The list of instances is kept beside the checkpoint, so it moves with that: nothing is waited for in between.
        term.complete(served.page(), completed).await?;
        for (key, version, record) in &records {
            self.cases.apply(key, *version, record);
            turner.outdate(&runtime, key, *version);
        }
        match halted {
            Some((_, halt)) => Err(halt),
            None => {
                let mut keys = records.iter().map(|(key, ..)| key);
                let known = keys.try_for_each(|key| self.cases.is_known(key, self.script.reactions));
                if self.is_current {
                    return known;
                }
                self.is_in_doubt |= known.is_err();
                Ok(())
            }
        }
    }

    fn state(&self, _: &[u8], _: Position) -> Result<Vec<u8>, Halt> {
        self.cases.write()
    }

    async fn tend(&mut self, term: &Arc<Term>, at_end: bool) -> Result<Tended, Halt> {
        if at_end && !self.is_current {
            self.cases.are_known(self.script.reactions)?;
            (self.is_current, self.is_in_doubt) = (true, false);
        }
        let parked = self.cases.parked().len();
        if self.is_current && parked > self.script.max_parked as usize {
            let most = self.script.max_parked;
            return Err(Halt::Stop(format!("{parked} instances are parked, and {most} may be")));
        }
        let (turner, mut did_something) = (self.turner(term), false);
        while let Some(redrive) = self.redrives.next() {
            let redriven = self.redrive(term, &redrive).await?;
            did_something |= redriven.done > 0;
            redrive.answer(redriven);
        }
        if self.is_in_doubt {
            return Ok(Tended {
                did_something,
                parked: self.cases.parked().iter().cloned().collect(),
                ..Tended::default()
            });
        }
        let now = term.runtime()?.0.clock.now();
        for due in self.cases.due(now) {
            did_something |= turner.fire(&due, now).await?;
        }
        let mut lanes = BTreeMap::<u64, Vec<String>>::new();
        for key in self.cases.pending() {
            lanes.entry(lane(key)).or_default().push(key.to_owned());
        }
        let lanes = lanes.into_values().map(|keys| {
            let turner = turner.clone();
            async move {
                let mut did_something = false;
                for key in keys {
                    did_something |= turner.work(&key).await?;
                }
                Ok::<_, Halt>(did_something)
            }
        });
        for ended in in_lanes(lanes).await? {
            did_something |= ended?;
        }
        let next = self.cases.next_due(now).map(|due| due.as_micros() - now.as_micros());
        Ok(Tended {
            did_something,
            rest: next.map(|micros| Duration::from_micros(micros.unsigned_abs())),
            parked: self.cases.parked().iter().cloned().collect(),
        })
    }
}
