//! Snapshots of a package of its own: dropped from outside, and warmed by its own program. Rules 6.1 and 6.2.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use recount::FileSnapshots;
use support::{Ended, area, run};

const DOMAIN: &str = r#"
#[recount::events(prefix = "account")]
#[derive(Clone, Debug, PartialEq)]
pub enum AccountEvent { Opened {}, Deposited { amount: u64 } }

#[derive(recount::Aggregate, Clone, serde::Serialize, serde::Deserialize, recount::Schema)]
#[aggregate(name = "account", id = String, events = AccountEvent, snapshot(every = 1_000))]
pub struct Account { pub balance: u64 }

#[recount::handlers]
impl Account {
    #[command] pub fn open() -> Opened { Opened {} }
    #[command] pub fn deposit(&self, amount: u64) -> Deposited { Deposited { amount } }
    #[apply] fn opened(_: &Opened) -> Self { Self { balance: 0 } }
    #[apply] fn deposited(&mut self, event: &Deposited) { self.balance += event.amount }
}

#[recount::events(prefix = "till")]
pub enum TillEvent { Placed {} }

/// Takes no snapshots.
#[derive(recount::Aggregate)]
#[aggregate(name = "till", id = String, events = TillEvent)]
pub struct Till;

#[recount::handlers]
impl Till {
    #[apply] fn placed(_: &Placed) -> Self { Self }
}
"#;

const PROGRAM: &str = "recount::snapshots_main!(bank_of_snapshots::Account, bank_of_snapshots::Till);\n";

/// Opens what is not there, loads all, and says how many snapshots that has begun with. With `break` it writes what nobody can read.
const DAY: &str = r#"
use bank_of_snapshots::{Account, Open};
use recount::store::{Batch, Expected, NewEvent};
use recount::{AppendId, EventStore, FileSnapshots, FileStore, Runtime};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let store = FileStore::open("data").await?;
    if std::env::args().any(|argument| argument == "break") {
        let event = NewEvent::new("account.sold", 1, 1, "{}");
        let batch = Batch::new(AppendId::new(uuid::Uuid::now_v7()));
        store.append(batch.part("account/c".parse()?, Expected::Any, vec![event])).await?;
        return Ok(());
    }
    let snapshots = FileSnapshots::new("data");
    let runtime = Runtime::builder().store(store).snapshots(snapshots).aggregate::<Account>().start().await?;
    for id in ["a", "b"] {
        if runtime.load::<Account>(id).await?.is_none() {
            runtime.execute(id, Open {}).await?;
        }
    }
    let counts = runtime.status().await?.snapshots;
    println!("used {}, ignored {}", counts.used, counts.ignored);
    runtime.shutdown().await;
    Ok(())
}
"#;

struct Bank {
    folder: PathBuf,
}

