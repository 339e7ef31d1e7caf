//! The instances in which something is going on, and of them what is due, what is pending and what stands still: found without a walk
//! over all.

use std::collections::{BTreeMap, BTreeSet};

use crate::clock::Timestamp;
use crate::codec;
use crate::runtime::following::Halt;
use crate::runtime::processes::case::Case;
use crate::runtime::processes::record::Record;
use crate::runtime::reaction::{self, Reaction};
use crate::stream::Version;

/// How many timers are handled before the log is read again.
const AT_ONCE: usize = 128;

/// The instances in which something is going on, by their keys.
#[derive(Debug, Default)]
pub(super) struct Cases {
    cases: BTreeMap<String, Case>,
    /// The timers that may be handled, in the order in which they are due over all instances (rule 9.7).
    timers: BTreeSet<(Timestamp, String, String)>,
    pending: BTreeSet<String>,
    parked: BTreeSet<String>,
}

impl Cases {
    /// What was kept; nothing is what was kept first.
    pub(super) fn read(kept: &[u8]) -> Result<Self, Halt> {
        let mut cases = Self::default();
        if kept.is_empty() {
            return Ok(cases);
        }
        cases.cases = codec::decode(kept)
            .map_err(|error| Halt::Stop(format!("the list of instances cannot be read: {error}")))?;
        let keys: Vec<String> = cases.cases.keys().cloned().collect();
        for key in &keys {
            cases.list(key);
        }
        Ok(cases)
    }

    pub(super) fn write(&self) -> Result<Vec<u8>, Halt> {
        codec::encode(&self.cases).map_err(|error| Halt::Stop(error.to_string()))
    }

    /// One more record of an instance.
    pub(super) fn apply(&mut self, key: &str, version: Version, record: &Record) {
        self.strike(key);
        let case = self.cases.entry(key.to_owned()).or_default();
        case.apply(version, record);
        if case.is_going_on() {
            self.list(key);
        } else {
            self.cases.remove(key);
        }
    }

    fn strike(&mut self, key: &str) {
        let Some(case) = self.cases.get(key) else { return };
        for (name, timer) in case.timers() {
            self.timers.remove(&(timer.due, key.to_owned(), name.to_owned()));
        }
        self.pending.remove(key);
        self.parked.remove(key);
    }

    fn list(&mut self, key: &str) {
        let Some(case) = self.cases.get(key) else { return };
        for (name, timer) in case.timers() {
            self.timers.insert((timer.due, key.to_owned(), name.to_owned()));
        }
        if case.is_pending() {
            self.pending.insert(key.to_owned());
        }
        if case.parked.is_some() {
            self.parked.insert(key.to_owned());
        }
    }

    /// The first timers that are due, in their order: the keys of the instances and the names, in groups that have each instance once. There
    /// may be more of them, which come once the records of these are read.
    pub(super) fn due(&self, now: Timestamp) -> Vec<Vec<(&str, &str)>> {
        let due = self.timers.iter().take_while(|(due, ..)| *due <= now).take(AT_ONCE);
        let mut groups: Vec<Vec<(&str, &str)>> = Vec::new();
        for (_, key, name) in due {
            let one = (key.as_str(), name.as_str());
            let has_room = |group: &&mut Vec<(&str, &str)>| group.iter().all(|(known, _)| known != key);
            match groups.last_mut().filter(has_room) {
                Some(group) => group.push(one),
                None => groups.push(vec![one]),
            }
        }
        groups
    }

    /// When the first timer is due that is not due yet.
    pub(super) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let after = (
            now.after(std::time::Duration::from_micros(1)),
            String::new(),
            String::new(),
        );
        self.timers.range(after..).next().map(|(due, ..)| *due)
    }

    /// The instances in which a command is to be sent or an input to be handled.
    pub(super) fn pending(&self) -> impl Iterator<Item = &str> {
        self.pending.iter().map(String::as_str)
    }

    /// The instances that stand still.
    pub(super) const fn parked(&self) -> &BTreeSet<String> {
        &self.parked
    }

    /// This build has to know what running instances have open (rule 9.10).
    pub(super) fn are_known(&self, reactions: &'static [Reaction]) -> Result<(), Halt> {
        self.cases.keys().try_for_each(|key| self.is_known(key, reactions))
    }

    /// The same of one instance.
    pub(super) fn is_known(&self, key: &str, reactions: &'static [Reaction]) -> Result<(), Halt> {
        let Some(case) = self.cases.get(key) else { return Ok(()) };
        for open in &case.open {
            let (aggregate, command) = &open.command;
            if !reaction::sends_command(reactions, aggregate, command) {
                let why = format!("this build does not send `{aggregate}.{command}`, which instance `{key}` has open");
                return Err(Halt::Hold(why));
            }
        }
        if let Some((name, _)) = case
            .timers()
            .find(|(name, _)| reaction::timer(reactions, name).is_none())
        {
            return Err(Halt::Hold(format!(
                "this build has no timer `{name}`, which instance `{key}` has set"
            )));
        }
        Ok(())
    }
}
