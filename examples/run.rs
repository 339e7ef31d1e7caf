//! Running an example as README says, for the tests of this package.

use std::path::Path;
use std::process::{Command, Output};

/// `cargo run` of an example with these arguments.
pub(crate) fn command(name: &str, arguments: &[&str]) -> Command {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .args(["run", "--quiet", "--example", name, "--manifest-path"])
        .arg(manifest)
        .arg("--")
        .args(arguments);
    cargo
}

/// Runs an example with `cargo run`, in this directory.
#[allow(dead_code, reason = "the test of a server keeps its process")]
pub(crate) fn example(name: &str, directory: &Path, arguments: &[&str]) -> Output {
    command(name, arguments)
        .current_dir(directory)
        .output()
        .expect("cargo runs")
}

/// What a run that succeeded has printed.
#[allow(dead_code, reason = "the test of a server keeps its process")]
pub(crate) fn stdout(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    String::from_utf8(output.stdout.clone()).expect("text")
}
