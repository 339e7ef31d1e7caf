//! The runtime as users meet it: executing, loading, looking back, and everything that can go wrong on the way.

#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

mod cancel;
mod context;
mod counted;
mod doubles;
mod execute;
mod fixture;
mod history;
mod keys;
mod linear;
mod live;
mod load;
mod meter;
mod queue;
mod snapshots;
mod stored;
mod subscription;
mod tally;
mod traced;
mod transaction;
mod unreadable;
mod watched;
mod watcher;
