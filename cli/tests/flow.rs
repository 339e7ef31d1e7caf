//! The life of a lock, as docs/guide/schema-lock.md tells it, on a package that is compiled for each step.

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use recount::schema::{Lock, Status};
use serde_json::Value;
use support::{Ended, recount, run};

/// A package with events. It stays where it is, so that recount is built for it once.
struct Bank {
    folder: PathBuf,
}

impl Bank {
    /// Without a lock.
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bank");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let runtime = root.join("runtime");
        for inside in ["src", "tests"] {
            fs::create_dir_all(folder.join(inside)).expect("a folder");
        }
        for left in ["golden", "events.lock"] {
            let left = folder.join(left);
            let _ = fs::remove_dir_all(&left);
            let _ = fs::remove_file(left);
        }
        // The profile and the versions of the workspace, so that what was built for it is not built again.
        let manifest = format!(
            "[package]\nname = \"bank\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nrecount = {{ path = {runtime:?} }}\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[workspace]\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file");
        fs::write(
            folder.join("tests/event_schema.rs"),
            "recount::schema_test!(bank::AccountEvent);\n",
        )
        .expect("a file");
        Self { folder }
    }

    /// Its events from now on.
    fn events(&self, events: &str) {
        let source = format!(
            "#[recount::events(prefix = \"account\")]\n#[derive(Clone, Debug, PartialEq)]\npub enum AccountEvent {{\n{events}\n}}\n"
        );
        fs::write(self.folder.join("src/lib.rs"), source).expect("a file");
    }

    #[track_caller]
    fn ends(&self, code: i32, args: &[&str]) -> Ended {
        let mut command = recount(&self.folder);
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
        command
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_NET_OFFLINE", "true")
            .args(args);
        let ended = run(&mut command);
        assert_eq!(ended.code, code, "{args:?}\n{}\n{}", ended.out, ended.err);
        ended
    }

    fn lock(&self) -> Lock {
        let text = fs::read_to_string(self.folder.join("events.lock")).expect("a lock");
        Lock::parse(&text).expect("a lock")
    }

    /// Name, version and status of each entry.
    fn entries(&self) -> Vec<(String, u32, Status)> {
        let entries = self.lock().events.into_iter();
        entries.map(|entry| (entry.name, entry.version, entry.status)).collect()
    }

    /// Code, event and whether it may be accepted, of each difference.
    fn differences(&self, code: i32) -> Vec<(String, String, bool)> {
        let diff = self.ends(code, &["diff", "--json"]);
        let diff: Value = serde_json::from_str(&diff.out).expect("JSON");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let differences = diff["packages"][0]["differences"].as_array().expect("a list");
        differences
            .iter()
            .map(|one| (text(&one["code"]), text(&one["event"]), one["acceptable"] == true))
            .collect()
    }
}

fn one(code: &str, event: &str, acceptable: bool) -> (String, String, bool) {
    (code.to_owned(), event.to_owned(), acceptable)
}

fn of(name: &str, version: u32, status: Status) -> (String, u32, Status) {
    (name.to_owned(), version, status)
}

