//! For code that `recount-macros` writes, and for nothing else: it has no stability.

mod decode;
mod fold;

pub use decode::{decode_current, encode_current, reads};
pub use fold::{change, create, present, turn};
pub use serde;
