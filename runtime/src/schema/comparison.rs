//! Two locks side by side: what an entry became, what that means, and taking over what may be taken over.

use std::fmt;

use serde::Serialize;

use crate::schema::lock::{Entry, Kind, Lock, Outline, Status};
use crate::schema::reach::written_down_to;
use crate::schema::verdict::{GUIDE, Report, Verdict, compare};

/// What differs between a lock and another one, in the order of their entries: `events.lock` and what the types of today would write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// One per entry that differs.
    pub differences: Vec<Difference>,
}

/// An entry that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The crate that declares the event.
    pub context: String,
    /// The stored name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// What became of it.
    pub finding: Finding,
    /// Whether it may be taken over in place.
    pub is_acceptable: bool,
    /// The changes of the shape; none where there is nothing to compare it with.
    pub report: Option<Report>,
    /// What to do.
    pub help: String,
}

/// What became of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum Finding {
    /// It is new.
    NotLocked,
    /// A draft changed, or a sealed one in a way that loses nothing.
    LockStale,
    /// No type reads it any more.
    EventVersionDeleted,
    /// No type reads it any more, and a new one looks just like it.
    NameChanged,
    /// A version that is only read changed in a way that loses something.
    FrozenVersionChanged,
    /// A sealed version changed, and stored payloads suffer.
    Incompatible,
    /// A sealed version changed, and only nodes of the last release suffer.
    NotForwardCompatible,
}

impl Finding {
    /// Its word in a report.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::NotLocked => "NOT_LOCKED",
            Self::LockStale => "LOCK_STALE",
            Self::EventVersionDeleted => "EVENT_VERSION_DELETED",
            Self::NameChanged => "NAME_CHANGED",
            Self::FrozenVersionChanged => "FROZEN_VERSION_CHANGED",
            Self::Incompatible => "INCOMPATIBLE",
            Self::NotForwardCompatible => "NOT_FORWARD_COMPATIBLE",
        }
    }

    /// Where the guide explains it.
    #[must_use]
    pub fn link(self) -> String {
        format!("{GUIDE}{}", self.word().to_lowercase())
    }
}

const UPDATE: &str = "run `RECOUNT_UPDATE=always cargo test --test event_schema` and review the diff";

impl Lock {
    /// What differs in `new`, which the types of today would write. Status and earlier fingerprints are of the lock alone and never differ.
    #[must_use]
    pub fn compare(&self, new: &Lock) -> Comparison {
        let mut differences = Vec::new();
        for entry in &self.events {
            differences.extend(match new.find(&entry.context, &entry.name, entry.version) {
                Some(now) => changed(entry, now, new),
                None => Some(missing(entry, self, new)),
            });
        }
        let is_new = |entry: &&Entry| self.find(&entry.context, &entry.name, entry.version).is_none();
        differences.extend(new.events.iter().filter(is_new).map(|entry| Difference {
            help: UPDATE.to_owned(),
            ..difference(entry, Finding::NotLocked, true)
        }));
        differences.sort_by(|a, b| (&a.context, &a.name, a.version).cmp(&(&b.context, &b.name, b.version)));
        Comparison { differences }
    }

    /// Takes one entry over from `new`, if that loses nothing: whether it did. A sealed entry stays sealed and remembers its fingerprint.
    pub fn accept(&mut self, new: &Lock, difference: &Difference) -> bool {
        if !difference.is_acceptable {
            return false;
        }
        let Difference {
            context, name, version, ..
        } = difference;
        let old = self.find(context, name, *version).cloned();
        let Some(mut entry) = new.find(context, name, *version).cloned() else {
            self.events.retain(|entry| entry.key() != (context, name, *version));
            return true;
        };
        entry.status = Status::Draft;
        if let Some(old) = old {
            entry.earlier.clone_from(&old.earlier);
            entry.status = old.status;
            if let Some(hash) = old.hash()
                && old.status == Status::Sealed
                && entry.shape.is_some()
                && entry.hash() != Some(hash)
                && !entry.earlier.contains(&hash)
            {
                entry.earlier.push(hash);
            }
            // What is stored of a version that a function reads, or that is skipped, was known when it was sealed.
            entry.shape = entry.shape.or(old.shape);
        }
        self.put(entry);
        true
    }
}

impl Comparison {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.differences.is_empty()
    }

    /// Whether all of it may be taken over in place.
    #[must_use]
    pub fn is_acceptable(&self) -> bool {
        self.differences.iter().all(|difference| difference.is_acceptable)
    }
}

fn difference(entry: &Entry, finding: Finding, is_acceptable: bool) -> Difference {
    Difference {
        context: entry.context.clone(),
        name: entry.name.clone(),
        version: entry.version,
        finding,
        is_acceptable,
        report: None,
        help: String::new(),
    }
}

/// What the change of the shape means; `None` where a side has none.
fn report(old: &Entry, now: &Entry, new: &Lock) -> Option<Report> {
    let (before, after) = (old.shape.as_ref()?, now.shape.as_ref()?);
    let mut changes = compare(before, after, old.version);
    let reaching = written_down_to(old, new).filter(|_| !now.kind.is_written());
    let verdict = Verdict::of(&changes, reaching.unwrap_or(now).kind);
    if let Some(written) = reaching
        && verdict == Verdict::NotForwardCompatible
    {
        // A new version is there already, and is what reaches too far down.
        for change in changes.iter_mut().filter(|change| !change.older.is_ok()) {
            change.help = Some(format!(
                "version {} is written for readers of version {} too: give it `floor = {}`, or keep a copy of the old type for version {} \
                 and use `retyped`",
                written.version,
                old.version,
                old.version.saturating_add(1),
                old.version
            ));
        }
    }
    Some(Report {
        name: old.name.clone(),
        version: old.version,
        verdict,
        changes,
        new: after.clone(),
    })
}

