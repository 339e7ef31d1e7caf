//! `schema_test!`: what it says of every change, what it writes, and what it never writes.

#![allow(
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    reason = "the domains are written as they would be in a library, without their docs"
)]

mod checks;
mod goldens;
mod guide;
mod lossy;
mod orders;
mod places;
mod quiet;
mod releases;
mod rows;
mod sets;
mod support;
mod survives;
mod told;
mod update;
