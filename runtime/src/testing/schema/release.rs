//! Releases in the lock: what each reads, and whether those that are live can read what this build writes.

use std::collections::BTreeMap;

use crate::schema::{Lock, Release, Role};
use crate::testing::schema::report::Problem;
use crate::testing::schema::today::{Event, Today};

/// The stamp of this build.
pub(super) fn stamp(name: &str, today: &Today) -> Release {
    // One name may stand in two contexts: nothing is promised of it that one of them does not keep.
    let mut reads: BTreeMap<&str, u32> = BTreeMap::new();
    for event in today.events.values() {
        let newest = event.versions.last().map_or(0, |version| version.number);
        let names = std::iter::once(&event.name).chain(event.aliases.keys());
        for name in names {
            reads
                .entry(name)
                .and_modify(|version| *version = newest.min(*version))
                .or_insert(newest);
        }
    }
    Release {
        name: name.to_owned(),
        live: true,
        reads: reads
            .iter()
            .map(|(name, version)| format!("{name} {version}"))
            .collect(),
    }
}

/// Puts a release in the place of the one of its name, or after all others.
pub(super) fn put(lock: &mut Lock, release: Release) {
    match lock.releases.iter_mut().find(|other| other.name == release.name) {
        Some(other) => *other = release,
        None => lock.releases.push(release),
    }
}

/// Live releases that cannot read what this build writes; not the one that is being stamped.
pub(super) fn behind(lock: &Lock, today: &Today, stamped: Option<&str>) -> Vec<Problem> {
    let live = lock
        .releases
        .iter()
        .filter(|release| release.live && Some(release.name.as_str()) != stamped);
    let written = || today.events.values().filter(|event| event.role == Role::Current);
    live.flat_map(|release| written().filter_map(|event| behind_in(release, event)))
        .collect()
}

fn behind_in(release: &Release, event: &Event) -> Option<Problem> {
    let floor = event.version(event.writes)?.floor;
    let reads = |line: &String| line.strip_prefix(&event.name)?.strip_prefix(' ')?.parse::<u32>().ok();
    let (says, help) = match release.reads.iter().find_map(reads) {
        Some(reads) if floor <= reads => return None,
        Some(reads) => (
            format!(
                "is written with floor {floor}, and the live release {} reads up to version {reads}",
                release.name
            ),
            format!("keep writing the older version for one release, `write = {reads}`"),
        ),
        None => (
            format!(
                "is written, and the live release {} does not know the event",
                release.name
            ),
            "release it `frozen` first: folded, and not emitted".to_owned(),
        ),
    };
    let help = format!(
        "{help}; or, if no node of {0} runs any more, `live = false` for {0} in events.lock",
        release.name
    );
    Some(Problem::new("RELEASE_BEHIND", event.key(), Some(event.writes), says).help(help))
}
