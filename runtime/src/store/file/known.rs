//! Where the appends stand that have a certain id or key, found by hash: a hit is confirmed by reading the append.
//!
//! An append costs 16 bytes here, and its key as much again; at most 39 with the room that a growing table keeps.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::store::Batch;
use crate::stream::StreamId;

/// Tables that grow one at a time: what moves while readers wait is a small part of the whole.
const TABLES: usize = 64;

/// What one append is known by, as hashes that are kept for it. The seed is the store's own, so nobody can choose ids or keys that meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Marks {
    pub(crate) append: u64,
    pub(crate) key: Option<u64>,
}

impl Marks {
    /// Those of an append: within the first stream of its batch.
    pub(crate) fn of(seed: u64, stream: &StreamId, append: &[u8; 16], key: Option<&[u8]>) -> Self {
        let name = stream.as_str().as_bytes();
        Self {
            append: xxh3_64_with_seed(append, xxh3_64_with_seed(name, seed)),
            key: key.map(|key| xxh3_64_with_seed(key, xxh3_64_with_seed(name, !seed))),
        }
    }

    pub(crate) fn of_batch(seed: u64, batch: &Batch) -> Option<Self> {
        let key = batch.key.as_ref().map(|(key, _)| key.as_str().as_bytes());
        let stream = &batch.parts.first()?.stream;
        Some(Self::of(seed, stream, batch.append.as_uuid().as_bytes(), key))
    }

    pub(crate) fn iter(self) -> impl Iterator<Item = u64> {
        self.key.into_iter().chain([self.append])
    }
}

/// Takes a mark for its own hash, which it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, _: &[u8]) {
        unreachable!("marks are numbers");
    }

    fn write_u64(&mut self, mark: u64) {
        self.0 = mark;
    }
}

type Table = HashMap<u64, u64, BuildHasherDefault<AsIs>>;

/// The position of each append's first event, by its marks.
#[derive(Debug)]
pub(crate) struct Known {
    tables: Vec<Table>,
    /// Marks that two appends share, which chance brings about once in a lifetime of stores.
    shared: Vec<(u64, u64)>,
}

impl Known {
    pub(crate) fn new() -> Self {
        Self {
            tables: vec![Table::default(); TABLES],
            shared: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, marks: Marks, position: u64) {
        for mark in marks.iter() {
            let table = self.tables.get_mut(table(mark));
            if let Some(table) = table
                && let Some(before) = table.insert(mark, position)
            {
                self.shared.push((mark, before));
            }
        }
    }

    /// Where appends with this mark begin.
    pub(crate) fn places(&self, mark: u64) -> impl Iterator<Item = u64> {
        let one = self.tables.get(table(mark)).and_then(|table| table.get(&mark)).copied();
        let others = self.shared.iter().filter(move |(shared, _)| *shared == mark);
        one.into_iter().chain(others.map(|(_, position)| *position))
    }
}

/// A table is chosen by bits that the table itself does not look at first.
fn table(mark: u64) -> usize {
    usize::try_from(mark.rotate_left(32)).unwrap_or(0) % TABLES
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(stream: &str, append: u8, key: Option<&str>) -> Marks {
        let stream = StreamId::new("test", stream).expect("a name");
        Marks::of(7, &stream, &[append; 16], key.map(str::as_bytes))
    }

    /// Rule 2.1: ids and keys mean something within their stream, and neither is taken for the other.
    #[test]
    fn marks_are_of_a_stream() {
        let one = marks("a", b'k', Some("kkkkkkkkkkkkkkkk"));
        assert_eq!(one, marks("a", b'k', Some("kkkkkkkkkkkkkkkk")));
        assert_ne!(Some(one.append), one.key);
        let other = marks("b", b'k', Some("kkkkkkkkkkkkkkkk"));
        assert!(one.append != other.append && one.key != other.key);
    }

    /// Two appends with one mark are both found: a hash alone decides nothing.
    #[test]
    fn appends_that_share_a_mark_are_both_found() {
        let mut known = Known::new();
        let mark = Marks { append: 5, key: None };
        known.add(mark, 1);
        known.add(mark, 9);
        known.add(
            Marks {
                append: 6,
                key: Some(5),
            },
            20,
        );
        let mut places: Vec<u64> = known.places(5).collect();
        places.sort_unstable();
        assert_eq!(places, [1, 9, 20]);
        assert_eq!(known.places(6).collect::<Vec<_>>(), [20]);
        assert_eq!(known.places(7).count(), 0);
    }
}
