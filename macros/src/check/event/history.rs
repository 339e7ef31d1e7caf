//! What the history of an event has to say: every version its change, every new field its value, every key once.

use std::collections::HashMap;

use crate::model::{Event, Fill, Track};
use crate::support::errors::Errors;
use crate::support::types;
use crate::support::words::plain;

pub(super) fn history(event: &Event, errors: &mut Errors) {
    if !changes_within_the_version(event, errors) {
        return;
    }
    stands_on_one_thing(event, errors);
    declares_every_version(event, errors);
    has_each_step_once(event, errors);
    for track in &event.history.tracks {
        lives_before_it_changes(track, errors);
        has_a_value_before_it_was_added(event, track, errors);
    }
    // What lives when is known from here on.
    if errors.is_empty() {
        is_gone_once_removed(event, errors);
    }
    if errors.is_empty() {
        has_one_field_per_key(event, errors);
    }
}

/// A change that is declared for a version that does not exist is a version that was forgotten.
fn changes_within_the_version(event: &Event, errors: &mut Errors) -> bool {
    let (version, mut all_within) = (event.version(), true);
    let raw = event
        .history
        .raw
        .iter()
        .map(|raw| (raw.up_to.number.saturating_add(1), &raw.up_to.literal));
    for (number, literal) in event.history.changes().into_iter().chain(raw) {
        if number > version {
            let message = format!(
                "this change is at version {number}, but the event is at version {version}: write `version = {number}`"
            );
            errors.at(literal, message);
            all_within = false;
        }
    }
    all_within
}

/// The lowest version described here is the oldest, or is made of a kept struct, or of raw JSON; below those nothing can be described.
fn stands_on_one_thing(event: &Event, errors: &mut Errors) {
    let lowest = event.lowest();
    if let Some(key) = event.history.from_lock.as_ref().filter(|_| event.stands_on_older()) {
        let other = if event.history.raw.is_some() { "raw" } else { "from" };
        errors.at(
            key,
            format!(
                "`from_lock` reads all versions below those described here, and so does `{other}`: keep one of the two"
            ),
        );
        return;
    }
    if let Some(path) = &event.history.from {
        if event.history.raw.is_some() {
            errors.at(
                path,
                "`raw` reads all versions below those described here: remove `from`, or move `raw` to the kept struct",
            );
        } else if lowest < 2 {
            errors.at(
                path,
                "nothing lies before version 1: write the next version, such as `version = 2`, or remove `from`",
            );
        }
    }
    if event.history.raw.is_some() {
        for (number, literal) in event.history.changes() {
            if number <= lowest {
                let message =
                    format!("`raw` makes version {lowest} of everything before it: remove the changes up to there");
                errors.at(literal, message);
            }
        }
    }
}

/// A version above 1 is read from what lies in stores, so somebody has to say what that was; a version that changes nothing is a slip.
fn declares_every_version(event: &Event, errors: &mut Errors) {
    let Some(version) = event.version.as_ref().filter(|version| version.number > event.lowest()) else {
        return;
    };
    let name = said(event);
    let (number, before) = (version.number, version.number - 1);
    let changes = event.history.changes();
    if changes.is_empty() && !event.stands_on_older() {
        let kept = event.versioned(before, event.ident.span());
        let message = format!(
            "`{name}` is at version {number}, but nothing says what version {before} was: declare the change on a field \
             (`since = {number}`), or keep the old struct (`from = {kept}`), or \
             write `from_lock`"
        );
        return errors.at(&version.literal, message);
    }
    let is_silent = |next: &u32| !changes.iter().any(|(change, _)| change == next);
    if let Some(next) = (event.lowest().saturating_add(1)..=number).find(is_silent) {
        let message = format!(
            "nothing changed between version {} and {next} of `{name}`: every version declares its change",
            next - 1
        );
        errors.at(&version.literal, message);
    }
}

/// Two functions cannot both write all of a version.
fn has_each_step_once(event: &Event, errors: &mut Errors) {
    for (position, step) in event.history.steps.iter().enumerate() {
        let same = |earlier: &&crate::model::Step| earlier.from.number == step.from.number;
        if event.history.steps.iter().take(position).any(|earlier| same(&earlier)) {
            let (from, to) = (step.from.number, step.to());
            errors.at(
                &step.from.literal,
                format!("the step from version {from} to {to} is given twice: remove one"),
            );
        }
    }
}

