//! The crashes for long runs: `just crash SEED MINUTES ONLY` runs seed after seed of each kind, until one fails or time is up; for
//! no minutes it runs one seed.
#![allow(unreachable_pub, reason = "the domain is written as it would be in a library")]
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

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

use std::time::{Duration, Instant};

use world::World;

/// A history of a seed, and how many processes are killed in it.
type Kind = (&'static str, u64, fn(u64));

const KINDS: &[Kind] = &[
    ("views", views::LIVES, |seed| views::history(seed, &World::in_memory())),
    ("views in files", views::LIVES, |seed| {
        views::history(seed, &World::in_files())
    }),
    ("views in sqlite", sqlite::LIVES, |seed| {
        sqlite::history(seed, &World::in_memory())
    }),
    ("rebuilds", rebuilds::LIVES, |seed| {
        rebuilds::history(seed, &World::in_memory())
    }),
    ("rebuilds in files", rebuilds::LIVES, |seed| {
        rebuilds::history(seed, &World::in_files())
    }),
    ("sqlite rebuilds", sqlite_rebuilds::LIVES, |seed| {
        sqlite_rebuilds::history(seed, &World::in_memory())
    }),
    ("publishers", publishers::LIVES, |seed| {
        publishers::broker(seed, &World::in_memory(), false)
    }),
    ("publishers in files", publishers::LIVES, |seed| {
        publishers::broker(seed, &World::in_files(), false)
    }),
    ("publishers of lines", publishers::LIVES, |seed| {
        publishers::json_lines(seed, &World::in_memory())
    }),
    ("subscriptions", subscriptions::LIVES, |seed| {
        subscriptions::history(seed, &World::in_memory(), false)
    }),
    ("subscriptions in files", subscriptions::LIVES, |seed| {
        subscriptions::history(seed, &World::in_files(), false)
    }),
];

fn main() {
    let number = |at: usize, default| {
        let text = std::env::args().nth(at);
        text.and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (first, minutes) = (number(1, 0_u64), number(2, 10));
    let only = std::env::args().nth(3).unwrap_or_default();
    let (begun, limit) = (Instant::now(), Duration::from_secs(60 * minutes));
    let kinds: Vec<_> = KINDS.iter().filter(|(name, ..)| name.starts_with(&only)).collect();
    let mut seed = first;
    loop {
        // A failure is a panic, which names the seed.
        kinds.iter().for_each(|(.., history)| history(seed));
        seed += 1;
        if begun.elapsed() >= limit {
            break;
        }
    }
    let seeds = seed - first;
    println!("seeds {first}..{seed} in {} s, none failed", begun.elapsed().as_secs());
    for (name, lives, _) in kinds {
        println!("{:>10} crashes of {name}", seeds * lives);
    }
}
