//! What a change of a type means for what is stored: each change by its code, with a payload that shows every NO.

mod doubt;
mod enums;
mod nodes;
mod objects;
mod report;
mod settle;

use std::fmt;

use serde::Serialize;

use crate::schema::around::Place;
use crate::schema::lock::{Kind, Outline};
use crate::schema::payload::{Payload, read_at};

pub use report::Report;

/// Where the guide explains a code; the code in small letters stands behind it.
pub const GUIDE: &str = "docs/guide/schema-lock.md#";

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $word:literal, $cure:literal;)*) => {
        /// What a change is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* #[serde(rename = $word)] $code,)*
        }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$code),*];

            /// The word of a report, such as `FIELD_REMOVED`.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(Self::$code => $word,)* }
            }

            /// What to do about it; `{n}` stands for the next version.
            const fn cure(self) -> &'static str {
                match self { $(Self::$code => $cure,)* }
            }
        }
    };
}

codes! {
    /// A key that may be absent.
    OptionalFieldAdded = "OPTIONAL_FIELD_ADDED", "payloads that are stored may hold this key in what is flattened beside it: a new version, `version = {n}` and `#[event(since = {n})]`";
    /// Another key is read as well.
    AliasAdded = "ALIAS_ADDED", "remove the alias: payloads that are stored may hold it for something else";
    /// Variants that are not listed are read from now on.
    EnumOpened = "ENUM_OPENED", "";
    /// A variant that was not there.
    VariantAdded = "VARIANT_ADDED", "open the enum one release earlier, with a `#[serde(other)]` variant";
    /// A key that must be there.
    RequiredFieldAdded = "REQUIRED_FIELD_ADDED", "a new version: `version = {n}` and `#[event(since = {n}, default = ..)]`";
    /// A key is gone.
    FieldRemoved = "FIELD_REMOVED", "a new version: `version = {n}` and `removed({n}, ..)`, or `renamed({n}, from = ..)`";
    /// A key is stored under another name, and read under the old one.
    KeyRenamed = "KEY_RENAMED", "a new version: `version = {n}` and `renamed({n}, from = ..)`";
    /// A key is no longer read as well.
    AliasRemoved = "ALIAS_REMOVED", "keep the alias: payloads with it are stored";
    /// Another kind of value; also another tagging, and another name of a format.
    TypeChanged = "TYPE_CHANGED", "a new version: `version = {n}` and `retyped({n}, from = ..)`";
    /// More whole numbers fit.
    IntWidened = "INT_WIDENED", "a new version: `version = {n}` and `retyped({n}, from = ..)`, written one release later (`write =`)";
    /// More digits fit.
    FloatWidened = "FLOAT_WIDENED", "a new version: `version = {n}` and `retyped({n}, from = ..)`, written one release later (`write =`)";
    /// A key may be absent from now on.
    BecameOptional = "BECAME_OPTIONAL", "a new version: `version = {n}` and `retyped({n}, from = ..)`, written one release later (`write =`)";
    /// A value may be `null` from now on.
    BecameNullable = "BECAME_NULLABLE", "a new version: `version = {n}` and `retyped({n}, from = ..)`, written one release later (`write =`)";
    /// Fewer digits fit.
    FloatNarrowed = "FLOAT_NARROWED", "a new version: `version = {n}` and `retyped({n}, from = ..)`";
    /// A whole number became a float.
    IntToFloat = "INT_TO_FLOAT", "a new version: `version = {n}` and `retyped({n}, from = ..)`";
    /// Fewer whole numbers fit.
    IntNarrowed = "INT_NARROWED", "a new version: `version = {n}` and `retyped({n}, from = ..)`";
    /// A key must be there from now on.
    BecameRequired = "BECAME_REQUIRED", "a new version: `version = {n}` and `retyped({n}, from = ..)`";
    /// `null` is refused from now on.
    NullRefused = "NULL_REFUSED", "a new version: `version = {n}` and `retyped({n}, from = ..)`";
    /// A variant is gone.
    VariantRemoved = "VARIANT_REMOVED", "keep the variant";
    /// Variants that are not listed are refused from now on.
    EnumClosed = "ENUM_CLOSED", "keep it open: keep the `#[serde(other)]` variant";
}

impl Code {
    /// Where the guide explains it.
    #[must_use]
    pub fn link(self) -> String {
        format!("{GUIDE}{}", self.word().to_lowercase())
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// One column of a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cell {
    /// No payload suffers.
    Ok,
    /// This payload does.
    No(Payload),
    /// None is known that does, and nothing shows that none does: a NO, to be on the safe side.
    Unproven,
}

impl Cell {
    /// Whether no payload suffers.
    #[must_use]
    pub fn is_ok(&self) -> bool {
        *self == Self::Ok
    }
}

/// One change and what it does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is.
    pub code: Code,
    /// Where, as in the lock.
    pub path: String,
    /// Whether this build reads what is stored; the witness is a stored payload.
    pub reads: Cell,
    /// Whether no stored value is passed over; the witness is a stored payload.
    pub keeps: Cell,
    /// Whether nodes of the last release read what this build writes; the witness is a payload of this build.
    pub older: Cell,
    /// What to write in the place of the change.
    pub help: Option<String>,
}

