//! Which packages a command works on, and what it says where it cannot: on a workspace whose schema tests only write reports.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::{Ended, entry, lock, recount, run};
use tempfile::TempDir;

/// As a schema test does it: two reports into the folder of `RECOUNT_REPORT`, and red where there is a problem.
const SCHEMA_TEST: &str = r#"
#[test]
fn lock() {
    let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = std::env::var("RECOUNT_REPORT").unwrap();
    for report in ["lock.json", "locks.json"] {
        std::fs::copy(here.join(report), std::path::Path::new(&folder).join(report)).unwrap();
    }
    assert_eq!(std::fs::read_to_string(here.join("lock.json")).unwrap(), "{\"problems\":[]}");
}
"#;

/// A package of the workspace, with this test target.
fn package(root: &Path, name: &str, test: Option<&str>) {
    let folder = root.join(name);
    fs::create_dir_all(folder.join("src")).expect("a folder");
    fs::write(folder.join("src/lib.rs"), "").expect("a file");
    let manifest = format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\nedition = \"2024\"\n");
    fs::write(folder.join("Cargo.toml"), manifest).expect("a file");
    if let Some(test) = test {
        fs::create_dir_all(folder.join("tests")).expect("a folder");
        fs::write(folder.join("tests/event_schema.rs"), test).expect("a file");
    }
}

/// What the schema test of a package reports.
fn report(root: &Path, name: &str, problems: &Value) {
    let folder = root.join(name);
    let old = entry("account.opened", 1, &["owner: string"]);
    let new = entry("account.opened", 1, &["holder: string"]);
    let (old, new) = (lock(vec![old]), lock(vec![new]));
    let today = if problems == &json!([]) { &old } else { &new };
    let path = folder.join("events.lock");
    let locks = json!({ "path": path, "lock": old, "today": today });
    fs::write(folder.join("locks.json"), locks.to_string()).expect("a file");
    fs::write(folder.join("lock.json"), json!({ "problems": problems }).to_string()).expect("a file");
    fs::write(path, old).expect("a file");
}

const TEXT: &str = "INCOMPATIBLE account.opened v1 is sealed:
    FIELD_REMOVED  owner  reads: ok   keeps: NO   older: NO
  witness: {\"owner\":\"Ada\"} is read, and `owner` is passed over
  help: looks like a rename: `version = 2` and `#[event(renamed(2, from = \"owner\"))] holder`";

fn problem() -> Value {
    json!({
        "code": "INCOMPATIBLE", "context": "bank", "event": "account.opened", "version": 1, "witness": "{\"owner\":\"Ada\"}",
        "is_acceptable": false, "text": TEXT,
    })
}

/// `bank` has nothing to do, `web` a renamed field, `tools` no schema test; the default members are `bank` and `tools`.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path();
    package(root, "bank", Some(SCHEMA_TEST));
    package(root, "web", Some(SCHEMA_TEST));
    package(root, "tools", None);
    report(root, "bank", &json!([]));
    report(root, "web", &json!([problem()]));
    members(root, &["bank", "web", "tools"]);
    folder
}

fn members(root: &Path, members: &[&str]) {
    let manifest =
        format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\ndefault-members = [\"bank\", \"tools\"]\n");
    fs::write(root.join("Cargo.toml"), manifest).expect("a file");
}

/// In a folder of the workspace. Each builds into a folder of its own, for cargo takes packages of one name in two workspaces for one.
fn in_folder(folder: &Path) -> Command {
    let mut command = recount(folder);
    command.env_remove("CARGO_TARGET_DIR");
    command
}

fn at(folder: &Path, args: &[&str]) -> Ended {
    run(in_folder(folder).args(args))
}

#[test]
fn packages_are_chosen_as_cargo_chooses_them() {
    let folder = workspace();
    let root = folder.path();
    let is_one = "lock and types are one (1 entry)\n";
    let default = at(root, &["check"]);
    assert_eq!(
        (default.code, default.out),
        (0, format!("bank: {is_one}")),
        "{}",
        default.err
    );
    let here = at(&root.join("web/src"), &["check"]);
    assert_eq!(
        (here.code, here.out.lines().next()),
        (1, Some("web: 1 problem")),
        "{}",
        here.err
    );
    let named = at(root, &["check", "-p", "web", "-p", "bank"]);
    assert!(
        named.out.starts_with(&format!("bank: {is_one}web: 1 problem\n")),
        "{}",
        named.out
    );
    let all = at(root, &["check", "--workspace"]);
    assert_eq!((all.code, all.out), (1, named.out));
    let elsewhere = at(
        Path::new("/"),
        &[
            "check",
            "--manifest-path",
            &root.join("bank/Cargo.toml").to_string_lossy(),
        ],
    );
    assert_eq!(
        (elsewhere.code, elsewhere.out),
        (0, format!("bank: {is_one}")),
        "{}",
        elsewhere.err
    );
}

