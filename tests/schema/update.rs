//! The flow of an update: what each setting writes, and what it never writes.

use recount::testing::{SchemaTest, Update};

use crate::support::{Project, fine, found, said, settings};

macro_rules! build {
    ($name:ident { $($items:tt)* }) => {
        mod $name {
            #[allow(unused_imports, reason = "not each build needs all of it")]
            use recount::{Event, Schema, Upcast};
            #[allow(unused_imports, reason = "not each build needs all of it")]
            use serde::{Deserialize, Serialize};
            $($items)*
        }
    };
}

build!(first {
    #[recount::events(prefix = "account")]
    #[derive(Debug, Clone, PartialEq)]
    pub enum AccountEvent {
        Opened { owner: String },
        Deposited { amount: i64, memo: Option<String> },
    }
});

build!(with_a_tag {
    #[recount::events(prefix = "account")]
    #[derive(Debug, Clone, PartialEq)]
    pub enum AccountEvent {
        Opened { owner: String },
        Deposited { amount: i64, memo: Option<String>, tag: Option<String> },
    }
});

build!(without_a_memo {
    #[recount::events(prefix = "account")]
    #[derive(Debug, Clone, PartialEq)]
    pub enum AccountEvent {
        Opened { owner: String },
        Deposited { amount: i64 },
    }
});

build!(second {
    #[recount::events(prefix = "account")]
    #[derive(Debug, Clone, PartialEq)]
    pub enum AccountEvent {
        Opened { owner: String },
        #[event(version = 2, removed(2, memo: Option<String>))]
        Deposited { amount: i64 },
    }
});

/// What a project with nothing in it says, and proposes.
#[test]
fn the_first_run_fails_and_writes_a_proposal() {
    let project = Project::new();
    let test = project.test::<first::AccountEvent>(Update::New);
    let text = said(test.lock());
    assert!(
        text.contains("NOT_LOCKED account.deposited v1 is not in events.lock"),
        "{text}"
    );
    assert!(
        text.contains("NOT_LOCKED account.opened v1 is not in events.lock"),
        "{text}"
    );
    assert!(
        text.contains("what it would be: ") && text.contains("events.lock.new"),
        "{text}"
    );
    fine(test.goldens());
    assert_eq!(project.names(""), ["events.lock.new"]);

    let proposal = project.text("events.lock.new");
    project.always::<first::AccountEvent>();
    assert_eq!(project.text("events.lock"), proposal);
    assert_eq!(project.names(".new"), [""; 0]);
    assert_eq!(project.check::<first::AccountEvent>(), [""; 0]);
}

#[test]
fn the_lock_says_what_is_stored() {
    let project = Project::new();
    project.always::<first::AccountEvent>();
    let lock = project.text("events.lock");
    let (_, entries) = lock.split_once("format = 1\n").expect("a format");
    assert_eq!(
        entries,
        r#"
[[event]]
context = "schema"
name = "account.deposited"
version = 1
status = "draft"
kind = "current"
floor = 1
hash = "e58c2446963e2a47e1fc648064df0fae"
shape = [
  "amount: i64",
  "memo?: string or null",
]

[[event]]
context = "schema"
name = "account.opened"
version = 1
status = "draft"
kind = "current"
floor = 1
hash = "1c136a9075a7aa2e7e448de0d154a364"
shape = [
  "owner: string",
]
"#
    );
    let hash = "e58c2446";
    let folder = "golden/schema/account.deposited";
    assert_eq!(
        project.text(&format!("{folder}/v1.{hash}.max.json")),
        "{\"amount\":1,\"memo\":\"memo 2\"}\n"
    );
    assert_eq!(
        project.text(&format!("{folder}/v1.{hash}.max.upcast")),
        "account.deposited 1 {\"amount\":1,\"memo\":\"memo 2\"}\n"
    );
    assert_eq!(
        project.text(&format!("{folder}/v1.{hash}.sparse.json")),
        "{\"amount\":1}\n"
    );
    assert_eq!(
        project.text(&format!("{folder}/v1.{hash}.sparse.upcast")),
        "account.deposited 1 {\"amount\":1,\"memo\":null}\n"
    );
    assert_eq!(project.names(".json").len(), 6);
    assert_eq!(project.names(".upcast").len(), 6);
}

/// `CI=1` with any drift: nothing is written, and the test fails.
#[test]
fn nothing_is_written_on_ci() {
    let project = Project::new();
    assert_eq!(
        project.lock::<first::AccountEvent>(),
        ["NOT_LOCKED account.deposited v1", "NOT_LOCKED account.opened v1"]
    );
    assert_eq!(project.files(), []);
    project.seal::<first::AccountEvent>();
    let before = project.files();
    assert_eq!(
        project.check::<with_a_tag::AccountEvent>(),
        ["LOCK_STALE account.deposited v1"]
    );
    assert_eq!(
        project.check::<without_a_memo::AccountEvent>(),
        ["INCOMPATIBLE account.deposited v1"]
    );
    assert_eq!(project.files(), before);
}

