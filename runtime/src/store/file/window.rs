//! Some bytes of a segment, held while neighbouring records are read, and what can go wrong with them.

use std::io;

use super::disk::{Disk, read_up_to, read_up_to_cached};
use super::files::segment_name;
use super::index::Place;
use super::shared::Shared;
use crate::store::ReadError;

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
#[derive(Debug)]
pub(crate) struct Window {
    /// How much is read at once: the neighbours of a record are often wanted next.
    size: u64,
    /// Whether those are the neighbours before it.
    backward: bool,
    segment: u32,
    start: u64,
    len: usize,
    /// Reused; only the first `len` bytes are the file's.
    bytes: Vec<u8>,
}

impl Window {
    pub(crate) fn new(size: u64, backward: bool) -> Self {
        Self {
            size,
            backward,
            segment: 0,
            start: 0,
            len: 0,
            bytes: Vec::new(),
        }
    }

    /// Whatever is held of these bytes of a segment, if it is all of them.
    pub(crate) fn held(&self, segment: u32, at: u64, len: usize) -> Option<&[u8]> {
        let skip = usize::try_from(at.checked_sub(self.start)?).ok()?;
        let read = self.bytes.get(..self.len).filter(|_| segment == self.segment)?;
        read.get(skip..)?.get(..len)
    }

    /// Holds these bytes of a place's segment; everything that is asked for lies before the durable end, or is damaged.
    pub(crate) fn load<D: Disk>(
        &mut self,
        shared: &Shared<D>,
        waiting: Waiting,
        place: &Place<D::File>,
        at: u64,
        len: usize,
    ) -> Result<&[u8], Fault> {
        if self.held(place.segment, at, len).is_none() {
            let end = at.checked_add(len as u64).filter(|end| *end <= place.end);
            let end = end.ok_or_else(|| corrupt(place, "it reaches beyond what was written"))?;
            let (start, end) = if self.backward {
                (end.saturating_sub(self.size).min(at), end)
            } else {
                (at, end.max(at + self.size).min(place.end))
            };
            let start = start & !4095;
            let wanted = usize::try_from(end - start).map_err(|_| corrupt(place, "it is too long"))?;
            self.len = 0;
            let bytes = self.room(wanted).map_err(|error| failed(place, error))?;
            let read = match waiting {
                Waiting::Never => read_up_to_cached(&shared.disk, &place.file, bytes, start),
                Waiting::Allowed => read_up_to(&shared.disk, &place.file, bytes, start),
            };
            self.len = match read {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(Fault::WouldBlock),
                read => read.map_err(|source| failed(place, source))?,
            };
            (self.segment, self.start) = (place.segment, start);
        }
        self.held(place.segment, at, len)
            .ok_or_else(|| corrupt(place, "the file ends before it"))
    }

    /// Room for so many bytes; a length from a damaged file must not be able to end the process.
    fn room(&mut self, wanted: usize) -> io::Result<&mut [u8]> {
        if self.bytes.is_empty() && wanted as u64 <= self.size + 8192 {
            self.bytes = vec![0; wanted];
        }
        let missing = wanted.saturating_sub(self.bytes.len());
        self.bytes
            .try_reserve(missing)
            .map_err(|_| io::ErrorKind::OutOfMemory)?;
        self.bytes.resize(self.bytes.len() + missing, 0);
        self.bytes
            .get_mut(..wanted)
            .ok_or_else(|| io::ErrorKind::OutOfMemory.into())
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
