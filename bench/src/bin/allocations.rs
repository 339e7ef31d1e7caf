//! The budget of allocations: a decode asks the allocator as often as bare serde_json does, and for as many bytes.

use std::alloc::System;
use std::hint::black_box;
use std::io::Write;
use std::process::ExitCode;

use recount::EventSet;
use recount_bench::payloads::{Deposited, DepositedV1, OfOne, OfSixty, Stored};
use serde::de::DeserializeOwned;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    const NAME: &str = "account.deposited";
    let (first, current, newer) = (
        Stored::new(NAME, 1, 1),
        Stored::new(NAME, 3, 3),
        Stored::new(NAME, 4, 3),
    );
    let garbage = Stored::garbage("account.blinked");
    // The default that version 2 adds is a text of three letters, which somebody has to allocate.
    let default = (first.payloads.len(), 3 * first.payloads.len());
    let same = [
        equal(
            "current version",
            decoded::<OfOne>(&current),
            bare::<Deposited>(&current),
        ),
        equal(
            "version 1",
            decoded::<OfOne>(&first),
            plus(bare::<DepositedV1>(&first), default),
        ),
        equal("a newer version", decoded::<OfOne>(&newer), bare::<Deposited>(&newer)),
        equal("dropped", decoded::<OfOne>(&garbage), (0, 0)),
        equal(
            "set of sixty",
            decoded::<OfSixty>(&current),
            bare::<Deposited>(&current),
        ),
    ];
    if same.iter().all(|same| *same) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// How often memory was asked for, and how much.
type Asked = (usize, usize);

fn equal(what: &str, ours: Asked, theirs: Asked) -> bool {
    let verdict = if ours == theirs { "equal" } else { "NOT EQUAL" };
    let _ = writeln!(std::io::stdout(), "{what:<20} {ours:?} {theirs:?} {verdict}");
    ours == theirs
}

fn plus(one: Asked, other: Asked) -> Asked {
    (one.0 + other.0, one.1 + other.1)
}

fn decoded<S: EventSet>(stored: &Stored) -> Asked {
    let raws = stored.raws();
    asked(|| {
        for raw in &raws {
            let outcome = S::decode_into(raw, &mut |event| drop(black_box(event)));
            assert!(outcome.is_ok());
        }
    })
}

fn bare<T: DeserializeOwned>(stored: &Stored) -> Asked {
    asked(|| {
        for payload in &stored.payloads {
            assert!(black_box(serde_json::from_slice::<T>(payload)).is_ok());
        }
    })
}

fn asked(run: impl FnOnce()) -> Asked {
    let region = Region::new(ALLOCATOR);
    run();
    let change = region.change();
    (change.allocations + change.reallocations, change.bytes_allocated)
}