#[test]
fn drafts_change_freely_and_their_goldens_follow() {
    let project = Project::new();
    project.always::<first::AccountEvent>();
    let goldens = project.names(".json");
    assert_eq!(
        project.lock::<without_a_memo::AccountEvent>(),
        ["LOCK_STALE account.deposited v1"]
    );
    project.always::<without_a_memo::AccountEvent>();
    assert_eq!(project.check::<without_a_memo::AccountEvent>(), [""; 0]);
    let text = project.text("events.lock");
    assert!(!text.contains("memo") && !text.contains("earlier"), "{text}");
    // As many as before, and of another shape.
    let now = project.names(".json");
    assert_eq!(now.len(), goldens.len());
    assert_ne!(now, goldens);
    // A draft event that is gone leaves nothing.
    project.always::<first::AccountEvent>();
    assert_eq!(project.names(".json"), goldens);
}

#[test]
fn a_sealed_entry_takes_what_loses_nothing_and_keeps_its_goldens() {
    let project = Project::sealed::<first::AccountEvent>();
    let sealed = project.files();
    assert_eq!(
        project.lock::<with_a_tag::AccountEvent>(),
        ["LOCK_STALE account.deposited v1"]
    );
    let text = said(project.test::<with_a_tag::AccountEvent>(Update::No).lock());
    assert!(
        text.contains("OPTIONAL_FIELD_ADDED  tag    reads: ok   keeps: ok   older: ok"),
        "{text}"
    );

    project.always::<with_a_tag::AccountEvent>();
    assert_eq!(project.check::<with_a_tag::AccountEvent>(), [""; 0]);
    let lock = project.text("events.lock");
    assert!(
        lock.contains("earlier = [\"e58c2446963e2a47e1fc648064df0fae\"]"),
        "{lock}"
    );
    assert_eq!(lock.matches("status = \"sealed\"").count(), 2, "{lock}");
    // The payloads of the earlier shape are still there, and read; what they become has the new key.
    for (name, text) in sealed.iter().filter(|(name, _)| name.ends_with(".json")) {
        assert_eq!(&project.text(name), text, "{name}");
    }
    let pin = project.text("golden/schema/account.deposited/v1.e58c2446.sparse.upcast");
    assert_eq!(pin, "account.deposited 1 {\"amount\":1,\"memo\":null,\"tag\":null}\n");
}

#[test]
fn always_never_writes_a_no_on_a_sealed_entry() {
    let project = Project::sealed::<first::AccountEvent>();
    let before = project.files();
    for update in [Update::Always, Update::Seal] {
        let refused = found(project.test::<without_a_memo::AccountEvent>(update).lock());
        assert_eq!(refused, ["INCOMPATIBLE account.deposited v1"]);
    }
    assert_eq!(project.files(), before);
    assert_eq!(project.check::<first::AccountEvent>(), [""; 0]);
}

/// What may be taken is taken beside what may not.
#[test]
fn the_acceptable_part_is_written() {
    build!(both {
        #[recount::events(prefix = "account")]
        #[derive(Debug, Clone, PartialEq)]
        pub enum AccountEvent {
            Opened { owner: String, at: Option<String> },
            Deposited { amount: i64 },
        }
    });
    let project = Project::sealed::<first::AccountEvent>();
    let refused = found(project.test::<both::AccountEvent>(Update::Always).lock());
    assert_eq!(refused, ["INCOMPATIBLE account.deposited v1"]);
    assert_eq!(
        project.lock::<both::AccountEvent>(),
        ["INCOMPATIBLE account.deposited v1"]
    );
    assert!(project.text("events.lock").contains("at?: string or null"));
}

#[test]
fn a_new_version_is_a_new_entry() {
    let project = Project::sealed::<first::AccountEvent>();
    assert_eq!(
        project.lock::<second::AccountEvent>(),
        ["LOCK_STALE account.deposited v1", "NOT_LOCKED account.deposited v2"]
    );
    let text = said(project.test::<second::AccountEvent>(Update::No).lock());
    assert!(text.contains("kind: frozen; it was: current"), "{text}");
    project.always::<second::AccountEvent>();
    assert_eq!(project.check::<second::AccountEvent>(), [""; 0]);
    let lock = project.text("events.lock");
    assert_eq!(lock.matches("name = \"account.deposited\"").count(), 2, "{lock}");
    assert!(lock.contains("status = \"sealed\"\nkind = \"frozen\""), "{lock}");
    assert!(lock.contains("status = \"draft\"\nkind = \"current\""), "{lock}");
    assert!(lock.contains("edge = [\"removed memo\"]"), "{lock}");
}

