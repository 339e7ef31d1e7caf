//! Which records a filtered page takes, by the numbers that they hold: a name is compared once for each type, and no payload is looked at.

use super::disk::Disk;
use super::format::record::EventRecord;
use super::format::segment::FIRST_TYPE;
use super::index::{Index, Place};
use super::shared::Shared;
use super::window::{Fault, corrupt};
use crate::store::Filter;

/// A filter, with what is known of it by numbers.
pub(crate) struct Wanted<'a> {
    filter: &'a Filter,
    /// Whether the name of a type is wanted in any category, by its number minus the first.
    types: Vec<Option<bool>>,
    differs_by_category: bool,
    /// The bytes of the records that were asked about.
    pub(crate) bytes: usize,
}

impl<'a> Wanted<'a> {
    pub(crate) fn new(filter: &'a Filter) -> Self {
        Self {
            filter,
            types: Vec::new(),
            differs_by_category: filter.differs_by_category(),
            bytes: 0,
        }
    }

    /// Whether a record that has `bytes` bytes is wanted. One that is not has to be what should stand there all the same, or damage would
    /// pass for an event that nobody asked for.
    pub(crate) fn takes<D: Disk>(
        &mut self,
        shared: &Shared<D>,
        place: &Place<D::File>,
        record: &EventRecord<'_>,
        bytes: usize,
    ) -> Result<bool, Fault> {
        if self.filter.is_everything() {
            return Ok(true);
        }
        self.bytes = self.bytes.saturating_add(bytes);
        let index = shared.index();
        let known = index.version_at(record.stream, place);
        let Some((stream, ..)) = known.filter(|(.., relative)| *relative == u64::from(record.version)) else {
            return Err(corrupt(place, "it is another event than the one that should be here"));
        };
        if !self.filter.takes_stream(stream) || !self.takes_type(&index, place, record.type_number)? {
            return Ok(false);
        }
        let ty = index
            .event_type(record.type_number)
            .filter(|_| self.differs_by_category);
        Ok(ty.is_none_or(|ty| self.filter.takes_in(stream.category(), &ty.name)))
    }

    fn takes_type<F>(&mut self, index: &Index<F>, place: &Place<F>, number: u16) -> Result<bool, Fault> {
        let slot = usize::from(number).saturating_sub(FIRST_TYPE as usize);
        if let Some(Some(known)) = self.types.get(slot) {
            return Ok(*known);
        }
        let Some(ty) = index.event_type(number) else {
            return Err(corrupt(place, "its type is none that the log defines"));
        };
        let takes = self.filter.takes_name(&ty.name);
        if self.types.len() <= slot {
            self.types.resize(slot + 1, None);
        }
        if let Some(known) = self.types.get_mut(slot) {
            *known = Some(takes);
        }
        Ok(takes)
    }
}
