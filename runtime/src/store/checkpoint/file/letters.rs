//! Which letters of a consumer there are, and in which file each stands.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::store::checkpoint::file::heads::{LettersHead, Place};
use crate::store::checkpoint::{DeadLetter, PartId};
use crate::stream::Position;

/// The letters of one consumer, without their bytes.
#[derive(Debug)]
pub(super) struct Letters {
    /// The number of the next file.
    pub(super) next: u64,
    /// The files that are there, each with the letters that it has ever had.
    files: BTreeMap<u64, Vec<PartId>>,
    /// Letters that stand in those files and were taken back.
    gone: BTreeSet<Place>,
    /// The letters that are there.
    index: BTreeMap<PartId, (Place, String)>,
}

impl Default for Letters {
    fn default() -> Self {
        Self {
            next: 1,
            files: BTreeMap::new(),
            gone: BTreeSet::new(),
            index: BTreeMap::new(),
        }
    }
}

/// What a change does to the letters.
#[derive(Debug)]
pub(super) struct Plan {
    /// Those that are new.
    pub(super) fresh: Vec<DeadLetter>,
    /// Those that are taken back.
    pub(super) gone: Vec<Place>,
}

impl Letters {
    /// The letters of these files, without those that are gone.
    pub(super) fn of(next: u64, heads: &[LettersHead], gone: impl IntoIterator<Item = Place>) -> Self {
        let mut letters = Self {
            next,
            gone: gone.into_iter().collect(),
            ..Self::default()
        };
        for head in heads {
            letters.gone.extend(&head.gone);
        }
        for head in heads {
            letters.next = letters.next.max(head.number + 1);
            letters.add(
                head.number,
                head.letters.iter().map(|letter| (letter.part, letter.key.clone())),
            );
        }
        letters.forget_files(|_| false);
        letters
    }

    fn add(&mut self, file: u64, letters: impl IntoIterator<Item = (PartId, String)>) {
        let mut parts = Vec::new();
        for ((part, key), index) in letters.into_iter().zip(0..) {
            parts.push(part);
            if !self.gone.contains(&(file, index)) {
                self.index.insert(part, ((file, index), key));
            }
        }
        self.files.insert(file, parts);
    }

    pub(super) fn plan(&self, parked: Vec<DeadLetter>, redriven: &[PartId]) -> Plan {
        let redriven: HashSet<&PartId> = redriven.iter().collect();
        let mut seen = HashSet::new();
        let is_new = |letter: &DeadLetter| {
            !self.index.contains_key(&letter.part) && !redriven.contains(&letter.part) && seen.insert(letter.part)
        };
        let gone = redriven.iter().filter_map(|part| self.index.get(part));
        Plan {
            gone: gone.map(|(place, _)| *place).collect(),
            fresh: parked.into_iter().filter(is_new).collect(),
        }
    }

    /// What is taken back when the events behind a position will be delivered again.
    pub(super) fn behind(&self, position: Position) -> Plan {
        let gone = self.index.iter().filter(|(part, _)| part.position > position);
        Plan {
            fresh: Vec::new(),
            gone: gone.map(|(_, (place, _))| *place).collect(),
        }
    }

    /// All that is gone once these are, in files that are there.
    pub(super) fn gone_with(&self, gone: &[Place]) -> Vec<Place> {
        self.gone.iter().chain(gone).copied().collect()
    }

    /// The files that still hold a letter once these are gone, the new one included.
    pub(super) fn files_without(&self, plan: &Plan) -> Vec<u64> {
        let gone: HashSet<&Place> = plan.gone.iter().collect();
        let living = self.index.values().filter(|(place, _)| !gone.contains(place));
        let mut files: BTreeSet<u64> = living.map(|((file, _), _)| *file).collect();
        if !plan.fresh.is_empty() {
            files.insert(self.next);
        }
        files.into_iter().collect()
    }

    /// The plan was carried out; the new letters stand in a file of the next number.
    pub(super) fn take_over(&mut self, plan: &Plan, is_file_written: bool) {
        self.gone.extend(&plan.gone);
        self.index.retain(|_, (place, _)| !plan.gone.contains(place));
        if is_file_written {
            let letters = plan.fresh.iter().map(|letter| (letter.part, letter.key.clone()));
            self.add(self.next, letters);
            self.next += 1;
        }
    }

    /// The files without a letter that is there.
    pub(super) fn dead_files(&self) -> Vec<u64> {
        let living: HashSet<u64> = self.index.values().map(|((file, _), _)| *file).collect();
        self.files
            .keys()
            .filter(|file| !living.contains(file))
            .copied()
            .collect()
    }

    /// Files were removed, and with them what is known to be gone of them.
    pub(super) fn forget_files(&mut self, is_removed: impl Fn(u64) -> bool) {
        self.files.retain(|file, _| !is_removed(*file));
        let files = &self.files;
        self.gone.retain(|(file, _)| files.contains_key(file));
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (PartId, &str, Place)> {
        self.index.iter().map(|(part, (place, key))| (*part, &**key, *place))
    }
}
