//! `cargo recount lock merge` as git's merge driver, on a real repository.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use recount::schema::{Entry, Lock, Status};
use tempfile::TempDir;

fn git(folder: &Path, arguments: &[&str]) -> bool {
    let run = Command::new("git")
        .current_dir(folder)
        .args([
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@example.org",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .output()
        .expect("git was found before");
    run.status.success()
}

/// A repository with a lock in it, whose driver is the program under test; nothing where git is not installed.
fn repository(lock: &Lock) -> Option<TempDir> {
    Command::new("git").arg("--version").output().ok()?;
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    assert!(git(at, &["init", "--quiet"]));
    let driver = format!("{} recount lock merge %O %A %B", env!("CARGO_BIN_EXE_cargo-recount"));
    assert!(git(at, &["config", "merge.recount.driver", &driver]));
    fs::write(at.join(".gitattributes"), "events.lock merge=recount\n").expect("a file");
    commit(at, lock);
    Some(folder)
}

fn commit(at: &Path, lock: &Lock) {
    fs::write(at.join("events.lock"), lock.to_text()).expect("a file");
    assert!(git(at, &["add", "--all"]) && git(at, &["commit", "--quiet", "--message", "a lock"]));
}

fn with(lock: &Lock, name: &str, line: &str, status: Status) -> Lock {
    let mut lock = lock.clone();
    lock.put(Entry {
        status,
        ..support::entry(name, 1, &[line])
    });
    lock
}

/// Commits `theirs` on a branch and `ours` on main, and merges.
fn merged(base: &Lock, ours: &Lock, theirs: &Lock) -> Option<(bool, String)> {
    let folder = repository(base)?;
    let at = folder.path();
    assert!(git(at, &["checkout", "--quiet", "-b", "theirs"]));
    commit(at, theirs);
    assert!(git(at, &["checkout", "--quiet", "main"]));
    commit(at, ours);
    let is_merged = git(at, &["merge", "--quiet", "theirs"]);
    Some((is_merged, fs::read_to_string(at.join("events.lock")).expect("a lock")))
}

#[test]
fn two_events_at_one_place_merge_without_a_conflict() {
    let base = with(&Lock::default(), "account.opened", "owner: string", Status::Sealed);
    let ours = with(&base, "account.closed", "reason: string", Status::Draft);
    let theirs = with(&base, "account.deposited", "amount: u64", Status::Draft);
    let Some((is_merged, text)) = merged(&base, &ours, &theirs) else {
        return support::not_tested("git is not installed");
    };
    assert!(is_merged);
    assert_eq!(
        text,
        with(&ours, "account.deposited", "amount: u64", Status::Draft).to_text()
    );
}

#[test]
fn one_sealed_version_changed_twice_is_left_to_a_person() {
    let base = with(&Lock::default(), "account.opened", "owner: string", Status::Sealed);
    let ours = with(&base, "account.opened", "owner?: string or null", Status::Sealed);
    let theirs = with(&base, "account.opened", "owner: any", Status::Sealed);
    let Some((is_merged, _)) = merged(&base, &ours, &theirs) else {
        return support::not_tested("git is not installed");
    };
    assert!(!is_merged);
}
