//! The files of a store: their names, how they are opened, and how a new segment comes to be.

use std::io;
use std::time::Duration;

use super::disk::{Disk, is_full, is_resource, read_up_to, write_all_at};
use super::error::{Doing, OpenError};
use super::format::FIRST_FRAME;
use super::format::bytes::all_zero;

pub(crate) const LOCK: &str = "LOCK";
pub(crate) const STORE: &str = "STORE";
pub(crate) const STORE_NEW: &str = "STORE.new";
pub(crate) const WATERMARK: &str = "watermark";
pub(crate) const QUARANTINE: &str = "quarantine";
pub(crate) const CONSUMERS: &str = "consumers";

/// How much of a spare is zero-filled with one sync: small enough that commits beside it hardly notice.
const PIECE: usize = 64 << 10;

/// The file of a segment.
pub(crate) fn segment_name(number: u32) -> String {
    format!("seg-{number:010}.log")
}

/// What a name in the store's directory stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Segment(u32),
    /// Made by this or a newer version, and not read by this one.
    Ours,
    Foreign,
}

pub(crate) fn named(name: &str) -> Named {
    if [LOCK, STORE, STORE_NEW, WATERMARK, QUARANTINE, CONSUMERS].contains(&name) {
        return Named::Ours;
    }
    let number = name
        .strip_prefix("seg-")
        .and_then(|rest| rest.strip_suffix(".log"))
        .and_then(|digits| digits.parse().ok());
    match number {
        // The number has to be written as we write it: `seg-1.log` is not ours.
        Some(number) if number > 0 && segment_name(number) == name => Named::Segment(number),
        _ if ["seg-", "dir-", "snap-"].iter().any(|ours| name.starts_with(ours)) && name.ends_with(".idx") => {
            Named::Ours
        }
        _ => Named::Foreign,
    }
}

/// Opens a file of the store, if it is there; it must be a plain file, with one name unless it is never written again.
pub(crate) fn open_plain<D: Disk>(
    disk: &D,
    dir: &D::Dir,
    name: &str,
    shared: bool,
) -> Result<Option<D::File>, OpenError> {
    match disk.stat_at(dir, name) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).doing("look at", name),
        Ok(stat) if !stat.is_file => return Err(not_plain(name, "no plain file")),
        Ok(_) => {}
    }
    let file = disk.open(dir, name).doing("open", name)?;
    let stat = disk.stat(&file).doing("look at", name)?;
    if !stat.is_file {
        return Err(not_plain(name, "no plain file"));
    }
    if stat.links != 1 && !shared {
        return Err(not_plain(name, "a file with a second name"));
    }
    Ok(Some(file))
}

fn not_plain(name: &str, what: &'static str) -> OpenError {
    OpenError::NotPlain {
        file: name.to_owned(),
        what,
    }
}

/// Makes a file with this content, durable but for its name.
pub(crate) fn create<D: Disk>(disk: &D, dir: &D::Dir, name: &str, content: &[u8]) -> Result<D::File, OpenError> {
    let file = disk.create_excl(dir, name).doing("make", name)?;
    write_all_at(disk, &file, content, 0).doing("write", name)?;
    disk.sync_all(&file).doing("sync", name)?;
    Ok(file)
}

/// Gives a file this content, in one step: it is written under another name first. One that is left under that name by a crash is written
/// again.
pub(crate) fn replace<D: Disk>(
    disk: &D,
    dir: &D::Dir,
    name: &str,
    unfinished: &str,
    content: &[u8],
) -> Result<(), OpenError> {
    match open_plain(disk, dir, unfinished, false)? {
        None => drop(create(disk, dir, unfinished, content)?),
        Some(left) => {
            disk.truncate(&left, 0).doing("cut", unfinished)?;
            write_all_at(disk, &left, content, 0).doing("write", unfinished)?;
            disk.sync_all(&left).doing("sync", unfinished)?;
        }
    }
    // The new file has a durable name before it takes that of the old one: there is one of the two at every moment.
    disk.sync_dir(dir).doing("sync the directory of", unfinished)?;
    disk.rename(dir, unfinished, dir, name).doing("name", name)?;
    disk.sync_dir(dir).doing("sync the directory of", name)
}

