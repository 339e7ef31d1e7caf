//! The budgets of compiling: forty events of three versions, against the 120 structs that one would write by hand.
//!
//! Both packages are generated, and each is compiled alone: what it depends on is built before, nothing is incremental, and what counts is
//! the processor time of cargo and rustc, the least of several builds in turns. Both read all 120 structs and write the forty newest.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, SystemTime};

use recount_bench::table::{Row, print};

const EVENTS: usize = 40;
/// The builds of each side, of which the fastest counts; `cargo run --bin compile -- 9` makes more.
const BUILDS: u32 = 5;

fn main() -> io::Result<ExitCode> {
    let builds = std::env::args()
        .nth(1)
        .and_then(|builds| builds.parse().ok())
        .unwrap_or(BUILDS);
    let ours = package("ours", "recount = { path = \"RUNTIME\" }", &with_recount())?;
    let theirs = package("theirs", "serde_json = \"1\"", &by_hand())?;
    let mut rows = Vec::new();
    for (what, command, budget) in [("cargo check", "check", 1.35), ("cargo build", "build", 1.15)] {
        compile(&ours, command)?;
        compile(&theirs, command)?;
        let (mut fastest_ours, mut fastest_theirs) = (Duration::MAX, Duration::MAX);
        for _ in 0..builds {
            fastest_ours = fastest_ours.min(compile(&ours, command)?);
            fastest_theirs = fastest_theirs.min(compile(&theirs, command)?);
        }
        rows.push(Row {
            what,
            budget,
            ours: fastest_ours,
            theirs: fastest_theirs,
        });
    }
    Ok(if print(&rows) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The types of the fields, which are the same on both sides.
const TYPES: [&str; 6] = ["String", "i64", "Option<String>", "u32", "Vec<String>", "bool"];

fn ty(field: usize) -> &'static str {
    TYPES.get(field % TYPES.len()).copied().unwrap_or("u8")
}

/// Seventeen fields in each version: of the second one is new and another gone, of the third one is renamed.
fn with_recount() -> String {
    let mut code = "use recount::Event;\nuse serde::{Deserialize, Serialize};\n".to_owned();
    let mut variants = String::new();
    for event in 0..EVENTS {
        let _ = write!(
            code,
            "#[derive(Debug, Clone, Serialize, Deserialize, Event)]\n\
             #[event(name = \"bench.event_{event}\", version = 3, removed(2, gone: i64))]\n\
             pub struct Event{event} {{\n\
             #[event(since = 2, default = \"EUR\")] pub f0: String,\n\
             #[event(renamed(3, from = \"memo\"))] pub f1: i64,\n"
        );
        (2..17).for_each(|field| _ = writeln!(code, "pub f{field}: {},", ty(field)));
        code += "}\n";
        let _ = writeln!(variants, "Event{event}(Event{event}),");
    }
    format!("{code}#[derive(Debug, Clone, Event)]\npub enum Events {{\n{variants}}}\n")
}

/// The same 120 structs, each with the function that reads it, and the newest with the one that writes it.
fn by_hand() -> String {
    let mut code = "use serde::{Deserialize, Serialize};\n".to_owned();
    for event in 0..EVENTS {
        for version in 1..=3 {
            let name = format!("Event{event}V{version}");
            let first = if version == 1 { "gone: i64" } else { "f0: String" };
            let second = if version == 3 { "f1" } else { "memo" };
            let _ = write!(
                code,
                "#[derive(Debug, Clone, Serialize, Deserialize)]\npub struct {name} {{\npub {first},\npub {second}: i64,\n"
            );
            (2..17).for_each(|field| _ = writeln!(code, "pub f{field}: {},", ty(field)));
            let read = name.to_lowercase();
            let _ = write!(
                code,
                "}}\npub fn read_{read}(bytes: &[u8]) -> serde_json::Result<{name}> {{ serde_json::from_slice(bytes) }}\n"
            );
            if version == 3 {
                let _ = writeln!(
                    code,
                    "pub fn write_{read}(event: &{name}) -> serde_json::Result<Vec<u8>> {{ serde_json::to_vec(event) }}"
                );
            }
        }
    }
    code
}

/// Writes a package that stands alone, with the versions of this workspace.
fn package(name: &str, dependency: &str, code: &str) -> io::Result<PathBuf> {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (runtime, folder) = (bench.join("../runtime").canonicalize()?, target().join(name));
    fs::create_dir_all(folder.join("src"))?;
    let dependency = dependency.replace("RUNTIME", &runtime.display().to_string());
    let manifest = format!(
        "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependency}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n\n[workspace]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), code)?;
    fs::copy(bench.join("../Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

fn target() -> PathBuf {
    let exe = std::env::current_exe().unwrap_or_default();
    exe.ancestors()
        .nth(2)
        .unwrap_or(Path::new("target"))
        .join("bench-compile")
}

/// Compiles the package anew, and gives the processor time that this took.
fn compile(folder: &Path, command: &str) -> io::Result<Duration> {
    File::options()
        .append(true)
        .open(folder.join("src/lib.rs"))?
        .set_modified(SystemTime::now())?;
    let before = of_children()?;
    let status = Command::new(env!("CARGO"))
        .args([command, "--quiet", "--offline"])
        .current_dir(folder)
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_TARGET_DIR", target().join("target"))
        .stdout(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(io::Error::other(format!(
            "cargo {command} of {} failed",
            folder.display()
        )));
    }
    Ok(of_children()?.saturating_sub(before))
}

/// The processor time of all children that have ended, and of theirs: `cutime` and `cstime` of `/proc/self/stat`.
fn of_children() -> io::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name of the program may hold spaces, and stands in parentheses.
    let (_, fields) = stat.rsplit_once(')').ok_or(io::ErrorKind::InvalidData)?;
    let ticks: u64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Ok(Duration::from_millis(
        ticks * 1_000 / rustix::param::clock_ticks_per_second().max(1),
    ))
}
