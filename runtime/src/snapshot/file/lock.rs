//! One process at a time: the file `snap.lock`, locked for as long as the snapshots are open.

#![expect(
    clippy::disallowed_methods,
    reason = "snapshots are a cache: no promise hangs on these files, so no test has to fail each operation of theirs"
)]

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

use crate::snapshot::SnapshotError;

const NAME: &str = "snap.lock";

/// Whether a directory that is not there is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Makes {
    Directory,
    Nothing,
}

/// The held lock; closing the file gives it back.
pub(super) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock, at once or not at all; `None` where there is no directory, and so nothing to be kept from others.
    pub(super) fn take(directory: &Path, makes: Makes) -> Result<Option<Self>, SnapshotError> {
        if makes == Makes::Directory {
            fs::create_dir_all(directory).map_err(failed)?;
        }
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = match options.open(directory.join(NAME)) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Err(SnapshotError::InUse),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }
}

fn failed(error: io::Error) -> SnapshotError {
    SnapshotError::Store(error.into())
}