/// An entry that both have.
fn changed(old: &Entry, now: &Entry, new: &Lock) -> Option<Difference> {
    let is_read = |name: &String| {
        new.events
            .iter()
            .any(|entry| entry.context == old.context && (entry.name == *name || entry.names.contains(name)))
    };
    if let Some(lost) = old
        .names
        .iter()
        .find(|name| old.status == Status::Sealed && !is_read(name))
    {
        return Some(Difference {
            help: format!(
                "events are stored as `{lost}` too: keep `alias(\"{lost}\" => ..)` in the set, or write `dropped(\"{lost}\")`"
            ),
            ..difference(old, Finding::EventVersionDeleted, false)
        });
    }
    let report = report(old, now, new).filter(|report| !report.changes.is_empty());
    let is_same = report.is_none()
        && (now.shape.is_none() || old.shape.is_some())
        && (old.kind, old.floor, old.rev, &old.edge) == (now.kind, now.floor, now.rev, &now.edge)
        && sorted(&old.names) == sorted(&now.names)
        && (now.shape.is_none()
            || old.shape.as_ref().map(Outline::examples) == now.shape.as_ref().map(Outline::examples));
    if is_same {
        return None;
    }
    // A state of another revision is built anew.
    let is_rebuilt = now.kind == Kind::State && old.rev != now.rev;
    let verdict = report.as_ref().map_or(Verdict::Accepted, |report| report.verdict);
    let finding = match verdict {
        _ if old.status == Status::Draft || is_rebuilt => Finding::LockStale,
        Verdict::Accepted => Finding::LockStale,
        Verdict::NotForwardCompatible => Finding::NotForwardCompatible,
        Verdict::Incompatible if now.kind.is_written() => Finding::Incompatible,
        Verdict::Incompatible => Finding::FrozenVersionChanged,
    };
    let help = match finding {
        Finding::LockStale => UPDATE.to_owned(),
        Finding::FrozenVersionChanged => format!(
            "keep a frozen copy of the type that was edited, under another name, and let version {} hold that (`retyped(.., from = Copy)`, or \
             the kept struct), or write `from_lock`",
            old.version
        ),
        _ => "see the help of each change".to_owned(),
    };
    Some(Difference {
        report,
        help,
        ..difference(old, finding, finding == Finding::LockStale)
    })
}

fn sorted(names: &[String]) -> Vec<&String> {
    let mut names: Vec<_> = names.iter().collect();
    names.sort();
    names
}

/// An entry that the types of today do not have.
fn missing(old: &Entry, lock: &Lock, new: &Lock) -> Difference {
    let mut here = new.events.iter().filter(|entry| entry.context == old.context);
    // A draft is stored nowhere, and a reader that is gone reads nothing; a name that is skipped is skipped in all its versions.
    let is_dropped = here
        .clone()
        .any(|entry| entry.name == old.name && entry.kind == Kind::Dropped);
    if old.status == Status::Draft || old.kind == Kind::State || is_dropped {
        return Difference {
            help: UPDATE.to_owned(),
            ..difference(old, Finding::LockStale, true)
        };
    }
    let alias = here
        .clone()
        .find(|entry| entry.names.contains(&old.name) && entry.version == old.version);
    if let Some(alias) = alias {
        // What lies under the old name is read as the other event from now on, and only read.
        let report = report(
            old,
            &Entry {
                kind: Kind::Frozen,
                ..alias.clone()
            },
            new,
        );
        let is_acceptable = report.as_ref().is_none_or(|report| report.verdict == Verdict::Accepted);
        let finding = if is_acceptable {
            Finding::LockStale
        } else {
            Finding::FrozenVersionChanged
        };
        return Difference {
            report,
            help: match is_acceptable {
                true => UPDATE.to_owned(),
                false => format!(
                    "version {} of `{}` reads as `{}`, which holds something else: keep it as an event of its own",
                    old.version, old.name, alias.name
                ),
            },
            ..difference(old, finding, is_acceptable)
        };
    }
    let is_new = |entry: &Entry| lock.find(&entry.context, &entry.name, entry.version).is_none();
    let twin = here
        .find(|entry| entry.version == old.version && old.shape.is_some() && entry.shape == old.shape && is_new(entry));
    match twin {
        Some(twin) => Difference {
            help: format!(
                "`{}` is new and holds the same: if it is the same event, keep its stored name, `#[event(name = \"{}\")]`, or read both, \
                 `alias(\"{}\" => ..)`",
                twin.name, old.name, old.name
            ),
            ..difference(old, Finding::NameChanged, false)
        },
        None => Difference {
            help: format!(
                "stored events of version {} have no reader: put its history back, or say in the set what becomes of `{}` with `alias`, \
                 `split`, `dropped` or a `frozen` struct",
                old.version, old.name
            ),
            ..difference(old, Finding::EventVersionDeleted, false)
        },
    }
}

/// The report of one entry, with what to do.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            finding, name, version, ..
        } = self;
        match (&self.report, self.is_acceptable) {
            (Some(report), false) => report.write(f, finding.word())?,
            _ => writeln!(f, "{} {name} v{version}", finding.word())?,
        }
        // The changes of these have each their own help and link.
        if matches!(self.finding, Finding::Incompatible | Finding::NotForwardCompatible) {
            return Ok(());
        }
        writeln!(f, "  help: {}", self.help)?;
        writeln!(f, "  see {}", finding.link())
    }
}

/// All of them, one after another.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.differences
            .iter()
            .try_for_each(|difference| write!(f, "{difference}"))
    }
}