impl Bank {
    /// A package without data. It stays where it is, so that recount is built for it once.
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("bank-of-snapshots");
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        fs::create_dir_all(folder.join("src/bin")).expect("a folder");
        let _ = fs::remove_dir_all(folder.join("data"));
        let runtime = root.join("runtime");
        let manifest = format!(
            "[package]\nname = \"bank-of-snapshots\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
             [dependencies]\nrecount = {{ path = {runtime:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n\
             tokio = {{ version = \"1\", features = [\"macros\", \"rt\", \"time\"] }}\nuuid = {{ version = \"1\", features = [\"v7\"] }}\n\n\
             [profile.dev]\ndebug = \"line-tables-only\"\n\n[workspace]\n"
        );
        fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("a file");
        for (name, text) in [
            ("Cargo.toml", manifest.as_str()),
            ("src/lib.rs", DOMAIN),
            ("src/bin/snapshots.rs", PROGRAM),
            ("src/bin/day.rs", DAY),
        ] {
            fs::write(folder.join(name), text).expect("a file");
        }
        Self { folder }
    }

    fn own(command: &mut Command) -> &mut Command {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("..");
        command.env("CARGO_TARGET_DIR", target).env("CARGO_NET_OFFLINE", "true")
    }

    #[track_caller]
    fn ends(&self, code: i32, args: &[&str]) -> Ended {
        let mut command = area(&self.folder, "snapshots");
        let ended = run(Self::own(&mut command).args(args));
        assert_eq!(ended.code, code, "{args:?}\n{}\n{}", ended.out, ended.err);
        ended
    }

    /// What a day says at its end.
    #[track_caller]
    fn day(&self, args: &[&str]) -> String {
        let mut command = Command::new(env!("CARGO"));
        command
            .current_dir(&self.folder)
            .args(["run", "--quiet", "--bin", "day", "--"]);
        let ended = run(Self::own(&mut command).args(args));
        assert_eq!(ended.code, 0, "{}", ended.err);
        ended.out
    }
}

#[test]
fn dropped_and_warmed() {
    let bank = Bank::new();
    assert_eq!(bank.day(&[]), "used 0, ignored 0\n");

    // All of them, beside the events.
    assert_eq!(bank.ends(0, &["warm", "data"]).out, "account: 2 written\n");
    assert_eq!(bank.day(&[]), "used 2, ignored 0\n");

    // One of them, from outside; the other one stays.
    let dropped = bank.ends(0, &["drop", "data", "account/a"]);
    assert_eq!(dropped.out, "account/a: 1 snapshot dropped\n");
    assert_eq!(bank.day(&[]), "used 1, ignored 0\n");
    assert_eq!(
        bank.ends(0, &["drop", "data", "--all"]).out,
        "account: 1 snapshot dropped\n"
    );
    assert_eq!(
        bank.ends(0, &["drop", "data", "--all"]).out,
        "there is no snapshot in data\n"
    );
    assert_eq!(bank.day(&[]), "used 0, ignored 0\n");

    // One of them, and in a folder of their own.
    assert_eq!(bank.ends(0, &["warm", "data", "account/b"]).out, "account: 1 written\n");
    assert_eq!(bank.day(&[]), "used 1, ignored 0\n");
    let elsewhere = bank.ends(0, &["warm", "data", "account", "--snapshots", "data/elsewhere"]);
    assert_eq!(elsewhere.out, "account: 2 written\n");
    let dropped = bank.ends(0, &["drop", "data/elsewhere", "account", "till"]);
    assert_eq!(dropped.out, "account: 2 snapshots dropped\ntill: 0 snapshots dropped\n");

    // What the program cannot do it says, and does none of the rest.
    for (args, says) in [
        (&["warm", "nowhere"][..], "error: nowhere holds no file store"),
        (
            &["warm", "data", "account", "loan"],
            "`loan` is not known here: this program knows `account`, `till`",
        ),
        (&["warm", "data", "till"], "`till` declares no snapshots"),
        (&["warm", "data", "account/"], "`account/` names no stream"),
    ] {
        let could_not = bank.ends(2, args);
        assert!(
            could_not.err.contains(says) && could_not.out.is_empty(),
            "{}",
            could_not.err
        );
    }
    assert!(!bank.folder.join("nowhere").exists(), "looking for a store makes none");

    // What cannot be folded is named, and keeps nothing else from being warm.
    bank.day(&["break"]);
    let partly = bank.ends(1, &["warm", "data"]);
    assert!(
        partly
            .out
            .starts_with("account: 2 written, 1 not readable\n  account/c: "),
        "{}",
        partly.out
    );
    assert!(partly.out.contains("account.sold"), "{}", partly.out);
}

/// A second test on the package would wait for the first; these need no data.
#[test]
fn what_cannot_be_done_is_said() {
    let folder = tempfile::tempdir().expect("a folder");
    let ends = |args: &[&str]| {
        let ended = run(area(folder.path(), "snapshots").args(args));
        assert_eq!(ended.code, 2, "{args:?}\n{}\n{}", ended.out, ended.err);
        ended.err
    };
    assert!(ends(&["drop", "nowhere", "--all"]).contains("nowhere is no directory"));
    assert!(ends(&["drop", "."]).contains("--all"), "what is dropped has to be said");
    assert!(ends(&["drop", ".", "account", "--all"]).contains("cannot be used with"));
    assert!(ends(&["drop", ".", "account/"]).contains("`account/` names no stream"));

    // Somebody has them open.
    let executor = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("an executor");
    let snapshots = FileSnapshots::new(folder.path());
    executor
        .block_on(snapshots.streams())
        .expect("nobody else has them open");
    let in_use = ends(&["drop", ".", "--all"]);
    assert!(
        in_use.contains("because: the snapshots are in use by another process"),
        "{in_use}"
    );
    drop(snapshots);
    let ended = run(area(folder.path(), "snapshots").args(["drop", ".", "--all"]));
    assert_eq!((ended.code, ended.out.as_str()), (0, "there is no snapshot in .\n"));

    fs::create_dir_all(folder.path().join("src")).expect("a folder");
    fs::write(folder.path().join("src/lib.rs"), "").expect("a file");
    let manifest = "[package]\nname = \"bank\"\nversion = \"0.1.0\"\nedition = \"2024\"\n";
    fs::write(folder.path().join("Cargo.toml"), manifest).expect("a file");
    let told = ends(&["warm", "data"]);
    assert!(
        told.contains("no binary and no example `snapshots` in `bank`"),
        "{told}"
    );
    assert!(told.contains("recount::snapshots_main!(bank::Account);"), "{told}");
}
