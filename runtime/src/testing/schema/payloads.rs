//! Hundreds of payloads of each version, and whether they become current events.

use crate::schema::Style;
use crate::testing::schema::payload;
use crate::testing::schema::report::Problem;
use crate::testing::schema::today::{Event, Today, Version};

/// How many payloads of each version are read.
const COUNT: u64 = 200;

/// Payloads that do not decode: the first one of each version.
pub(super) fn look(today: &Today, seed: u64) -> Vec<Problem> {
    let events = today.events.values();
    events
        .flat_map(|event| {
            event
                .versions
                .iter()
                .filter_map(move |version| unread(event, version, seed))
        })
        .collect()
}

fn unread(event: &Event, version: &Version, seed: u64) -> Option<Problem> {
    let shape = version.shape.as_ref()?;
    let may_refuse = event.runs_code_from(version.number);
    payload::seeds(seed, event, version.number, COUNT).find_map(|own| {
        let stored = shape.payload(Style::Stored(own)).to_string();
        let unread = event.sets.iter().find_map(|set| {
            let unread = set.upcast(&event.name, version.number, &stored).err()?;
            let is_allowed = unread.is_refused && may_refuse || payload::is_unread_for_any(shape, &unread);
            (!is_allowed).then_some((set, unread))
        });
        let (set, unread) = unread?;
        let says = format!("does not decode as `{}`: {}", set.facts.rust, unread.why);
        let help = format!(
            "the type reads less than its shape says, or the way up fails; `RECOUNT_SEED={seed}` makes it again"
        );
        Some(
            Problem::new("UNREADABLE", event.key(), Some(version.number), says)
                .witness(stored)
                .help(help),
        )
    })
}
