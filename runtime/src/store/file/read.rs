//! Reading: places come from the index, bytes from the files, and no event is served whose record does not say what was asked for.

use std::sync::{PoisonError, RwLockReadGuard};

use super::disk::Disk;
use super::format::bytes::Bytes;
use super::format::frame::{FrameHeader, header_len};
use super::format::record::{self, EventRecord, First, Place as InAppend};
use super::format::segment::record_seed;
use super::index::{Index, Place};
use super::original::Kept;
use super::shared::Shared;
use super::wanted::Wanted;
use super::window::{Fault, Waiting, Window, corrupt};
use crate::clock::Timestamp;
use crate::store::{EventRef, Filter, LogRead, Page, PageBuilder, StreamRead};
use crate::stream::{AppendId, Position, Version};
use uuid::Uuid;

/// The most places that are looked up under one lock.
const LOOK_UP: usize = 1024;

/// The bytes of a stream's page are spread over a segment, those of the log's page lie side by side.
const NEIGHBOURS: u64 = 16 << 10;
const MOST: u64 = 256 << 10;

/// What concerns all events of an append, kept while its events are read one after the other.
struct Append {
    segment: u32,
    at: u64,
    id: AppendId,
    count: u32,
    ordinal: u32,
    key: Option<Kept>,
    shared: Vec<u8>,
    recorded_at: Timestamp,
}

/// Reads the events of one page.
pub(crate) struct Reader<'a, D: Disk> {
    shared: &'a Shared<D>,
    waiting: Waiting,
    records: Window,
    /// The first record of an append, and the header of its frame, may stand far before the record that is read.
    before: Window,
    append: Option<Append>,
    /// The time of the frame that begins here.
    frame: Option<(u32, u64, Timestamp)>,
}

/// A page of one stream.
pub(crate) fn stream_page<D: Disk>(shared: &Shared<D>, read: &StreamRead, waiting: Waiting) -> Result<Page, Fault> {
    let mut page = PageBuilder::new(read.size);
    let mut reader = Reader::new(shared, waiting, NEIGHBOURS, read.backward);
    let (head, last_position) = {
        let index = shared.index();
        (Version::count(index.head(&read.stream)), index.last_position)
    };
    let first = match (read.from, read.backward) {
        (None, false) => 1,
        (None, true) => head,
        (Some(from), false) => from.get(),
        (Some(from), true) => from.get().min(head),
    };
    let mut next = (1..=head).contains(&first).then_some(first);
    let step = |version: u64| if read.backward { version - 1 } else { version + 1 };
    while let Some(version) = next {
        let places: Vec<_> = {
            let index = shared.index();
            let stream = index
                .number(&read.stream)
                .and_then(|number| Some((number, index.stream(number)?)));
            let versions = (0..LOOK_UP as u64).map_while(|ahead| {
                if read.backward {
                    version.checked_sub(ahead)
                } else {
                    Some(version + ahead)
                }
            });
            let places = versions
                .take_while(|version| (1..=head).contains(version))
                .map_while(|version| {
                    let (number, stream) = stream?;
                    let position = *stream.positions.get(usize::try_from(version - 1).ok()?)?;
                    Some((number, index.place(position)?))
                });
            places.collect()
        };
        for (number, place) in &places {
            if !reader.event(place, Some(*number), |event| page.push(event))? {
                return Ok(page.finish(Position::new(last_position), false));
            }
        }
        let after = (0..places.len()).fold(version, |version, _| step(version));
        next = (!places.is_empty() && (1..=head).contains(&after)).then_some(after);
    }
    Ok(page.finish(Position::new(last_position), true))
}

