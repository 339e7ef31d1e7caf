//! Five releases over one store: the run shows what `evolution/shown.txt` says, line by line.

mod run;

use run::{example, stdout};

/// The store that the first release wrote is a file of the repository, so this also holds the format: it is read for ever.
#[test]
fn five_releases_over_one_store() {
    let directory = tempfile::tempdir().expect("a directory");
    let shown = stdout(&example("evolution", directory.path(), &[]));
    let expected = include_str!("evolution/shown.txt");
    for (line, (is, should)) in shown.lines().zip(expected.lines()).enumerate() {
        assert_eq!(is, should, "line {}", line + 1);
    }
    assert_eq!(shown, expected);
}

/// What the generator writes today reads as what it wrote once.
#[test]
fn the_fixture_can_be_written_again() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = directory.path().join("store");
    stdout(&example(
        "evolution",
        directory.path(),
        &["write-fixture", &store.to_string_lossy()],
    ));
    for file in ["STORE", "seg-0000000001.log", "watermark"] {
        let fixture = concat!(env!("CARGO_MANIFEST_DIR"), "/evolution/fixture/");
        let length = |path: std::path::PathBuf| std::fs::metadata(path).expect("a file").len();
        assert_eq!(
            length(store.join(file)),
            length(std::path::PathBuf::from(fixture).join(file)),
            "{file}"
        );
    }
    assert!(!store.join("LOCK").exists());
}
