//! How far down what is written today reaches: its floor, beside the older versions that are sealed.

use crate::schema::lock::{Entry, Kind, Lock};
use crate::schema::verdict::compare;

/// A newer version that is written for readers of this one as well, by its floor, and that not all of them read as they were sealed.
pub(crate) fn written_down_to<'a>(old: &Entry, new: &'a Lock) -> Option<&'a Entry> {
    let before = old.shape.as_ref()?;
    let mut newer = new.events.iter().filter(|entry| {
        (&entry.context, &entry.name) == (&old.context, &old.name)
            && entry.kind == Kind::Current
            && (entry.floor..entry.version).contains(&old.version)
    });
    newer.find(|entry| {
        let written = entry.shape.as_ref();
        written.is_some_and(|written| {
            let changes = compare(before, written, old.version);
            changes.iter().any(|change| !change.older.is_ok())
        })
    })
}
