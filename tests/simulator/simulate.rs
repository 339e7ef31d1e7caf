//! The simulator for long runs: `just simulate SEED STEPS MINUTES` runs seed after seed, on both stores, until one fails or time is up.
#![expect(clippy::print_stdout, reason = "a program for the terminal")]

mod account;
mod bent;
mod faults;
mod gate;
mod ledger;
mod log;
#[path = "../conformance/memory_disk.rs"]
mod memory_disk;
mod place;
mod plan;
mod random;
mod run;
mod shelf;
mod shrink;
mod work;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use plan::{Kind, Plan};

fn argument(at: usize, default: u64) -> u64 {
    std::env::args()
        .nth(at)
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

fn main() -> ExitCode {
    let (first, steps, minutes) = (argument(1, 0), argument(2, 150), argument(3, 10));
    let steps = usize::try_from(steps).unwrap_or(usize::MAX);
    let (begun, limit) = (Instant::now(), Duration::from_secs(60 * minutes));
    let (mut met, mut events, mut openings) = (BTreeMap::new(), 0, 0);
    let mut seed = first;
    while begun.elapsed() < limit {
        for kind in [Kind::Memory, Kind::File] {
            let plan = Plan::new(seed, kind, steps);
            let (summary, failure) = run::run(&plan, None);
            if let Some(failure) = failure {
                println!("{}", shrink::report(&plan, None, failure));
                return ExitCode::FAILURE;
            }
            (events, openings) = (events + summary.events, openings + summary.openings);
            for (what, count) in summary.met {
                *met.entry(what).or_insert(0) += count;
            }
        }
        seed += 1;
    }
    let (runs, seconds) = (2 * (seed - first), begun.elapsed().as_secs());
    println!("seeds {first}..{seed}: {runs} runs of {steps} steps in {seconds} s, none failed");
    println!("{events} events, {openings} openings, and these answers:");
    for (what, count) in met {
        println!("{count:>10} {what}");
    }
    ExitCode::SUCCESS
}
