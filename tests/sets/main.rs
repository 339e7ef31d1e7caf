//! Sets over the years: renamed, dropped, split, retired and unknown events, through every reader, and between two builds of one set.

#![allow(
    unreachable_pub,
    missing_docs,
    missing_debug_implementations,
    reason = "the domains are written as they would be in a library, without their docs"
)]

mod account;
mod names;
mod places;
mod planted;
mod readers;
mod retired;
mod rollout;
mod split;
mod sugar;
mod unknown;
