//! Whether older structs read what is written, down to the floor that is stamped on it.

use crate::schema::{ReadsAs, Role, Style};
use crate::testing::schema::payload;
use crate::testing::schema::report::Problem;
use crate::testing::schema::today::{Event, Today, Version};

/// How many payloads of a version each older struct is given.
const COUNT: u64 = 100;

/// Floors that promise too much.
pub(super) fn look(today: &Today, seed: u64) -> Vec<Problem> {
    let written = today.events.values().filter(|event| event.role == Role::Current);
    written
        .flat_map(|event| {
            // Under `write = n` the versions above are what the next release writes.
            let versions = event.versions.iter().filter(|version| version.number >= event.writes);
            versions.filter_map(move |version| too_low(event, version, seed))
        })
        .collect()
}

fn too_low(event: &Event, version: &Version, seed: u64) -> Option<Problem> {
    let shape = version.shape.as_ref()?;
    let older = event
        .versions
        .iter()
        .filter(|older| (version.floor..version.number).contains(&older.number));
    // The newest that fails says what the floor has to be at least.
    older.rev().find_map(|older| {
        let reads = older.reads?;
        let (written, why) = payload::seeds(seed, event, version.number, COUNT).find_map(|own| {
            let written = shape.payload(Style::Written(own)).to_string();
            let why = refusal(reads, older, &written)?;
            Some((written, why))
        })?;
        let says = format!(
            "has floor {}, and a reader of version {} cannot read it: {why}",
            version.floor, older.number
        );
        let help = format!("`floor = {}`", older.number + 1);
        Some(
            Problem::new("FLOOR_WRONG", event.key(), Some(version.number), says)
                .witness(written)
                .help(help),
        )
    })
}

fn refusal(reads: ReadsAs, older: &Version, written: &str) -> Option<String> {
    let error = reads(written.as_bytes()).err()?;
    let path = error.path(written.as_bytes());
    let is_allowed = older
        .shape
        .as_ref()
        .is_some_and(|shape| payload::is_opaque(shape, &path));
    (!is_allowed).then(|| error.to_string())
}
