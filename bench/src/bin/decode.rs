//! The budgets of decoding: what recount adds to bare serde_json.

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use recount::EventSet;
use recount_bench::payloads::{OfOne, OfSixty, PAYLOADS, Stored, bare_current, bare_first};
use recount_bench::table::{Row, print};
use recount_bench::time::fastest;

/// How many runs in a row have to be over a budget before it counts as missed.
const RUNS: u32 = 3;

fn main() -> ExitCode {
    for _ in 0..RUNS {
        if print(&rows()) {
            return ExitCode::SUCCESS;
        }
    }
    ExitCode::FAILURE
}

fn rows() -> Vec<Row> {
    const NAME: &str = "account.deposited";
    let (first, current, newer) = (
        Stored::new(NAME, 1, 1),
        Stored::new(NAME, 3, 3),
        Stored::new(NAME, 4, 3),
    );
    let garbage = Stored::garbage("account.blinked");
    vec![
        row(
            "current version",
            1.05,
            decoded::<OfOne>(&current),
            bare(&current, bare_current),
        ),
        row(
            "version 1 through two typed steps",
            1.10,
            decoded::<OfOne>(&first),
            bare(&first, bare_first),
        ),
        row(
            "a newer version, through its floor",
            1.05,
            decoded::<OfOne>(&newer),
            bare(&newer, bare_current),
        ),
        row(
            "dropped, and no JSON",
            0.05,
            decoded::<OfOne>(&garbage),
            bare(&current, bare_current),
        ),
        row(
            "in a set of sixty, against a set of one",
            1.10,
            decoded::<OfSixty>(&current),
            decoded::<OfOne>(&current),
        ),
    ]
}

/// Decodes all payloads as every reader does.
fn decoded<'a, S: EventSet>(stored: &'a Stored) -> impl FnMut() + use<'a, S> {
    let raws = stored.raws();
    move || {
        for raw in &raws {
            let outcome = S::decode_into(black_box(raw), &mut |event| drop(black_box(event)));
            assert!(black_box(outcome).is_ok());
        }
    }
}

/// Decodes all payloads without recount.
fn bare<'a, T>(stored: &'a Stored, read: fn(&[u8]) -> serde_json::Result<T>) -> impl FnMut() + use<'a, T> {
    move || {
        for payload in &stored.payloads {
            let event = read(black_box(payload));
            assert!(black_box(event).is_ok());
        }
    }
}

fn row(what: &'static str, budget: f64, ours: impl FnMut(), theirs: impl FnMut()) -> Row {
    let (ours, theirs) = fastest(ours, theirs);
    let each = |all: Duration| all / PAYLOADS;
    Row {
        what,
        budget,
        ours: each(ours),
        theirs: each(theirs),
    }
}
