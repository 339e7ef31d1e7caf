//! The only door from the file store to files: everything that can fail on a disk is a method here, so that a test can make it fail.

use std::fmt::Debug;
use std::io;
use std::path::Path;

/// What [`Disk`] says about one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileStat {
    /// The length in bytes.
    pub len: u64,
    /// How many names the file has.
    pub links: u64,
    /// The file system's number of the file: two names of one file have one.
    pub inode: u64,
    /// The permission bits, without the kind.
    pub mode: u32,
    /// Whether it is a plain file, and not a directory, a link or a device.
    pub is_file: bool,
}

impl FileStat {
    /// A plain file with one name; the other fields are set by the caller's `Disk`.
    #[must_use]
    pub fn file(len: u64, links: u64, inode: u64, mode: u32) -> Self {
        Self {
            len,
            links,
            inode,
            mode,
            is_file: true,
        }
    }
}

/// What a file store needs of a disk.
///
/// [`RealDisk`](super::RealDisk) is the operating system. A double that wraps it can count, delay and refuse each operation. Names are single path
/// components below an open directory, so a name can never leave the store's directory.
pub trait Disk: Debug + Send + Sync + 'static {
    /// An open directory.
    type Dir: Debug + Send + Sync + 'static;
    /// An open file.
    type File: Debug + Send + Sync + 'static;

    /// Opens the directory at `path` and makes it, private and durably, where it is missing.
    fn open_root(&self, path: &Path) -> io::Result<Self::Dir>;
    /// Opens a directory below another and makes it, private and durably, where it is missing.
    fn open_dir(&self, dir: &Self::Dir, name: &str) -> io::Result<Self::Dir>;
    /// The name of a network or user-space file system that cannot keep the store's promises; `None` for a local one.
    fn unsafe_file_system(&self, dir: &Self::Dir) -> io::Result<Option<&'static str>>;
    /// The names in a directory, in no order.
    fn list(&self, dir: &Self::Dir) -> io::Result<Vec<String>>;
    /// Opens an existing file for reading and writing, and follows no link.
    fn open(&self, dir: &Self::Dir, name: &str) -> io::Result<Self::File>;
    /// Makes a private file that did not exist before, and opens it.
    fn create_excl(&self, dir: &Self::Dir, name: &str) -> io::Result<Self::File>;
    /// Facts about an open file.
    fn stat(&self, file: &Self::File) -> io::Result<FileStat>;
    /// Facts about whatever bears this name now.
    fn stat_at(&self, dir: &Self::Dir, name: &str) -> io::Result<FileStat>;
    /// Reads at an offset; fewer bytes than asked for are possible, none mean the end.
    fn read_at(&self, file: &Self::File, bytes: &mut [u8], at: u64) -> io::Result<usize>;
    /// The same without waiting for the disk: `WouldBlock` where the bytes are not in memory.
    fn read_cached(&self, file: &Self::File, bytes: &mut [u8], at: u64) -> io::Result<usize>;
    /// Writes at an offset; fewer bytes than given are possible.
    fn write_at(&self, file: &Self::File, bytes: &[u8], at: u64) -> io::Result<usize>;
    /// Reserves room, so that the blocks of a file lie together.
    fn allocate(&self, file: &Self::File, len: u64) -> io::Result<()>;
    /// Makes the content of a file durable.
    fn sync_data(&self, file: &Self::File) -> io::Result<()>;
    /// Makes the content and the length of a file durable.
    fn sync_all(&self, file: &Self::File) -> io::Result<()>;
    /// Makes the names in a directory durable.
    fn sync_dir(&self, dir: &Self::Dir) -> io::Result<()>;
    /// Gives a file another name, in one step.
    fn rename(&self, from: &Self::Dir, old: &str, to: &Self::Dir, new: &str) -> io::Result<()>;
    /// Takes away the name of a file; `NotFound` where it has none.
    fn remove(&self, dir: &Self::Dir, name: &str) -> io::Result<()>;
    /// Cuts a file, or lengthens it with zeros.
    fn truncate(&self, file: &Self::File, len: u64) -> io::Result<()>;
    /// Locks a file for as long as it is open; `false` where another handle holds the lock.
    fn lock(&self, file: &Self::File) -> io::Result<bool>;
    /// Makes the operating system forget what it has in memory of a file.
    fn drop_cache(&self, file: &Self::File) -> io::Result<()>;
    /// A word for messages about who runs this, as `host`.
    fn host(&self) -> String;
}

/// Reads until `bytes` is full.
///
/// # Errors
/// The disk's own, and `UnexpectedEof` where the file ends before.
pub(crate) fn read_exact_at<D: Disk>(disk: &D, file: &D::File, bytes: &mut [u8], at: u64) -> io::Result<()> {
    let read = read_up_to(disk, file, bytes, at)?;
    if read == bytes.len() {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

/// Reads until `bytes` is full or the file ends, and says how many bytes there were.
pub(crate) fn read_up_to<D: Disk>(disk: &D, file: &D::File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    fill(bytes, at, |rest, at| disk.read_at(file, rest, at))
}

/// As [`read_up_to`], but `WouldBlock` where the bytes are not in memory.
pub(crate) fn read_up_to_cached<D: Disk>(disk: &D, file: &D::File, bytes: &mut [u8], at: u64) -> io::Result<usize> {
    fill(bytes, at, |rest, at| disk.read_cached(file, rest, at))
}

fn fill(bytes: &mut [u8], at: u64, mut read: impl FnMut(&mut [u8], u64) -> io::Result<usize>) -> io::Result<usize> {
    let mut done = 0;
    while done < bytes.len() {
        match read(&mut bytes[done..], at + done as u64) {
            Ok(0) => break,
            Ok(read) => done += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Writes all of `bytes`; a disk that accepts nothing is an error, not a loop without end.
pub(crate) fn write_all_at<D: Disk>(disk: &D, file: &D::File, bytes: &[u8], at: u64) -> io::Result<()> {
    let mut done = 0;
    while done < bytes.len() {
        match disk.write_at(file, &bytes[done..], at + done as u64) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => done += written,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Whether an error says that there is no room: the one kind of failed write that is undone and not fatal.
pub(crate) fn is_full(error: &io::Error) -> bool {
    use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded | FileTooLarge)
}

/// Whether an error says that the process or the computer has no descriptor or memory left: passing, and nothing was written.
pub(crate) fn is_resource(error: &io::Error) -> bool {
    use rustix::io::Errno;
    let number = error.raw_os_error();
    [Errno::MFILE, Errno::NFILE, Errno::NOMEM]
        .iter()
        .any(|errno| Some(errno.raw_os_error()) == number)
}
