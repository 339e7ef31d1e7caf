//! How much a user builds who needs only recount.

use std::collections::BTreeSet;
use std::process::Command;

/// An application that needs only recount builds fewer than 40 crates, itself, tokio's macros and serde included; none of them twice, so
/// syn is built once.
#[test]
fn fewer_than_forty_crates() {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../runtime/Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args([
        "tree",
        "--manifest-path",
        manifest,
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    let output = cargo.arg("--locked").output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let tree = String::from_utf8(output.stdout).expect("text");
    let crates = tree.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        words.next().zip(words.next())
    });
    let crates = crates.collect::<BTreeSet<_>>();
    // The application itself, and `tokio-macros` for its `#[tokio::main]`.
    let built = crates.len() + 2;
    assert!(built < 40, "{built} crates: {crates:?}");
    let names = crates.iter().map(|(name, _)| name).collect::<BTreeSet<_>>();
    assert_eq!(
        names.len(),
        crates.len(),
        "a crate is built in two versions: {crates:?}"
    );
    for refused in ["darling", "proc-macro-crate", "async-trait"] {
        assert!(!names.contains(&refused), "{refused}");
    }
}
