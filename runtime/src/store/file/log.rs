//! Reading the whole log at open: the chain of segments, every frame in them, and what stands behind the last one.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::active::{self, Active};
use super::disk::Disk;
use super::error::{Doing, OpenError};
use super::files::segment_name;
use super::format::FIRST_FRAME;
use super::format::frame::FrameRules;
use super::format::identity::Identity;
use super::format::segment::SegmentHeader;
use super::format::watermark::Watermark;
use super::headers::{Used, headers};
use super::index::Segment;
use super::replay::{Replay, Tally};
use super::scan::{LogEnd, Stop, Tail, Watch, Window, check_last_link, search_tail, walk};
use crate::stream::Position;

/// How often a file system is asked to forget before the report says that it did not.
const FORGET_ATTEMPTS: u32 = 5;

/// The log as it was found.
pub(crate) struct Log<D: Disk> {
    pub(crate) active: Active<D::File>,
    pub(crate) end: LogEnd,
    pub(crate) stop: Stop,
    pub(crate) tail: Tail,
    /// The length of the last segment's file.
    pub(crate) file_len: u64,
    pub(crate) watch: Watch,
    /// That of the last segment.
    pub(crate) epoch: u64,
    pub(crate) replay: Replay<D::File>,
    pub(crate) bytes_scanned: u64,
    pub(crate) cache_dropped: bool,
    pub(crate) warnings: Vec<String>,
    /// A spare whose header was being written when the store ended.
    pub(crate) unfinished: Option<D::File>,
}

/// Reads and verifies all of it.
pub(crate) fn read<D: Disk>(
    disk: &D,
    dir: &D::Dir,
    names: &[String],
    identity: &Identity,
    mark: Option<&Watermark>,
) -> Result<Log<D>, OpenError> {
    let mut warnings = Vec::new();
    let (used, unfinished) = headers(disk, dir, names, identity, &mut warnings)?;
    // What the system remembers of a failed write is not what the disk holds: sync, forget, and only then read.
    let mut cache_dropped = true;
    for segment in used.iter().rev().take(2) {
        let name = segment_name(segment.header.segment);
        disk.sync_data(&segment.file).doing("sync", &name)?;
        cache_dropped &= forget(disk, &segment.file).doing("read", &name)?;
    }
    let (mut replay, mut end, mut bytes_scanned) = (Replay::new(identity.name_seed), active::nothing(), 0);
    let mut watch = match mark {
        Some(mark) => Watch {
            segment: mark.segment,
            end: u64::from(mark.end),
            found: None,
        },
        None => Watch {
            segment: 0,
            end: 0,
            found: None,
        },
    };
    let mut last = None;
    for (place, Used { header, file, len }) in used.iter().enumerate() {
        let next = used.get(place + 1).map(|next| &next.header);
        follows(header, &end, &replay)?;
        let rules = FrameRules {
            salt: header.salt,
            chain: header.chain,
            align: header.commit_align,
        };
        let (number, first_position) = (header.segment, header.first_position);
        let segment = Segment {
            number,
            file: Arc::clone(file),
            rules,
            first_position,
            end: FIRST_FRAME,
            offsets: Vec::new(),
        };
        replay.index.segments.push(segment);
        replay.tally = Tally::default();
        end = active::begun(&end, number);
        let name = segment_name(number);
        let mut window = Window::new(disk, file);
        let stop = walk(&mut window, *len, rules, &mut end, &mut watch, &mut replay).doing("read", &name)?;
        let broken = check_last_link(&mut window, rules, &end).doing("read", &name)?.err();
        let tail = search_tail(&mut window, end.end, *len, rules).doing("read", &name)?;
        if let Some(segment) = replay.index.segments.last_mut() {
            segment.end = end.end;
        }
        bytes_scanned += end.end;
        if let Some(damage) = broken {
            return Err(damaged(&end, end.start, next, damage.0));
        }
        if let Some(next) = next {
            closed(&end, &stop, tail, *len, next)?;
        }
        last = Some((
            header.epoch,
            stop,
            tail,
            *len,
            header.capacity,
            Arc::clone(file),
            rules,
            first_position,
        ));
    }
    let Some((epoch, stop, tail, file_len, capacity, file, rules, first_position)) = last else {
        return Err(OpenError::SegmentMissing { segment: 1 });
    };
    let active = Active {
        number: end.segment,
        file,
        rules,
        first_position,
        capacity,
        ended: false,
    };
    Ok(Log {
        active,
        end,
        stop,
        tail,
        file_len,
        watch,
        epoch,
        replay,
        bytes_scanned,
        cache_dropped,
        warnings,
        unfinished,
    })
}

/// Makes the system forget what it has in memory of a file, and says whether it did: a page that is in use elsewhere for a moment stays.
fn forget<D: Disk>(disk: &D, file: &D::File) -> io::Result<bool> {
    for attempt in 0..FORGET_ATTEMPTS {
        if attempt > 0 {
            std::thread::sleep(Duration::from_millis(1));
        }
        disk.drop_cache(file)?;
        if !disk.read_cached(file, &mut [0], 0).is_ok_and(|read| read > 0) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether a segment begins where the one before ended.
fn follows<F>(header: &SegmentHeader, end: &LogEnd, replay: &Replay<F>) -> Result<(), OpenError> {
    let fits = header.first_position == end.position
        && header.first_frame_seq == end.seq
        && header.prev_end == end.end
        && header.prev_frame_id == end.frame_id
        && header.prev_chain == end.chain
        && (header.next_stream, header.next_type) == active::next_numbers(&replay.index);
    if fits {
        return Ok(());
    }
    Err(OpenError::Corrupt {
        file: segment_name(header.segment),
        segment: Some(header.segment),
        offset: 0,
        positions: Some((Position::new(header.first_position), None)),
        what: "it does not follow the segment before",
    })
}

/// Whether a segment that is not the last ends as the next one says: everything in it was durable before the next began.
fn closed(end: &LogEnd, stop: &Stop, tail: Tail, len: u64, next: &SegmentHeader) -> Result<(), OpenError> {
    if let Stop::Impossible(damage) = stop {
        return Err(damaged(end, end.end, Some(next), damage.0));
    }
    if end.end != next.prev_end || end.frame_id != next.prev_frame_id {
        let what = match stop {
            Stop::NoFrame(damage) if tail.written_to.is_some() => damage.0,
            _ => "frames at its end are missing",
        };
        return Err(damaged(end, end.end, Some(next), what));
    }
    if tail.written_to.is_some() || (len > end.end && !matches!(stop, Stop::Sealed)) {
        return Err(damaged(
            end,
            end.end,
            Some(next),
            "something stands behind the end of the segment",
        ));
    }
    Ok(())
}

fn damaged(end: &LogEnd, offset: u64, next: Option<&SegmentHeader>, what: &'static str) -> OpenError {
    let last = next
        .and_then(|next| next.first_position.checked_sub(1))
        .filter(|last| *last >= end.position);
    let positions = Some((Position::new(end.position), last.map(Position::new)));
    OpenError::Corrupt {
        file: segment_name(end.segment),
        segment: Some(end.segment),
        offset,
        positions,
        what,
    }
}
