//! The budget of allocations: a decode asks the allocator as often as bare serde_json does, and for as many bytes.

use std::alloc::System;
use std::hint::black_box;
use std::io::Write;
use std::process::ExitCode;

use recount::EventSet;
use recount_bench::payloads::{OfOne, OfSixty, Stored, bare_current, bare_first};
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
    let same = [
        equal(
            "current version",
            decoded::<OfOne>(&current),
            bare(&current, bare_current),
        ),
        equal("version 1", decoded::<OfOne>(&first), bare(&first, bare_first)),
        equal("a newer version", decoded::<OfOne>(&newer), bare(&newer, bare_current)),
        equal("dropped", decoded::<OfOne>(&garbage), (0, 0)),
        equal(
            "set of sixty",
            decoded::<OfSixty>(&current),
            bare(&current, bare_current),
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

fn decoded<S: EventSet>(stored: &Stored) -> Asked {
    let raws = stored.raws();
    asked(|| {
        for raw in &raws {
            let outcome = S::decode_into(raw, &mut |event| drop(black_box(event)));
            assert!(outcome.is_ok());
        }
    })
}

fn bare<T>(stored: &Stored, read: fn(&[u8]) -> serde_json::Result<T>) -> Asked {
    asked(|| {
        for payload in &stored.payloads {
            assert!(black_box(read(payload)).is_ok());
        }
    })
}

fn asked(run: impl FnOnce()) -> Asked {
    let region = Region::new(ALLOCATOR);
    run();
    let change = region.change();
    (change.allocations + change.reallocations, change.bytes_allocated)
}
