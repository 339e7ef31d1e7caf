//! The one suite, for every store and for `AnyStore` around it; and the suite itself, on stores that are broken on purpose.
//!
//! A store's report is a reviewed file in `docs/conformance`. `RECOUNT_BLESS=1` writes it anew, `RECOUNT_SEED` chooses other random
//! choices.

#[path = "conformance/bent.rs"]
mod bent;
#[path = "conformance/doubles.rs"]
mod doubles;
#[path = "conformance/forgetful.rs"]
mod forgetful;
#[path = "conformance/leaking.rs"]
mod leaking;
#[path = "conformance/linearizability.rs"]
mod linearizability;
#[path = "conformance/losing.rs"]
mod losing;
#[path = "conformance/memory_disk.rs"]
mod memory_disk;
#[path = "conformance/model.rs"]
mod model;
#[path = "conformance/sim.rs"]
mod sim;
#[path = "conformance/sim_store.rs"]
mod sim_store;
#[path = "conformance/subjects.rs"]
mod subjects;

use std::path::Path;
use std::{env, fs};

use recount::store::conformance::{self, Outcome, Report, Subject};

use subjects::{Directory, File, Memory, Wrapped};

fn seed() -> u64 {
    let given = env::var("RECOUNT_SEED").ok();
    given.and_then(|seed| seed.parse().ok()).unwrap_or(20_260_128)
}

/// Runs the suite and compares its report with the reviewed one; nothing may have failed in either.
fn reviewed(subject: &impl Subject, store: &str, file: &str) -> Report {
    let report = conformance::run(subject, seed());
    let failed: Vec<String> = report
        .failed()
        .map(|case| format!("{}: {:?}", case.name, case.outcome))
        .collect();
    assert!(failed.is_empty(), "{store} breaks its contract:\n{}", failed.join("\n"));
    let text = format!(
        "# What {store} keeps\n\nWritten by `tests/conformance.rs` from a run of the suite; the rules are those of [semantics.md](../semantics.md).\n\
         A case that was not run has not passed.\n\n{report}"
    );
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../docs/conformance")
        .join(file);
    if env::var_os("RECOUNT_BLESS").is_some() {
        fs::write(&path, &text).expect("docs/conformance can be written");
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        text == kept,
        "docs/conformance/{file} is stale: review this and run with RECOUNT_BLESS=1\n\n{text}"
    );
    report
}

/// Rules 11.5, 12.5: the memory store passes the suite, and its report is reviewed; a stale one fails.
#[test]
fn memory() {
    reviewed(&Memory::default(), "MemoryStore", "memory.md");
}

/// Rule 12.4: so does `AnyStore` around it, with the same report.
#[test]
fn any_around_memory() {
    reviewed(&Wrapped(Memory::default()), "MemoryStore", "memory.md");
}

/// Rule 11.5: the file store passes it, on a disk on which faults can be staged; its report is reviewed.
#[test]
fn file() {
    reviewed(&File::default(), "FileStore", "file.md");
}

/// Rule 11.5: and in a directory of this computer, as far as faults can be staged there.
#[test]
fn file_in_a_directory() {
    // Limits do not depend on the disk, and a million events take a while.
    for name in conformance::names().filter(|name| *name != "limits_at_and_over") {
        let case = conformance::run_case(&Directory::default(), name, seed());
        let outcome = case.map(|case| case.outcome);
        assert!(!matches!(outcome, Some(Outcome::Failed(_))), "{name}: {outcome:?}");
    }
}

/// Rule 11.5: the simulated store offers every hook, so that no case goes untried; it keeps all but what cannot be missing.
#[test]
fn simulated() {
    let report = conformance::run(&sim::Sim::new(None), seed());
    for case in &report.cases {
        let expected = match case.name {
            "unsupported_is_loud" => Outcome::NotRun("the store declares all that can be missing".to_owned()),
            _ => Outcome::Passed,
        };
        assert_eq!(case.outcome, expected, "{}", case.name);
    }
}
