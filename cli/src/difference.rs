//! `Difference`: one problem of a lock, with the entry that it is about and what the change does, worked out by the runtime.

use recount::schema::{Change, Entry, Lock, compare};

use crate::report::{Problem, Reports};

/// One thing in which the types and the lock are not one.
#[derive(Debug)]
pub(crate) struct Difference<'a> {
    pub(crate) problem: &'a Problem,
    /// As it is in the lock.
    pub(crate) old: Option<&'a Entry>,
    /// As the types are today.
    pub(crate) today: Option<&'a Entry>,
}

/// A line of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line<T> {
    Kept(T),
    Removed(T),
    Added(T),
}

impl<'a> Difference<'a> {
    /// All of a lock, in the order of its report.
    pub(crate) fn all(reports: &'a Reports) -> Vec<Self> {
        let any = reports.today.events.iter().chain(&reports.lock.events).next();
        let difference = |problem: &'a Problem| {
            let context = match problem.context.as_str() {
                "" => any.map_or("", |entry| &entry.context),
                context => context,
            };
            let find = |lock: &'a Lock| lock.find(context, &problem.event, problem.version?);
            Self {
                problem,
                old: find(&reports.lock),
                today: find(&reports.today),
            }
        };
        reports.problems.iter().map(difference).collect()
    }

    /// What is in the lock or would be.
    pub(crate) fn entry(&self) -> Option<&'a Entry> {
        self.old.or(self.today)
    }

    /// Its name for the schema test: `bank/account.deposited/v2`.
    pub(crate) fn key(&self) -> Option<String> {
        self.entry()
            .map(|entry| format!("{}/{}/v{}", entry.context, entry.name, entry.version))
    }

    /// What has changed in the stored form.
    pub(crate) fn changes(&self) -> Vec<Change> {
        let shape = |entry: Option<&'a Entry>| entry?.shape.as_ref();
        match (shape(self.old), shape(self.today)) {
            (Some(old), Some(today)) => compare(old, today, self.problem.version.unwrap_or_default()),
            _ => Vec::new(),
        }
    }

    /// The lines of both shapes, each where it stands.
    pub(crate) fn lines(&self) -> Vec<Line<String>> {
        let lines = |entry: Option<&Entry>| {
            entry
                .and_then(|entry| entry.shape.as_ref())
                .map(recount::schema::Outline::lines)
                .unwrap_or_default()
        };
        merge(lines(self.old), lines(self.today))
    }
}

/// Both lists as one. A line stands in a shape at most once, so what both have keeps them together.
fn merge<T: PartialEq>(old: Vec<T>, new: Vec<T>) -> Vec<Line<T>> {
    let mut lines = Vec::new();
    let mut left = new;
    for line in old {
        match left.iter().position(|other| *other == line) {
            Some(place) => {
                lines.extend(left.drain(..place).map(Line::Added));
                left.remove(0);
                lines.push(Line::Kept(line));
            }
            None => lines.push(Line::Removed(line)),
        }
    }
    lines.extend(left.into_iter().map(Line::Added));
    lines
}

#[cfg(test)]
mod tests {
    use super::Line::{Added, Kept, Removed};
    use super::*;

    #[test]
    fn lines_stand_where_they_stood() {
        assert_eq!(
            merge(vec!["a", "b", "d"], vec!["a", "c", "d", "e"]),
            [Kept("a"), Removed("b"), Added("c"), Kept("d"), Added("e")]
        );
        assert_eq!(merge(vec![], vec!["a"]), [Added("a")]);
        assert_eq!(merge(vec!["a"], vec![]), [Removed("a")]);
        // Of two that changed places one moves.
        assert_eq!(
            merge(vec!["a", "b"], vec!["b", "a"]),
            [Added("b"), Kept("a"), Removed("b")]
        );
    }
}
