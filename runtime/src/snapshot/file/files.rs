//! The files of a directory and the table of what is alive in them.

#![expect(
    clippy::disallowed_methods,
    reason = "snapshots are a cache: no promise hangs on these files, so no test has to fail each operation of theirs"
)]

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::snapshot::file::record::{Head, REMOVED};
use crate::snapshot::{Snapshot, SnapshotError};
use crate::stream::{StreamId, Version};

/// A file that has come so far is not written to any more.
const FULL: u64 = 16 << 20;

/// Where the newest snapshot of a stream is.
struct Place {
    file: u64,
    /// Where its record begins.
    at: u64,
    version: Version,
    key: u64,
    length: u32,
}

#[derive(Default)]
struct Usage {
    /// Where the next record begins.
    end: u64,
    alive: u64,
    /// Something in it cannot be read, so that nothing is written behind it.
    is_damaged: bool,
}

/// The snapshots of one directory.
pub(super) struct Files {
    directory: PathBuf,
    places: HashMap<StreamId, Place>,
    files: BTreeMap<u64, Usage>,
    full: u64,
}

impl Files {
    /// Makes the table from the heads of all records, file after file; a later record goes before an earlier one as it did when it was put.
    pub(super) fn open(directory: &Path) -> Result<Self, SnapshotError> {
        let mut files = Self {
            directory: directory.to_owned(),
            places: HashMap::new(),
            files: BTreeMap::new(),
            full: FULL,
        };
        for number in numbers(directory).map_err(failed)? {
            files.scan(number).map_err(failed)?;
        }
        Ok(files)
    }

