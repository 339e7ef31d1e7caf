//! A disk in memory for `FileStore`, on which every fault of the suite can be staged.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use recount::store::conformance::Hook;
use recount::store::file::{Disk, FileStat};

/// The disk; clones are the same disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct MemoryDisk(pub(crate) Arc<(Mutex<State>, Condvar)>);

#[derive(Debug, Default)]
pub(crate) struct State {
    /// Names as the system knows them, and as the disk does.
    names: BTreeMap<String, u64>,
    synced_names: BTreeMap<String, u64>,
    contents: HashMap<u64, Content>,
    locks: HashSet<u64>,
    files: u64,
    /// Counts lives of the computer: what was opened in an earlier life is dead.
    pub(crate) life: u64,
    steps: u64,
    pub(crate) crash_in: Option<u32>,
    /// The same, counting only what the writer does to the log, and what the crash leaves is chosen by the second number. Other threads
    /// work on other files whenever they please, and a seeded run must not depend on them.
    pub(crate) crash_in_log: Option<(u32, u64)>,
    pub(crate) hold: bool,
    pub(crate) held: usize,
    pub(crate) fail_sync: bool,
    pub(crate) full: bool,
    pub(crate) fail_reads: bool,
    backup: Option<Copied>,
}

/// The names and the bytes of all files.
type Copied = (BTreeMap<String, u64>, HashMap<u64, Content>);

#[derive(Clone, Debug, Default)]
struct Content {
    now: Vec<u8>,
    synced: Vec<u8>,
}

impl Content {
    /// A segment that is in use; a spare's header is zero.
    fn is_log(&self) -> bool {
        self.now.starts_with(b"RSEG")
    }
}

#[derive(Clone, Debug)]
pub(crate) struct OpenDir {
    prefix: String,
    life: u64,
}

#[derive(Debug)]
pub(crate) struct OpenFile {
    id: u64,
    life: u64,
    disk: MemoryDisk,
    locks: Mutex<bool>,
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        let mut state = self.disk.state();
        if state.life == self.life && *self.locks.lock().unwrap_or_else(PoisonError::into_inner) {
            state.locks.remove(&self.id);
        }
    }
}

fn dead() -> io::Error {
    io::Error::other("the power is gone")
}

fn number(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// A coin for one file, after xorshift.
fn coin(luck: u64, name: &str) -> impl FnMut() -> bool {
    let mixed = name
        .bytes()
        .fold(luck, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x100_0000_01B3));
    let mut random = mixed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    move || {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        random >> 40 & 1 == 1
    }
}

impl State {
    fn alive(&self, life: u64) -> io::Result<()> {
        if self.life == life { Ok(()) } else { Err(dead()) }
    }

    /// One step that changes the disk.
    fn step(&mut self, life: u64) -> io::Result<()> {
        self.alive(life)?;
        self.steps += 1;
        match self.crash_in {
            Some(0) => {
                self.crash(self.steps);
                Err(dead())
            }
            left => {
                self.crash_in = left.map(|left| left - 1);
                Ok(())
            }
        }
    }

    /// One step of the writer on the log.
    fn log_step(&mut self, life: u64) -> io::Result<()> {
        self.step(life)?;
        match self.crash_in_log {
            Some((0, luck)) => {
                self.crash(luck);
                Err(dead())
            }
            left => {
                self.crash_in_log = left.map(|(left, luck)| (left - 1, luck));
                Ok(())
            }
        }
    }

    /// What was not synced is there or not, sector by sector and name by name. What is left of a file depends on `luck`, its name and
    /// its bytes alone.
    pub(crate) fn crash(&mut self, luck: u64) {
        for (name, id) in self.synced_names.iter().chain(&self.names) {
            let mut coin = coin(luck, name);
            let Some(content) = self.contents.get_mut(id) else {
                continue;
            };
            let mut left = content.synced.clone();
            if coin() {
                left.resize(content.now.len(), 0);
            }
            for (sector, now) in left.chunks_mut(512).zip(content.now.chunks(512)) {
                if sector[..] != now[..sector.len().min(now.len())] && coin() {
                    let len = sector.len().min(now.len());
                    sector[..len].copy_from_slice(&now[..len]);
                }
            }
            (content.now, content.synced) = (left.clone(), left);
        }
        if coin(luck, "")() {
            self.names = self.synced_names.clone();
        }
        self.synced_names = self.names.clone();
        self.locks.clear();
        self.life += 1;
        (self.crash_in, self.crash_in_log) = (None, None);
        (self.hold, self.held) = (false, 0);
        (self.fail_sync, self.fail_reads) = (false, false);
    }