/// What changes mean together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// Nothing suffers: taken in place.
    Accepted,
    /// Only nodes of the last release suffer.
    NotForwardCompatible,
    /// Stored payloads suffer.
    Incompatible,
}

impl Verdict {
    /// The verdict on these changes of an entry. What is never written is judged by what is stored alone.
    #[must_use]
    pub fn of(changes: &[Change], kind: Kind) -> Self {
        let any = |cell: fn(&Change) -> &Cell| changes.iter().any(|change| !cell(change).is_ok());
        match () {
            () if any(|change| &change.reads) || any(|change| &change.keeps) => Self::Incompatible,
            () if kind.is_written() && any(|change| &change.older) => Self::NotForwardCompatible,
            () => Self::Accepted,
        }
    }

    /// Its word in a report.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Accepted => "ACCEPTED",
            Self::NotForwardCompatible => "NOT_FORWARD_COMPATIBLE",
            Self::Incompatible => "INCOMPATIBLE",
        }
    }
}

/// What changed between two outlines of version `version` of an event, in the order of the paths. Equal outlines have no changes, and two
/// that differ have at least one.
#[must_use]
pub fn compare(old: &Outline, new: &Outline, version: u32) -> Vec<Change> {
    if old == new {
        return Vec::new();
    }
    let mut found = nodes::Nodes::default().compare(Place::root(old), Place::root(new), "");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    let mut changes: Vec<Change> = found.iter().map(|found| judge(old, new, found)).collect();
    settle::settle(old, new, &mut changes);
    report::add_help(&mut changes, &found, version);
    changes
}

/// A change that was found, with a payload for each column that it may spoil.
#[derive(Clone, Debug)]
struct Found {
    code: Code,
    path: String,
    reads: Option<Payload>,
    keeps: Option<Payload>,
    older: Option<Payload>,
    /// Whether it is a NO by its meaning, whatever serde says: another name of a format, another key for new payloads.
    declared: bool,
    /// For a key that came or went: the object, the key, and what it holds.
    key: Option<(String, String, Outline)>,
}

impl Found {
    fn new(code: Code, path: impl Into<String>) -> Self {
        Self {
            code,
            path: path.into(),
            reads: None,
            keeps: None,
            older: None,
            declared: false,
            key: None,
        }
    }
}

/// Whether an old node refuses or blurs what a new one writes.
fn hurts_older(old: Place<'_>, new: Place<'_>, payload: &Payload) -> bool {
    match (read_at(old, payload), read_at(new, payload)) {
        (Ok(old), Ok(new)) => old.blurred.iter().any(|path| !new.blurred.contains(path)),
        (Err(_), Ok(_)) => true,
        // What the new one does not read itself is none of its payloads.
        (_, Err(_)) => false,
    }
}

/// Whether a new reader passes over or blurs something that the old one kept.
fn loses(old: Place<'_>, new: Place<'_>, payload: &Payload) -> bool {
    match (read_at(old, payload), read_at(new, payload)) {
        (Ok(old), Ok(new)) => {
            new.ignored.iter().any(|path| !old.ignored.contains(path))
                || new.blurred.iter().any(|path| !old.blurred.contains(path))
        }
        _ => false,
    }
}

/// Whether a stored payload is refused.
fn is_refused(old: Place<'_>, new: Place<'_>, payload: &Payload) -> bool {
    read_at(old, payload).is_ok() && read_at(new, payload).is_err()
}

/// Whether a stored payload loses something, or is not read at all because of another change, and shows nothing of this one.
fn is_lost(old: Place<'_>, new: Place<'_>, payload: &Payload) -> bool {
    read_at(old, payload).is_ok() && (read_at(new, payload).is_err() || loses(old, new, payload))
}

/// Keeps the witnesses that show on the payload as a whole what they show at their place: an untagged enum further up may take what one
/// of its variants refuses.
fn judge(old: &Outline, new: &Outline, found: &Found) -> Change {
    let (old, new) = (Place::root(old), Place::root(new));
    let cell = |witness: &Option<Payload>, own, shows: fn(Place<'_>, Place<'_>, &Payload) -> bool| match witness {
        Some(payload) if (found.declared && read_at(own, payload).is_ok()) || shows(old, new, payload) => {
            Cell::No(payload.clone())
        }
        _ => Cell::Ok,
    };
    Change {
        code: found.code,
        path: found.path.clone(),
        reads: cell(&found.reads, old, is_refused),
        keeps: cell(&found.keeps, old, is_lost),
        older: cell(&found.older, new, hurts_older),
        help: None,
    }
}