#[test]
fn from_the_first_lock_to_a_cured_change() {
    use Status::{Draft, Sealed};
    const OPENED: &str = "Opened { owner: String },";
    let bank = Bank::new();

    bank.events(&format!("{OPENED} Deposited {{ amount: u64 }},"));
    let new = [
        one("NOT_LOCKED", "account.deposited", true),
        one("NOT_LOCKED", "account.opened", true),
    ];
    assert_eq!(bank.differences(1), new);
    assert!(!bank.folder.join("events.lock").exists() && !bank.folder.join("events.lock.new").exists());
    let first = bank.ends(0, &["review", "--yes"]);
    assert!(
        first.out.contains("    + amount: u64\n") && first.out.ends_with("bank: 2 accepted\n"),
        "{}",
        first.out
    );
    assert_eq!(
        bank.entries(),
        [of("account.deposited", 1, Draft), of("account.opened", 1, Draft)]
    );
    assert!(bank.folder.join("golden/bank/account.opened").is_dir());
    assert_eq!(
        bank.ends(0, &["check"]).out,
        "bank: lock and types are one (2 entries)\n"
    );

    bank.events(&format!("{OPENED} Deposited {{ amount: u64, memo: Option<String> }},"));
    let draft = bank.ends(1, &["diff"]).out;
    assert!(
        draft.contains("LOCK_STALE account.deposited v1") && draft.contains("    + memo?: string or null\n"),
        "{draft}"
    );
    bank.ends(1, &["check"]);
    bank.ends(0, &["review", "--yes"]);
    assert_eq!(bank.ends(0, &["review", "--yes"]).out, "bank: nothing differs\n");

    let sealed = bank.ends(0, &["seal"]).out;
    assert_eq!(
        sealed,
        "  sealed account.deposited v1\n  sealed account.opened v1\nbank: 2 drafts sealed\n"
    );
    assert_eq!(
        bank.entries(),
        [of("account.deposited", 1, Sealed), of("account.opened", 1, Sealed)]
    );
    assert_eq!(bank.ends(0, &["seal"]).out, "bank: 0 drafts sealed\n");

    bank.events(&format!(
        "{OPENED} Deposited {{ amount: u64, remark: Option<String> }}, Closed,"
    ));
    let before = bank.lock();
    let mixed = [
        one("NOT_LOCKED", "account.closed", true),
        one("INCOMPATIBLE", "account.deposited", false),
    ];
    assert_eq!(bank.differences(1), mixed);
    let check = bank.ends(1, &["check"]).out;
    assert!(
        check.contains("renamed(2, from = \"memo\"))] remark") && check.contains("witness: "),
        "{check}"
    );
    let refused = bank.ends(1, &["seal"]);
    assert!(
        refused.out.ends_with("bank: not ready to be sealed\n"),
        "{}",
        refused.out
    );
    let review = bank.ends(1, &["review", "--yes"]).out;
    assert!(review.contains("keeps: NO") && review.contains("1 refused"), "{review}");
    let after = bank.lock();
    assert_eq!(
        after.find("bank", "account.deposited", 1),
        before.find("bank", "account.deposited", 1)
    );
    assert!(
        after
            .find("bank", "account.closed", 1)
            .is_some_and(|entry| entry.status == Draft)
    );

    let cured = |currency: &str| {
        let since = format!("#[event(since = 2, default = \"{currency}\")] currency: String");
        let remark = "#[event(renamed(2, from = \"memo\"))] remark: Option<String>";
        format!("{OPENED} #[event(version = 2)] Deposited {{ amount: u64, {since}, {remark} }}, Closed,")
    };
    bank.events(&cured("EUR"));
    assert_eq!(
        bank.differences(1).iter().map(|one| one.2).collect::<Vec<_>>(),
        [true; 2]
    );
    bank.ends(0, &["review", "--yes"]);
    let released = bank.ends(0, &["seal", "--release", "1.0.0"]).out;
    assert!(
        released.ends_with("  release 1.0.0\nbank: 2 drafts sealed\n"),
        "{released}"
    );
    assert_eq!(bank.lock().releases.len(), 1);
    bank.ends(0, &["check"]);
    let schema = bank.ends(0, &["export", "--format", "json-schema"]).out;
    assert!(
        schema.contains("\"bank/account.deposited/v1\"") && schema.contains("\"bank/account.deposited/v2\""),
        "{schema}"
    );

    // The lock can be taken over; what the old events become is another now, and that nobody takes over unasked.
    bank.events(&cured("USD"));
    let open = bank.ends(1, &["review", "--yes"]).out;
    assert!(
        open.contains("bank: 1 accepted\nbank: 1 problem still open\n\nUPCAST_CHANGED account.deposited v1 "),
        "{open}"
    );
    let open = bank.ends(1, &["review", "--yes"]).out;
    assert!(
        open.starts_with("bank: 1 problem still open\n\nUPCAST_CHANGED "),
        "{open}"
    );
    bank.events(&cured("EUR"));
    bank.ends(0, &["review", "--yes"]);
}
