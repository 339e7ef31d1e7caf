//! `Plan`: the lock of today beside the one on the disk: what is wrong, and what the file would be once all that is acceptable is accepted.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::{Cell, Difference, Entry, Finding, Kind, Lock, Report};
use crate::testing::schema::report::Problem;
use crate::testing::schema::today::Today;

pub(super) const ALWAYS: &str = "`RECOUNT_UPDATE=always cargo test --test event_schema`, and review the diff";

/// What a comparison of two locks has come to.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) problems: Vec<Problem>,
    /// The lock with everything that may be accepted.
    pub(super) next: Lock,
    /// Events whose entries are not what they were, by context and name.
    pub(super) changed: BTreeMap<(String, String), Changed>,
    /// Where not everything is accepted: the events that something is accepted of, by context and name.
    only: Option<BTreeSet<(String, String)>>,
}

/// What is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Changed {
    /// `RECOUNT_UPDATE=always` writes it.
    Stale,
    /// A sealed version has become another, or none.
    Refused,
}

impl Plan {
    /// Takes of what may be accepted these entries alone; the others stay as they are in the lock, and nothing of them is pinned.
    pub(super) fn accept_only(&mut self, lock: &Lock, only: &[String]) {
        let is_meant = |entry: &Entry| only.contains(&format!("{}/{}/v{}", entry.context, entry.name, entry.version));
        let entries = lock.events.iter().chain(&self.next.events);
        let meant = entries.filter(|entry| is_meant(entry));
        let events: BTreeSet<_> = meant.map(|entry| (entry.context.clone(), entry.name.clone())).collect();
        for (event, changed) in &mut self.changed {
            if !events.contains(event) {
                *changed = Changed::Refused;
            }
        }
        self.only = Some(events);
        self.next.events.retain(is_meant);
        self.next
            .events
            .extend(lock.events.iter().filter(|entry| !is_meant(entry)).cloned());
        self.next.sort();
    }

    /// Whether the goldens under this name may be written: nobody has accepted anything of the others.
    pub(super) fn writes(&self, context: &str, name: &str) -> bool {
        let is_event = |(of, event): &(String, String)| of == context && event == name;
        self.only.as_ref().is_none_or(|only| only.iter().any(is_event))
    }
}

/// Compares the lock with this build. Entries of other contexts are those of other crates, and stay.
pub(super) fn plan(lock: &Lock, today: &Today) -> Plan {
    let is_kept = |entry: &&Entry| entry.kind == Kind::State || !today.contexts.contains(&entry.context);
    let mut new = Lock {
        events: today.entries(lock),
        releases: Vec::new(),
    };
    new.events.extend(lock.events.iter().filter(is_kept).cloned());
    let mut plan = Plan {
        problems: today.problems.clone(),
        next: lock.clone(),
        changed: BTreeMap::new(),
        only: None,
    };
    let differences = lock.compare(&new).differences;
    for (place, difference) in differences.iter().enumerate() {
        let left = left_behind(difference, lock, today);
        let changed = match plan.next.accept(&new, difference) {
            true => Changed::Stale,
            false => Changed::Refused,
        };
        let key = (difference.context.clone(), difference.name.clone());
        let worst = plan.changed.entry(key).or_insert(changed);
        *worst = changed.max(*worst);
        // An event that was renamed is told once, and not for each of its versions.
        let is_more = |next: &Difference| next.finding == Finding::NameChanged && next.name == difference.name;
        if difference.finding != Finding::NameChanged || !differences.get(place + 1).is_some_and(is_more) {
            let problem = problem(difference, lock, &plan.next);
            plan.problems
                .push(left.map_or(problem, |left| renamed(difference, left)));
        }
    }
    plan
}

fn left_behind<'a>(difference: &Difference, lock: &'a Lock, today: &Today) -> Option<&'a str> {
    let is_new = difference.finding == Finding::NotLocked;
    is_new.then(|| today.left_behind(lock, &difference.context, &difference.name))?
}

/// A new entry that may be an old one under the crate's new name; taking it over leaves what is sealed without a test.
fn renamed(difference: &Difference, left: &str) -> Problem {
    let Difference {
        context, name, version, ..
    } = difference;
    let says = format!("is not in events.lock: `{left}` has `{name}` sealed, and no set here is of `{left}`");
    let help = format!("if the crate was renamed, write `context = \"{left}\"`; if not, {ALWAYS}");
    Problem::new(difference.finding.word(), (context, name), Some(*version), says)
        .help(help)
        .acceptable()
}

fn problem(difference: &Difference, lock: &Lock, next: &Lock) -> Problem {
    let Difference {
        context, name, version, ..
    } = difference;
    let (old, new) = (lock.find(context, name, *version), next.find(context, name, *version));
    let problem = |says: &str| Problem::new(difference.finding.word(), (context, name), Some(*version), says);
    match difference.finding {
        Finding::NotLocked => problem("is not in events.lock").help(ALWAYS).acceptable(),
        Finding::LockStale => {
            let status = old.map_or("locked", |old| old.status.word());
            let details = old
                .zip(new)
                .map_or(Vec::new(), |(old, new)| details(difference, old, new));
            let says = match (new.is_some(), details.is_empty()) {
                (false, _) => format!("is a {status}, and no event any more"),
                (true, true) => format!("is {status}, and has changed"),
                (true, false) => format!("is {status}, and has changed:"),
            };
            problem(&says).details(details).help(ALWAYS).acceptable()
        }
        Finding::Incompatible | Finding::NotForwardCompatible | Finding::FrozenVersionChanged => {
            Problem {
                details: of_report(difference, Report::rows),
                witnesses: of_report(difference, Report::witnesses),
                witness: witness(difference),
                helps: match difference.finding {
                    // What helps where an event is written is a new version, and an old one cannot have that.
                    Finding::FrozenVersionChanged => vec![difference.help.clone()],
                    _ => of_report(difference, Report::helps),
                },
                links: of_report(difference, Report::links),
                ..problem("is sealed:")
            }
        }
        _ => problem("is sealed, and nothing reads it any more").help(&difference.help),
    }
}

/// What is different in an entry that is written anew.
fn details(difference: &Difference, old: &Entry, new: &Entry) -> Vec<String> {
    let mut details = of_report(difference, Report::rows);
    let mut tell = |what: &str, before: String, after: String| {
        if before != after {
            details.push(format!("{what}: {after}; it was: {before}"));
        }
    };
    let list = |texts: &[String]| match texts {
        [] => "none".to_owned(),
        texts => texts.join(", "),
    };
    tell("kind", old.kind.to_string(), new.kind.to_string());
    tell("floor", old.floor.to_string(), new.floor.to_string());
    tell("names", list(&old.names), list(&new.names));
    tell("edge", list(&old.edge), list(&new.edge));
    details
}

/// Lines about the shape; none where there is nothing to compare it with.
fn of_report(difference: &Difference, lines: fn(&Report) -> Vec<String>) -> Vec<String> {
    difference.report.as_ref().map(lines).unwrap_or_default()
}

fn witness(difference: &Difference) -> Option<String> {
    let changes = difference.report.iter().flat_map(|report| &report.changes);
    let mut cells = changes.flat_map(|change| [&change.reads, &change.keeps, &change.older]);
    cells.find_map(|cell| match cell {
        Cell::No(payload) => Some(payload.to_string()),
        Cell::Ok | Cell::Unproven => None,
    })
}