/// A page of the whole log.
pub(crate) fn log_page<D: Disk>(shared: &Shared<D>, read: &LogRead, waiting: Waiting) -> Result<Page, Fault> {
    let mut page = PageBuilder::new(read.size);
    // An event seldom has less than a quarter of a KiB with its record.
    let window = (read.size.events as u64).saturating_mul(256).clamp(NEIGHBOURS, MOST);
    let mut reader = Reader::new(shared, waiting, window, false);
    let (mut wanted, scan) = (Wanted::new(&read.filter), read.scan());
    let last = shared.index().last_position;
    // A reader that is ahead of the log is told how far the log goes, and not that all is well up to where it stands.
    let (mut through, mut looked) = (read.after.get().min(last), 0);
    while through < last {
        let places: Vec<_> = {
            let index = shared.index();
            let place = |position| index.place(position);
            match read.filter.named_streams() {
                [] => (through + 1..=last).take(LOOK_UP).map_while(place).collect(),
                streams => {
                    let positions = index.positions_of(streams, through, last, LOOK_UP);
                    positions.into_iter().map_while(place).collect()
                }
            }
        };
        for place in &places {
            if reader.event_if(place, None, &mut wanted, |event| page.push(event))? == Some(false) {
                return Ok(page.finish(Position::new(through), false));
            }
            through = place.position;
            looked += 1;
            if looked >= scan.events || wanted.bytes >= scan.bytes {
                return Ok(page.finish(Position::new(through), through >= last));
            }
        }
        if places.is_empty() {
            // Of streams that are asked for by name the index knows that there is no more.
            through = if read.filter.named_streams().is_empty() {
                through
            } else {
                last
            };
            break;
        }
    }
    Ok(page.finish(Position::new(through), true))
}

