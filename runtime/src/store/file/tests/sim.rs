//! A disk in memory that can fail at any operation, lose power, and tear what was not synced.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use crate::store::file::{Disk, FileStat};

/// What an operation that is to fail does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// It fails, and nothing else does.
    Once(io::ErrorKind),
    /// It fails, and every changing operation after it.
    Forever(io::ErrorKind),
    /// It writes half, then fails; everything after it fails too: the power is gone.
    PowerCut,
    /// It panics.
    Panic,
}

#[derive(Clone, Debug, Default)]
struct Content {
    now: Vec<u8>,
    /// What a sync has covered.
    synced: Vec<u8>,
    inode: u64,
    /// The name is on the disk.
    named: bool,
    /// The name that the disk still knows it under.
    old_name: Option<String>,
    /// The file that it took the name of, and that the disk still knows under that name.
    replaced: Option<Arc<Mutex<Content>>>,
    /// The system has forgotten what it had in memory of the file.
    forgotten: bool,
}

#[derive(Debug, Default)]
struct World {
    files: BTreeMap<String, Arc<Mutex<Content>>>,
    /// What was removed and may come back, until its directory is synced.
    removed: Vec<(String, Arc<Mutex<Content>>)>,
    locked: HashSet<u64>,
    inodes: u64,
    /// Changing operations so far, and which of them meets trouble.
    operations: u64,
    trouble: Option<(u64, Trouble)>,
    /// Every attempt to read without waiting has to wait, and every cache drop fails to help.
    nothing_cached: bool,
    reads_fail: bool,
    /// Syncs wait until this is false.
    held: bool,
}

impl World {
    /// A file that is on the disk as it is.
    fn add(&mut self, name: String, bytes: Vec<u8>, inode: u64) {
        let content = Content {
            synced: bytes.clone(),
            now: bytes,
            inode,
            named: true,
            ..Content::default()
        };
        self.files.insert(name, Arc::new(Mutex::new(content)));
    }
}

/// The disk. Clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct SimDisk(Arc<Mutex<World>>, Arc<Condvar>);

/// An open file; its lock goes with it.
#[derive(Debug)]
pub(crate) struct SimFile {
    content: Arc<Mutex<Content>>,
    disk: SimDisk,
    holds_lock: Mutex<Option<u64>>,
}