    /// Changes a byte in the frame that holds this position.
    fn damage(&mut self, position: u64) -> bool {
        for content in self.contents.values_mut().filter(|content| content.is_log()) {
            for at in (4096..content.now.len().saturating_sub(128)).step_by(8) {
                let field = |from: usize, len: usize| -> u64 {
                    let bytes = content.now.get(at + from..at + from + len).unwrap_or_default();
                    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
                };
                let (first, count) = (field(24, 8), field(32, 4));
                let is_frame = content.now[at..].starts_with(b"RFRM") && field(12, 4) == at as u64;
                if is_frame && (first..first + count).contains(&position) {
                    let middle = at + number(field(4, 2)) + number(field(8, 4)) / 2;
                    content.now[middle] ^= 1;
                    content.synced[middle] ^= 1;
                    return true;
                }
            }
        }
        false
    }
}

impl MemoryDisk {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn stage(&self, hook: Hook) -> bool {
        let mut state = self.state();
        match hook {
            Hook::Reopen | Hook::OpenTwice => {}
            Hook::Hold => state.hold = true,
            Hook::Release => state.hold = false,
            Hook::FailSync => state.fail_sync = true,
            Hook::FillDisk => state.full = true,
            Hook::FreeDisk => state.full = false,
            Hook::FailReads => state.fail_reads = true,
            Hook::HealReads => state.fail_reads = false,
            Hook::Backup => state.backup = Some((state.names.clone(), state.contents.clone())),
            Hook::Restore => {
                let Some((names, contents)) = state.backup.clone() else {
                    return false;
                };
                (state.names, state.synced_names, state.contents) = (names.clone(), names, contents);
                state.life += 1;
            }
            Hook::Crash => {
                let luck = state.steps;
                state.crash(luck);
            }
            Hook::CrashAfter(steps) => state.crash_in = Some(steps),
            Hook::Damage(position) => assert!(state.damage(position.get()), "no frame holds position {position}"),
            _ => return false,
        }
        drop(state);
        self.0.1.notify_all();
        true
    }

    fn with<T>(&self, file: &OpenFile, change: impl FnOnce(&mut Content) -> T) -> io::Result<T> {
        let mut state = self.state();
        state.alive(file.life)?;
        let content = state.contents.get_mut(&file.id).ok_or_else(dead)?;
        Ok(change(content))
    }

