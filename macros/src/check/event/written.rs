//! What an event has to say of how it is written: `write`, `floor`, `frozen`; and of its examples.

use super::history::written;
use crate::check::has_plain_letters;
use crate::model::{Event, Fill, Raise};
use crate::support::errors::Errors;
use crate::support::json;
use crate::support::words::plain;

pub(super) fn written_form(event: &Event, errors: &mut Errors) {
    if event.frozen {
        is_never_written(event, errors);
    } else {
        writes_a_version_that_it_has(event, errors);
        if errors.is_empty() {
            has_what_it_writes(event, errors);
            has_a_floor_that_holds(event, errors);
        }
    }
    has_examples_of_its_versions(event, errors);
    if let Some(context) = &event.context {
        has_plain_letters("a context", context, errors);
    }
}

/// `frozen` means read only, so nothing is to be said of writing.
fn is_never_written(event: &Event, errors: &mut Errors) {
    let said = [("write", &event.history.write), ("floor", &event.history.floor)];
    for (key, at) in said {
        if let Some(at) = at {
            errors.at(&at.literal, format!("a frozen event is never written: remove `{key}`"));
        }
    }
}

/// A version without a struct cannot be written, and the current one is written anyway.
fn writes_a_version_that_it_has(event: &Event, errors: &mut Errors) {
    let (Some(write), version) = (&event.history.write, event.version()) else {
        return;
    };
    // The kept struct has its version just below; a struct from the lock is only read.
    let locked = event.history.locked.last().map_or(0, |last| last.version);
    let oldest = (event.lowest() - u32::from(event.history.from.is_some())).max(locked.saturating_add(1));
    let (number, before) = (write.number, version.saturating_sub(1));
    if number >= version {
        let message = match before {
            0 => "version 1 is the only one: remove `write`".to_owned(),
            _ => {
                format!("the event is at version {version}: write an older one, `write = {before}`, or remove `write`")
            }
        };
        errors.at(&write.literal, message);
    } else if number < oldest {
        let message =
            format!("version {number} has no struct here: the oldest that can be written is `write = {oldest}`");
        errors.at(&write.literal, message);
    }
}

/// A removed field is in the older version still, so it needs a value there.
fn has_what_it_writes(event: &Event, errors: &mut Errors) {
    let Some(write) = &event.history.write else {
        return;
    };
    for track in &event.history.tracks {
        let Some(until) = track.until.as_ref().map(|until| until.number) else {
            continue;
        };
        let is_written = write.number < until && event.history.step_to(until).is_none();
        if is_written && matches!(track.fill, Fill::Unsaid) && !track.is_option_in(until - 1) {
            let (version, name, written) = (until - 1, plain(&track.ident), written(track));
            let message = format!(
                "version {version} needs `{name}`, which version {until} removed: say what to write, \
                 `removed({until}, {written}, default = ...)`"
            );
            errors.at(&track.ident, message);
        }
    }
}

/// A reader below the floor would misread what is written. Only where the user's own code makes a version may they know better.
fn has_a_floor_that_holds(event: &Event, errors: &mut Errors) {
    let (Some(floor), writes) = (&event.history.floor, event.writes()) else {
        return;
    };
    let number = floor.number;
    if number > writes {
        let message = format!("version {writes} is written, and its readers can read it: `floor` is at most {writes}");
        return errors.at(&floor.literal, message);
    }
    for version in (number.max(event.lowest()).saturating_add(1)..=writes).rev() {
        let why = match event.raise_at(version) {
            Some(Raise::Renamed(track)) => format!("renamed `{}`", plain(&track.ident)),
            Some(Raise::Retyped(track)) => format!("retyped `{}`", plain(&track.ident)),
            Some(Raise::Removed(track)) => format!("removed `{}`", plain(&track.ident)),
            Some(Raise::UsedAgain(track)) => {
                format!("uses the removed key `{}` for another field", plain(&track.ident))
            }
            Some(Raise::Step { by_hand: false }) => "is written by a step".to_owned(),
            Some(Raise::Step { by_hand: true }) | None => continue,
        };
        let message =
            format!("`floor = {number}` is too low: version {version} {why}, so a reader needs version {version}");
        return errors.at(&floor.literal, message);
    }
}

/// An example is a payload that could lie in a store.
fn has_examples_of_its_versions(event: &Event, errors: &mut Errors) {
    let version = event.version();
    for example in &event.history.examples {
        if example.of.number > version {
            let message = format!(
                "there is no version {} of this event: it is at version {version}",
                example.of.number
            );
            errors.at(&example.of.literal, message);
        }
        if !json::is_object(&example.json.value()) {
            errors.at(&example.json, "an example is a JSON object, such as `{\"amount\":5}`");
        }
    }
}
