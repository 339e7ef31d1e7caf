//! The stored shape of a value, known to the compiler: what a change of a type can be compared with.

mod around;
mod comparison;
mod facts;
mod fingerprint;
mod folded;
mod foreign;
mod lock;
mod normal;
mod numbers;
mod payload;
mod reach;
mod shape;
mod std;
#[cfg(test)]
mod tests;
mod verdict;

pub use comparison::{Comparison, Difference, Finding};
pub use facts::{EventFacts, Member, ReadsAs, Role, SetFacts, VersionFacts};
pub use fingerprint::{fingerprint, snapshot_fingerprint};
pub(crate) use folded::{consumed_fingerprint, folded_fingerprint, laid_out};
pub use lock::{
    Choice, Entry, Fingerprint, Key, Kind, LineError, Lock, LockError, MergeConflict, NotAFingerprint, Outline,
    Release, Scalar, SidesError, Status, Tagging,
};
pub use payload::{Payload, Reading, Refusal, Style};
pub(crate) use reach::written_down_to;
pub use shape::{Field, Shape, Tag, Variant};
pub use verdict::{Cell, Change, Code, GUIDE, Report, Verdict, compare};

/// A type whose stored form is known: what may be part of an event, of a snapshot or of a view.
///
/// Written by [`#[derive(Event)]`](derive@crate::Event) for an event and its versions, and by [`#[derive(Schema)]`](derive@crate::Schema)
/// for what is inside one. The shape is a constant, so rustc has resolved generics and the types of other crates before anything looks at it.
///
/// ```
/// use recount::Schema;
/// use recount::schema::{Field, Shape};
///
/// #[derive(serde::Serialize, recount::Schema)]
/// #[serde(rename_all = "camelCase")]
/// struct Address {
///     street_name: String,
///     #[serde(default)]
///     tags: Vec<String>,
/// }
/// let Shape::Object { fields, .. } = Address::SHAPE else { panic!("a struct with names") };
/// assert_eq!(fields[0], Field::new("streetName", &Shape::Str));
/// assert_eq!(fields[1], Field::new("tags", &Shape::List(&Shape::Str)).or_default());
/// ```
///
/// # Types of std
///
/// | type | shape |
/// |---|---|
/// | integers, floats, `bool`, `String`, `PathBuf` | themselves; `usize` and `isize` have 64 bits |
/// | `char`, `NonZero`, `Duration`, `SystemTime`, addresses | scalars: not every text or number is one |
/// | `Option`, lists, sets, maps, tuples, arrays | of what they hold; an array is a tuple, and a hasher means nothing |
/// | `Result`, ranges, `Bound` | the enums and structs that serde makes of them |
/// | `Box`, `Rc`, `Arc`, `Cow`, `Cell`, `RefCell`, `Mutex`, `RwLock`, `Wrapping`, `Saturating`, `Reverse` | what is in them |
///
/// `uuid::Uuid` is a scalar and `serde_json::Value` anything. The [features](crate#features) add the types of other crates.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no schema: it is part of an event, of a snapshot or of a view",
    label = "its stored shape is not known",
    note = "add `#[derive(Schema)]` to it, or `#[schema(scalar = \"...\")]` to the field"
)]
pub trait Schema {
    /// What serde reads and writes of it.
    const SHAPE: &'static Shape;
}
