//! Projections as users meet them: what a view shows, when, and what becomes of an event that cannot be handled.

#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

mod bank;
mod deferred;
mod failing;
mod keeping;
mod rebuilding;
mod retrying;
mod sinks;
mod sqlite;
mod sqlite_rebuilds;
mod status;
mod tables;
mod views;
