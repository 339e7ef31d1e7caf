//! For code that `recount-macros` writes, and for nothing else: it has no stability.

mod decode;
mod fold;
mod names;
mod rejection;
mod sets;
mod twins;

pub use decode::{decode_current, decode_only, decode_unit, encode_current, encode_unit, read, unknown_name};
pub use fold::{change, create, present, turn};
pub use names::{Name, Names};
pub use rejection::{Nth, Source, collect, collect_as};
pub use serde;
pub use sets::{ended, frozen, or_unknown, split, stored, stored_as, unknown};
pub use std::borrow::Cow;
pub use std::vec::Vec;
pub use twins::{Applied, Applies, Emitted, RejectsWith, Same};
