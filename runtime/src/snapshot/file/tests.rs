//! The files of snapshots: bounded, and never trusted.

#![expect(
    clippy::disallowed_methods,
    reason = "snapshots are a cache: no promise hangs on these files, so no test has to fail each operation of theirs"
)]

use std::fs;
use std::path::Path;

use uuid::Uuid;

use crate::clock::Timestamp;
use crate::schema::Fingerprint;
use crate::snapshot::file::files::Files;
use crate::snapshot::{Snapshot, SnapshotKey};
use crate::store::StoreId;
use crate::stream::{Position, StreamId, Version};

fn stream(number: u64) -> StreamId {
    StreamId::new("case", &number.to_string()).expect("a plain name")
}

fn snapshot(number: u64, version: u64) -> Snapshot {
    let store = StoreId {
        store: Uuid::nil(),
        epoch: 1,
    };
    Snapshot {
        key: SnapshotKey {
            stream: stream(number),
            aggregate: "case".to_owned(),
            fingerprint: Fingerprint(7),
            codec: "json/1".to_owned(),
            store,
        },
        version: Version::new(version).expect("not 0"),
        position: Position::new(version),
        recorded_at: Timestamp::from_micros(0),
        latest: Timestamp::from_micros(0),
        state: version.to_string().repeat(50).into_bytes(),
    }
}

fn version(files: &mut Files, number: u64) -> Option<u64> {
    let found = files.newest(&stream(number), None).ok().flatten()?;
    assert_eq!(
        found,
        snapshot(number, found.version.get()),
        "what is served is what was put"
    );
    Some(found.version.get())
}

fn open(directory: &Path) -> Files {
    Files::open(directory).expect("a directory").full_at(4096)
}

/// F29: what is put again and again takes no more than about twice the room of what lives, and stands there after opening again.
#[test]
fn files_are_rewritten_when_half_dead() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut files = open(directory.path());
    for number in 0..20 {
        files.put(&snapshot(number, 1)).expect("put");
    }
    let living = files.bytes();
    for round in 2..40 {
        for number in 0..10 {
            files.put(&snapshot(number, round)).expect("put");
        }
        assert!(files.bytes() < 3 * living + 2 * 4096, "{} of {living}", files.bytes());
    }
    for mut files in [files, open(directory.path())] {
        for number in 0..20 {
            let expected = if number < 10 { 39 } else { 1 };
            assert_eq!(version(&mut files, number), Some(expected));
        }
    }
    let on_disk = fs::read_dir(directory.path()).expect("a directory").count();
    assert!(on_disk < 12, "{on_disk} files");
}

/// What was removed does not come back.
#[test]
fn removed_stays_removed() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut files = open(directory.path());
    for number in 0..4 {
        files.put(&snapshot(number, 4)).expect("put");
        files.put(&snapshot(number, 5)).expect("put");
    }
    files.remove(&stream(1)).expect("removed");
    files.put(&snapshot(2, 4)).expect("not higher, so nothing");
    for mut files in [files, open(directory.path())] {
        assert_eq!((version(&mut files, 1), version(&mut files, 2)), (None, Some(5)));
    }
    let mut files = open(directory.path());
    files.remove_all("case").expect("removed");
    for mut files in [files, open(directory.path())] {
        assert_eq!((0..4).find_map(|number| version(&mut files, number)), None);
    }
}

/// F29: every bit of a file flipped, and the file cut at every byte: what is served is what was put, or nothing, and putting goes on.
#[test]
fn damage_is_passed_over() {
    let directory = tempfile::tempdir().expect("a directory");
    let mut files = open(directory.path());
    for number in 0..3 {
        files.put(&snapshot(number, 5)).expect("put");
    }
    let path = directory.path().join("snap-1.log");
    let whole = fs::read(&path).expect("a file");
    let check = |bytes: &[u8], what: &str| {
        for entry in fs::read_dir(directory.path()).expect("a directory") {
            fs::remove_file(entry.expect("an entry").path()).expect("removed");
        }
        fs::write(&path, bytes).expect("written");
        let mut files = open(directory.path());
        let served = (0..3).filter_map(|number| version(&mut files, number)).count();
        assert!(served < 3 || bytes == whole, "{what}");
        for number in 0..3 {
            files.put(&snapshot(number, 5)).expect("put");
        }
        for mut files in [files, open(directory.path())] {
            for number in 0..3 {
                assert_eq!(version(&mut files, number), Some(5), "{what}");
            }
        }
    };
    check(&whole, "nothing");
    for bit in 0..whole.len() * 8 {
        let mut bent = whole.clone();
        bent[bit / 8] ^= 1 << (bit % 8);
        check(&bent, &format!("bit {bit}"));
    }
    for cut in 0..whole.len() {
        check(&whole[..cut], &format!("cut at {cut}"));
    }
}

/// A directory that does not exist has no snapshots, and is made with the first.
#[test]
fn a_directory_is_made_with_the_first() {
    let directory = tempfile::tempdir().expect("a directory");
    let below = directory.path().join("below");
    let mut files = open(&below);
    assert_eq!(version(&mut files, 1), None);
    assert!(!below.exists());
    files.put(&snapshot(1, 1)).expect("put");
    assert_eq!(version(&mut open(&below), 1), Some(1));
}
