//! For code that `recount-macros` writes, and for nothing else: it has no stability.

mod consume;
mod copy;
mod decode;
mod encode;
mod exact;
mod facts;
mod fold;
mod history;
mod locked;
mod names;
mod rejection;
mod sets;
mod twins;

pub use crate::codec::Json;
pub use consume::{
    apply, find, fold, in_database, in_memory, instance, needed, on, project, react, react_to, sends, sends_after,
};
pub use copy::{Copied, NotCopied};
pub use decode::{
    current_then, decode_current, decode_frozen, decode_unit, frozen_then, no_such_version, read, read_then,
    unknown_name,
};
pub use encode::{encode_current, encode_older, encode_unit};
pub use exact::{EventProof, Exact, ExactEvent, Proof, Unproven};
pub use facts::{STUB, STUB_SET, context, current, frozen_version, locked, older, raw, unit};
pub use fold::{change, create, present, turn};
pub use history::{Kept, Old, decode_old};
pub use locked::{LockMode, Locked, assert_lock_is_readable, assert_locked, given, lock_mode};
pub use names::{Name, Names};
pub use rejection::{Nth, Source, collect, collect_as};
pub use serde;
pub use sets::{ended, frozen, or_unknown, split, stored, stored_as, unknown};
pub use std::borrow::Cow;
pub use std::boxed::Box;
pub use std::collections::BTreeMap;
pub use std::string::String;
pub use std::vec::Vec;
pub use twins::{
    Applied, Applies, DowncastsFrom, Emitted, IsKeptInMemory, KeyText, RejectsWith, Same, Snapshotted, UpcastsFrom,
    UpcastsSurely,
};
pub use uuid::Uuid;
