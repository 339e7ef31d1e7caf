//! The help, as it is read; a word that changes here changes for users.

mod support;

use support::{area, recount, run};

#[test]
fn every_command_says_how_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in ["check", "diff", "review", "seal", "merge", "export"] {
        let help = run(recount(folder.path()).args([command, "--help"]));
        assert_eq!((help.code, help.err.as_str()), (0, ""));
        assert!(help.out.contains("\nExit codes:\n  0  "), "{}", help.out);
    }
    for command in ["warm", "drop"] {
        let help = run(area(folder.path(), "snapshots").args([command, "--help"]));
        assert_eq!((help.code, help.err.as_str()), (0, ""));
        assert!(help.out.contains("\nExit codes:\n  0  "), "{}", help.out);
    }
}

#[test]
fn a_wrong_argument_could_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let wrong = run(recount(folder.path()).args(["diff", "--jsno"]));
    assert_eq!(wrong.code, 2);
    assert!(
        wrong.err.contains("a similar argument exists: '--json'"),
        "{}",
        wrong.err
    );
    let nothing = run(&mut recount(folder.path()));
    assert_eq!(nothing.code, 2);
    assert!(nothing.err.contains("cargo recount lock <COMMAND>"), "{}", nothing.err);
}
