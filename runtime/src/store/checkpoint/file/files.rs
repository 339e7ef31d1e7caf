//! The files of a folder: each is written whole beside the old one and takes its name in one step.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::store::checkpoint::CheckpointError;
use crate::store::checkpoint::file::home::Home;
use crate::store::checkpoint::file::sealed::{self, HEADER, Header, Kind};
use crate::store::file::OpenError;
use crate::store::file::disk::{Disk, read_up_to};
use crate::store::file::error::Doing;
use crate::store::file::files;
use crate::store::file::format::HeaderFault;

/// What was read of a file, or what is wrong with it.
pub(super) type Read<T> = Result<T, String>;

/// A file with its body.
pub(super) struct Whole<T> {
    pub(super) head: T,
    /// `None` if the body alone is damaged.
    pub(super) body: Option<Vec<u8>>,
}

/// An open file, and what it says of itself.
struct Opened<F> {
    file: F,
    header: Header,
    first: [u8; HEADER],
}

/// An open folder.
pub(super) struct Files<D: Disk> {
    home: Arc<dyn Home<D>>,
    dir: D::Dir,
}

impl<D: Disk> fmt::Debug for Files<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Files").field(&self.dir).finish()
    }
}

pub(super) fn failed(error: OpenError) -> CheckpointError {
    CheckpointError::Store(Box::new(error))
}

impl<D: Disk> Files<D> {
    pub(super) fn open(home: Arc<dyn Home<D>>) -> Result<Self, CheckpointError> {
        let dir = home.folder().doing("open the folder of", "consumers").map_err(failed)?;
        let files = Self { home, dir };
        // What an earlier write left behind its name is on the disk before anything is made of it.
        files.sync()?;
        Ok(files)
    }

    fn sync(&self) -> Result<(), CheckpointError> {
        let synced = self.home.disk().sync_dir(&self.dir);
        synced.doing("sync the folder of", "consumers").map_err(failed)
    }

    pub(super) fn names(&self) -> Result<Vec<String>, CheckpointError> {
        let names = self.home.disk().list(&self.dir);
        let mut names = names.doing("read the folder of", "consumers").map_err(failed)?;
        names.sort_unstable();
        Ok(names)
    }

    /// Writes a file, or gives it another content, in one step.
    pub(super) fn put(
        &self,
        name: &str,
        kind: Kind,
        head: &impl Serialize,
        body: &[u8],
    ) -> Result<(), CheckpointError> {
        let bytes = sealed::seal(kind, head, body).map_err(|error| CheckpointError::Store(error.into()))?;
        files::replace(self.home.disk(), &self.dir, name, &format!("{name}.new"), &bytes).map_err(failed)
    }

    /// Removes files that are there or not, and makes that durable.
    pub(super) fn remove<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<(), CheckpointError> {
        let mut is_changed = false;
        for name in names {
            match self.home.disk().remove(&self.dir, name) {
                Ok(()) => is_changed = true,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                Err(error) => return Err(error).doing("remove", name).map_err(failed),
            }
        }
        if is_changed { self.sync() } else { Ok(()) }
    }

    /// The head of a file that is there.
    pub(super) fn head<T: DeserializeOwned>(&self, name: &str, kind: Kind) -> Result<Read<T>, CheckpointError> {
        Ok(match self.open_file(name)? {
            Ok(opened) => self.head_of(&opened, kind, name)?,
            Err(what) => Err(what),
        })
    }

    /// The head of a file that is there, and its body.
    pub(super) fn whole<T: DeserializeOwned>(&self, name: &str, kind: Kind) -> Result<Read<Whole<T>>, CheckpointError> {
        let opened = match self.open_file(name)? {
            Ok(opened) => opened,
            Err(what) => return Ok(Err(what)),
        };
        let head = match self.head_of(&opened, kind, name)? {
            Ok(head) => head,
            Err(what) => return Ok(Err(what)),
        };
        let Opened { file, header, .. } = opened;
        let mut body = vec![0; usize::try_from(header.body).unwrap_or(usize::MAX)];
        let read = read_up_to(self.home.disk(), &file, &mut body, header.body_at());
        let is_whole = read.doing("read", name).map_err(failed)? == body.len() && header.is_body(&body);
        let body = is_whole.then_some(body);
        Ok(Ok(Whole { head, body }))
    }

    /// Opens a file whose length is the one that its header says.
    fn open_file(&self, name: &str) -> Result<Read<Opened<D::File>>, CheckpointError> {
        let disk = self.home.disk();
        let Some(file) = files::open_plain(disk, &self.dir, name, false).map_err(failed)? else {
            return Ok(Err("it is missing".to_owned()));
        };
        let len = disk.stat(&file).doing("look at", name).map_err(failed)?.len;
        let mut first = [0; HEADER];
        let read = read_up_to(disk, &file, &mut first, 0)
            .doing("read", name)
            .map_err(failed)?;
        Ok(match Header::read(first.get(..read).unwrap_or_default()) {
            Ok(header) if header.file_len() == len => Ok(Opened { file, header, first }),
            Ok(_) => Err("it has not the length that it says".to_owned()),
            Err(HeaderFault::Damaged(damage)) => Err(damage.0.to_owned()),
            Err(HeaderFault::TooNew { format, .. }) => Err(format!("a newer recount wrote it, in format {format}")),
        })
    }

    fn head_of<T: DeserializeOwned>(
        &self,
        opened: &Opened<D::File>,
        kind: Kind,
        name: &str,
    ) -> Result<Read<T>, CheckpointError> {
        let Opened { file, header, first } = opened;
        let mut head = vec![0; header.head];
        let read = read_up_to(self.home.disk(), file, &mut head, HEADER as u64);
        read.doing("read", name).map_err(failed)?;
        Ok(header.head(kind, first, &head).map_err(|damage| damage.0.to_owned()))
    }
}
