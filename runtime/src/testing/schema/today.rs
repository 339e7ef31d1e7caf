//! `Today`: every version of every event that this build knows, from what its types say of themselves.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Entry, EventFacts, Kind, Lock, Outline, ReadsAs, Role, Status, VersionFacts};
use crate::testing::schema::report::Problem;
use crate::testing::schema::set::Set;

/// What this build reads and writes.
#[derive(Debug, Default)]
pub(super) struct Today {
    /// By context and name.
    pub(super) events: BTreeMap<(String, String), Event>,
    /// By context: names that are skipped, and that no set reads.
    dropped: BTreeSet<(String, String)>,
    pub(super) contexts: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

/// An event, with all of its versions.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) context: String,
    pub(super) name: String,
    pub(super) role: Role,
    /// The version that is written.
    pub(super) writes: u32,
    /// Other names that are read as it, each with a set that says so.
    pub(super) aliases: BTreeMap<String, Set>,
    /// From the oldest to the current one.
    pub(super) versions: Vec<Version>,
    pub(super) examples: Vec<(u32, &'static str)>,
    /// The sets that read it.
    pub(super) sets: Vec<Set>,
}

/// One version of an event.
#[derive(Debug)]
pub(super) struct Version {
    pub(super) number: u32,
    pub(super) floor: u32,
    /// `None` where a function reads whatever lies there.
    pub(super) shape: Option<Outline>,
    pub(super) edge: &'static [&'static str],
    /// Whether the way from here to the next version, or out of the last one, runs code of the user's.
    pub(super) runs_code: bool,
    pub(super) reads: Option<ReadsAs>,
    /// Whether its struct is made from the lock.
    pub(super) from_lock: bool,
    /// The type that describes it.
    rust: &'static str,
}

impl Today {
    pub(super) fn of(sets: &[Set]) -> Self {
        let mut today = Self::default();
        for set in sets {
            for member in set.facts.members {
                today.contexts.insert(member.event.context.to_owned());
                today.add(Event::of(member.event, member.role, *set));
            }
        }
        for set in sets {
            let context_of = |name: &str| {
                let mut members = set.facts.members.iter();
                let member = members.find(|member| member.event.name == name);
                member
                    .map_or(set.facts.context, |member| member.event.context)
                    .to_owned()
            };
            for (alias, name) in set.facts.aliases {
                let context = context_of(name);
                if let Some(other) = today.events.get(&(context.clone(), (*alias).to_owned())) {
                    let what = format!(
                        "it is an alias of `{name}` in `{}` and the name of {}",
                        set.facts.rust,
                        other.rust()
                    );
                    today.problems.push(in_two_types((&context, alias), None, what));
                } else if let Some(event) = today.events.get_mut(&(context, (*name).to_owned())) {
                    event.aliases.insert((*alias).to_owned(), *set);
                }
            }
            for name in set.facts.dropped {
                let key = (set.facts.context.to_owned(), (*name).to_owned());
                today.contexts.insert(set.facts.context.to_owned());
                if !today.events.contains_key(&key) {
                    today.dropped.insert(key);
                }
            }
        }
        today
    }

    fn add(&mut self, event: Event) {
        let key = (event.context.clone(), event.name.clone());
        let Some(known) = self.events.get_mut(&key) else {
            self.events.insert(key, event);
            return;
        };
        if let Some(problem) = known.conflict(&event) {
            self.problems.push(problem);
            return;
        }
        // One event in two sets: who writes it decides.
        let is_written = |event: &Event| event.role == Role::Current;
        let longer = event.versions.len() > known.versions.len();
        let (mut best, other) = match is_written(&event) && !is_written(known) || longer {
            true => (event, std::mem::take(&mut known.sets)),
            false => {
                known.sets.extend(event.sets);
                return;
            }
        };
        best.sets.extend(other);
        self.events.insert(key, best);
    }

    /// Another context that has the event of this new entry sealed, and that no set here is of: the crate was renamed. A context that the
    /// lock has entries of is of another crate.
    pub(super) fn left_behind<'a>(&self, lock: &'a Lock, context: &str, name: &str) -> Option<&'a str> {
        let mut events = lock.events.iter().filter(|entry| entry.kind != Kind::State);
        if events.clone().any(|entry| entry.context == context) {
            return None;
        }
        let of_name = |entry: &&Entry| entry.name == name && entry.status == Status::Sealed;
        let left = events.find(|entry| of_name(entry) && !self.contexts.contains(&entry.context));
        left.map(|entry| entry.context.as_str())
    }

    /// The lock of this build: every entry a draft, sorted. Names that are skipped, and old names that have entries of
    /// their own, keep these.
    pub(super) fn entries(&self, lock: &Lock) -> Vec<Entry> {
        let mut entries = Vec::new();
        for event in self.events.values() {
            entries.extend(event.versions.iter().map(|version| event.entry(version)));
            let is_alias = |entry: &&Entry| entry.context == event.context && event.aliases.contains_key(&entry.name);
            for old in lock.events.iter().filter(is_alias) {
                let version = event.versions.iter().find(|version| version.number == old.version);
                entries.extend(version.map(|version| Entry {
                    name: old.name.clone(),
                    kind: Kind::Frozen,
                    names: Vec::new(),
                    ..event.entry(version)
                }));
            }
        }
        for (context, name) in &self.dropped {
            let of_name = |entry: &&Entry| entry.context == *context && entry.name == *name;
            let kept = lock.events.iter().filter(of_name).map(|entry| Entry {
                status: Status::Draft,
                kind: Kind::Dropped,
                names: Vec::new(),
                earlier: Vec::new(),
                ..entry.clone()
            });
            let before = entries.len();
            entries.extend(kept);
            if entries.len() == before {
                entries.push(Entry {
                    context: context.clone(),
                    name: name.clone(),
                    version: 1,
                    status: Status::Draft,
                    kind: Kind::Dropped,
                    floor: 1,
                    names: Vec::new(),
                    edge: Vec::new(),
                    rev: 0,
                    shape: None,
                    earlier: Vec::new(),
                });
            }
        }
        entries.sort_by(|a, b| a.key().cmp(&b.key()));
        entries
    }
}

