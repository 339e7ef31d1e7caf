//! What is handed to a view in one step: the whole appends of a page.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::runtime::projections::letters::PartId;
use crate::store::{EventRef, Page};
use crate::stream::Position;

/// Whole appends, in order, so that a view never shows a half of a decision (rule 8.3).
#[derive(Clone, Debug)]
pub(super) struct Unit {
    page: Arc<Page>,
    /// Where the view stands before it.
    after: Position,
    /// How many events of the page belong to it, from its first.
    events: usize,
    /// Where the view stands after it.
    through: Position,
    /// What is not handed over: waived, or set aside.
    pub(super) skip: BTreeSet<PartId>,
}

impl Unit {
    /// The whole appends of a page that was read after a position; `None` if it has only the beginning of one.
    pub(super) fn whole(page: &Arc<Page>, after: Position, has_dense_positions: bool) -> Option<Self> {
        let all = Self {
            page: Arc::clone(page),
            after,
            events: page.len(),
            through: page.scanned_through(),
            skip: BTreeSet::new(),
        };
        let Some(last) = page.last() else {
            return Some(all);
        };
        // The rest of the append may be left out by the filter, and then it has been scanned.
        let rest = u64::from(last.count.saturating_sub(last.index + 1));
        let has_rest = has_dense_positions && page.scanned_through().get() >= last.position.get().saturating_add(rest);
        if rest == 0 || page.at_end() || has_rest {
            return Some(all);
        }
        let end = page.iter().rposition(|event| event.append != last.append)?;
        let through = page.iter().nth(end)?.position;
        Some(Self {
            events: end + 1,
            through,
            ..all
        })
    }

    /// The same up to a position where an append ends.
    pub(super) fn up_to(mut self, through: Position) -> Self {
        if through < self.through {
            self.events = self.iter().take_while(|event| event.position <= through).count();
            self.through = through;
        }
        self
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = EventRef<'_>> + DoubleEndedIterator {
        self.page.iter().take(self.events)
    }

    pub(super) fn get(&self, index: usize) -> Option<EventRef<'_>> {
        self.iter().nth(index)
    }

    /// Where the append before that of this event ends.
    pub(super) fn boundary(&self, index: usize) -> Position {
        let append = self.get(index).map(|event| event.append);
        let mut before = self.iter().take(index).rev();
        let before = before.find(|event| Some(event.append) != append);
        before.map_or(self.after, |event| event.position)
    }

    pub(super) const fn after(&self) -> Position {
        self.after
    }

    pub(super) const fn through(&self) -> Position {
        self.through
    }

    /// Nothing more was there, and all of it is in here.
    pub(super) fn is_last(&self) -> bool {
        self.page.at_end() && self.through == self.page.scanned_through()
    }
}
