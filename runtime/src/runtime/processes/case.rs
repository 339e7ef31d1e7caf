//! What is going on in an instance, as its records tell: no payload, so that all that are going on are held at once.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::runtime::processes::record::{At, Input, Outcome, Place, Record, StoredEffect};
use crate::store::PartId;
use crate::stream::Version;

/// An instance without its state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Case {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) started: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) ended: bool,
    /// The last event that is recorded: what is delivered again lies at or before it.
    pub(super) seen: Option<PartId>,
    /// Commands without an outcome, in the order in which they are sent.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub(super) open: VecDeque<Open>,
    /// Timers that are set, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) timers: BTreeMap<String, SetTimer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) parked: Option<StandsAt>,
    /// The records of inputs that wait.
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    pub(super) queue: VecDeque<Version>,
}

/// A command without an outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Open {
    pub(super) place: Place,
    /// Its aggregate and name, so that a build that cannot send it is known at once.
    pub(super) command: (String, String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SetTimer {
    pub(super) due: Timestamp,
    pub(super) place: Place,
}

/// Where a parked instance stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StandsAt {
    /// At the input of this record.
    Input(Version),
    Command(Place),
}

impl Case {
    /// One more record.
    pub(super) fn apply(&mut self, version: Version, record: &Record) {
        match record {
            Record::Handled(handled) => {
                self.started = true;
                self.takes(&handled.input);
                if handled.waited.is_some() {
                    self.queue.pop_front();
                }
                self.adds(version, &handled.effects);
            }
            Record::Outcome(Outcome { effect, effects, .. }) => {
                self.open.retain(|open| open.place != *effect);
                self.adds(version, effects);
            }
            Record::Parked(parked) => {
                if parked.waited.is_some() {
                    self.queue.pop_front();
                }
                self.parked = Some(match &parked.at {
                    At::Input(input) => {
                        self.started = true;
                        self.takes(input);
                        StandsAt::Input(version)
                    }
                    At::Command(place) => StandsAt::Command(*place),
                });
            }
            Record::Queued(queued) => {
                self.takes(&queued.input);
                self.queue.push_back(version);
            }
            Record::Retried(_) => {
                if let Some(StandsAt::Input(record)) = self.parked.take() {
                    self.queue.push_front(record);
                }
            }
            Record::Skipped(_) => {
                if let Some(StandsAt::Command(place)) = self.parked.take() {
                    self.open.retain(|open| open.place != place);
                }
            }
            Record::Abandoned(_) => {
                self.open.clear();
                self.parked = None;
                self.end();
            }
            Record::Reissued(reissued) => self.adds(version, &reissued.effects),
        }
    }

    fn takes(&mut self, input: &Input) {
        match input {
            Input::Event(event) => self.seen = self.seen.max(Some(event.part())),
            Input::Timer(fired) => {
                let is_it = |timer: &SetTimer| timer.place == fired.set;
                if self.timers.get(&fired.name).is_some_and(is_it) {
                    self.timers.remove(&fired.name);
                }
            }
        }
    }

    fn adds(&mut self, record: Version, effects: &[StoredEffect]) {
        for (index, effect) in (0..).zip(effects) {
            let place = Place { record, index };
            match effect {
                StoredEffect::Command(command) => self.open.push_back(Open {
                    place,
                    command: (command.aggregate.clone(), command.command.clone()),
                }),
                StoredEffect::Timer(timer) => {
                    let due = timer.due;
                    self.timers.insert(timer.name.clone(), SetTimer { due, place });
                }
                StoredEffect::Cancel(name) => drop(self.timers.remove(name)),
                StoredEffect::End => self.end(),
            }
        }
    }

    /// The timers are gone, and what waits is ignored; the commands of the last answer are still sent.
    fn end(&mut self) {
        self.ended = true;
        self.timers.clear();
        self.queue.clear();
    }

    /// How many effects and inputs are still to be done.
    pub(super) fn left(&self) -> usize {
        self.open.len() + self.timers.len() + self.queue.len() + usize::from(self.parked.is_some())
    }

    /// The records that they stand in.
    pub(super) fn needed(&self) -> BTreeSet<Version> {
        let open = self.open.iter().map(|open| open.place.record);
        let timers = self.timers.values().map(|timer| timer.place.record);
        open.chain(timers).chain(self.waits()).collect()
    }

    /// The records of inputs that wait, and of the one that it stands at.
    pub(super) fn waits(&self) -> impl Iterator<Item = Version> {
        let parked = match self.parked {
            Some(StandsAt::Input(record)) => Some(record),
            _ => None,
        };
        self.queue.iter().copied().chain(parked)
    }

    /// There is something to do, now or later.
    pub(super) fn is_going_on(&self) -> bool {
        self.parked.is_some() || !(self.open.is_empty() && self.timers.is_empty() && self.queue.is_empty())
    }

    /// A command is to be sent or an input to be handled, now.
    pub(super) fn is_pending(&self) -> bool {
        self.parked.is_none() && !(self.open.is_empty() && self.queue.is_empty())
    }

    /// When the next timer is due, if it may be handled then.
    pub(super) fn timers(&self) -> impl Iterator<Item = (&str, SetTimer)> {
        let may = self.parked.is_none() && !self.ended;
        let timers = self.timers.iter().filter(move |_| may);
        timers.map(|(name, timer)| (name.as_str(), *timer))
    }
}
