//! What other releases and other branches have to say: `[[release]]` in the lock, and the lock of a git revision.

use std::process::Command;

use recount::EventSet;
use recount::testing::{SchemaReport, Settings, Update};

use crate::support::{Project, fine, found, said, settings};

macro_rules! account {
    ($name:ident { $($variants:tt)* }) => {
        mod $name {
            #[recount::events(prefix = "account")]
            #[derive(Debug, Clone, PartialEq)]
            pub enum AccountEvent { $($variants)* }
        }
    };
}

account!(first { Opened { owner: String }, Deposited { amount: i64, memo: Option<String> } });
account!(wider { Opened { owner: String, at: Option<String> }, Deposited { amount: i64, memo: Option<String> } });
account!(another { Opened { owner: String }, Deposited { amount: i64, memo: Option<String> }, Closed {} });
account!(renames {
    Opened { owner: String },
    #[event(version = 2)]
    Deposited { amount: i64, #[event(renamed(2, from = "memo"))] note: Option<String> },
});
account!(renames_but_writes_the_old {
    Opened { owner: String },
    #[event(version = 2, write = 1)]
    Deposited { amount: i64, #[event(renamed(2, from = "memo"))] note: Option<String> },
});

fn release(name: &str) -> Settings {
    let mut settings = settings(Update::Seal);
    settings.release = Some(name.to_owned());
    settings
}

fn stamp<S: EventSet>(project: &Project, name: &str) -> Result<(), SchemaReport> {
    project.test::<S>(Update::No).settings(release(name)).lock()
}

#[test]
fn a_release_says_what_it_reads() {
    let project = Project::new();
    fine(stamp::<first::AccountEvent>(&project, "2.4.0"));
    let lock = project.text("events.lock");
    let stamped = "[[release]]\nname = \"2.4.0\"\nlive = true\nreads = [\n  \"account.deposited 1\",\n  \"account.opened 1\",\n]\n";
    assert!(lock.ends_with(stamped), "{lock}");
    assert!(!lock.contains("draft"), "{lock}");
    // The same release once more is the same stamp.
    fine(stamp::<first::AccountEvent>(&project, "2.4.0"));
    assert_eq!(project.text("events.lock"), lock);
}

#[test]
fn a_live_release_must_read_what_is_written() {
    let project = Project::new();
    fine(stamp::<first::AccountEvent>(&project, "2.4.0"));
    fine(project.test::<first::AccountEvent>(Update::Always).goldens());
    // The new version raises the floor, the last release reads the version before.
    let behind = found(project.test::<renames::AccountEvent>(Update::Always).lock());
    assert_eq!(behind, ["RELEASE_BEHIND account.deposited v2"]);
    let text = said(project.test::<renames::AccountEvent>(Update::No).lock());
    assert!(
        text.contains("is written with floor 2, and the live release 2.4.0 reads up to version 1"),
        "{text}"
    );
    assert!(
        text.contains("`write = 1`") && text.contains("`live = false` for 2.4.0"),
        "{text}"
    );
    // A rollout in two steps passes.
    project.always::<renames_but_writes_the_old::AccountEvent>();
    assert_eq!(project.check::<renames_but_writes_the_old::AccountEvent>(), [""; 0]);
    // Once no node of the old release runs any more, so does the second one.
    fine(stamp::<renames_but_writes_the_old::AccountEvent>(&project, "2.5.0"));
    assert_eq!(
        found(project.test::<renames::AccountEvent>(Update::Always).lock()),
        ["RELEASE_BEHIND account.deposited v2"]
    );
    project.edit("events.lock", "live = true", "live = false");
    project.always::<renames::AccountEvent>();
    assert_eq!(project.check::<renames::AccountEvent>(), [""; 0]);
}

#[test]
fn a_live_release_must_know_what_is_written() {
    mod folded {
        use recount::Event;
        use serde::{Deserialize, Serialize};

        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.opened")]
        pub struct Opened {
            pub owner: String,
        }
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Event)]
        #[event(name = "account.deposited")]
        pub struct Deposited {
            pub amount: i64,
            pub memo: Option<String>,
        }
        #[derive(Debug, Clone, PartialEq, Deserialize, Event)]
        #[event(name = "account.closed", frozen)]
        pub struct Closed {}
        #[derive(Debug, Clone, PartialEq, Event)]
        pub enum AccountEvent {
            Opened(Opened),
            Deposited(Deposited),
            #[event(frozen)]
            Closed(Closed),
        }
    }
    let project = Project::new();
    fine(stamp::<first::AccountEvent>(&project, "1.0"));
    let text = said(project.test::<another::AccountEvent>(Update::Always).lock());
    assert!(
        text.starts_with(
            "RELEASE_BEHIND account.closed v1 is written, and the live release 1.0 does not know the event"
        ),
        "{text}"
    );
    assert!(text.contains("release it `frozen` first"), "{text}");

    // Folded and not emitted first: then the next release may write it.
    let project = Project::new();
    fine(stamp::<first::AccountEvent>(&project, "1.0"));
    fine(stamp::<folded::AccountEvent>(&project, "1.1"));
    project.edit("events.lock", "live = true", "live = false");
    fine(project.test::<another::AccountEvent>(Update::Always).lock());
}

