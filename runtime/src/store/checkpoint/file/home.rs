//! Where a folder of consumers lies, and for how long it may be written to.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::clock::{Clock, SystemClock, Timestamp};
use crate::store::file::disk::Disk;
use crate::store::file::lock::{self, Lock};
use crate::store::file::{OpenError, RealDisk};

/// Who owns the lock that covers a folder.
pub(in crate::store) trait Home<D: Disk>: fmt::Debug + Send + Sync + 'static {
    fn disk(&self) -> &D;
    /// Opens the folder, and makes it where there is none.
    fn folder(&self) -> io::Result<D::Dir>;
    /// The moment by the clock that leases run by.
    fn now(&self) -> Timestamp;
    /// Held while files are looked at or written; false inside once the lock is let go of.
    fn gate(&self) -> &Mutex<bool>;
}

/// A folder by itself, with a lock of its own.
pub(super) struct Alone {
    path: PathBuf,
    clock: Arc<dyn Clock>,
    gate: Mutex<bool>,
    /// Held until the last handle goes.
    _lock: Lock<RealDisk>,
}

impl Alone {
    pub(super) fn open(path: &Path) -> Result<Self, OpenError> {
        let (disk, clock) = (RealDisk, SystemClock);
        let io = |source| OpenError::Io {
            doing: format!("open the directory `{}`", path.display()),
            source,
        };
        let dir = disk.open_root(path).map_err(io)?;
        if let Some(name) = disk.unsafe_file_system(&dir).map_err(io)? {
            return Err(OpenError::UnsafeFileSystem { name });
        }
        Ok(Self {
            path: path.to_owned(),
            _lock: lock::take(&disk, &dir, clock.now())?,
            clock: Arc::new(clock),
            gate: Mutex::new(true),
        })
    }
}

impl fmt::Debug for Alone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Alone").field(&self.path).finish()
    }
}

impl Home<RealDisk> for Alone {
    fn disk(&self) -> &RealDisk {
        &RealDisk
    }

    fn folder(&self) -> io::Result<<RealDisk as Disk>::Dir> {
        RealDisk.open_root(&self.path)
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn gate(&self) -> &Mutex<bool> {
        &self.gate
    }
}
