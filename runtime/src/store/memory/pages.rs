//! Pages of the log in memory: of all events, and of one stream.

use crate::store::memory::{Log, position};
use crate::store::{LogRead, Page, PageBuilder, StreamRead};
use crate::stream::Position;

impl Log {
    pub(super) fn page(&self, read: &LogRead) -> Page {
        let mut page = PageBuilder::new(read.size);
        let start = index(read.after.get());
        // A reader that is ahead of the log is told how far the log goes, and not that all is well up to where it stands.
        let mut through = read.after.get().min(self.events.len() as u64);
        // No payload is looked at, so the count of events alone bounds how long the lock is held.
        for (place, event) in self.events.iter().enumerate().skip(start).take(read.scan().events) {
            let event = event.borrowed(place);
            if read.filter.takes(&event) && !page.push(&event) {
                break;
            }
            through = position(place).get();
        }
        page.finish(Position::new(through), through >= self.events.len() as u64)
    }

    pub(super) fn stream_page(&self, read: &StreamRead) -> Page {
        let mut page = PageBuilder::new(read.size);
        let places = self.streams.get(&read.stream).map_or(&[][..], Vec::as_slice);
        let mut add = |place: &usize| {
            self.events
                .get(*place)
                .is_some_and(|event| page.push(&event.borrowed(*place)))
        };
        let at_end = if read.backward {
            let end = read
                .from
                .map_or(places.len(), |from| index(from.get()).min(places.len()));
            places.iter().take(end).rev().all(&mut add)
        } else {
            places
                .iter()
                .skip(read.from.map_or(0, |from| index(from.get() - 1)))
                .all(&mut add)
        };
        page.finish(Position::new(self.events.len() as u64), at_end)
    }
}

fn index(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