    fn sync(&self, file: &OpenFile, is_of_data: bool) -> io::Result<()> {
        let mut state = self.state();
        state.alive(file.life)?;
        // The sync of a frame; the log is synced in other ways only where a segment begins or ends.
        let is_commit = is_of_data && state.contents.get(&file.id).is_some_and(Content::is_log);
        if is_commit && state.hold {
            state.held += 1;
            self.0.1.notify_all();
            while state.hold && state.life == file.life {
                state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            state.held = state.held.saturating_sub(1);
        }
        if is_commit {
            state.log_step(file.life)?;
        } else {
            state.step(file.life)?;
        }
        if is_commit && std::mem::take(&mut state.fail_sync) {
            return Err(io::Error::other("the sync failed"));
        }
        let content = state.contents.get_mut(&file.id).ok_or_else(dead)?;
        content.synced = content.now.clone();
        Ok(())
    }

    fn opened(&self, id: u64, life: u64) -> OpenFile {
        OpenFile {
            id,
            life,
            disk: self.clone(),
            locks: Mutex::new(false),
        }
    }

    fn id(&self, dir: &OpenDir, name: &str) -> io::Result<u64> {
        let state = self.state();
        state.alive(dir.life)?;
        let id = state.names.get(&format!("{}{name}", dir.prefix));
        id.copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Disk for MemoryDisk {
    type Dir = OpenDir;
    type File = OpenFile;

    fn open_root(&self, _path: &Path) -> io::Result<OpenDir> {
        Ok(OpenDir {
            prefix: String::new(),
            life: self.state().life,
        })
    }

    fn open_dir(&self, dir: &OpenDir, name: &str) -> io::Result<OpenDir> {
        Ok(OpenDir {
            prefix: format!("{}{name}/", dir.prefix),
            life: dir.life,
        })
    }

    fn unsafe_file_system(&self, _dir: &OpenDir) -> io::Result<Option<&'static str>> {
        Ok(None)
    }

    fn list(&self, dir: &OpenDir) -> io::Result<Vec<String>> {
        let state = self.state();
        state.alive(dir.life)?;
        let names = state
            .names
            .keys()
            .filter_map(|name| name.strip_prefix(dir.prefix.as_str()));
        Ok(names.filter(|name| !name.contains('/')).map(str::to_owned).collect())
    }

    fn open(&self, dir: &OpenDir, name: &str) -> io::Result<OpenFile> {
        Ok(self.opened(self.id(dir, name)?, dir.life))
    }

    fn create_excl(&self, dir: &OpenDir, name: &str) -> io::Result<OpenFile> {
        let mut state = self.state();
        state.step(dir.life)?;
        let name = format!("{}{name}", dir.prefix);
        if state.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        if state.names.contains_key(&name) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        state.files += 1;
        let id = state.files;
        state.contents.insert(id, Content::default());
        state.names.insert(name, id);
        Ok(self.opened(id, dir.life))
    }

    fn stat(&self, file: &OpenFile) -> io::Result<FileStat> {
        self.with(file, |content| {
            FileStat::file(content.now.len() as u64, 1, file.id, 0o600)
        })
    }

    fn stat_at(&self, dir: &OpenDir, name: &str) -> io::Result<FileStat> {
        self.stat(&self.open(dir, name)?)
    }

    fn read_at(&self, file: &OpenFile, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        if self.state().fail_reads {
            return Err(io::Error::other("a sector cannot be read"));
        }
        self.with(file, |content| {
            let from = content.now.get(number(at)..).unwrap_or_default();
            let len = bytes.len().min(from.len());
            bytes[..len].copy_from_slice(&from[..len]);
            len
        })
    }

    fn read_cached(&self, file: &OpenFile, bytes: &mut [u8], at: u64) -> io::Result<usize> {
        self.read_at(file, bytes, at)
    }

    fn write_at(&self, file: &OpenFile, bytes: &[u8], at: u64) -> io::Result<usize> {
        let mut state = self.state();
        let full = state.full;
        let is_log = state.contents.get(&file.id).is_some_and(Content::is_log);
        let stepped = if is_log {
            state.log_step(file.life)
        } else {
            state.step(file.life)
        };
        let content = state.contents.get_mut(&file.id).ok_or_else(dead)?;
        stepped?;
        let end = number(at) + bytes.len();
        if content.now.len() < end {
            if full {
                return Err(io::ErrorKind::StorageFull.into());
            }
            content.now.resize(end, 0);
        }
        content.now[number(at)..end].copy_from_slice(bytes);
        Ok(bytes.len())
    }

    fn allocate(&self, file: &OpenFile, len: u64) -> io::Result<()> {
        let mut state = self.state();
        state.step(file.life)?;
        if state.full {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let content = state.contents.get_mut(&file.id).ok_or_else(dead)?;
        let len = content.now.len().max(number(len));
        content.now.resize(len, 0);
        Ok(())
    }

    fn sync_data(&self, file: &OpenFile) -> io::Result<()> {
        self.sync(file, true)
    }

    fn sync_all(&self, file: &OpenFile) -> io::Result<()> {
        self.sync(file, false)
    }

    fn sync_dir(&self, dir: &OpenDir) -> io::Result<()> {
        let mut state = self.state();
        state.step(dir.life)?;
        state.synced_names = state.names.clone();
        Ok(())
    }

    fn rename(&self, from: &OpenDir, old: &str, to: &OpenDir, new: &str) -> io::Result<()> {
        let mut state = self.state();
        state.step(from.life)?;
        let id = state
            .names
            .remove(&format!("{}{old}", from.prefix))
            .ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(format!("{}{new}", to.prefix), id);
        Ok(())
    }

    fn remove(&self, dir: &OpenDir, name: &str) -> io::Result<()> {
        let mut state = self.state();
        state.step(dir.life)?;
        let removed = state.names.remove(&format!("{}{name}", dir.prefix));
        removed.map(drop).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn truncate(&self, file: &OpenFile, len: u64) -> io::Result<()> {
        self.state().step(file.life)?;
        self.with(file, |content| content.now.resize(number(len), 0))
    }

    fn lock(&self, file: &OpenFile) -> io::Result<bool> {
        let mut state = self.state();
        state.alive(file.life)?;
        let free = state.locks.insert(file.id);
        if free {
            *file.locks.lock().unwrap_or_else(PoisonError::into_inner) = true;
        }
        Ok(free)
    }

    fn drop_cache(&self, file: &OpenFile) -> io::Result<()> {
        self.state().alive(file.life)
    }

    fn host(&self) -> String {
        "memory".to_owned()
    }
}
