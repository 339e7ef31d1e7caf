//! For code that `recount-macros` writes, and for nothing else: it has no stability.

mod decode;
mod fold;
mod names;
mod rejection;
mod twins;

pub use decode::{decode_current, decode_only, decode_unit, encode_current, encode_unit, read, stored, unknown_name};
pub use fold::{change, create, present, turn};
pub use names::Names;
pub use rejection::{Nth, Source, collect, collect_as};
pub use serde;
pub use std::borrow::Cow;
pub use std::vec::Vec;
pub use twins::{Applies, RejectsWith, Same};
