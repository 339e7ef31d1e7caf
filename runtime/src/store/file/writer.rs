//! The writer: one thread that owns the files. It takes what has arrived, writes it as one frame, syncs, publishes, and answers.

use std::io;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use super::active::Active;
use super::disk::{Disk, is_full, write_all_at};
use super::encode::{Encoded, Target, encode};
use super::format::frame::seal_len;
use super::format::watermark::State;
use super::lock::Lock;
use super::mark::MarkFile;
use super::queue::{Request, Taken, Taking};
use super::replay::Tally;
use super::scan::LogEnd;
use super::shared::Shared;
use super::spare::Spare;
use super::unit::{Rest, Unit};
use crate::clock::Timestamp;
use crate::store::{AppendError, Committed, CommittedPart, Durability, Refusal};
use crate::stream::{Position, Version};

/// The most that is written at once; a larger append is written alone.
const UNIT: usize = 1 << 20;
/// How long the queue is empty before the watermark is synced, and how long that waits at most.
const MARK_IDLE: Duration = Duration::from_millis(50);
const MARK_LATEST: Duration = Duration::from_secs(1);

/// Why a unit was not committed, and what its callers are told.
pub(crate) enum Failure {
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
        let mut taken = Taking::default();
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
            let mut requests = taken.requests.drain(..).peekable();
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
                        self.shared.refuse(request);
                    }
                    return self.poison(&error);
                }
            }
            drop(requests);
            for fence in taken.fences.drain(..) {
                let _gone = fence.send(());
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
                self.shared.poison();
                let resting = unit.resting.into_iter().map(|(request, _)| request);
                for request in unit.admitted.into_iter().chain(resting) {
                    self.shared.refuse(request);
                }
                return Err(error);
            }
            Err(Failure::Unknown(error)) => {
                for request in &unit.admitted {
                    self.shared.doubt(request.marks);
                }
                // Poisoned before the first answer: whoever gets it cannot append behind it.
                self.shared.poison();
                for request in unit.admitted {
                    let (unknown, source) = (self.shared.unknown(&request.batch), same(&error));
                    request.answer(Err(AppendError::Unknown { unknown, source }));
                }
                // A conflict with an append that may never have been is no conflict; a repeat of it is as unknown as itself.
                for (request, _) in unit.resting {
                    self.shared.refuse(request);
                }
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
        let now_us = self.shared.clock.now().as_micros();
        let mut encoded = self.encode(unit, now_us, false);
        if encoded.is_none() || !self.fits() {
            self.encode(unit, now_us, true);
            self.roll(self.buffer.len() as u64, now_us)?;
            encoded = self.encode(unit, now_us, false).filter(|_| self.fits());
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

    fn encode(&mut self, unit: &Unit, now_us: i64, afresh: bool) -> Option<Encoded> {
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
                now_us,
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
            time_us: frame.time_us,
        };
        let mut index = self.shared.index.write().unwrap_or_else(PoisonError::into_inner);
        encoded.publish(&mut index, &mut self.tally, self.active.number, end);
        drop(index);
        self.shared.arrivals.ring();
    }

    fn answer(&self, unit: Unit, encoded: &Encoded) {
        let recorded_at = Timestamp::from_micros(encoded.frame.time_us);
        let mut firsts = encoded.firsts.iter();
        let mut position = encoded.frame.first_position;
        let mut committed = Vec::with_capacity(unit.admitted.len());
        for request in &unit.admitted {
            let parts = request.batch.parts.iter().zip(&mut firsts).map(|(part, first)| {
                let last = first.get() + part.events.len() as u64 - 1;
                CommittedPart::new(part.stream.clone(), *first, Version::new(last).unwrap_or(*first))
            });
            let parts = parts.collect();
            let next = position + request.batch.events() as u64;
            let positions = (Position::new(position), Position::new(next - 1));
            position = next;
            let (append, store) = (request.batch.append, self.shared.id);
            committed.push(Committed::new(
                append,
                parts,
                positions,
                recorded_at,
                store,
                Durability::Synced,
            ));
        }
        for (request, rest) in unit.resting {
            let answer = rested(&request, rest, &committed);
            request.answer(answer);
        }
        for (request, committed) in unit.admitted.into_iter().zip(committed) {
            request.answer(Ok(committed));
        }
    }

    fn sync_mark(&mut self) -> io::Result<()> {
        self.mark_since = None;
        self.mark.sync(&self.shared.disk)
    }

    /// The last words of a store that must not write again. The watermark is another file: marking it can do no harm, and may fail too.
    fn poison(&mut self, _error: &io::Error) {
        self.shared.poison();
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

/// What a request is answered that rests on an append of its unit, now that all of it is durable.
fn rested(request: &Request, rest: Rest, committed: &[Committed]) -> Result<Committed, AppendError> {
    let parts = |place: usize| committed.get(place).map_or_else(Vec::new, |mate| mate.parts.clone());
    let refusal = match rest {
        Rest::Conflict(conflict) => return Err(conflict),
        Rest::Repeat(place) => match committed.get(place) {
            Some(mate) => return Ok(mate.clone().as_duplicate()),
            None => Refusal::Poisoned,
        },
        Rest::KeyReused(place, key) => Refusal::KeyReused {
            key,
            parts: parts(place),
        },
        Rest::IdReused(place) => Refusal::AppendIdReused {
            append: request.batch.append,
            parts: parts(place),
        },
    };
    Err(refusal.into())
}

/// The error once more, for each caller whom it concerns.
fn same(error: &io::Error) -> Box<io::Error> {
    Box::new(io::Error::new(error.kind(), error.to_string()))
}