impl<D: Disk> Shared<D> {
    pub(crate) fn index(&self) -> RwLockReadGuard<'_, Index<D::File>> {
        // The writer changes it only by adding, and never panics half way through a unit that was answered.
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<'a, D: Disk> Reader<'a, D> {
    pub(crate) fn new(shared: &'a Shared<D>, waiting: Waiting, window: u64, backward: bool) -> Self {
        let (records, before) = (Window::new(window, backward), Window::new(NEIGHBOURS, backward));
        Self {
            shared,
            waiting,
            records,
            before,
            append: None,
            frame: None,
        }
    }

    /// The key of the append that was read last.
    pub(crate) fn key(&mut self) -> Option<Kept> {
        self.append.as_mut().and_then(|append| append.key.take())
    }

    /// Reads one event and hands it over.
    pub(crate) fn event<T>(
        &mut self,
        place: &Place<D::File>,
        stream: Option<u32>,
        take: impl FnOnce(&EventRef<'_>) -> T,
    ) -> Result<T, Fault> {
        let everything = Filter::default();
        let taken = self.event_if(place, stream, &mut Wanted::new(&everything), take)?;
        taken.ok_or_else(|| corrupt(place, "it was left out"))
    }

    /// Reads one event and hands it over if it is wanted; `None` if not.
    pub(crate) fn event_if<T>(
        &mut self,
        place: &Place<D::File>,
        stream: Option<u32>,
        wanted: &mut Wanted<'_>,
        take: impl FnOnce(&EventRef<'_>) -> T,
    ) -> Result<Option<T>, Fault> {
        let (shared, waiting, at) = (self.shared, self.waiting, u64::from(place.offset));
        let whole = load_record(&mut self.records, shared, waiting, place, at)?;
        let record = record_at(&self.records, place, at, whole)?;
        if !wanted.takes(shared, place, &record, whole)? {
            return Ok(None);
        }
        let distance = match record.place {
            InAppend::First(_) => 0,
            InAppend::Back(distance) => u64::from(distance),
        };
        let first_at = at.checked_sub(distance);
        let first_at = first_at.ok_or_else(|| corrupt(place, "its append begins before the file"))?;
        let known = self.append.as_ref().map(|append| (append.segment, append.at));
        if known != Some((place.segment, first_at)) {
            let (first, frame_at) = match record.place {
                InAppend::First(first) => of_append(place, at, &first)?,
                InAppend::Back(_) => {
                    let whole = load_record(&mut self.before, shared, waiting, place, first_at)?;
                    match record_at(&self.before, place, first_at, whole)?.place {
                        InAppend::First(first) => of_append(place, first_at, &first)?,
                        InAppend::Back(_) => return Err(corrupt(place, "its append does not begin where it says")),
                    }
                }
            };
            let recorded_at = match self.frame {
                Some((segment, at, time)) if (segment, at) == (place.segment, frame_at) => time,
                _ => {
                    let len = header_len(place.rules.chain);
                    let head = match self.records.held(place.segment, frame_at, len) {
                        Some(head) => head,
                        None => self.before.load(shared, waiting, place, frame_at, len)?,
                    };
                    let frame = FrameHeader::decode(head, frame_at, place.rules);
                    let time_us = frame.map_err(|damage| corrupt(place, damage.0))?.time_us;
                    Timestamp::from_micros(time_us)
                }
            };
            self.frame = Some((place.segment, frame_at, recorded_at));
            self.append = Some(Append { recorded_at, ..first });
        }
        let Some(append) = &self.append else {
            return Err(corrupt(place, "it belongs to no append"));
        };
        let of_append = place
            .ordinal
            .checked_sub(u64::from(append.ordinal))
            .and_then(|index| u32::try_from(index).ok());
        let Some(event_index) = of_append.filter(|index| *index < append.count) else {
            return Err(corrupt(place, "it belongs to another append"));
        };
        let index = shared.index();
        let known = index.version_at(record.stream, place).filter(|(_, _, relative)| {
            *relative == u64::from(record.version) && stream.is_none_or(|stream| stream == record.stream)
        });
        let Some((id, version, _)) = known else {
            return Err(corrupt(place, "it is another event than the one that should be here"));
        };
        let Some(ty) = index.event_type(record.type_number) else {
            return Err(corrupt(place, "its type is none that the log defines"));
        };
        Ok(Some(take(&EventRef {
            stream: id,
            version,
            position: Position::new(place.position),
            recorded_at: append.recorded_at,
            append: append.id,
            index: event_index,
            count: append.count,
            name: &ty.name,
            schema: ty.schema,
            floor: ty.floor,
            shared_metadata: &append.shared,
            metadata: record.metadata,
            payload: record.payload,
        })))
    }
}

/// Has the window hold the record at `at`, and says how long it is.
fn load_record<D: Disk>(
    window: &mut Window,
    shared: &Shared<D>,
    waiting: Waiting,
    place: &Place<D::File>,
    at: u64,
) -> Result<usize, Fault> {
    let head = window.load(shared, waiting, place, at, record::HEADER)?;
    let whole = record::whole_len(head).map_err(|damage| corrupt(place, damage.0))?;
    window.load(shared, waiting, place, at, whole)?;
    Ok(whole)
}

/// The event of a record that the window holds, its checksum compared.
fn record_at<'w, F>(window: &'w Window, place: &Place<F>, at: u64, whole: usize) -> Result<EventRecord<'w>, Fault> {
    let bytes = window.held(place.segment, at, whole).unwrap_or_default();
    record::next(&mut Bytes::new(bytes), record_seed(&place.rules.salt))
        .and_then(|record| record.event())
        .map_err(|damage| corrupt(place, damage.0))
}

/// What the first record of an append says for all of it, and where its frame begins; the time stands there.
fn of_append<F>(place: &Place<F>, at: u64, first: &First<'_>) -> Result<(Append, u64), Fault> {
    let frame_at = at.checked_sub(u64::from(first.frame_back));
    let frame_at = frame_at.ok_or_else(|| corrupt(place, "its frame begins before the file"))?;
    let append = Append {
        segment: place.segment,
        at,
        id: AppendId::new(Uuid::from_bytes(first.append)),
        count: first.count,
        ordinal: first.ordinal,
        key: first.key.map(|(key, fingerprint)| (key.into(), fingerprint)),
        shared: first.shared.to_vec(),
        recorded_at: Timestamp::MIN,
    };
    Ok((append, frame_at))
}
