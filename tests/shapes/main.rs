//! Shapes: that each says what serde really reads and writes, of std, of other crates, and of what the macros derive.

mod edges;
mod enums;
mod facts;
mod kit;
mod places;
mod structs;
mod values;
