//! A new store: its first segment and watermark, and last the file that says that it is one.

use std::io;

use super::active::{self, SegmentSizes};
use super::disk::Disk;
use super::error::{Doing, OpenError};
use super::files::{self, AtOnce, Named, QUARANTINE, STORE, STORE_NEW, WATERMARK, named, segment_name};
use super::format::frame::FrameRules;
use super::format::identity::{COPIES, Identity, LEN};
use super::format::segment::{FIRST_TYPE, HeaderPage, SegmentHeader};
use super::format::watermark::State;
use super::format::{FIRST_FRAME, Features, HeaderFault};
use super::mark::MarkFile;
use super::options::Options;
use super::scan::{Window, search_tail};
use crate::clock::Timestamp;

/// Reads who the store is; `None` where there is no store. The count is that of damaged copies.
pub(crate) fn identity<D: Disk>(disk: &D, dir: &D::Dir) -> Result<Option<(Identity, usize)>, OpenError> {
    let Some(file) = files::open_plain(disk, dir, STORE, false)? else {
        return Ok(None);
    };
    let mut sound = Vec::new();
    let mut fault = None;
    for at in COPIES {
        let mut copy = [0; LEN];
        super::disk::read_up_to(disk, &file, &mut copy, at).doing("read", STORE)?;
        match Identity::decode(&copy) {
            Ok(identity) => sound.push(identity),
            Err(found @ HeaderFault::TooNew { .. }) => fault = Some(found),
            Err(found) => fault = fault.or(Some(found)),
        }
    }
    let what = match (sound.as_slice(), fault) {
        ([first, rest @ ..], _) if rest.iter().all(|other| other == first) => {
            return Ok(Some((*first, COPIES.len() - sound.len())));
        }
        (_, Some(HeaderFault::TooNew { format, features })) => {
            return Err(OpenError::FormatTooNew {
                file: STORE.to_owned(),
                format,
                features,
            });
        }
        (_, Some(HeaderFault::Damaged(damage))) => damage.0,
        (_, None) => "its two copies differ",
    };
    Err(OpenError::Corrupt {
        file: STORE.to_owned(),
        segment: None,
        offset: 0,
        positions: None,
        what,
    })
}

/// Makes a store. A crash before the last step leaves no store, and the next opening begins again.
pub(crate) fn create<D: Disk>(options: &Options<D>, dir: &D::Dir, now: Timestamp) -> Result<Identity, OpenError> {
    let disk = &options.disk;
    let [store, numbers] = [(); 2].map(|()| files::random::<16>());
    let (store, numbers) = (
        store.doing("draw the id of", STORE)?,
        numbers.doing("draw the epoch of", STORE)?,
    );
    let (epoch, seed) = numbers.split_at(8);
    let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| (number << 8) | u64::from(*byte));
    let identity = Identity {
        features: Features::default(),
        store,
        epoch: number(epoch),
        name_seed: number(seed),
        created_us: now.as_micros(),
        parent_epoch: 0,
        parent_position: 0,
        commit_align: options.commit_align,
        chain: options.chain,
    };
    let name = segment_name(1);
    let file = files::prepare(disk, dir, 1, SegmentSizes::of(options.sizes, 1), &AtOnce)
        .map_err(io::Error::from)
        .doing("make", &name)?;
    let mut end = active::nothing();
    active::begin(disk, file, &identity, 1, now.as_micros(), &mut end, (1, FIRST_TYPE)).doing("begin", &name)?;
    let mut mark = MarkFile::create(disk, dir, &identity)?;
    mark.write(disk, State::Clean, &end).doing("write", WATERMARK)?;
    mark.sync(disk).doing("sync", WATERMARK)?;
    files::create(disk, dir, STORE_NEW, &identity.encode())?;
    // The names of segment and watermark are durable before the one that makes them a store.
    disk.sync_dir(dir).doing("sync the directory of", STORE)?;
    disk.rename(dir, STORE_NEW, dir, STORE).doing("name", STORE)?;
    disk.sync_dir(dir).doing("sync the directory of", STORE)?;
    Ok(identity)
}

/// Gives a store that was put back from a copy a history of its own, which branches off behind the last position. Its log goes on in a new
/// segment: this may be seen by the next opening alone, if power is lost here.
pub(crate) fn restore<D: Disk>(disk: &D, dir: &D::Dir, old: &Identity, last: u64) -> Result<Identity, OpenError> {
    let drawn = files::random::<8>().doing("draw the epoch of", STORE)?;
    // No history is 0, which stands for none.
    let identity = old.restored(u64::from_le_bytes(drawn).max(1), last);
    files::replace(disk, dir, STORE, STORE_NEW, &identity.encode())?;
    Ok(identity)
}

/// Moves what a crash in [`create`] left behind out of the way; refuses where there is more than that could have left.
pub(crate) fn clear_leftovers<D: Disk>(disk: &D, dir: &D::Dir, names: &[String]) -> Result<(), OpenError> {
    let missing = OpenError::Corrupt {
        file: STORE.to_owned(),
        segment: None,
        offset: 0,
        positions: None,
        what: "it is missing, but there are segments",
    };
    let mut leftovers = Vec::new();
    for name in names {
        match named(name) {
            Named::Segment(1) if is_unused(disk, dir, name)? => leftovers.push(name),
            Named::Segment(_) => return Err(missing),
            Named::Ours if name == WATERMARK || name == STORE_NEW => leftovers.push(name),
            Named::Ours | Named::Foreign => {}
        }
    }
    if leftovers.is_empty() {
        return Ok(());
    }
    let quarantine = disk.open_dir(dir, QUARANTINE).doing("open", QUARANTINE)?;
    let taken = disk.list(&quarantine).doing("read", QUARANTINE)?;
    for name in leftovers {
        let free = (1..)
            .map(|number| format!("{name}.unfinished-{number}"))
            .find(|free| !taken.contains(free));
        disk.rename(dir, name, &quarantine, &free.unwrap_or_default())
            .doing("move", name)?;
    }
    disk.sync_dir(&quarantine).doing("sync", QUARANTINE)?;
    disk.sync_dir(dir).doing("sync the directory of", STORE)
}

/// Whether a first segment holds no byte behind its header, so that no event was ever written to it.
fn is_unused<D: Disk>(disk: &D, dir: &D::Dir, name: &str) -> Result<bool, OpenError> {
    let Some(file) = files::open_plain(disk, dir, name, false)? else {
        return Ok(true);
    };
    let len = disk.stat(&file).doing("look at", name)?.len;
    let mut page = [0; FIRST_FRAME as usize];
    let read = super::disk::read_up_to(disk, &file, &mut page, 0).doing("read", name)?;
    let salt = match SegmentHeader::read_page(page.get(..read).unwrap_or_default()) {
        HeaderPage::Used { header, .. } => header.salt,
        HeaderPage::Spare | HeaderPage::Unreadable(_) => [0; 16],
    };
    let rules = FrameRules {
        salt,
        chain: true,
        align: 8,
    };
    let tail = search_tail(&mut Window::new(disk, &file), FIRST_FRAME.min(len), len, rules).doing("read", name)?;
    Ok(tail.written_to.is_none())
}