    /// With files that are full sooner.
    #[cfg(test)]
    pub(super) fn full_at(mut self, bytes: u64) -> Self {
        self.full = bytes;
        self
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> u64 {
        self.files.values().map(|usage| usage.end).sum()
    }

    fn path(&self, file: u64) -> PathBuf {
        self.directory.join(format!("snap-{file}.log"))
    }

    fn scan(&mut self, number: u64) -> io::Result<()> {
        let file = File::open(self.path(number))?;
        let length = file.metadata()?.len();
        let (mut reader, mut at) = (BufReader::new(file), 0);
        self.files.insert(number, Usage::default());
        while let Some(head) = Head::read(&mut reader)? {
            let end = at + head.size();
            if end > length {
                break;
            }
            reader.seek_relative(i64::from(head.length))?;
            if head.alive && self.is_to_be_put(&head) {
                self.point(number, at, &head);
            } else if head.alive {
                kill(&self.path(number), at)?;
            }
            at = end;
        }
        let usage = self.files.entry(number).or_default();
        usage.end = length;
        usage.is_damaged = at < length;
        Ok(())
    }

    fn is_to_be_put(&self, head: &Head) -> bool {
        let before = self.places.get(&head.stream);
        before.is_none_or(|before| head.version > before.version || head.key != before.key)
    }

    fn point(&mut self, file: u64, at: u64, head: &Head) {
        let place = Place {
            file,
            at,
            version: head.version,
            key: head.key,
            length: head.length,
        };
        if let Some(before) = self.forget(&head.stream) {
            // What is dead is dead on the disk too, so that it does not come back when the newer one is removed. Where that fails, the next
            // opening does it.
            let _alive = kill(&self.path(before.file), before.at);
        }
        self.files.entry(file).or_default().alive += head.size();
        self.places.insert(head.stream.clone(), place);
    }

    /// Takes a snapshot out of the table; its record stays.
    fn forget(&mut self, stream: &StreamId) -> Option<Place> {
        let place = self.places.remove(stream)?;
        if let Some(usage) = self.files.get_mut(&place.file) {
            usage.alive -= place.head(stream).size();
        }
        Some(place)
    }

    pub(super) fn put(&mut self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let bytes = snapshot.to_bytes()?;
        let head = Head::of(snapshot, &bytes)?;
        if !self.is_to_be_put(&head) {
            return Ok(());
        }
        self.append(&head, &bytes)?;
        self.rewrite_one().map_err(failed)
    }

    fn append(&mut self, head: &Head, snapshot: &[u8]) -> Result<(), SnapshotError> {
        let last = self.files.last_key_value();
        let number = match last {
            Some((number, usage)) if usage.end < self.full && !usage.is_damaged => *number,
            Some((number, _)) => number + 1,
            None => 1,
        };
        let mut record = head.to_bytes()?;
        record.extend(snapshot);
        let usage = self.files.entry(number).or_default();
        let at = usage.end;
        // Until it is whole, what is there may be half a record.
        usage.is_damaged = true;
        fs::create_dir_all(&self.directory).map_err(failed)?;
        let mut file = private(&self.path(number)).map_err(failed)?;
        let written = file.seek(SeekFrom::Start(at)).and_then(|_| file.write_all(&record));
        written.map_err(failed)?;
        let usage = self.files.entry(number).or_default();
        usage.end = at + head.size();
        usage.is_damaged = false;
        self.point(number, at, head);
        Ok(())
    }

    /// Rewrites a file that is half dead: what lives in it goes to the end of the last one. The last one is left until it is full.
    fn rewrite_one(&mut self) -> io::Result<()> {
        let last = self.files.last_key_value().map(|(number, _)| *number);
        let half_dead = |(number, usage): &(&u64, &Usage)| Some(**number) != last && usage.alive * 2 < usage.end;
        let Some((&number, _)) = self.files.iter().find(half_dead) else {
            return Ok(());
        };
        let streams = self.places.iter().filter(|(_, place)| place.file == number);
        let streams: Vec<StreamId> = streams.map(|(stream, _)| stream.clone()).collect();
        let mut file = File::open(self.path(number))?;
        for stream in streams {
            let Some(place) = self.places.get(&stream) else {
                continue;
            };
            let head = place.head(&stream);
            let bytes = place.read(&mut file, &stream)?;
            // One that cannot be read or moved is lost, which a cache may.
            if Snapshot::from_bytes(&bytes).is_err() || self.append(&head, &bytes).is_err() {
                let _lost = self.forget(&stream);
            }
        }
        self.files.remove(&number);
        fs::remove_file(self.path(number))
    }

    /// The streams that have a snapshot, in the order of their names.
    pub(super) fn streams(&self) -> Vec<StreamId> {
        let mut streams: Vec<_> = self.places.keys().cloned().collect();
        streams.sort_unstable_by(|a, b| a.as_str().cmp(b.as_str()));
        streams
    }

    pub(super) fn has(&self, stream: &StreamId) -> bool {
        self.places.contains_key(stream)
    }

    pub(super) fn newest(
        &mut self,
        stream: &StreamId,
        at_most: Option<Version>,
    ) -> Result<Option<Snapshot>, SnapshotError> {
        let place = self.places.get(stream);
        let Some(place) = place.filter(|place| at_most.is_none_or(|most| place.version <= most)) else {
            return Ok(None);
        };
        let read = File::open(self.path(place.file)).and_then(|mut file| place.read(&mut file, stream));
        let snapshot = match read {
            Ok(bytes) => Snapshot::from_bytes(&bytes),
            Err(error) => Err(failed(error)),
        };
        if snapshot.is_err() {
            // So that one of the same version can be put.
            let _alive = self.remove(stream);
        }
        snapshot.map(Some)
    }

    pub(super) fn remove(&mut self, stream: &StreamId) -> Result<(), SnapshotError> {
        match self.forget(stream) {
            Some(place) => kill(&self.path(place.file), place.at).map_err(failed),
            None => Ok(()),
        }
    }

    pub(super) fn remove_all(&mut self, category: &str) -> Result<(), SnapshotError> {
        let streams = self.places.keys().filter(|stream| stream.category() == category);
        for stream in streams.cloned().collect::<Vec<_>>() {
            self.remove(&stream)?;
        }
        // Whoever asks by name, because they are wrong, has to be sure that none comes back.
        for number in self.files.keys() {
            File::open(self.path(*number))
                .and_then(|file| file.sync_data())
                .map_err(failed)?;
        }
        // What is dead as a whole need not wait for the next snapshot to be deleted.
        let dead = self.files.iter().filter(|(_, usage)| usage.alive == 0);
        for number in dead.map(|(number, _)| *number).collect::<Vec<_>>() {
            self.files.remove(&number);
            fs::remove_file(self.path(number)).map_err(failed)?;
        }
        Ok(())
    }
}

impl Place {
    fn head(&self, stream: &StreamId) -> Head {
        Head {
            alive: true,
            stream: stream.clone(),
            version: self.version,
            key: self.key,
            length: self.length,
        }
    }

    /// The bytes of the snapshot.
    fn read(&self, file: &mut File, stream: &StreamId) -> io::Result<Vec<u8>> {
        file.seek(SeekFrom::Start(self.at + self.head(stream).skipped()))?;
        let mut bytes = Vec::new();
        file.take(u64::from(self.length)).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// The numbers of the files of a directory, in order.
fn numbers(directory: &Path) -> io::Result<Vec<u64>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry?.file_name();
        let number = name
            .to_str()
            .and_then(|name| name.strip_prefix("snap-")?.strip_suffix(".log"));
        numbers.extend(number.and_then(|number| number.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// A file to write to, for its owner alone.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Marks a record as removed.
fn kill(path: &Path, at: u64) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&[REMOVED])
}

fn failed(error: io::Error) -> SnapshotError {
    SnapshotError::Store(error.into())
}