/// How fast a spare is filled: asked between two pieces.
pub(crate) trait Pace {
    /// The bytes of the next piece and the pause before it; `None` to give up.
    fn next(&self) -> Option<(usize, Duration)>;
}

/// Fills without a pause.
pub(crate) struct AtOnce;

impl Pace for AtOnce {
    fn next(&self) -> Option<(usize, Duration)> {
        Some((PIECE << 4, Duration::ZERO))
    }
}

/// Small pieces with pauses, larger ones when it becomes urgent: `urgency` is 0, 1 or 2 and more.
pub(crate) fn piece(urgency: u8) -> (usize, Duration) {
    match urgency {
        0 => (PIECE, Duration::from_millis(1)),
        1 => (PIECE << 2, Duration::from_millis(1)),
        _ => (PIECE << 4, Duration::ZERO),
    }
}

/// Why the file of a segment could not be made ready.
#[derive(Debug)]
pub(crate) enum Unprepared {
    /// What lies there under its name could not be read. Nothing was changed, and it may be read the next time.
    Unread(io::Error),
    /// Anything else.
    Failed(io::Error),
}

impl From<io::Error> for Unprepared {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

impl From<io::ErrorKind> for Unprepared {
    fn from(kind: io::ErrorKind) -> Self {
        Self::Failed(kind.into())
    }
}

impl From<Unprepared> for io::Error {
    fn from(error: Unprepared) -> Self {
        match error {
            Unprepared::Unread(error) | Unprepared::Failed(error) => error,
        }
    }
}

impl Unprepared {
    /// Whether it is worth to try again: nothing was written that could be half there.
    pub(crate) fn is_passing(&self) -> bool {
        match self {
            Self::Unread(_) => true,
            Self::Failed(error) => is_full(error) || is_resource(error),
        }
    }
}

/// Makes the file of a segment ready: real zeros up to `capacity`, all of it durable, its name too.
///
/// `fallocate` alone would not do: its blocks cost like growing when they are written, and may read as zeros after a crash. A spare
/// that was found is filled again, because a crash may have cut its filling short.
///
/// # Errors
/// The disk's own, and which of them only looked; `Interrupted` if the pace gives up; `AlreadyExists` if the segment is in use.
pub(crate) fn prepare<D: Disk>(
    disk: &D,
    dir: &D::Dir,
    number: u32,
    capacity: u64,
    pace: &impl Pace,
) -> Result<D::File, Unprepared> {
    let name = segment_name(number);
    let file = match disk.create_excl(dir, &name) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let file = disk.open(dir, &name)?;
            let stat = disk.stat(&file)?;
            let mut page = [0; FIRST_FRAME as usize];
            read_up_to(disk, &file, &mut page, 0).map_err(Unprepared::Unread)?;
            if !stat.is_file || stat.links != 1 || !all_zero(&page) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            if stat.len > capacity {
                disk.truncate(&file, capacity)?;
            }
            file
        }
        other => other?,
    };
    disk.allocate(&file, capacity)?;
    disk.sync_all(&file)?;
    fill(disk, &file, 0, capacity, pace)?;
    disk.sync_dir(dir)?;
    Ok(file)
}

/// Writes zeros to a file that is not in use, piece by piece, and makes them durable.
pub(crate) fn fill<D: Disk>(disk: &D, file: &D::File, from: u64, to: u64, pace: &impl Pace) -> io::Result<()> {
    let zeros = vec![0; PIECE << 4];
    let mut at = from;
    while at < to {
        let (piece, pause) = pace.next().ok_or(io::ErrorKind::Interrupted)?;
        if !pause.is_zero() {
            std::thread::sleep(pause);
        }
        let len = usize::try_from(to - at)
            .unwrap_or(usize::MAX)
            .min(piece)
            .min(zeros.len());
        write_all_at(disk, file, &zeros[..len], at)?;
        disk.sync_data(file)?;
        at += len as u64;
    }
    disk.sync_all(file)
}

/// Random bytes for ids and salts.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}
