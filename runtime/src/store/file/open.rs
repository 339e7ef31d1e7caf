//! Opening a store: lock it, find out who it is, recover, sync, and only then serve.

use std::io;
use std::path::Path;
use std::time::Instant;

use super::active::{self, Active};
use super::birth;
use super::disk::Disk;
use super::error::{Doing, OpenError};
use super::files::{self, AtOnce, Named, QUARANTINE, WATERMARK, named, segment_name};
use super::format::identity::Identity;
use super::format::watermark::State;
use super::index::Index;
use super::lock::{self, Lock};
use super::log::{self, Log};
use super::mark::{self, MarkFile};
use super::options::Options;
use super::recovery::{Evidence, Verdict, judge};
use super::replay::Tally;
use super::report::{PreviousState, RecoveryReport, TornTail};
use super::scan::LogEnd;
use crate::stream::Position;

/// A store that has been recovered: everything that its threads need.
#[derive(Debug)]
pub(crate) struct Opened<D: Disk> {
    pub(crate) dir: D::Dir,
    pub(crate) lock: Lock<D>,
    pub(crate) identity: Identity,
    pub(crate) mark: MarkFile<D>,
    pub(crate) active: Active<D::File>,
    pub(crate) end: LogEnd,
    pub(crate) index: Index<D::File>,
    pub(crate) tally: Tally,
    pub(crate) report: RecoveryReport,
}

/// Whether what is in the directory goes on, or was put back from a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    GoOn,
    Restore,
}

/// Opens the store in a directory.
pub(crate) fn open<D: Disk>(options: &Options<D>, path: &Path, opening: Opening) -> Result<Opened<D>, OpenError> {
    let started = Instant::now();
    let disk = &options.disk;
    let now = options.clock.now();
    let shown = path.display().to_string();
    let dir = disk.open_root(path).doing("open the directory", &shown)?;
    if let Some(name) = disk
        .unsafe_file_system(&dir)
        .doing("look at the file system of", &shown)?
        && !options.allowed.iter().any(|allowed| allowed == name)
    {
        return Err(OpenError::UnsafeFileSystem { name });
    }
    let lock = lock::take(disk, &dir, now)?;
    let names = disk.list(&dir).doing("read the directory", &shown)?;
    let mut warnings = Vec::new();
    let (mut identity, new) = match birth::identity(disk, &dir)? {
        Some((identity, 0)) => (identity, false),
        Some((identity, _)) => {
            warnings.push("one copy in `STORE` is damaged; the other is used".to_owned());
            (identity, false)
        }
        None if opening == Opening::Restore => return Err(OpenError::NothingToRestore),
        None => {
            birth::clear_leftovers(disk, &dir, &names)?;
            (birth::create(options, &dir, now)?, true)
        }
    };
    let found = mark::read(disk, &dir, &identity)?;
    if found.damaged == 1 && found.mark.is_some_and(|mark| mark.slot_seq > 1) {
        warnings.push("one slot of `watermark` is damaged; the other is used".to_owned());
    }
    let names = disk.list(&dir).doing("read the directory", &shown)?;
    let mut log = log::read(disk, &dir, &names, &identity, found.mark.as_ref())?;
    warnings.append(&mut log.warnings);
    let verdict = judge(&Evidence {
        end: &log.end,
        stop: &log.stop,
        tail: log.tail,
        file_len: log.file_len,
        capacity: log.active.capacity,
        mark: found.mark.as_ref(),
        watch: log.watch,
        strict_tail: options.strict_tail,
    })?;
    if let Some(spare) = log.unfinished.take() {
        disk.truncate(&spare, 0)
            .doing("cut the unfinished header of", &segment_name(log.active.number + 1))?;
    }
    let mut report = RecoveryReport {
        previous_state: match found.mark.map(|mark| mark.state) {
            _ if new => PreviousState::New,
            Some(State::Clean) => PreviousState::Clean,
            Some(State::Open) => PreviousState::Open,
            Some(State::Poisoned) => PreviousState::Poisoned,
            None => PreviousState::Unknown,
        },
        segments: log.active.number,
        last_position: Position::new(log.end.position - 1),
        frames: log.replay.frames,
        bytes_scanned: log.bytes_scanned,
        torn: None,
        watermark_lost: found.mark.is_none(),
        cache_dropped: log.cache_dropped,
        warnings,
        foreign_files: names
            .iter()
            .filter(|name| named(name) == Named::Foreign)
            .cloned()
            .collect(),
        duration: started.elapsed(),
    };
    if let Verdict::Quarantine { to, ambiguous } = verdict {
        report.torn = Some(set_aside(disk, &dir, &log, to, ambiguous)?);
    }
    if opening == Opening::Restore {
        identity = birth::restore(disk, &dir, &identity, log.end.position - 1)?;
    }
    // A restored store never writes to a segment of the history that it branched off from.
    if verdict != Verdict::InPlace || log.epoch != identity.epoch {
        go_on_in_new_segment(options, &dir, &identity, &mut log, now.as_micros())?;
        report.segments = log.active.number;
    }
    let mut mark = match found.file {
        Some(mark) => mark,
        None => {
            let mark = MarkFile::create(disk, &dir, &identity)?;
            disk.sync_dir(&dir).doing("sync the directory of", WATERMARK)?;
            mark
        }
    };
    mark.adopt(&identity);
    mark.write(disk, State::Open, &log.end).doing("write", WATERMARK)?;
    mark.sync(disk).doing("sync", WATERMARK)?;
    report.duration = started.elapsed();
    let Log {
        active, end, replay, ..
    } = log;
    Ok(Opened {
        dir,
        lock,
        identity,
        mark,
        active,
        end,
        index: replay.index,
        tally: replay.tally,
        report,
    })
}

