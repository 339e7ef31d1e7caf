//! [`RealDisk`]: the disk of the operating system, everything relative to open directories and without following a link.

use std::io;
use std::num::NonZeroU64;
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    Advice, AtFlags, CWD, Dir, FallocateFlags, FileType, FlockOperation, Mode, OFlags, fadvise, fallocate, fchmod,
    fdatasync, flock, fstat, fstatfs, fsync, ftruncate, mkdirat, openat, renameat, statat, unlinkat,
};
use rustix::io::{Errno, ReadWriteFlags, pread, preadv2, pwrite};

use super::disk::{Disk, FileStat};

/// The disk of the operating system.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct RealDisk;

const DIRECTORY: OFlags = OFlags::DIRECTORY.union(OFlags::RDONLY).union(OFlags::CLOEXEC);
const PLAIN: OFlags = OFlags::RDWR
    .union(OFlags::CLOEXEC)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::NONBLOCK);

/// File systems whose locks, syncs or caches do not mean what the store needs; magic numbers of statfs(2).
const UNSAFE_FILE_SYSTEMS: [(u64, &str); 10] = [
    (0x6969, "nfs"),
    (0x517b, "smb"),
    (0xff53_4d42, "cifs"),
    (0xfe53_4d42, "smb2"),
    (0x6573_5546, "fuse"),
    (0x0102_1997, "9p"),
    (0x00c3_6400, "ceph"),
    (0x5346_414f, "afs"),
    (0x564c, "ncp"),
    (0x7375_7245, "coda"),
];

/// Makes one private directory and its name durable; an existing one is fine.
fn make_dir(parent: &OwnedFd, name: &Path) -> io::Result<()> {
    match mkdirat(parent, name, Mode::RWXU) {
        Ok(()) => {
            // The umask may have taken bits away, even the owner's.
            rustix::fs::chmodat(parent, name, Mode::RWXU, AtFlags::empty())?;
            Ok(fsync(parent)?)
        }
        Err(Errno::EXIST) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn is_missing(path: &Path) -> bool {
    matches!(statat(CWD, path, AtFlags::empty()), Err(Errno::NOENT))
}

#[allow(clippy::useless_conversion, reason = "the field is narrower on other computers")]
fn stat_of(stat: &rustix::fs::Stat) -> FileStat {
    FileStat {
        len: u64::try_from(stat.st_size).unwrap_or(0),
        links: u64::from(stat.st_nlink),
        inode: stat.st_ino,
        mode: stat.st_mode & 0o7777,
        is_file: FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile,
    }
}

impl Disk for RealDisk {
    type Dir = OwnedFd;
    type File = OwnedFd;

    fn open_root(&self, path: &Path) -> io::Result<OwnedFd> {
        // One component at a time, so that the name of each new directory is synced in its parent.
        let mut walked = PathBuf::new();
        for part in path.components() {
            if matches!(part, Component::Normal(_)) && is_missing(&walked.join(part)) {
                let parent = if walked.as_os_str().is_empty() {
                    Path::new(".")
                } else {
                    &walked
                };
                make_dir(&openat(CWD, parent, DIRECTORY, Mode::empty())?, Path::new(&part))?;
            }
            walked.push(part);
        }
        if walked.as_os_str().is_empty() {
            walked.push(".");
        }
        Ok(openat(CWD, &walked, DIRECTORY, Mode::empty())?)
    }

    fn open_dir(&self, dir: &OwnedFd, name: &str) -> io::Result<OwnedFd> {
        make_dir(dir, Path::new(name))?;
        Ok(openat(dir, name, DIRECTORY | OFlags::NOFOLLOW, Mode::empty())?)
    }

    fn unsafe_file_system(&self, dir: &OwnedFd) -> io::Result<Option<&'static str>> {
        // The type of the field differs between platforms; all magics fit 32 bits.
        let magic = (fstatfs(dir)?.f_type as u64) & 0xffff_ffff;
        Ok(UNSAFE_FILE_SYSTEMS
            .iter()
            .find(|(number, _)| *number == magic)
            .map(|(_, name)| *name))
    }

    fn list(&self, dir: &OwnedFd) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in Dir::read_from(dir)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy();
            if name != "." && name != ".." {
                names.push(name.into_owned());
            }
        }
        Ok(names)
    }

    fn open(&self, dir: &OwnedFd, name: &str) -> io::Result<OwnedFd> {
        Ok(openat(dir, name, PLAIN, Mode::empty())?)
    }

    fn create_excl(&self, dir: &OwnedFd, name: &str) -> io::Result<OwnedFd> {
        let private = Mode::RUSR | Mode::WUSR;
        let file = openat(dir, name, PLAIN | OFlags::CREATE | OFlags::EXCL, private)?;
        fchmod(&file, private)?;
        Ok(file)
    }

    fn stat(&self, file: &OwnedFd) -> io::Result<FileStat> {
        Ok(stat_of(&fstat(file)?))
    }

    fn stat_at(&self, dir: &OwnedFd, name: &str) -> io::Result<FileStat> {
        Ok(stat_of(&statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    fn read_at(&self, file: &OwnedFd, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        Ok(pread(file, bytes, at)?)
    }

    fn read_cached(&self, file: &OwnedFd, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        match preadv2(file, &mut [io::IoSliceMut::new(bytes)], at, ReadWriteFlags::NOWAIT) {
            Ok(read) => Ok(read),
            // A file system without the flag is read by a thread that may wait.
            Err(Errno::OPNOTSUPP | Errno::INVAL | Errno::NOSYS) => Err(io::ErrorKind::WouldBlock.into()),
            Err(error) => Err(error.into()),
        }
    }

    fn write_at(&self, file: &OwnedFd, bytes: &[u8], at: u64) -> io::Result<usize> {
        Ok(pwrite(file, bytes, at)?)
    }

    fn allocate(&self, file: &OwnedFd, len: u64) -> io::Result<()> {
        match fallocate(file, FallocateFlags::empty(), 0, len) {
            Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error.into()),
            // Only a hint for the layout: the real zeros that follow reserve the room as well, so a file system that cannot do it, or a
            // signal that came in between, is no error.
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn sync_data(&self, file: &OwnedFd) -> io::Result<()> {
        Ok(fdatasync(file)?)
    }

    fn sync_all(&self, file: &OwnedFd) -> io::Result<()> {
        Ok(fsync(file)?)
    }

    fn sync_dir(&self, dir: &OwnedFd) -> io::Result<()> {
        Ok(fsync(dir)?)
    }

    fn rename(&self, from: &OwnedFd, old: &str, to: &OwnedFd, new: &str) -> io::Result<()> {
        Ok(renameat(from, old, to, new)?)
    }

    fn remove(&self, dir: &OwnedFd, name: &str) -> io::Result<()> {
        Ok(unlinkat(dir, name, AtFlags::empty())?)
    }

    fn truncate(&self, file: &OwnedFd, len: u64) -> io::Result<()> {
        Ok(ftruncate(file, len)?)
    }

    fn lock(&self, file: &OwnedFd) -> io::Result<bool> {
        match flock(file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(true),
            Err(Errno::WOULDBLOCK) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    fn drop_cache(&self, file: &OwnedFd) -> io::Result<()> {
        Ok(fadvise(file, 0, None::<NonZeroU64>, Advice::DontNeed)?)
    }

    fn host(&self) -> String {
        rustix::system::uname().nodename().to_string_lossy().into_owned()
    }
}
