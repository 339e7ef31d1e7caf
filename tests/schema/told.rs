//! What a schema test tells the program that runs it, and what that program may have accepted.

use std::fs;

use recount::schema::Lock;
use recount::testing::Update;
use serde_json::{Value, json};

use crate::support::{Project, fine, found, settings};

mod first {
    #[recount::events(prefix = "account")]
    #[derive(Debug, Clone, PartialEq)]
    pub enum AccountEvent {
        Opened { owner: String },
        Deposited { amount: i64 },
    }
}

mod second {
    #[recount::events(prefix = "account")]
    #[derive(Debug, Clone, PartialEq)]
    pub enum AccountEvent {
        Opened { owner: String, at: Option<String> },
        Deposited { amount: i64, memo: Option<String> },
        Closed,
    }
}

impl Project {
    fn locked(&self) -> Lock {
        Lock::parse(&self.text("events.lock")).expect("a lock")
    }

    fn told(&self, file: &str) -> Value {
        serde_json::from_str(&self.text(&format!("told/{file}.json"))).expect("JSON")
    }
}

#[test]
fn what_was_found_is_told() {
    let project = Project::new();
    project.always::<first::AccountEvent>();
    let before = project.locked();
    fs::create_dir(project.path("told")).expect("a folder");
    let mut telling = settings(Update::No);
    telling.report = Some(project.path("told"));
    let test = project.test::<second::AccountEvent>(Update::No).settings(telling);
    let report = test.lock().expect_err("all three differ");
    let problems = project.told("lock")["problems"].as_array().expect("a list").clone();
    let codes: Vec<(&str, &str, bool)> = problems
        .iter()
        .map(|one| {
            let text = |key: &str| one[key].as_str().expect("a text");
            (text("code"), text("event"), one["is_acceptable"] == true)
        })
        .collect();
    let expected = [
        ("NOT_LOCKED", "account.closed", true),
        ("LOCK_STALE", "account.deposited", true),
        ("LOCK_STALE", "account.opened", true),
    ];
    assert_eq!(codes, expected);
    assert_eq!(problems[0]["version"], 1);
    assert_eq!(problems[0]["text"], report.problems()[0].to_string());

    let locks = project.told("locks");
    let lock = |key: &str| Lock::parse(locks[key].as_str().expect("a text")).expect("a lock");
    assert_eq!(locks["path"], project.path("events.lock").to_str().expect("a text"));
    assert_eq!(lock("lock"), before);
    assert_eq!(lock("today").events.len(), 3);

    fine(test.honesty());
    assert_eq!(project.told("honesty"), json!({ "problems": [] }));
}

#[test]
fn only_what_was_named_is_accepted() {
    let project = Project::new();
    project.always::<first::AccountEvent>();
    let before = project.locked();
    let context = before.events[0].context.clone();
    let mut accepting = settings(Update::Always);
    accepting.only = Some(vec![
        format!("{context}/account.closed/v1"),
        format!("{context}/account.opened/v1"),
    ]);
    let test = project.test::<second::AccountEvent>(Update::Always).settings(accepting);
    fine(test.lock());
    let after = project.locked();
    let find = |lock: &Lock, name: &str| lock.find(&context, name, 1).cloned();
    assert_eq!(find(&after, "account.deposited"), find(&before, "account.deposited"));
    assert_ne!(find(&after, "account.opened"), find(&before, "account.opened"));
    assert!(find(&after, "account.closed").is_some());
    let left = project.test::<second::AccountEvent>(Update::No).lock();
    assert_eq!(found(left), ["LOCK_STALE account.deposited v1"]);
    project.always::<second::AccountEvent>();
    assert_eq!(project.check::<second::AccountEvent>(), [""; 0]);
}
