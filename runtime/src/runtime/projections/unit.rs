//! What is handed to a view in one step: the whole appends of a page.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::store::{Checkpoint, DeadLetter, EventRef, Page, PageBuilder, PageSize, PartId};
use crate::stream::Position;

/// Whole appends, in order, so that a view never shows a half of a decision (rule 8.3).
#[derive(Clone, Debug)]
pub(super) struct Unit {
    page: Arc<Page>,
    /// Where the view stands before it; the page may begin earlier.
    after: Position,
    /// The places in the page from the first event of the unit to its last.
    places: std::ops::Range<usize>,
    /// Where the view stands after it.
    through: Position,
    /// What is not handed over: waived, or set aside.
    pub(super) skip: BTreeSet<PartId>,
}

impl Unit {
    /// The whole appends of a page behind a position; `None` if it has only the beginning of one.
    pub(super) fn whole(page: Arc<Page>, after: Position, has_dense_positions: bool) -> Option<Self> {
        let first = page
            .iter()
            .position(|event| event.position > after)
            .unwrap_or(page.len());
        let all = Self {
            after,
            places: first..page.len(),
            through: page.scanned_through().max(after),
            skip: BTreeSet::new(),
            page,
        };
        let Some(last) = all.events().next_back() else {
            return Some(all);
        };
        // The rest of the append may be left out by the filter, and then it has been scanned.
        let rest = u64::from(last.count.saturating_sub(last.index + 1));
        let has_rest = has_dense_positions && all.through.get() >= last.position.get().saturating_add(rest);
        if rest == 0 || all.page.at_end() || has_rest {
            return Some(all);
        }
        let append = last.append;
        let through = all.events().rev().find(|event| event.append != append)?.position;
        Some(all.up_to(through))
    }

    /// A single part of an event that was set aside, of so many parts. It moves no checkpoint.
    pub(super) fn letter(letter: &DeadLetter, parts: impl IntoIterator<Item = u32>) -> Self {
        let mut page = PageBuilder::new(PageSize::events(1));
        let event = letter.event.borrowed();
        // The first event always fits.
        let _fits = page.push(&event);
        let position = letter.part.position;
        let others = parts.into_iter().filter(|part| *part != letter.part.part);
        Self {
            page: Arc::new(page.finish(Position::START, false)),
            after: Position::START,
            places: 0..1,
            through: Position::START,
            skip: others.map(|part| PartId::new(position, part)).collect(),
        }
    }

    /// The part that a [`letter`](Self::letter) is.
    pub(super) fn letter_part(&self) -> Option<PartId> {
        let position = self.get(0)?.position;
        let mut parts = (0..).map(|part| PartId::new(position, part));
        parts.find(|part| !self.skip.contains(part))
    }

    /// The same up to a position where an append ends.
    pub(super) fn up_to(mut self, through: Position) -> Self {
        if through < self.through {
            let events = self.events().take_while(|event| event.position <= through).count();
            self.places.end = self.places.start + events;
            self.through = through;
        }
        self
    }

    /// Each append of it by itself.
    pub(super) fn appends(&self) -> Vec<Self> {
        let events: Vec<_> = self.events().map(|event| (event.append, event.position)).collect();
        let (mut after, mut start) = (self.after, self.places.start);
        let mut appends = Vec::new();
        for append in events.chunk_by(|one, next| one.0 == next.0) {
            let places = start..start + append.len();
            let last = append.last().map_or(self.through, |(_, position)| *position);
            let through = if places.end == self.places.end {
                self.through
            } else {
                last
            };
            start = places.end;
            let (page, skip) = (Arc::clone(&self.page), self.skip.clone());
            appends.push(Self {
                page,
                after: std::mem::replace(&mut after, through),
                places,
                through,
                skip,
            });
        }
        appends
    }

    /// The events, those included that the projection did not ask for.
    pub(super) fn events(&self) -> impl ExactSizeIterator<Item = EventRef<'_>> + DoubleEndedIterator {
        self.page.iter().take(self.places.end).skip(self.places.start)
    }

    pub(super) fn get(&self, index: usize) -> Option<EventRef<'_>> {
        self.events().nth(index)
    }

    /// Where the append before that of this event ends.
    pub(super) fn boundary(&self, index: usize) -> Position {
        let append = self.get(index).map(|event| event.append);
        let mut before = self.events().take(index).rev();
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
        self.page.at_end() && self.through >= self.page.scanned_through()
    }

    /// Moves a checkpoint from before the unit to behind it.
    pub(super) fn advance(&self, checkpoint: &mut Checkpoint) {
        if self.through < checkpoint.position() {
            return;
        }
        if self.through == self.page.scanned_through() && checkpoint.advance(&self.page).is_ok() {
            return;
        }
        checkpoint.advance_part(&self.page, self.places.end);
    }
}
