//! Hundreds of payloads of each version: whether they become current events, and whether what is written of these is read as the same ones.

use crate::schema::{Role, Style};
use crate::testing::schema::payload;
use crate::testing::schema::pin;
use crate::testing::schema::report::Problem;
use crate::testing::schema::set::{Set, Unread};
use crate::testing::schema::today::{Event, Today, Version};
use crate::testing::schema::upcast;

/// How many payloads of each version are read.
const COUNT: u64 = 200;

/// Payloads that do not decode, or come back as others: the first one of each version.
pub(super) fn look(today: &Today, seed: u64) -> Vec<Problem> {
    let events = today.events.values();
    events
        .flat_map(|event| {
            event
                .versions
                .iter()
                .filter_map(move |version| first(event, version, seed))
        })
        .collect()
}

fn first(event: &Event, version: &Version, seed: u64) -> Option<Problem> {
    let shape = version.shape.as_ref()?;
    let may_refuse = event.runs_code_from(version.number);
    let is_written = event.role == Role::Current && version.number == event.writes;
    let random = payload::seeds(seed, event, version.number, COUNT).map(Style::Stored);
    // Zero, the empty text and `false` are what is left out, where something is.
    let styles = [Style::Min, Style::Max, Style::Sparse].into_iter().chain(random);
    styles.map(|style| shape.payload(style).to_string()).find_map(|stored| {
        event.sets.iter().find_map(|set| {
            let read = match set.upcast(&event.name, version.number, &stored) {
                Ok(read) => read,
                Err(why) => {
                    let is_allowed = why.is_refused && may_refuse || payload::is_unread_for_any(shape, &why);
                    return (!is_allowed).then(|| unread(event, version, set, &why, seed).witness(stored.as_str()));
                }
            };
            let mut own = read
                .each()
                .filter(|one| is_written && one.name == event.name && one.version == version.number);
            own.find_map(|one| changed(event, set, &stored, one))
        })
    })
}

fn unread(event: &Event, version: &Version, set: &Set, why: &Unread, seed: u64) -> Problem {
    let says = format!("does not decode as `{}`: {}", set.facts.rust, why.why);
    let help =
        format!("the type reads less than its shape says, or the way up fails; `RECOUNT_SEED={seed}` makes it again");
    Problem::new("UNREADABLE", event.key(), Some(version.number), says).help(help)
}

/// What is written, is read once more and written again, and is another then.
fn changed(event: &Event, set: &Set, stored: &str, written: &upcast::Event) -> Option<Problem> {
    let problem = |code, says| Problem::new(code, event.key(), Some(written.version), says);
    let again = match set.upcast(&written.name, written.version, &written.payload) {
        Ok(again) => again,
        Err(unread) => {
            let says = format!("is written as what does not decode: {}", unread.why);
            let help = "the type writes what it refuses to read: stored events would be lost";
            return Some(problem("UNREADABLE", says).witness(&written.payload).help(help));
        }
    };
    (!pin::returns(written, &again)).then(|| {
        let mut details = vec!["it is written as:".to_owned(), format!("  {}", written.payload)];
        details.push("which is read, and written as:".to_owned());
        details.extend(again.to_string().lines().map(|line| format!("  {line}")));
        let help = "what is left out, or written in a form of its own, has to be read as the value that it was: a default beside \
                    `skip_serializing_if` is the value that is skipped";
        let says = "is read as another value than was written:".to_owned();
        problem("SHAPE_LIES", says).details(details).witness(stored).help(help)
    })
}
