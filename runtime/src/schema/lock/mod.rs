//! `events.lock` without any Rust type: the file, its entries, and the outline of a stored value. The macro crate holds the same files, so
//! they use std alone and nothing outside this folder.

mod error;
mod fields;
mod file;
mod hash;
mod line;
mod lines;
mod merge;
mod outline;
mod parse;
mod text;
mod toml;
mod words;

pub use error::{LineError, LockError};
pub use file::{Entry, Kind, Lock, Release, Status};
pub use hash::{Fingerprint, NotAFingerprint};
pub use merge::{MergeConflict, SidesError};
pub use outline::{Choice, Key, Outline, Scalar, Tagging};

pub(super) use hash::parts;
pub(super) use words::add_word;
