//! What recount costs, as ratios against the same work without it: one run, one process, both sides interleaved.
//!
//! Only ratios mean anything: another machine has other times, and nearly the same ratios. The binaries print one line per budget and end
//! with an error where one is missed.

pub mod payloads;
pub mod table;
pub mod time;
