//! A pinned result beside the one of today: where they differ, and whether that is a matter of course.

use crate::schema::Payload;
use crate::testing::schema::report::Problem;
use crate::testing::schema::set::Set;
use crate::testing::schema::upcast::{Event, Upcast};

/// What the pinned events become today, as if they had been stored: where only the newest step is new, that of the payload itself. None where
/// one of them cannot be read, or is of the version that is written, has no new way up, and loses a value all the same: it would lose
/// nothing more when it is read once more, and that proves nothing.
pub(super) fn read_again(set: Set, pinned: &Upcast) -> Option<Upcast> {
    let mut again = Upcast::none();
    for event in pinned.events()? {
        let read = set.upcast(&event.name, event.version, &event.payload).ok()?;
        let is_other = |one: &Event| one.name != event.name || one.version != event.version;
        let is_of_another = read.each().all(is_other);
        if !is_of_another && !keeps(event, &read) {
            return None;
        }
        again.append(read);
    }
    Some(again)
}

/// Whether all that was pinned still stands there. Keys may have come, as an optional field brings one.
fn keeps(pinned: &Event, read: &Upcast) -> bool {
    let Some(now) = read.single() else {
        return false;
    };
    let payloads = (Payload::parse(&pinned.payload), Payload::parse(&now.payload));
    let (Ok(mut old), Ok(mut new)) = payloads else {
        return false;
    };
    leave_shared(&mut old, &mut new);
    let of = |event: &Event, payload: Payload| Event {
        payload: payload.to_string(),
        ..event.clone()
    };
    of(pinned, old).is_same(&of(now, new))
}

/// Whether an event that was written is read as itself.
pub(super) fn returns(written: &Event, read: &Upcast) -> bool {
    read.single().is_some_and(|now| written.is_same(now))
}

/// Takes the keys out that have come, and the nulls that are left out now.
fn leave_shared(old: &mut Payload, new: &mut Payload) {
    match (old, new) {
        (Payload::Object(old), Payload::Object(new)) => {
            new.retain(|(key, _)| old.iter().any(|(other, _)| other == key));
            old.retain(|(key, value)| *value != Payload::Null || new.iter().any(|(other, _)| other == key));
            for (key, value) in old {
                let twin = new.iter_mut().find(|(other, _)| other == key);
                twin.into_iter().for_each(|(_, twin)| leave_shared(value, twin));
            }
        }
        (Payload::List(old), Payload::List(new)) => {
            old.iter_mut().zip(new).for_each(|(old, new)| leave_shared(old, new));
        }
        _ => {}
    }
}

/// A payload that becomes another event than it did.
#[derive(Debug)]
pub(super) struct Moved {
    pub(super) version: u32,
    /// The name of its files.
    pub(super) stem: String,
    pub(super) payload: String,
    /// Whether it was made from the shape.
    pub(super) is_generated: bool,
    pub(super) pinned: Upcast,
    pub(super) now: Upcast,
}

/// What is told of the payloads of one event. One default that has changed is one mistake, however many payloads show it: generated ones
/// that differ at the same places are told together. An example shows what a person meant, and stands alone.
pub(super) fn told(key: (&str, &str), moved: &[Moved]) -> Vec<Problem> {
    let is_one = |a: &Moved, b: &Moved| {
        let places = a.pinned.differences(&a.now);
        let is_alike = a.version == b.version && a.is_generated && b.is_generated;
        is_alike && places.is_some() && places == b.pinned.differences(&b.now)
    };
    moved.chunk_by(is_one).filter_map(|alike| problem(key, alike)).collect()
}

fn problem(key: (&str, &str), alike: &[Moved]) -> Option<Problem> {
    let first = alike.first()?;
    let of = if alike.len() > 1 { " of the first" } else { "" };
    let mut details = vec![format!("it was{of}:")];
    details.extend(lines(&first.pinned).into_iter().map(|line| format!("  {line}")));
    details.push("it is now:".to_owned());
    details.extend(lines(&first.now).into_iter().map(|line| format!("  {line}")));
    let place = first_difference(&first.pinned, &first.now).map_or(String::new(), |path| format!(" at `{path}`"));
    let stems: Vec<&str> = alike.iter().map(|one| one.stem.as_str()).collect();
    let says = format!("becomes another event than it did{place} ({}):", stems.join(", "));
    let problem = Problem::new("UPCAST_CHANGED", key, Some(first.version), says).details(details);
    Some(problem.witness(&first.payload).help(
        "stored events would read as something else: undo it, or make it a new version; if it is meant, \
         `RECOUNT_UPDATE=always` takes the new result and shows it once more",
    ))
}

pub(super) fn lines(upcast: &Upcast) -> Vec<String> {
    upcast.to_string().lines().map(str::to_owned).collect()
}

/// Where the first two events differ that do.
fn first_difference(a: &Upcast, b: &Upcast) -> Option<String> {
    let mut paths = a.each().zip(b.each()).flat_map(|(a, b)| a.differences(b));
    paths.next().filter(|path| !path.is_empty())
}
