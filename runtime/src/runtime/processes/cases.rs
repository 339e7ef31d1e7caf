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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::processes::record::{At, Handled, Parked, Place, StoredEffect, StoredTimer};
    use crate::runtime::processes::record::{FiredTimer, Input, Outcome, Said};
    use crate::store::StoreId;

    const STORE: StoreId = StoreId {
        store: uuid::Uuid::nil(),
        epoch: 1,
    };

    fn version(number: u64) -> Version {
        Version::new(number).expect("not 0")
    }

    fn due(seconds: i64) -> Timestamp {
        Timestamp::from_micros(seconds * 1_000_000)
    }

    fn input(name: &str, set: u64) -> Input {
        Input::Timer(FiredTimer {
            name: name.to_owned(),
            set: Place {
                record: version(set),
                index: 0,
            },
            fired_at: due(0),
            data: codec::Raw::of(b"{}"),
        })
    }

    /// An input that was answered with timers.
    fn sets(input: Input, timers: &[(&str, i64)]) -> Record {
        let timer = |(name, seconds): &(&str, i64)| {
            StoredEffect::Timer(StoredTimer {
                name: (*name).to_owned(),
                due: due(*seconds),
                data: codec::Raw::of(b"{}"),
            })
        };
        Record::Handled(Handled {
            store: STORE,
            input,
            waited: None,
            effects: timers.iter().map(timer).collect(),
        })
    }

    /// Rule 9.7: the lists follow each record, and are made anew from what was kept.
    #[test]
    fn what_is_due_follows_the_records() {
        let mut cases = Cases::default();
        cases.apply("a", version(1), &sets(input("begin", 1), &[("soon", 10), ("late", 20)]));
        cases.apply("b", version(1), &sets(input("begin", 1), &[("late", 15)]));
        let shown = |cases: &Cases, at: i64| {
            let shown = |group: Vec<(&str, &str)>| -> Vec<String> {
                let words = group.into_iter().map(|(key, name)| format!("{key}.{name}"));
                words.collect()
            };
            cases.due(due(at)).into_iter().map(shown).collect::<Vec<_>>()
        };
        let both = |cases: &Cases| {
            assert_eq!(shown(cases, 9), Vec::<Vec<String>>::new());
            assert_eq!(cases.next_due(due(9)), Some(due(10)));
            assert_eq!(shown(cases, 10), [["a.soon"]]);
            assert_eq!(cases.next_due(due(10)), Some(due(15)));
            assert_eq!(shown(cases, 20), [vec!["a.soon", "b.late"], vec!["a.late"]]);
            assert_eq!(cases.next_due(due(20)), None);
        };
        both(&cases);
        let kept = cases.write().expect("JSON");
        both(&Cases::read(&kept).expect("what was kept"));

        // A timer of the same name moves, one that has fired goes, and a parked instance's wait.
        cases.apply("b", version(2), &sets(input("other", 9), &[("late", 30)]));
        cases.apply("a", version(2), &sets(input("soon", 1), &[]));
        assert_eq!(
            shown(&cases, 40),
            [["a.late", "b.late"]],
            "the first timer of `a` stood behind another"
        );
        cases.apply(
            "b",
            version(3),
            &Record::Parked(Parked {
                at: At::Input(input("other", 9)),
                waited: None,
                because: String::new(),
            }),
        );
        assert_eq!(shown(&cases, 40), [["a.late"]]);
        assert!(cases.parked().contains("b") && cases.pending().next().is_none());
        let (reason, actor) = (String::new(), String::new());
        cases.apply("b", version(4), &Record::Abandoned(Said { reason, actor }));
        assert!(cases.parked().is_empty());
        assert!(Cases::read(&cases.write().expect("JSON")).is_ok_and(|cases| cases.next_due(due(0)) == Some(due(20))));
    }

    /// A command is pending from its record to its outcome.
    #[test]
    fn what_is_pending_follows_the_records() {
        let mut cases = Cases::default();
        let command = r#"{"command":{"aggregate":"account","command":"take","id":"ada","data":{}}}"#;
        let mut record = sets(input("begin", 1), &[]);
        if let Record::Handled(handled) = &mut record {
            handled.effects = vec![codec::decode(command.as_bytes()).expect("an effect")];
        }
        cases.apply("a", version(1), &record);
        assert_eq!(cases.pending().collect::<Vec<_>>(), ["a"]);
        let outcome = format!(
            r#"{{"store":{},"effect":{{"record":1,"index":0}},"is":"done","failures":0,"effects":[]}}"#,
            String::from_utf8(codec::encode(&STORE).expect("JSON")).expect("text")
        );
        let outcome: Outcome = codec::decode(outcome.as_bytes()).expect("an outcome");
        cases.apply("a", version(2), &Record::Outcome(outcome));
        assert!(cases.pending().next().is_none());
        assert_eq!(cases.write().ok(), Some(b"{}".to_vec()), "nothing is going on");
    }
}
