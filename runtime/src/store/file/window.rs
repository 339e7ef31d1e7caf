//! Some bytes of a segment, held while neighbouring records are read, and what can go wrong with them.

use std::io;

use super::disk::{Disk, read_up_to, read_up_to_cached};
use super::files::segment_name;
use super::index::Place;
use super::shared::Shared;
use crate::store::ReadError;

/// How much is read around a record: its neighbours are often wanted next.
const WINDOW: u64 = 16 << 10;
/// Why a page could not be made.
pub(crate) enum Fault {
    /// It would have had to wait for the disk.
    WouldBlock,
    Failed(ReadError),
}

/// Whether a read may wait for the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiting {
    Never,
    Allowed,
}

/// Some bytes of a segment.
#[derive(Default)]
pub(crate) struct Window {
    segment: u32,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// The bytes of a place's segment; everything that is asked for lies before the durable end, or is damaged.
    pub(crate) fn get<D: Disk>(
        &mut self,
        shared: &Shared<D>,
        waiting: Waiting,
        place: &Place<D::File>,
        at: u64,
        len: usize,
    ) -> Result<&[u8], Fault> {
        let end = at.checked_add(len as u64).filter(|end| *end <= place.end);
        let end = end.ok_or_else(|| corrupt(place, "it reaches beyond what was written"))?;
        let held = self.segment == place.segment && at >= self.start && end <= self.start + self.bytes.len() as u64;
        if !held {
            // Half of the window before the record serves those who read backward.
            let start = at.saturating_sub(WINDOW / 2) & !4095;
            let wanted = end.max(start + WINDOW).min(place.end) - start;
            let wanted = usize::try_from(wanted).map_err(|_| corrupt(place, "it is too long"))?;
            self.bytes.clear();
            self.segment = 0;
            let reserved = self
                .bytes
                .try_reserve(wanted)
                .map_err(|_| io::ErrorKind::OutOfMemory.into());
            reserved.map_err(|source| failed(place, source))?;
            self.bytes.resize(wanted, 0);
            let read = match waiting {
                Waiting::Never => read_up_to_cached(&shared.disk, &place.file, &mut self.bytes, start),
                Waiting::Allowed => read_up_to(&shared.disk, &place.file, &mut self.bytes, start),
            };
            let read = match read {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(Fault::WouldBlock),
                read => read.map_err(|source| failed(place, source))?,
            };
            self.bytes.truncate(read);
            (self.segment, self.start) = (place.segment, start);
        }
        let skip = usize::try_from(at - self.start).unwrap_or(usize::MAX);
        let bytes = self.bytes.get(skip..).and_then(|rest| rest.get(..len));
        bytes.ok_or_else(|| corrupt(place, "the file ends before it"))
    }
}

fn place_of<F>(place: &Place<F>) -> String {
    format!(
        "{}, byte {} (position {})",
        segment_name(place.segment),
        place.offset,
        place.position
    )
}

pub(crate) fn corrupt<F>(place: &Place<F>, what: &str) -> Fault {
    Fault::Failed(ReadError::Corrupt {
        place: place_of(place),
        what: what.to_owned(),
    })
}

fn failed<F>(place: &Place<F>, source: io::Error) -> Fault {
    Fault::Failed(ReadError::Io {
        place: place_of(place),
        source,
    })
}
