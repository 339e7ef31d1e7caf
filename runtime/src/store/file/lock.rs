//! One owner at a time: the file `LOCK`, locked for as long as a store is open.

use super::disk::{Disk, read_up_to, write_all_at};
use super::error::{Doing, OpenError};
use super::files::{self, LOCK};
use crate::clock::Timestamp;

/// The held lock.
#[derive(Debug)]
pub(crate) struct Lock<D: Disk> {
    file: D::File,
    inode: u64,
}

/// Takes the lock, at once or not at all.
pub(crate) fn take<D: Disk>(disk: &D, dir: &D::Dir, now: Timestamp) -> Result<Lock<D>, OpenError> {
    let file = match files::open_plain(disk, dir, LOCK, false)? {
        Some(file) => file,
        None => match disk.create_excl(dir, LOCK) {
            Ok(file) => file,
            // Someone else was faster; the lock itself decides who has it.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                disk.open(dir, LOCK).doing("open", LOCK)?
            }
            Err(error) => return Err(error).doing("make", LOCK),
        },
    };
    if !disk.lock(&file).doing("lock", LOCK)? {
        let mut text = [0; 256];
        let read = read_up_to(disk, &file, &mut text, 0).unwrap_or(0);
        let holder = String::from_utf8_lossy(text.get(..read).unwrap_or_default())
            .trim()
            .escape_debug()
            .to_string();
        return Err(OpenError::Locked {
            holder: if holder.is_empty() {
                "an unknown process".to_owned()
            } else {
                holder
            },
        });
    }
    let lock = Lock {
        inode: disk.stat(&file).doing("look at", LOCK)?.inode,
        file,
    };
    if !lock.holds(disk, dir) {
        return Err(OpenError::Locked {
            holder: "the file LOCK was replaced in this moment".to_owned(),
        });
    }
    let text = format!("pid {} on {} since {now}\n", std::process::id(), disk.host());
    disk.truncate(&lock.file, 0).doing("write", LOCK)?;
    write_all_at(disk, &lock.file, text.as_bytes(), 0).doing("write", LOCK)?;
    Ok(lock)
}

impl<D: Disk> Lock<D> {
    /// Whether the locked file is still the one that bears the name: else another process may own the store by now.
    pub(crate) fn holds(&self, disk: &D, dir: &D::Dir) -> bool {
        disk.stat_at(dir, LOCK).is_ok_and(|stat| stat.inode == self.inode)
    }
}
