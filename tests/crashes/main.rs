//! Processes that are killed: at seeded steps of what reads events, of its stores and of its databases, and started again.

#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]

#[allow(dead_code, reason = "shared with the tests of the read side")]
#[path = "../read_side/bank.rs"]
mod bank;
mod fuse;
mod sqlite;
#[allow(dead_code, reason = "shared with the tests of the read side")]
#[path = "../read_side/tables.rs"]
mod tables;
mod views;
mod world;

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
