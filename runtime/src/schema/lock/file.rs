//! `Lock`: what `events.lock` holds, version by version.

use super::hash::Fingerprint;
use super::outline::Outline;

/// The format that this build writes, and the newest that it reads.
pub(super) const FORMAT: u32 = 1;

/// `events.lock`: every version of every event of a package, and the releases that are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    /// One per context, name and version.
    pub events: Vec<Entry>,
    /// In the order of their release.
    pub releases: Vec<Release>,
}

/// One version of an event, or the state of a reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The crate that declares it, or `#[event(context = "..")]`.
    pub context: String,
    /// The stored name.
    pub name: String,
    /// Its number.
    pub version: u32,
    /// Whether payloads of it may be stored outside development.
    pub status: Status,
    /// How it is read.
    pub kind: Kind,
    /// The oldest reader version that can follow a payload of this version.
    pub floor: u32,
    /// Other stored names that are read as this event, sorted.
    pub names: Vec<String>,
    /// The changes that lead here from the version before, as declared.
    pub edge: Vec<String>,
    /// The declared revision of a state; 0 for events.
    pub rev: u32,
    /// What is stored; `None` where no type says so: `raw` and `dropped`.
    pub shape: Option<Outline>,
    /// The fingerprints that it was sealed with before: each still has goldens.
    pub earlier: Vec<Fingerprint>,
}

/// Whether an entry may still change freely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Nothing of it is stored outside development.
    Draft,
    /// Released: it takes only changes that lose nothing.
    Sealed,
}

/// How a version is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Read and written.
    Current,
    /// An older version, or a retired event: read only.
    Frozen,
    /// Read as several events.
    Split,
    /// Skipped.
    Dropped,
    /// Read from JSON by a function.
    Raw,
    /// The state of a reader: not an event.
    State,
}

/// A release whose nodes may still run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// Its name.
    pub name: String,
    /// Whether nodes of it may run beside this build.
    pub live: bool,
    /// The events it reads and up to which version: `account.deposited 3`.
    pub reads: Vec<String>,
}

impl Status {
    pub(super) const ALL: [(Self, &'static str); 2] = [(Self::Draft, "draft"), (Self::Sealed, "sealed")];
}

impl Kind {
    pub(super) const ALL: [(Self, &'static str); 6] = [
        (Self::Current, "current"),
        (Self::Frozen, "frozen"),
        (Self::Split, "split"),
        (Self::Dropped, "dropped"),
        (Self::Raw, "raw"),
        (Self::State, "state"),
    ];

    /// Whether new payloads of it are still written.
    #[must_use]
    pub fn is_written(self) -> bool {
        matches!(self, Self::Current | Self::State)
    }
}

macro_rules! words {
    ($($type:ident: $example:literal),*) => { $(
        impl $type {
            /// Its word in the file.
            #[must_use]
            pub fn word(self) -> &'static str {
                Self::ALL.iter().find(|(value, _)| *value == self).map_or($example, |(_, word)| *word)
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.word())
            }
        }
    )* };
}

words!(Status: "sealed", Kind: "current");

impl Entry {
    /// What it hashes to; `None` without a shape.
    #[must_use]
    pub fn hash(&self) -> Option<Fingerprint> {
        self.shape.as_ref().map(Outline::fingerprint)
    }

    /// What tells it from all others, in the order of the file.
    #[must_use]
    pub fn key(&self) -> (&str, &str, u32) {
        (&self.context, &self.name, self.version)
    }
}

impl Lock {
    /// The entry of a version.
    #[must_use]
    pub fn find(&self, context: &str, name: &str, version: u32) -> Option<&Entry> {
        self.events.iter().find(|entry| entry.key() == (context, name, version))
    }

    /// Puts entries into the order of the file.
    pub fn sort(&mut self) {
        self.events.sort_by(|a, b| a.key().cmp(&b.key()));
    }

    /// The entry in its place, in exchange for the one that was there.
    pub fn put(&mut self, entry: Entry) {
        self.events.retain(|other| other.key() != entry.key());
        self.events.push(entry);
        self.sort();
    }
}
