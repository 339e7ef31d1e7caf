//! What the lock and its tests need of events, as generated code tells it. Not for users: their view of it is `events.lock`.

use crate::codec::JsonError;
use crate::schema::Shape;

/// An event as its type describes it.
#[derive(Clone, Copy, Debug)]
pub struct EventFacts {
    /// The crate that declares it, or `#[event(context = "..")]`; never empty.
    pub context: &'static str,
    /// The stored name; empty where the macro has reported a mistake.
    pub name: &'static str,
    /// The type's name in Rust, for messages.
    pub rust: &'static str,
    /// Whether it is read only.
    pub frozen: bool,
    /// The version that is written.
    pub writes: u32,
    /// The kept struct below the lowest version that is described here. The way from its last version to that one runs code of the user's.
    pub older: Option<&'static EventFacts>,
    /// The versions that are described here, in order, the current one last; with `raw`, those that it reads come first, without a shape.
    pub versions: &'static [VersionFacts],
    /// `example(version, json)`.
    pub examples: &'static [(u32, &'static str)],
}

/// One version of an event.
#[derive(Clone, Copy, Debug)]
pub struct VersionFacts {
    /// Its number.
    pub version: u32,
    /// What is stored of it; `None` where a `raw` function reads whatever lies there.
    pub shape: Option<&'static Shape>,
    /// The oldest reader version that can follow a payload of this version.
    pub floor: u32,
    /// The changes that lead from the version before to this one, sorted, with the stored keys of these versions and without a name of
    /// Rust's: `since currency = "EUR"`, `since channel = default`, `since street_len, computed`, `since note`, `renamed note from memo`,
    /// `retyped address`, `removed memo`, `step`, `hand-written`, `raw`.
    pub edge: &'static [&'static str],
    /// Whether the way from this version to the next runs code of the user's.
    pub runs_code: bool,
    /// Whether serde reads these bytes as the struct of this version; `None` without a struct.
    pub reads: Option<ReadsAs>,
    /// Whether that struct is made from the lock: what it reads of a named format is anything.
    pub from_lock: bool,
}

/// Whether serde reads these bytes as one certain struct.
pub type ReadsAs = fn(&[u8]) -> Result<(), JsonError>;

/// A set of events as its enum describes it.
#[derive(Clone, Copy, Debug)]
pub struct SetFacts {
    /// The enum's name in Rust, for messages.
    pub rust: &'static str,
    /// The crate that declares it, or `#[event(context = "..")]`; that of its dropped names.
    pub context: &'static str,
    /// Its events, in order; without the variant for unknown ones.
    pub members: &'static [Member],
    /// Old stored names and the name of the event that each becomes.
    pub aliases: &'static [(&'static str, &'static str)],
    /// Stored names that are skipped.
    pub dropped: &'static [&'static str],
}

/// An event of a set.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The event.
    pub event: &'static EventFacts,
    /// How the set reads it.
    pub role: Role,
}

/// How a set reads an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Read and written.
    Current,
    /// Read only.
    Frozen,
    /// Read as several others.
    Split,
}