impl Event {
    fn of(facts: &'static EventFacts, role: Role, set: Set) -> Self {
        let (mut versions, mut examples) = (Vec::new(), Vec::new());
        chain(facts, &mut versions, &mut examples);
        if role == Role::Split
            && let Some(last) = versions.last_mut()
        {
            last.runs_code = true;
        }
        Self {
            context: facts.context.to_owned(),
            name: facts.name.to_owned(),
            role: if facts.frozen && role == Role::Current {
                Role::Frozen
            } else {
                role
            },
            writes: facts.writes,
            aliases: BTreeMap::new(),
            versions,
            examples,
            sets: vec![set],
        }
    }

    /// Its context and its name.
    pub(super) fn key(&self) -> (&str, &str) {
        (&self.context, &self.name)
    }

    pub(super) fn version(&self, number: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// Whether the way from this version to the current events runs code of the user's.
    pub(super) fn runs_code_from(&self, number: u32) -> bool {
        let mut above = self.versions.iter().filter(|version| version.number >= number);
        above.any(|version| version.runs_code)
    }

    fn entry(&self, version: &Version) -> Entry {
        // Under `write = n` the versions above are what the next release writes.
        let is_written = self.role == Role::Current && version.number >= self.writes;
        let is_last = self.versions.last().is_some_and(|last| last.number == version.number);
        let kind = match (&version.shape, self.role) {
            (None, _) => Kind::Raw,
            (Some(_), Role::Current) if is_written => Kind::Current,
            (Some(_), Role::Split) if is_last => Kind::Split,
            _ => Kind::Frozen,
        };
        Entry {
            context: self.context.clone(),
            name: self.name.clone(),
            version: version.number,
            status: Status::Draft,
            kind,
            floor: version.floor,
            names: self.aliases.keys().cloned().collect(),
            edge: version.edge.iter().map(|&change| change.to_owned()).collect(),
            rev: 0,
            shape: version.shape.clone(),
            earlier: Vec::new(),
        }
    }

    fn rust(&self) -> String {
        let rust = self.versions.last().map_or("", |version| version.rust);
        format!("`{rust}`")
    }

    /// A version that another type describes as well, if it is not the same one.
    fn conflict(&self, other: &Self) -> Option<Problem> {
        self.versions.iter().find_map(|version| {
            let twin = other.version(version.number)?;
            if twin.rust == version.rust && twin.shape == version.shape {
                return None;
            }
            let sets = |event: &Self| {
                event
                    .sets
                    .iter()
                    .map(|set| set.facts.rust)
                    .collect::<Vec<_>>()
                    .join("`, `")
            };
            let says = format!(
                "is `{}` in `{}` and `{}` in `{}`",
                version.rust,
                sets(self),
                twin.rust,
                sets(other)
            );
            Some(in_two_types(self.key(), Some(version.number), says))
        })
    }
}

fn in_two_types(key: (&str, &str), version: Option<u32>, says: String) -> Problem {
    Problem::new("NAME_IN_TWO_TYPES", key, version, says)
        .help("give one of them another name, or a context of its own: `#[event(context = \"..\")]`")
}

/// The versions of an event and of the structs that were kept below it, from the oldest on.
fn chain(facts: &'static EventFacts, versions: &mut Vec<Version>, examples: &mut Vec<(u32, &'static str)>) {
    if let Some(older) = facts.older {
        chain(older, versions, examples);
        if let Some(last) = versions.last_mut() {
            last.runs_code = true;
        }
    }
    versions.extend(facts.versions.iter().map(|version| Version::of(version, facts.rust)));
    examples.extend(facts.examples);
}

impl Version {
    fn of(facts: &VersionFacts, rust: &'static str) -> Self {
        Self {
            number: facts.version,
            floor: facts.floor,
            shape: facts.shape.map(Outline::of),
            edge: facts.edge,
            runs_code: facts.runs_code,
            reads: facts.reads,
            from_lock: facts.from_lock,
            rust,
        }
    }
}
