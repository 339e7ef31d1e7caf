//! The writer: one thread that owns the files. It takes what has arrived, writes it as one frame, syncs, publishes, and answers.

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::active::{self, Active};
use super::birth::nanos;
use super::disk::{Disk, is_full, is_resource, write_all_at};
use super::encode::{Encoded, Target, encode};
use super::files;
use super::format::FIRST_FRAME;
use super::format::frame::{self, FrameKind, NewFrame, header_len, seal_len};
use super::format::watermark::State;
use super::lock::Lock;
use super::mark::MarkFile;
use super::queue::{Request, Taken};
use super::replay::Tally;
use super::scan::LogEnd;
use super::shared::Shared;
use super::spare::Spare;
use super::unit::Unit;
use crate::clock::Timestamp;
use crate::store::{AppendError, Committed, CommittedPart, Durability, Refusal};
use crate::stream::{Position, Version};

/// The most that is written at once; a larger append is written alone.
const UNIT: usize = 1 << 20;
/// How long the queue is empty before the watermark is synced, and how long that waits at most.
const MARK_IDLE: Duration = Duration::from_millis(50);
const MARK_LATEST: Duration = Duration::from_secs(1);

/// Why a unit was not committed, and what its callers are told.
enum Failure {
    /// Nothing was written, and the store goes on.
    Refused(Refusal),
    /// Nothing of the unit was written, and the store must not go on.
    Before(io::Error),
    /// Perhaps something was written.
    Unknown(io::Error),
}

/// The writer's own state.
pub(crate) struct Writer<D: Disk> {
    pub(crate) shared: Arc<Shared<D>>,
    pub(crate) spare: Arc<Spare<D::File>>,
    pub(crate) lock: Lock<D>,
    pub(crate) mark: MarkFile<D>,
    pub(crate) active: Active<D::File>,
    pub(crate) end: LogEnd,
    pub(crate) tally: Tally,
    pub(crate) buffer: Vec<u8>,
    /// Since when the watermark on the disk is older than the log.
    pub(crate) mark_since: Option<Instant>,
}

impl<D: Disk> Writer<D> {
    /// Works until the store is closed or a write fails.
    pub(crate) fn run(&mut self) {
        let mut taken = Vec::new();
        loop {
            let wait = self.mark_since.map(|_| MARK_IDLE);
            match self.shared.queue.take(&mut taken, wait) {
                Taken::Work => {}
                Taken::TimedOut => {
                    if let Err(error) = self.sync_mark() {
                        return self.poison(&error);
                    }
                    continue;
                }
                Taken::Closed => return self.finish(),
            }
            let mut requests = taken.drain(..).peekable();
            while requests.peek().is_some() {
                let mut unit = Unit::default();
                let mut room = 0;
                {
                    let index = self.shared.index.read().unwrap_or_else(PoisonError::into_inner);
                    while let Some(request) = requests.next_if(|next| room == 0 || room + next.room <= UNIT) {
                        room += request.room;
                        unit.admit(request, &index);
                    }
                }
                if let Err(error) = self.commit(unit) {
                    for request in requests {
                        request.answer(Err(Refusal::Poisoned.into()));
                    }
                    return self.poison(&error);
                }
            }
        }
    }

