//! Processes that are killed: at seeded steps of what reads events, of its stores and of its databases, and started again.

#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

#[allow(dead_code, reason = "shared with the tests of the read side")]
#[path = "../read_side/bank.rs"]
mod bank;
mod fuse;
mod publishers;
mod rebuilds;
mod sqlite;
mod sqlite_rebuilds;
mod subscriptions;
#[allow(dead_code, reason = "shared with the tests of the read side")]
#[path = "../read_side/tables.rs"]
mod tables;
mod views;
mod world;

use std::panic::catch_unwind;

use world::World;

/// Rules 7.1, 7.4, 8.2, 8.4: views in memory, at 1 000 points.
#[test]
fn views_in_memory() {
    for seed in 0..1000 / views::LIVES {
        views::history(seed, &World::in_memory());
    }
}

/// Rules 7.1, 7.4, 8.2, 8.4: views and checkpoints in files, which each process opens anew, at 250 points.
#[test]
fn views_in_files() {
    for seed in 0..250 / views::LIVES {
        views::history(seed, &World::in_files());
    }
}

/// Rules 7.4, 8.2, 8.4, 8.5: views in SQLite, at 1 000 points. Whenever it is killed, the file holds what it says it holds, and in the end
/// each event was handled once.
#[test]
fn views_in_sqlite() {
    for seed in 0..1000 / sqlite::LIVES {
        sqlite::history(seed, &World::in_memory());
    }
}

/// Rules 8.3, 8.7: views in memory that are built anew, at 1 000 points. After a restart the old one is there or the new one, whole.
#[test]
fn rebuilds_in_memory() {
    for seed in 0..1000 / rebuilds::LIVES {
        rebuilds::history(seed, &World::in_memory());
    }
}

/// Rule 8.7: a build that is slow goes on where it was.
#[test]
fn a_slow_rebuild() {
    rebuilds::slow(&World::in_memory());
}

/// Rules 8.3, 8.7: and with checkpoints in files, at 100 points.
#[test]
fn rebuilds_in_files() {
    for seed in 0..100 / rebuilds::LIVES {
        rebuilds::history(seed, &World::in_files());
    }
}

/// Rules 8.3, 8.7: views in SQLite that are built anew, at 500 points.
#[test]
fn rebuilds_in_sqlite() {
    for seed in 0..500 / sqlite_rebuilds::LIVES {
        sqlite_rebuilds::history(seed, &World::in_memory());
    }
}

/// Rules 7.1, 8.2: a publisher hands over every event at least once, in order and without a gap, at 1 000 points.
#[test]
fn publishers() {
    for seed in 0..1000 / publishers::LIVES {
        publishers::broker(seed, &World::in_memory(), false);
    }
}

/// Rules 7.1, 8.2: and with checkpoints in files, at 50 points.
#[test]
fn publishers_in_files() {
    for seed in 0..50 / publishers::LIVES {
        publishers::broker(seed, &World::in_files(), false);
    }
}

/// Rules 7.1, 8.2: a file of lines, cut behind what a checkpoint has passed, at 1 000 points.
#[test]
fn publishers_of_lines() {
    for seed in 0..1000 / publishers::LIVES {
        publishers::json_lines(seed, &World::in_memory());
    }
}

/// Rules 7.1, 7.2: a reader that keeps where it stood is served all events from there, at 1 000 points.
#[test]
fn subscriptions() {
    for seed in 0..1000 / subscriptions::LIVES {
        subscriptions::history(seed, &World::in_memory(), false);
    }
}

/// Rules 7.1, 7.2: and from files, at 50 points.
#[test]
fn subscriptions_in_files() {
    for seed in 0..50 / subscriptions::LIVES {
        subscriptions::history(seed, &World::in_files(), false);
    }
}

/// What is broken is found: a broker that says too early what it has, and a reader that keeps too early where it stands.
#[test]
fn what_is_broken_is_found() {
    let is_found = |history: fn(u64)| (0..200).any(|seed| catch_unwind(|| history(seed)).is_err());
    assert!(is_found(|seed| publishers::broker(seed, &World::in_memory(), true)));
    assert!(is_found(|seed| subscriptions::history(seed, &World::in_memory(), true)));
}
