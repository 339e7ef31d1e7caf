//! The built program, run as cargo runs it, and locks to run it on.
#![allow(dead_code, unreachable_pub, reason = "each test target uses a part of it")]

use std::path::Path;
use std::process::{Command, Output};

use recount::schema::{Entry, Kind, Lock, Outline, Status};

/// `cargo recount lock` in a folder.
pub fn recount(folder: &Path) -> Command {
    area(folder, "lock")
}

/// The program in a folder, without colours and without what the tests themselves run under.
pub fn area(folder: &Path, area: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-recount"));
    command.current_dir(folder).args(["recount", area]);
    for variable in [
        "CI",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "RECOUNT_LOCK",
        "RECOUNT_UPDATE",
        "RECOUNT_BASE",
        "RECOUNT_RELEASE",
    ] {
        command.env_remove(variable);
    }
    command
}

/// What it ended with and wrote.
#[derive(Debug)]
pub struct Ended {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// Runs it to its end.
pub fn run(command: &mut Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().expect("the program starts");
    let text = |bytes| String::from_utf8(bytes).expect("text");
    Ended {
        code: status.code().expect("it ends by itself"),
        out: text(stdout),
        err: text(stderr),
    }
}

/// A sealed event of context `bank`, with these lines.
pub fn entry(name: &str, version: u32, lines: &[&str]) -> Entry {
    Entry {
        context: "bank".to_owned(),
        name: name.to_owned(),
        version,
        status: Status::Sealed,
        kind: Kind::Current,
        floor: 1,
        names: Vec::new(),
        edge: Vec::new(),
        rev: 0,
        shape: Some(Outline::parse(lines.iter().copied()).expect("lines of an outline")),
        earlier: Vec::new(),
    }
}

/// A lock of these entries.
pub fn lock(events: Vec<Entry>) -> String {
    let mut lock = Lock {
        events,
        releases: Vec::new(),
    };
    lock.sort();
    lock.to_text()
}

/// Says, where nobody overlooks it, that a test could not run here.
pub fn not_tested(why: &str) {
    use std::io::Write;
    writeln!(std::io::stderr(), "\nNOT TESTED: {why}").expect("stderr");
}