    /// Writes a unit and answers it. An error means that the store must not write again.
    fn commit(&mut self, unit: Unit) -> io::Result<()> {
        if unit.admitted.is_empty() {
            return Ok(());
        }
        let encoded = match self.write(&unit) {
            Ok(encoded) => encoded,
            Err(Failure::Refused(refusal)) => {
                let resting = unit.resting.into_iter().map(|(request, _)| request);
                for request in unit.admitted.into_iter().chain(resting) {
                    request.answer(Err(refusal.clone().into()));
                }
                return Ok(());
            }
            Err(Failure::Before(error)) => {
                self.shared.queue.poison();
                for request in unit.admitted {
                    request.answer(Err(Refusal::Poisoned.into()));
                }
                refuse_resting(unit.resting);
                return Err(error);
            }
            Err(Failure::Unknown(error)) => {
                // Poisoned before the first answer: whoever gets it cannot append behind it.
                self.shared.queue.poison();
                for request in unit.admitted {
                    let answer = unknown(&request, &error);
                    request.answer(Err(answer));
                }
                refuse_resting(unit.resting);
                return Err(error);
            }
        };
        self.publish(&encoded);
        let marked = self.mark.write(&self.shared.disk, State::Open, &self.end);
        self.answer(unit, &encoded);
        marked?;
        let since = *self.mark_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= MARK_LATEST {
            self.sync_mark()?;
        }
        self.prepare_next();
        match self.spare.cut_error() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Makes a unit durable: one write, one sync.
    fn write(&mut self, unit: &Unit) -> Result<Encoded, Failure> {
        let now_ns = nanos(self.shared.clock.now());
        let mut encoded = self.encode(unit, now_ns, false);
        if encoded.is_none() || !self.fits() {
            self.encode(unit, now_ns, true);
            self.roll(self.buffer.len() as u64, now_ns)?;
            encoded = self.encode(unit, now_ns, false).filter(|_| self.fits());
        }
        // The limits of an append keep it far below what a segment can hold.
        let Some(encoded) = encoded else {
            return Err(Failure::Refused(Refusal::Exhausted {
                what: "room in a segment",
            }));
        };
        let (disk, file) = (&self.shared.disk, &self.active.file);
        match write_all_at(disk, file, &self.buffer, self.end.end) {
            Ok(()) => {}
            Err(error) if is_full(&error) => {
                self.roll_back().map_err(Failure::Unknown)?;
                return Err(Failure::Refused(Refusal::StorageFull));
            }
            Err(error) => return Err(Failure::Unknown(error)),
        }
        disk.sync_data(file).map_err(Failure::Unknown)?;
        Ok(encoded)
    }

    fn encode(&mut self, unit: &Unit, now_ns: i64, afresh: bool) -> Option<Encoded> {
        let index = self.shared.index.read().unwrap_or_else(PoisonError::into_inner);
        let (active, tally, end) = (&self.active, &self.tally, &self.end);
        encode(
            &mut self.buffer,
            unit,
            &Target {
                index: &index,
                active,
                tally,
                end,
                now_ns,
                afresh,
            },
        )
    }

    /// Whether the encoded frame has room in the segment, and a seal behind it.
    fn fits(&self) -> bool {
        let rules = self.active.rules;
        let end = self.end.end + self.buffer.len() as u64 + seal_len(rules.chain, rules.align);
        !self.active.ended && end <= self.active.capacity
    }

    /// After a write that found no room: the file ends at its last durable frame, and takes no more.
    fn roll_back(&mut self) -> io::Result<()> {
        self.shared.disk.truncate(&self.active.file, self.end.end)?;
        self.shared.disk.sync_all(&self.active.file)?;
        self.active.ended = true;
        Ok(())
    }

    fn publish(&mut self, encoded: &Encoded) {
        let end = self.end.end + self.buffer.len() as u64;
        let frame = &encoded.frame;
        self.end = LogEnd {
            segment: self.active.number,
            start: self.end.end,
            end,
            seq: frame.seq + 1,
            position: frame.first_position + u64::from(frame.event_count),
            frame_id: frame.id,
            chain: frame.chain,
            chain_before: self.end.chain,
            time_ns: frame.time_ns,
        };
        let mut index = self.shared.index.write().unwrap_or_else(PoisonError::into_inner);
        encoded.publish(&mut index, &mut self.tally, self.active.number, end);
    }

    fn answer(&self, unit: Unit, encoded: &Encoded) {
        let recorded_at = Timestamp::from_micros(encoded.frame.time_ns / 1000);
        let mut firsts = encoded.firsts.iter();
        let mut position = encoded.frame.first_position;
        for request in unit.admitted {
            let parts = request
                .batch
                .parts
                .iter()
                .zip(&mut firsts)
                .map(|(part, first)| CommittedPart {
                    stream: part.stream.clone(),
                    first: *first,
                    last: Version::new(first.get() + part.events.len() as u64 - 1).unwrap_or(*first),
                });
            let parts = parts.collect();
            let next = position + request.batch.events() as u64;
            let positions = (Position::new(position), Position::new(next - 1));
            position = next;
            let (append, store) = (request.batch.append, self.shared.id);
            let committed = Committed::new(append, parts, positions, recorded_at, store, Durability::Synced);
            request.answer(Ok(committed));
        }
        for (request, conflict) in unit.resting {
            request.answer(Err(conflict));
        }
    }

    /// Goes on in the next segment, which gets at least `need` bytes for a frame.
    fn roll(&mut self, need: u64, now_ns: i64) -> Result<(), Failure> {
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
            return Err(no_spare(error));
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
        let begun = active::begin(disk, spare, &shared.identity, number, now_ns, &mut self.end, numbers);
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
            time_ns: self.end.time_ns,
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
    fn prepare_next(&self) {
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

    fn sync_mark(&mut self) -> io::Result<()> {
        self.mark_since = None;
        self.mark.sync(&self.shared.disk)
    }

    /// The last words of a store that must not write again. The watermark is another file: marking it can do no harm, and may fail too.
    fn poison(&mut self, _error: &io::Error) {
        self.shared.queue.poison();
        let disk = &self.shared.disk;
        let _best_effort = self
            .mark
            .write(disk, State::Poisoned, &self.end)
            .and_then(|()| self.mark.sync(disk));
    }

    fn finish(&mut self) {
        let disk = &self.shared.disk;
        // If this fails the next opening finds a store that was not closed, and recovers it.
        let _best_effort = self
            .mark
            .write(disk, State::Clean, &self.end)
            .and_then(|()| self.mark.sync(disk));
    }
}

/// Without a spare nothing is written. Lack of room passes, everything else does not.
fn no_spare(error: io::Error) -> Failure {
    if is_full(&error) {
        Failure::Refused(Refusal::StorageFull)
    } else if is_resource(&error) {
        Failure::Refused(Refusal::Resource {
            what: "file descriptors or memory",
        })
    } else {
        Failure::Before(error)
    }
}

/// A conflict with an append that may never have been is no conflict.
fn refuse_resting(resting: Vec<(Request, AppendError)>) {
    for (request, _) in resting {
        request.answer(Err(Refusal::Poisoned.into()));
    }
}

fn unknown(request: &Request, error: &io::Error) -> AppendError {
    let parts = request
        .batch
        .parts
        .iter()
        .map(|part| (part.stream.clone(), part.expected))
        .collect();
    let source = io::Error::new(error.kind(), error.to_string());
    AppendError::Unknown {
        append: request.batch.append,
        parts,
        source: Box::new(source),
    }
}
