//! The stored shape of a value, known to the compiler: what a change of a type can be compared with.

mod facts;
mod fingerprint;
mod lock;
mod normal;
mod shape;
#[cfg(test)]
mod tests;

pub use facts::{EventFacts, Member, ReadsAs, Role, SetFacts, VersionFacts};
pub use fingerprint::{fingerprint, snapshot_fingerprint};
pub use lock::{
    Choice, Entry, Fingerprint, Key, Kind, LineError, Lock, LockError, NotAFingerprint, Outline, Release, Scalar,
    Status, Tagging,
};
pub use shape::{Field, Shape, Tag, Variant};

/// A type whose stored form is known: what may be part of an event.
///
/// Written by `#[derive(Event)]` for an event and its versions, and by `#[derive(Schema)]` for what is inside one. The shape is a
/// constant, so rustc has resolved generics and the types of other crates before anything looks at it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is part of an event but has no schema",
    label = "its stored shape is not known",
    note = "add `#[derive(Schema)]` to it, or `#[schema(scalar = \"...\")]` to the field"
)]
pub trait Schema {
    /// What serde reads and writes of it.
    const SHAPE: &'static Shape;
}
