//! What the changes do not show: a column is ok only where nothing is doubted.

use super::doubt::{Ask, Doubt, doubts, many};
use super::{Cell, Change, Code, hurts_older, is_refused, loses};
use crate::schema::around::Place;
use crate::schema::lock::Outline;
use crate::schema::payload::Payload;

/// Looks once more at each column without a NO. What is doubted there is a NO: with a payload if one shows it, and without where no rule
/// tells and no payload is found.
pub(super) fn settle(old: &Outline, new: &Outline, changes: &mut Vec<Change>) {
    type Shows = fn(Place<'_>, Place<'_>, &Payload) -> bool;
    type Column = fn(&mut Change) -> &mut Cell;
    let columns: [(Ask, Column, Shows); 3] = [
        (Ask::READS, |change| &mut change.reads, is_refused),
        (Ask::KEEPS, |change| &mut change.keeps, loses),
        (Ask::OLDER, |change| &mut change.older, hurts_older),
    ];
    let (old, new) = (Place::root(old), Place::root(new));
    for (ask, column, shows) in columns {
        if changes.iter_mut().any(|change| !column(change).is_ok()) {
            continue;
        }
        let (from, to) = if ask.is_stored { (old, new) } else { (new, old) };
        let doubts = doubts(from, to, ask, "");
        let Some(first) = doubts.first() else {
            continue;
        };
        let shown = doubts.iter().find(|doubt| shows(old, new, &doubt.payload));
        let (path, cell) = match shown {
            Some(Doubt { path, payload }) => (path, Cell::No(payload.clone())),
            None => {
                let found = many(from, ask).into_iter().find(|payload| shows(old, new, payload));
                match found {
                    Some(payload) => (&first.path, Cell::No(payload)),
                    // What is not read at all is refused by that already, and keeps nothing.
                    None if !ask.refuses && changes.iter().any(|change| !change.reads.is_ok()) => continue,
                    None => (&first.path, Cell::Unproven),
                }
            }
        };
        *column(responsible(changes, path)) = cell;
    }
}

/// The change at that path: the nearest around it, the first inside it, or a new one.
fn responsible<'a>(changes: &'a mut Vec<Change>, path: &str) -> &'a mut Change {
    let is_around = |outer: &str, inner: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| outer.is_empty() || rest.is_empty() || rest.starts_with(['.', '[', '{', '|', '+', ' ']))
    };
    let around = changes
        .iter()
        .enumerate()
        .filter(|(_, change)| is_around(&change.path, path));
    let nearest = around.max_by_key(|(_, change)| change.path.len()).map(|(at, _)| at);
    let at = nearest.or_else(|| changes.iter().position(|change| is_around(path, &change.path)));
    let at = at.unwrap_or_else(|| {
        let at = changes.partition_point(|change| *change.path <= *path);
        let (reads, keeps, older) = (Cell::Ok, Cell::Ok, Cell::Ok);
        let (code, path, help) = (Code::TypeChanged, path.to_owned(), None);
        changes.insert(
            at,
            Change {
                code,
                path,
                reads,
                keeps,
                older,
                help,
            },
        );
        at
    });
    &mut changes[at]
}