impl Drop for SimFile {
    fn drop(&mut self) {
        if let Some(inode) = lock(&self.holds_lock).take() {
            lock(&self.disk.0).locked.remove(&inode);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl SimDisk {
    /// Another disk with the same content, everything on it durable, and no trouble.
    pub(crate) fn image(&self) -> Self {
        self.copy(|content| Some((content.now.clone(), false)))
    }

    /// What is left after the power was cut: names and bytes that were not synced are there or not, sector by sector.
    pub(crate) fn after_power_cut(&self, seed: u64) -> Self {
        let mut random = seed;
        let mut coin = move || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            random >> 63 == 1
        };
        self.copy(|content| {
            if !content.named && coin() {
                return None;
            }
            let len = if coin() {
                content.now.len()
            } else {
                content.synced.len()
            };
            let mut left = content.synced.clone();
            left.resize(len, 0);
            for (at, sector) in left.chunks_mut(512).enumerate() {
                if coin() {
                    let now = content.now.get(at * 512..).unwrap_or_default();
                    let len = sector.len().min(now.len());
                    sector[..len].copy_from_slice(&now[..len]);
                }
            }
            Some((left, coin()))
        })
    }

    fn copy(&self, mut keep: impl FnMut(&Content) -> Option<(Vec<u8>, bool)>) -> Self {
        let world = lock(&self.0);
        let mut copy = World {
            inodes: world.inodes,
            ..World::default()
        };
        for (name, content) in &world.files {
            let content = lock(content);
            if let Some((now, under_old_name)) = keep(&content) {
                if let Some(replaced) = content.replaced.as_ref().filter(|_| under_old_name) {
                    let synced = lock(replaced).synced.clone();
                    copy.add(name.clone(), synced, lock(replaced).inode);
                }
                let name = content
                    .old_name
                    .as_ref()
                    .filter(|_| under_old_name)
                    .unwrap_or(name)
                    .clone();
                copy.add(name, now, content.inode);
            }
        }
        for (name, content) in &world.removed {
            let content = lock(content);
            let left = keep(&content).filter(|_| content.named && !copy.files.contains_key(name));
            if let Some((bytes, true)) = left {
                copy.add(name.clone(), bytes, content.inode);
            }
        }
        Self(Arc::new(Mutex::new(copy)), Arc::default())
    }

    /// The changing operation of this number, counted from the disk's first, meets trouble.
    pub(crate) fn trouble(&self, at: u64, trouble: Trouble) {
        lock(&self.0).trouble = Some((at, trouble));
    }

    pub(crate) fn operations(&self) -> u64 {
        lock(&self.0).operations
    }

    pub(crate) fn heal(&self) {
        lock(&self.0).trouble = None;
    }

    pub(crate) fn nothing_cached(&self) {
        lock(&self.0).nothing_cached = true;
    }

    pub(crate) fn reads_fail(&self, fail: bool) {
        lock(&self.0).reads_fail = fail;
    }

    pub(crate) fn names(&self) -> Vec<String> {
        lock(&self.0).files.keys().cloned().collect()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        let file = lock(&self.0)
            .files
            .get(name)
            .cloned()
            .unwrap_or_else(|| panic!("{name} is not there"));
        let content = lock(&file);
        content.now.clone()
    }

    /// Puts these bytes on the disk behind the store's back.
    pub(crate) fn put(&self, name: &str, bytes: Vec<u8>) {
        let mut world = lock(&self.0);
        world.inodes += 1;
        let inode = world.inodes;
        world.add(name.to_owned(), bytes, inode);
    }

    /// Changes one byte of a file that may be open.
    pub(crate) fn flip(&self, name: &str, at: usize) {
        let file = lock(&self.0)
            .files
            .get(name)
            .cloned()
            .unwrap_or_else(|| panic!("{name} is not there"));
        lock(&file).now[at] ^= 1;
    }

    pub(crate) fn remove(&self, name: &str) {
        lock(&self.0).files.remove(name);
    }

    /// Counts a changing operation: whether it fails, and whether a write still gets half through.
    fn step(&self) -> Result<(), (io::Error, bool)> {
        let mut world = lock(&self.0);
        let number = world.operations;
        world.operations += 1;
        self.1.notify_all();
        let Some((at, trouble)) = world.trouble else {
            return Ok(());
        };
        match trouble {
            Trouble::Once(kind) if number == at => Err((kind.into(), false)),
            Trouble::Forever(kind) if number >= at => Err((kind.into(), false)),
            Trouble::Panic if number == at => panic!("the disk is on fire"),
            Trouble::PowerCut if number >= at => Err((io::Error::other("the power is gone"), number == at)),
            _ => Ok(()),
        }
    }

    fn file(&self, content: Arc<Mutex<Content>>) -> SimFile {
        SimFile {
            content,
            disk: self.clone(),
            holds_lock: Mutex::new(None),
        }
    }

    /// Syncs wait from now on, or no more.
    pub(crate) fn hold(&self, held: bool) {
        lock(&self.0).held = held;
        self.1.notify_all();
    }

    /// Waits until this many changing operations were begun.
    pub(crate) fn wait_for_operation(&self, number: u64) {
        let world = lock(&self.0);
        drop(self.1.wait_while(world, |world| world.operations < number));
    }

    fn sync(&self, file: &SimFile) -> io::Result<()> {
        let stepped = self.step();
        drop(self.1.wait_while(lock(&self.0), |world| world.held));
        let mut content = lock(&file.content);
        match stepped {
            Ok(()) => {
                content.synced = content.now.clone();
                Ok(())
            }
            Err((error, _)) => Err(error),
        }
    }
}

impl Disk for SimDisk {
    /// The prefix of the names in it.
    type Dir = String;
    type File = SimFile;

    fn open_root(&self, _path: &Path) -> io::Result<String> {
        Ok(String::new())
    }

    fn open_dir(&self, dir: &String, name: &str) -> io::Result<String> {
        Ok(format!("{dir}{name}/"))
    }

    fn unsafe_file_system(&self, _dir: &String) -> io::Result<Option<&'static str>> {
        Ok(None)
    }

    fn list(&self, dir: &String) -> io::Result<Vec<String>> {
        let world = lock(&self.0);
        let names = world.files.keys().filter_map(|name| name.strip_prefix(dir.as_str()));
        Ok(names.filter(|name| !name.contains('/')).map(str::to_owned).collect())
    }

    fn open(&self, dir: &String, name: &str) -> io::Result<SimFile> {
        let content = lock(&self.0).files.get(&format!("{dir}{name}")).cloned();
        Ok(self.file(content.ok_or(io::ErrorKind::NotFound)?))
    }

    fn create_excl(&self, dir: &String, name: &str) -> io::Result<SimFile> {
        self.step().map_err(|(error, _)| error)?;
        let mut world = lock(&self.0);
        let name = format!("{dir}{name}");
        if world.files.contains_key(&name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        world.inodes += 1;
        let content = Arc::new(Mutex::new(Content {
            inode: world.inodes,
            ..Content::default()
        }));
        world.files.insert(name, Arc::clone(&content));
        Ok(self.file(content))
    }

    fn stat(&self, file: &SimFile) -> io::Result<FileStat> {
        let content = lock(&file.content);
        Ok(FileStat::file(content.now.len() as u64, 1, content.inode, 0o600))
    }

    fn stat_at(&self, dir: &String, name: &str) -> io::Result<FileStat> {
        self.stat(&self.open(dir, name)?)
    }

    fn read_at(&self, file: &SimFile, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        if lock(&self.0).reads_fail {
            return Err(io::Error::other("a sector cannot be read"));
        }
        let mut content = lock(&file.content);
        content.forgotten = false;
        let from = content
            .now
            .get(usize::try_from(at).unwrap_or(usize::MAX)..)
            .unwrap_or_default();
        let len = bytes.len().min(from.len());
        bytes[..len].copy_from_slice(&from[..len]);
        Ok(len)
    }

    fn read_cached(&self, file: &SimFile, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        if lock(&self.0).nothing_cached || lock(&file.content).forgotten {
            Err(io::ErrorKind::WouldBlock.into())
        } else {
            self.read_at(file, bytes, at)
        }
    }

    fn write_at(&self, file: &SimFile, bytes: &[u8], at: u64) -> io::Result<usize> {
        let (bytes, result) = match self.step() {
            Ok(()) => (bytes, Ok(bytes.len())),
            Err((error, half)) => (&bytes[..if half { bytes.len() / 2 } else { 0 }], Err(error)),
        };
        let mut content = lock(&file.content);
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        let end = at + bytes.len();
        if content.now.len() < end && !bytes.is_empty() {
            content.now.resize(end, 0);
        }
        content.now[at.min(end)..end].copy_from_slice(bytes);
        result
    }

    fn allocate(&self, file: &SimFile, len: u64) -> io::Result<()> {
        self.step().map_err(|(error, _)| error)?;
        let mut content = lock(&file.content);
        let len = content.now.len().max(usize::try_from(len).unwrap_or(usize::MAX));
        content.now.resize(len, 0);
        Ok(())
    }

    fn sync_data(&self, file: &SimFile) -> io::Result<()> {
        self.sync(file)
    }

    fn sync_all(&self, file: &SimFile) -> io::Result<()> {
        self.sync(file)
    }

    fn sync_dir(&self, dir: &String) -> io::Result<()> {
        self.step().map_err(|(error, _)| error)?;
        let mut world = lock(&self.0);
        world.removed.retain(|(name, _)| !name.starts_with(dir.as_str()));
        for (name, content) in &world.files {
            if name.starts_with(dir.as_str()) {
                let mut content = lock(content);
                (content.named, content.old_name, content.replaced) = (true, None, None);
            }
        }
        Ok(())
    }

    fn rename(&self, from: &String, old: &str, to: &String, new: &str) -> io::Result<()> {
        self.step().map_err(|(error, _)| error)?;
        let mut world = lock(&self.0);
        let old = format!("{from}{old}");
        let content = world.files.remove(&old).ok_or(io::ErrorKind::NotFound)?;
        let new = format!("{to}{new}");
        let replaced = world.files.get(&new).cloned();
        let mut renamed = lock(&content);
        (renamed.old_name, renamed.replaced) = (Some(old), replaced);
        drop(renamed);
        world.files.insert(new, content);
        Ok(())
    }

    fn remove(&self, dir: &String, name: &str) -> io::Result<()> {
        let name = format!("{dir}{name}");
        if !lock(&self.0).files.contains_key(&name) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.step().map_err(|(error, _)| error)?;
        let mut world = lock(&self.0);
        let content = world.files.remove(&name).ok_or(io::ErrorKind::NotFound)?;
        world.removed.push((name, content));
        Ok(())
    }

    fn truncate(&self, file: &SimFile, len: u64) -> io::Result<()> {
        self.step().map_err(|(error, _)| error)?;
        lock(&file.content)
            .now
            .resize(usize::try_from(len).unwrap_or(usize::MAX), 0);
        Ok(())
    }

    fn lock(&self, file: &SimFile) -> io::Result<bool> {
        let inode = lock(&file.content).inode;
        let free = lock(&self.0).locked.insert(inode);
        if free {
            *lock(&file.holds_lock) = Some(inode);
        }
        Ok(free)
    }

    fn drop_cache(&self, file: &SimFile) -> io::Result<()> {
        lock(&file.content).forgotten = true;
        Ok(())
    }

    fn host(&self) -> String {
        "sim".to_owned()
    }
}