#[test]
fn what_is_refused_is_not_sealed() {
    account!(mixed { Opened { owner: u8 }, Deposited { amount: i64, memo: Option<String> }, Closed {} });
    let project = Project::sealed::<first::AccountEvent>();
    assert_eq!(
        found(stamp::<mixed::AccountEvent>(&project, "2.0")),
        ["INCOMPATIBLE account.opened v1"]
    );
    let lock = project.text("events.lock");
    assert!(
        lock.contains("status = \"draft\"") && !lock.contains("[[release]]"),
        "{lock}"
    );
}

/// A repository whose only commit holds a lock, sealed with these events.
fn repository<S: EventSet>() -> Project {
    let project = Project::sealed::<S>();
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(
        &project,
        &[
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@localhost",
            "commit",
            "--quiet",
            "-m",
            "Seal",
        ],
    );
    project
}

fn git(project: &Project, arguments: &[&str]) {
    let status = Command::new("git")
        .arg("-C")
        .arg(project.dir())
        .args(arguments)
        .status();
    assert!(status.expect("git runs").success(), "git {arguments:?}");
}

fn against<S: EventSet>(project: &Project, base: &str) -> Result<(), SchemaReport> {
    let mut settings = Settings::default();
    settings.base = Some(base.to_owned());
    project.test::<S>(Update::No).settings(settings).lock()
}

#[test]
fn a_sealed_entry_edited_by_hand_is_told() {
    account!(forged { Opened { owner: u8 }, Deposited { amount: i64, memo: Option<String> } });
    let forgery = {
        let forged = Project::sealed::<forged::AccountEvent>();
        forged.text("events.lock")
    };
    let project = repository::<first::AccountEvent>();
    fine(against::<first::AccountEvent>(&project, "HEAD"));
    // The lock alone sees nothing wrong.
    project.write("events.lock", &forgery);
    assert_eq!(project.lock::<forged::AccountEvent>(), [""; 0]);
    let text = said(against::<forged::AccountEvent>(&project, "HEAD"));
    assert!(
        text.starts_with("BASE_REWRITTEN account.opened v1 is sealed in `HEAD`, and has another shape here"),
        "{text}"
    );
    assert!(text.contains("`git checkout HEAD -- events.lock`"), "{text}");
}

#[test]
fn a_sealed_entry_that_was_taken_out_or_opened_is_told() {
    let project = repository::<first::AccountEvent>();
    let sealed = project.text("events.lock");
    project.edit("events.lock", "status = \"sealed\"", "status = \"draft\"");
    assert_eq!(
        found(against::<first::AccountEvent>(&project, "HEAD")),
        ["BASE_REWRITTEN account.deposited v1"]
    );
    let (rest, _) = sealed
        .split_once("\n[[event]]\ncontext = \"schema\"\nname = \"account.opened\"")
        .expect("an entry");
    project.write("events.lock", rest);
    assert_eq!(
        found(against::<first::AccountEvent>(&project, "HEAD")),
        ["BASE_REWRITTEN account.opened v1", "NOT_LOCKED account.opened v1"]
    );
}

#[test]
fn what_may_be_accepted_is_no_rewriting() {
    let project = repository::<first::AccountEvent>();
    project.always::<wider::AccountEvent>();
    fine(against::<wider::AccountEvent>(&project, "HEAD"));
}

#[test]
fn a_base_without_a_lock_has_sealed_nothing() {
    let project = Project::new();
    project.write("README", "nothing yet");
    git(&project, &["init", "--quiet"]);
    git(&project, &["add", "."]);
    git(
        &project,
        &[
            "-c",
            "user.name=Ada",
            "-c",
            "user.email=ada@localhost",
            "commit",
            "--quiet",
            "-m",
            "Begin",
        ],
    );
    project.seal::<first::AccountEvent>();
    fine(against::<first::AccountEvent>(&project, "HEAD"));
}

#[test]
fn a_base_that_is_not_there_is_said() {
    let project = repository::<first::AccountEvent>();
    let text = said(against::<first::AccountEvent>(&project, "origin/main"));
    assert!(
        text.starts_with("CANNOT_CHECK `RECOUNT_BASE=origin/main`: git knows no such revision here: fetch it first"),
        "{text}"
    );
    let elsewhere = Project::sealed::<first::AccountEvent>();
    let text = said(against::<first::AccountEvent>(&elsewhere, "HEAD"));
    assert!(text.contains("is in no git repository"), "{text}");
}

/// A moved lock is no first one: what was sealed at its old place would be compared with nothing.
#[test]
fn a_lock_that_was_moved_is_said() {
    let project = repository::<first::AccountEvent>();
    let moved = project.path("crates/bank");
    std::fs::create_dir_all(&moved).expect("a folder");
    std::fs::rename(project.path("events.lock"), moved.join("events.lock")).expect("a lock");
    let mut settings = Settings::default();
    settings.base = Some("HEAD".to_owned());
    let test = recount::testing::SchemaTest::new(&moved).set::<first::AccountEvent>();
    let text = said(test.settings(settings).lock());
    assert!(
        text.starts_with("CANNOT_CHECK `RECOUNT_BASE=HEAD`: it has no events.lock here, and has `events.lock`: "),
        "{text}"
    );
}