/// Two crates of one package, one event name: a benchmark's events are not checked against the application's.
#[test]
fn other_contexts_stay_as_they_are() {
    build!(bench {
        #[recount::events(prefix = "account")]
        #[derive(Debug, Clone, PartialEq)]
        pub enum BenchEvent {
            #[event(context = "bench")]
            Opened { number: u64 },
        }
    });
    let project = Project::sealed::<first::AccountEvent>();
    let test = SchemaTest::new(project.dir()).set::<bench::BenchEvent>();
    let always = test.clone().settings(settings(Update::Always));
    fine(always.lock());
    fine(always.goldens());
    let lock = project.text("events.lock");
    assert_eq!(lock.matches("name = \"account.opened\"").count(), 2, "{lock}");
    assert!(
        lock.contains("context = \"bench\"") && lock.contains("number: u64"),
        "{lock}"
    );
    assert!(project.path("golden/bench/account.opened").exists());
    assert_eq!(
        lock.matches("status = \"sealed\"").count(),
        2,
        "the sealed ones are those of before"
    );
}

/// The text is a function of the events, and not of the order in which they are declared.
#[test]
fn the_text_is_stable() {
    build!(turned {
        #[recount::events(prefix = "account")]
        #[derive(Debug, Clone, PartialEq)]
        pub enum AccountEvent {
            Deposited { memo: Option<String>, amount: i64 },
            Opened { owner: String },
        }
    });
    let (project, other) = (Project::new(), Project::new());
    project.always::<first::AccountEvent>();
    let files = project.files();
    project.always::<first::AccountEvent>();
    assert_eq!(project.files(), files, "a second run changes nothing");
    other.always::<turned::AccountEvent>();
    assert_eq!(other.text("events.lock"), project.text("events.lock"));
    assert_eq!(project.check::<turned::AccountEvent>(), [""; 0]);
    let names: Vec<String> = project
        .text("events.lock")
        .lines()
        .filter(|line| line.starts_with("name"))
        .map(str::to_owned)
        .collect();
    assert!(names.is_sorted(), "{names:?}");
}

/// A lock that cannot be read is told by its line, and left as it is.
#[test]
fn a_broken_lock_is_told_by_its_line() {
    let project = Project::sealed::<first::AccountEvent>();
    project.edit("events.lock", "\"owner: string\"", "\"owner: strong\"");
    let broken = project.text("events.lock");
    for update in [Update::No, Update::New, Update::Always, Update::Seal] {
        let test = project.test::<first::AccountEvent>(update);
        let text = said(test.lock());
        assert!(
            text.starts_with("CANNOT_CHECK line ") && text.contains("of events.lock"),
            "{text}"
        );
        assert_eq!(found(test.goldens()), ["CANNOT_CHECK "]);
    }
    assert_eq!(project.text("events.lock"), broken);
    assert_eq!(project.names(".new"), [""; 0]);
}

build!(of_both_branches {
    #[recount::events(prefix = "account")]
    #[derive(Debug, Clone, PartialEq)]
    pub enum AccountEvent {
        Closed { reason: String },
        Deposited { amount: i64, memo: Option<String> },
        Opened { owner: String },
    }
});

/// Two branches add an event each at one place: git's marks cut through the entries, and whoever may write puts the sides together.
#[test]
fn both_sides_of_a_merge_are_put_together() {
    let project = Project::new();
    project.always::<of_both_branches::AccountEvent>();
    let whole = project.text("events.lock");
    let mut entries = whole.split("\n[[event]]\ncontext = \"schema\"\n");
    let (Some(head), Some(closed), Some(deposited), Some(opened), None) = (
        entries.next(),
        entries.next(),
        entries.next(),
        entries.next(),
        entries.next(),
    ) else {
        panic!("three entries of this crate: {whole}")
    };
    let open = "\n[[event]]\ncontext = \"schema\"\n";
    let (closed, deposited) = (closed.trim_end_matches("]\n"), deposited.trim_end_matches("]\n"));
    let marked = format!("{head}{open}<<<<<<< HEAD\n{closed}=======\n{deposited}>>>>>>> theirs\n]\n{open}{opened}");
    project.write("events.lock", &marked);

    let text = said(project.test::<of_both_branches::AccountEvent>(Update::New).lock());
    assert!(
        text.contains("both sides of a merge") && text.contains("RECOUNT_UPDATE=always"),
        "{text}"
    );
    assert_eq!(project.text("events.lock"), marked, "nothing is written");
    project.always::<of_both_branches::AccountEvent>();
    assert_eq!(project.text("events.lock"), whole);
}
