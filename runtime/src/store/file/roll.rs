//! From one segment to the next: the old one is sealed, the new one begins; each step is durable before the one after it.

use std::io;
use std::sync::{Arc, PoisonError};

use super::active;
use super::disk::{Disk, is_full, is_resource, write_all_at};
use super::files::{self, Unprepared};
use super::format::FIRST_FRAME;
use super::format::frame::{self, FrameKind, NewFrame, header_len, seal_len};
use super::format::watermark::State;
use super::replay::Tally;
use super::scan::LogEnd;
use super::writer::{Failure, Writer};
use crate::store::Refusal;

impl<D: Disk> Writer<D> {
    /// After a write that found no room: the file ends at its last durable frame, and takes no more.
    pub(crate) fn roll_back(&mut self) -> io::Result<()> {
        self.shared.disk.truncate(&self.active.file, self.end.end)?;
        self.shared.disk.sync_all(&self.active.file)?;
        self.active.ended = true;
        Ok(())
    }

    /// Goes on in the next segment, which gets at least `need` bytes for a frame.
    pub(crate) fn roll(&mut self, need: u64, now_us: i64) -> Result<(), Failure> {
        let shared = Arc::clone(&self.shared);
        let disk = &shared.disk;
        let rules = self.active.rules;
        let seal = seal_len(rules.chain, rules.align);
        let number = self.active.number.checked_add(1);
        let number = number.ok_or(Failure::Refused(Refusal::Exhausted {
            what: "segment numbers",
        }))?;
        let capacity = shared
            .sizes
            .of(number)
            .max((FIRST_FRAME + need + seal).next_multiple_of(4096));
        if !self.lock.holds(disk, &shared.dir) {
            return Err(Failure::Before(io::Error::other("the file LOCK was replaced")));
        }
        let spare = self.spare.obtain(number, capacity).map_err(no_spare)?;
        // A spare that was prepared for smaller appends grows.
        let len = disk.stat(&spare).map_err(Failure::Before)?.len;
        if len < capacity
            && let Err(error) = files::fill(disk, &spare, len, capacity, &files::AtOnce)
        {
            self.spare.put_back(number, spare);
            return Err(no_spare(error.into()));
        }
        let (sealed, active) = (Arc::clone(&self.active.file), !self.active.ended);
        if active {
            self.seal().map_err(Failure::Before)?;
        }
        let marked = self
            .mark
            .write(disk, State::Open, &self.end)
            .and_then(|()| self.mark.sync(disk));
        marked.map_err(Failure::Before)?;
        let sealed_end = self.end.end;
        let numbers = active::next_numbers(&shared.index.read().unwrap_or_else(PoisonError::into_inner));
        let begun = active::begin(disk, spare, &shared.identity, number, now_us, &mut self.end, numbers);
        let (next, segment) = begun.map_err(Failure::Before)?;
        let mut index = shared.index.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(last) = index.segments.last_mut() {
            last.end = sealed_end;
        }
        index.segments.push(segment);
        drop(index);
        (self.active, self.tally, self.mark_since) = (next, Tally::default(), None);
        self.spare.cut(sealed, sealed_end);
        Ok(())
    }

    /// Writes the last frame of the segment. Without room for it the segment ends with the frame before.
    fn seal(&mut self) -> io::Result<()> {
        let rules = self.active.rules;
        let events = self.end.position - self.active.first_position;
        let mut bytes = vec![0; header_len(rules.chain)];
        self.tally.seal(events).encode(&mut bytes);
        let offset = u32::try_from(self.end.end).map_err(|_| io::ErrorKind::FileTooLarge)?;
        let new = NewFrame {
            kind: FrameKind::Seal,
            offset,
            seq: self.end.seq,
            first_position: self.end.position,
            event_count: 0,
            time_us: self.end.time_us,
            previous: self.end.frame_id,
            previous_chain: self.end.chain,
        };
        let frame = frame::seal_up(&mut bytes, new, rules).ok_or(io::ErrorKind::FileTooLarge)?;
        match write_all_at(&self.shared.disk, &self.active.file, &bytes, self.end.end) {
            Err(error) if is_full(&error) => return self.roll_back(),
            written => written?,
        }
        self.shared.disk.sync_data(&self.active.file)?;
        self.end = LogEnd {
            start: self.end.end,
            end: self.end.end + bytes.len() as u64,
            seq: frame.seq + 1,
            frame_id: frame.id,
            chain: frame.chain,
            chain_before: self.end.chain,
            ..self.end
        };
        Ok(())
    }

    /// Has the next segment prepared once this one is half full.
    pub(crate) fn prepare_next(&self) {
        let eighths = self.end.end.saturating_mul(8) / self.active.capacity.max(1);
        let urgency = match eighths {
            0..4 => return,
            4..6 => 0,
            6 => 1,
            _ => 2,
        };
        if let Some(number) = self.active.number.checked_add(1) {
            self.spare.want(number, self.shared.sizes.of(number), urgency);
        }
    }
}

/// Without a spare nothing is written. Lack of room passes, and so may what could not be read; everything else does not.
fn no_spare(error: Unprepared) -> Failure {
    match error {
        Unprepared::Unread(_) => Failure::Refused(Refusal::Unread),
        Unprepared::Failed(error) if is_full(&error) => Failure::Refused(Refusal::StorageFull),
        Unprepared::Failed(error) if is_resource(&error) => Failure::Refused(Refusal::Resource {
            what: "file descriptors or memory",
        }),
        Unprepared::Failed(error) => Failure::Before(error),
    }
}