#[test]
fn what_is_missing_is_said() {
    let folder = workspace();
    let root = folder.path();
    let no_test = at(&root.join("tools"), &["diff"]);
    assert_eq!((no_test.code, no_test.out.as_str()), (2, ""));
    assert_eq!(
        no_test.err,
        "error: no test target `event_schema` in `tools`\n\
         write it, tests/event_schema.rs beside the Cargo.toml of the package that declares the events, with one line:\n\
         \n    recount::schema_test!(tools::AccountEvent);\n\
         \nwith the names of your own event sets; or say with `--test` what it is called\n"
    );
    let no_package = at(root, &["seal", "-p", "bnak"]);
    assert_eq!(
        (no_package.code, no_package.err.as_str()),
        (
            2,
            "error: no package `bnak` in this workspace, which has `bank`, `tools` and `web`\n"
        )
    );
    let no_lock = at(&root.join("tools"), &["export", "--format", "json-schema"]);
    assert_eq!(
        (no_lock.code, no_lock.err.as_str()),
        (
            2,
            "error: no events.lock in `tools`\n`cargo recount lock review` writes the first one, with the events that its schema test names\n"
        )
    );
    let no_terminal = run(in_folder(&root.join("web"))
        .arg("review")
        .stdin(std::process::Stdio::null()));
    assert_eq!(
        (no_terminal.code, no_terminal.err.as_str()),
        (
            2,
            "error: there is no terminal to ask on: `--yes` accepts all that may be accepted\n"
        )
    );
    let no_manifest = at(Path::new("/"), &["check"]);
    assert_eq!(no_manifest.code, 2);
    assert!(
        no_manifest
            .err
            .ends_with("error: cargo does not know the packages here: see above\n"),
        "{}",
        no_manifest.err
    );
}

#[test]
fn a_test_that_cannot_answer_is_said() {
    let folder = workspace();
    let root = folder.path();
    package(root, "broken", Some("#[test]\nfn lock() { nothing_of_this_name() }\n"));
    package(root, "silent", Some("#[test]\nfn lock() { panic!(\"too early\") }\n"));
    members(root, &["bank", "web", "tools", "broken", "silent"]);
    let broken = at(&root.join("broken"), &["check"]);
    assert_eq!(broken.code, 2);
    assert!(broken.err.contains("nothing_of_this_name"), "{}", broken.err);
    let says =
        "error: the schema test of `broken` does not build: mend what the compiler says above, then run this again\n";
    assert!(broken.err.ends_with(says), "{}", broken.err);
    let silent = at(&root.join("silent"), &["check"]);
    assert_eq!(silent.code, 2);
    let says = "error: the schema test of `silent` ended (exit status: 101) and did not say what the shapes of today are\n\
                it has to hold `recount::schema_test!(..)`, of the same version as this program; what it printed:\n";
    assert!(
        silent.err.contains(says) && silent.err.contains("too early"),
        "{}",
        silent.err
    );
}

#[test]
fn a_difference_for_programs() {
    let folder = workspace();
    let diff = at(&folder.path().join("web"), &["diff", "--json"]);
    assert_eq!(diff.code, 1, "{}", diff.err);
    let found: Value = serde_json::from_str(&diff.out).expect("JSON");
    let problem = problem();
    let expected = json!({
        "format": 1,
        "packages": [{
            "package": "web",
            "lock": folder.path().join("web/events.lock"),
            "differences": [{
                "code": "INCOMPATIBLE", "acceptable": false,
                "context": "bank", "event": "account.opened", "version": 1, "status": "sealed",
                "changes": [
                    {
                        "code": "REQUIRED_FIELD_ADDED", "path": "holder",
                        "reads": { "ok": false, "witness": found["packages"][0]["differences"][0]["changes"][0]["reads"]["witness"] },
                        "keeps": { "ok": true, "witness": null },
                        "older": { "ok": true, "witness": null },
                        "help": null,
                    },
                    {
                        "code": "FIELD_REMOVED", "path": "owner",
                        "reads": { "ok": true, "witness": null },
                        "keeps": { "ok": false, "witness": found["packages"][0]["differences"][0]["changes"][1]["keeps"]["witness"] },
                        "older": { "ok": false, "witness": found["packages"][0]["differences"][0]["changes"][1]["older"]["witness"] },
                        "help": "looks like a rename: `version = 2` and `#[event(renamed(2, from = \"owner\"))] holder`",
                    },
                ],
                "removed": ["owner: string"], "added": ["holder: string"],
                "witness": problem["witness"], "text": TEXT,
            }],
        }],
    });
    assert_eq!(found, expected, "{found:#}");
    let witness = &found["packages"][0]["differences"][0]["changes"][1]["keeps"]["witness"];
    assert!(
        witness.as_str().is_some_and(|payload| payload.contains("\"owner\"")),
        "{witness}"
    );
}

#[test]
fn a_difference_for_people() {
    let folder = workspace();
    let diff = at(&folder.path().join("web"), &["diff"]);
    let expected = format!("web: 1 difference to events.lock\n\n{TEXT}\n    - owner: string\n    + holder: string\n\n");
    assert_eq!((diff.code, diff.out), (1, expected), "{}", diff.err);
    let coloured = run(in_folder(&folder.path().join("web"))
        .arg("diff")
        .env("CLICOLOR_FORCE", "1"));
    assert!(coloured.out.contains("\u{1b}["), "{}", coloured.out);
    let plain = run(in_folder(&folder.path().join("web"))
        .arg("diff")
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1"));
    assert!(!plain.out.contains("\u{1b}["), "{}", plain.out);
}

#[test]
fn locks_are_exported_as_one_document() {
    let folder = workspace();
    let root = folder.path();
    let web = at(&root.join("web"), &["export", "--format", "json-schema"]);
    assert!(
        web.code == 0 && web.out.contains("\"bank/account.opened/v1\""),
        "{web:?}"
    );
    let both = at(root, &["export", "--format", "json-schema", "--workspace"]);
    assert_eq!(
        (both.code, both.err.as_str()),
        (
            2,
            "error: two packages have `bank/account.opened/v1` in their locks; export one of them: `-p <package>`\n"
        )
    );
    // A lock of several crates lies above them.
    fs::remove_file(root.join("bank/events.lock")).expect("it was there");
    fs::rename(root.join("web/events.lock"), root.join("events.lock")).expect("it was there");
    let above = at(root, &["export", "--format", "json-schema", "--workspace"]);
    assert_eq!((above.code, above.out), (0, web.out), "{}", above.err);
}
