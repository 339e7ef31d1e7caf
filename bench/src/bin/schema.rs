//! What `schema_test!` takes: two hundred events of three versions, generated, through all five of its tests.
//!
//! The events are those of a generated program, which is built once as a release and once as a test would be, writes lock and goldens, and
//! says what each test takes: the least of five runs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

/// The events of the figure; `cargo run --bin schema -- 40` makes others.
const EVENTS: usize = 200;

fn main() -> io::Result<()> {
    let events = env::args()
        .nth(1)
        .and_then(|events| events.parse().ok())
        .unwrap_or(EVENTS);
    let folder = package(events)?;
    for profile in [Some("--release"), None] {
        let status = Command::new(env!("CARGO"))
            .args(["run", "--quiet", "--offline"])
            .args(profile)
            .current_dir(&folder)
            .env("CARGO_TARGET_DIR", target().join("target"))
            .status()?;
        if !status.success() {
            return Err(io::Error::other("the generated program failed"));
        }
    }
    Ok(())
}

const TYPES: [&str; 6] = ["String", "i64", "Option<String>", "u32", "Vec<String>", "bool"];

const MAIN: &str = r#"
fn main() {
    let folder = std::env::temp_dir().join(format!("recount-bench-schema-{}", std::process::id()));
    let test = SchemaTest::new(&folder).set::<Events>();
    let mut settings = Settings::default();
    settings.update = Update::Always;
    let always = test.clone().settings(settings);
    always.lock().and_then(|()| always.goldens()).expect("written");
    let tests: [(&str, fn(&SchemaTest) -> Result<(), SchemaReport>); 5] = [
        ("lock", SchemaTest::lock),
        ("goldens", SchemaTest::goldens),
        ("payloads", SchemaTest::payloads),
        ("floors", SchemaTest::floors),
        ("honesty", SchemaTest::honesty),
    ];
    println!("{}:", if cfg!(debug_assertions) { "debug" } else { "release" });
    let mut all = 0;
    for (name, run) in tests {
        let took = (0..5).map(|_| {
            let begun = std::time::Instant::now();
            run(&test).expect("nothing is wrong");
            begun.elapsed().as_millis()
        });
        let took = took.min().unwrap_or_default();
        all += took;
        println!("  {name:9} {took:6} ms");
    }
    println!("  {:9} {all:6} ms", "all");
    std::fs::remove_dir_all(folder).expect("removed");
}
"#;

/// Eight fields in each version: of the second one is new and another gone, of the third one is renamed.
fn package(events: usize) -> io::Result<PathBuf> {
    let bench = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (runtime, folder) = (bench.join("../runtime").canonicalize()?, target().join("events"));
    let mut code = "use recount::Event;\nuse recount::testing::{SchemaReport, SchemaTest, Settings, Update};\n\
                    use serde::{Deserialize, Serialize};\n"
        .to_owned();
    let mut variants = String::new();
    for event in 0..events {
        let _ = write!(
            code,
            "#[derive(Debug, Clone, Serialize, Deserialize, Event)]\n\
             #[event(name = \"bench.event_{event}\", version = 3, removed(2, gone: i64))]\n\
             pub struct Event{event} {{\n\
             #[event(since = 2, default = \"EUR\")] pub f0: String,\n\
             #[event(renamed(3, from = \"memo\"))] pub f1: i64,\n"
        );
        for field in 2..8 {
            let _ = writeln!(code, "pub f{field}: {},", TYPES.get(field % 6).unwrap_or(&"u8"));
        }
        code += "}\n";
        let _ = writeln!(variants, "Event{event}(Event{event}),");
    }
    let _ = write!(
        code,
        "#[derive(Debug, Clone, Event)]\npub enum Events {{\n{variants}}}\n{MAIN}"
    );
    let manifest = format!(
        "[package]\nname = \"events\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nrecount = {{ path = \"{}\" }}\n\
         serde = {{ version = \"1\", features = [\"derive\"] }}\n\n[workspace]\n\n[profile.dev]\ndebug = \"line-tables-only\"\n",
        runtime.display()
    );
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/main.rs"), code)?;
    fs::copy(bench.join("../Cargo.lock"), folder.join("Cargo.lock"))?;
    Ok(folder)
}

fn target() -> PathBuf {
    let exe = env::current_exe().unwrap_or_default();
    exe.ancestors()
        .nth(2)
        .unwrap_or(Path::new("target"))
        .join("bench-schema")
}