/// Rule R6: copies what stands behind the last frame, then cuts it off. A crash in between does it again.
fn set_aside<D: Disk>(disk: &D, dir: &D::Dir, log: &Log<D>, to: u64, ambiguous: bool) -> Result<TornTail, OpenError> {
    let (number, from) = (log.active.number, log.end.end);
    let name = segment_name(number);
    let quarantine = disk.open_dir(dir, QUARANTINE).doing("open", QUARANTINE)?;
    let taken = disk.list(&quarantine).doing("read", QUARANTINE)?;
    let torn = (1..)
        .map(|copy| format!("seg-{number:010}-at-{from}-{copy}.torn"))
        .find(|name| !taken.contains(name));
    let torn = torn.unwrap_or_default();
    let file = disk.create_excl(&quarantine, &torn).doing("make", &torn)?;
    let mut at = from;
    let mut piece = vec![0; 1 << 16];
    while at < to {
        let wanted = usize::try_from(to - at).unwrap_or(usize::MAX).min(piece.len());
        let piece = piece.get_mut(..wanted).unwrap_or_default();
        super::disk::read_exact_at(disk, &log.active.file, piece, at).doing("read", &name)?;
        super::disk::write_all_at(disk, &file, piece, at - from).doing("write", &torn)?;
        at += wanted as u64;
    }
    disk.sync_all(&file).doing("sync", &torn)?;
    disk.sync_dir(&quarantine).doing("sync", QUARANTINE)?;
    disk.sync_dir(dir).doing("sync the directory of", QUARANTINE)?;
    let moved_to = format!("{QUARANTINE}/{torn}");
    Ok(TornTail {
        segment: number,
        offset: from,
        bytes: to - from,
        moved_to,
        ambiguous,
    })
}

/// Ends the last segment where its last frame ends, and begins the next with a salt of its own.
fn go_on_in_new_segment<D: Disk>(
    options: &Options<D>,
    dir: &D::Dir,
    identity: &Identity,
    log: &mut Log<D>,
    now_us: i64,
) -> Result<(), OpenError> {
    let disk = &options.disk;
    let name = segment_name(log.active.number);
    if log.file_len > log.end.end {
        disk.truncate(&log.active.file, log.end.end).doing("cut", &name)?;
    }
    disk.sync_all(&log.active.file).doing("sync", &name)?;
    let number = log
        .active
        .number
        .checked_add(1)
        .ok_or_else(|| io::Error::other("no segment number is left"));
    let number = number.doing("begin a segment after", &name)?;
    let name = segment_name(number);
    let file = files::prepare(disk, dir, number, options.sizes.of(number), &AtOnce)
        .map_err(io::Error::from)
        .doing("make", &name)?;
    let numbers = active::next_numbers(&log.replay.index);
    let (active, segment) =
        active::begin(disk, file, identity, number, now_us, &mut log.end, numbers).doing("begin", &name)?;
    log.active = active;
    log.replay.index.segments.push(segment);
    log.replay.tally = Tally::default();
    Ok(())
}
