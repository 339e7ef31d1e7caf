//! The watermark file in use: two slots written in turn behind each sync of the log.

use std::io;

use super::disk::{Disk, read_up_to, write_all_at};
use super::error::{Doing, OpenError};
use super::files::{self, WATERMARK};
use super::format::identity::Identity;
use super::format::watermark::{FILE_LEN, LEN, SLOTS, State, Watermark};
use super::scan::LogEnd;

/// The open watermark file.
#[derive(Debug)]
pub(crate) struct MarkFile<D: Disk> {
    file: D::File,
    store: [u8; 16],
    epoch: u64,
    slot_seq: u64,
}

/// What stood in the file.
pub(crate) struct Found<D: Disk> {
    pub(crate) file: Option<MarkFile<D>>,
    pub(crate) mark: Option<Watermark>,
    /// Slots that are damaged.
    pub(crate) damaged: usize,
}

/// Reads the file as it is on the disk: synced first, and with the system's memory of it dropped.
pub(crate) fn read<D: Disk>(disk: &D, dir: &D::Dir, identity: &Identity) -> Result<Found<D>, OpenError> {
    let Some(file) = files::open_plain(disk, dir, WATERMARK, false)? else {
        return Ok(Found {
            file: None,
            mark: None,
            damaged: SLOTS.len(),
        });
    };
    disk.sync_data(&file).doing("sync", WATERMARK)?;
    disk.drop_cache(&file).doing("read", WATERMARK)?;
    let mut mark: Option<Watermark> = None;
    let mut damaged = 0;
    for at in SLOTS {
        let mut slot = [0; LEN];
        let read = read_up_to(disk, &file, &mut slot, at).doing("read", WATERMARK)?;
        match Watermark::decode(slot.get(..read).unwrap_or_default()) {
            // A restore writes who the store is first, and a crash may have come in between.
            Ok(found) if !identity.is_mark_of(found.store, found.epoch, found.last_position) => {
                return Err(OpenError::Foreign {
                    file: WATERMARK.to_owned(),
                });
            }
            Ok(found) => mark = mark.filter(|mark| mark.slot_seq > found.slot_seq).or(Some(found)),
            Err(_) => damaged += 1,
        }
    }
    let slot_seq = mark.map_or(0, |mark| mark.slot_seq);
    let file = MarkFile {
        file,
        store: identity.store,
        epoch: identity.epoch,
        slot_seq,
    };
    Ok(Found {
        file: Some(file),
        mark,
        damaged,
    })
}

impl<D: Disk> MarkFile<D> {
    /// Makes the file; the caller syncs the directory.
    pub(crate) fn create(disk: &D, dir: &D::Dir, identity: &Identity) -> Result<Self, OpenError> {
        let zeros = vec![0; usize::try_from(FILE_LEN).unwrap_or_default()];
        let file = files::create(disk, dir, WATERMARK, &zeros)?;
        Ok(Self {
            file,
            store: identity.store,
            epoch: identity.epoch,
            slot_seq: 0,
        })
    }

    /// Writes the slot that is not the newest. It says what a sync has covered, so it may only be called after that sync.
    pub(crate) fn write(&mut self, disk: &D, state: State, end: &LogEnd) -> io::Result<()> {
        self.slot_seq += 1;
        let at = SLOTS[usize::from(self.slot_seq.is_multiple_of(2))];
        let number = |at: u64| u32::try_from(at).map_err(|_| io::Error::from(io::ErrorKind::FileTooLarge));
        let mark = Watermark {
            state,
            slot_seq: self.slot_seq,
            store: self.store,
            epoch: self.epoch,
            segment: end.segment,
            start: number(end.start)?,
            end: number(end.end)?,
            frame_seq: end.seq - 1,
            last_position: end.position - 1,
            frame_id: end.frame_id,
            chain: end.chain,
        };
        write_all_at(disk, &self.file, &mark.encode(), at)
    }

    /// Goes on as the watermark of a store that has been restored.
    pub(crate) fn adopt(&mut self, identity: &Identity) {
        self.epoch = identity.epoch;
    }

    /// Makes the slots durable.
    pub(crate) fn sync(&self, disk: &D) -> io::Result<()> {
        disk.sync_data(&self.file)
    }
}