/// A field changes after it was added, and each of its changes has a version of its own.
fn lives_before_it_changes(track: &Track, errors: &mut Errors) {
    let (name, first) = (plain(&track.ident), track.first());
    let renamed = track.renamed.iter().map(|renamed| (&renamed.at, "renamed"));
    let retyped = track.retyped.iter().map(|retyped| (&retyped.at, "retyped"));
    let removed = track.until.iter().map(|until| (until, "removed"));
    let mut before = (0, "");
    for (at, what) in renamed.chain(retyped).chain(removed) {
        if at.number <= first {
            let number = at.number;
            let message = format!("`{name}` is added at version {first}, so it cannot be {what} at version {number}");
            errors.at(&at.literal, message);
        } else if before == (at.number, what) {
            errors.at(
                &at.literal,
                format!("`{name}` is {what} twice at version {}: remove one", at.number),
            );
        }
        before = (at.number, what);
    }
}

/// Nothing is filled in silently: an event from before the field has it from somewhere.
fn has_a_value_before_it_was_added(event: &Event, track: &Track, errors: &mut Errors) {
    let name = plain(&track.ident);
    let Some(since) = &track.since else {
        // What was removed has its `default` for `write` too.
        if track.fill.is_said() && track.until.is_none() {
            let message = format!(
                "`{name}` is in every version: say which one added it, `since = {}`",
                event.version()
            );
            errors.at(&track.ident, message);
        }
        return;
    };
    let (from, to) = (since.number - 1, since.number);
    if event.history.step_to(to).is_some() {
        if track.fill.is_said() && track.until.is_none() {
            let message =
                format!("the step from version {from} to {to} writes `{name}`: remove its `default` or `with`");
            errors.at(&track.ident, message);
        }
    } else if matches!(track.fill, Fill::Unsaid) && !track.is_option_in(to) {
        let message = format!(
            "what is `{name}` in events of version {from}? add `default = ...` or `with = ...`, or write all of {from} -> {to} with a \
             `step`"
        );
        errors.at(&since.literal, message);
    }
}

/// A field that is still there was not removed: it was renamed, or its type changed.
fn is_gone_once_removed(event: &Event, errors: &mut Errors) {
    let all = event.rename_all();
    for removed in &event.history.tracks {
        let Some(until) = removed.until.as_ref().map(|until| until.number) else {
            continue;
        };
        let key = removed.key_in(until, all);
        let is_back = |track: &&Track| {
            let was_called_so = !track.renamed.iter().any(|renamed| renamed.at.number == until);
            track.lives_in(until) && was_called_so && key.is_some() && track.key_in(until, all) == key
        };
        if event.history.tracks.iter().any(|track| is_back(&track)) {
            let name = plain(&removed.ident);
            let message = format!("`{name}` is removed at version {until} and is also a field of version {until}");
            errors.at(&removed.ident, message);
        }
    }
}

/// Two fields under one key would be read from one value. Of the current version serde speaks itself.
fn has_one_field_per_key(event: &Event, errors: &mut Errors) {
    let all = event.rename_all();
    for version in event.lowest()..event.version() {
        let mut seen: HashMap<String, &Track> = HashMap::new();
        for track in event.fields_in(version) {
            let Some(key) = track.key_in(version, all) else {
                continue;
            };
            let Some(first) = seen.insert(key.clone(), track) else {
                continue;
            };
            let message = format!(
                "in version {version} both `{}` and `{}` are stored as `{key}`",
                plain(&first.ident),
                plain(&track.ident)
            );
            let renamed = track.rename_after(version).or_else(|| first.rename_after(version));
            match renamed {
                Some(renamed) if track.until.is_none() => errors.at(&renamed.from, message),
                _ => errors.at(&track.ident, message),
            }
            // One mistake is in all versions before it, too.
            return;
        }
    }
}

/// The name as messages say it.
fn said(event: &Event) -> String {
    let name = event.name();
    if name.is_empty() { plain(&event.ident) } else { name }
}

/// The type of a removed field as `removed(..)` has it.
pub(super) fn written(track: &Track) -> String {
    format!("{}: {}", plain(&track.ident), types::shown(&track.ty))
}
