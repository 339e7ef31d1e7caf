//! `events.lock` as a file: written, read, damaged, and merged by git.

use std::fs;
use std::io::Write;
use std::process::Command;

use proptest::prelude::*;

use super::random::{Rng, event};
use crate::schema::{Entry, Kind, Lock, Outline, Release, Status};

/// A lock that says everything that one can say.
const FULL: &str = r#"# events.lock: written by `RECOUNT_UPDATE=always cargo test --test event_schema`, reviewed by people. One line per payload path.
format = 1

[[event]]
context = "bank"
name = "account.blinked"
version = 1
status = "sealed"
kind = "dropped"
floor = 1

[[event]]
context = "bank"
name = "account.deposited"
version = 2
status = "sealed"
kind = "frozen"
floor = 1
names = ["account.payed_in", "account.put_in"]
edge = ["since currency = \"EUR\"", "renamed note from memo"]
hash = "HASH"
earlier = ["8ab86dd0e3a8996153c2f1d07be94a15"]
examples = ["decimal/1: \"1.50\""]
shape = [
  "amount: scalar decimal/1",
  "\"first name\": string",
  "memo?: string or null",
]

[[event]]
context = "bank"
name = "balances"
version = 1
status = "draft"
kind = "state"
floor = 1
rev = 3
hash = "HASH_OF_NONE"
shape = [
]

[[release]]
name = "2.4.0"
live = true
reads = [
  "account.deposited 2",
]
"#;

fn full() -> String {
    let shape = [
        "amount: scalar decimal/1",
        "\"first name\": string",
        "memo?: string or null",
    ];
    let hash = Outline::parse(shape).expect("an outline").fingerprint();
    FULL.replace("HASH_OF_NONE", &Outline::empty().fingerprint().to_string())
        .replace("HASH", &hash.to_string())
}

#[test]
fn a_lock_is_written_as_it_was_read() {
    let lock = Lock::parse(&full()).expect("a lock");
    assert_eq!(lock.to_text(), full());
    assert_eq!((lock.events.len(), lock.releases.len()), (3, 1));
    let entry = lock.find("bank", "account.deposited", 2).expect("it is there");
    assert_eq!(
        (entry.status, entry.kind, entry.names.len()),
        (Status::Sealed, Kind::Frozen, 2)
    );
    let empty = Lock::default();
    assert_eq!(Lock::parse(&empty.to_text()), Ok(empty));
    assert_eq!(
        Lock::parse(&full().replace('\n', "\r\n")),
        Ok(lock),
        "git may write the ends of Windows"
    );
}

fn entry(rng: &mut Rng, name: &str, version: u32) -> Entry {
    Entry {
        context: rng.pick(&["bank", "shop"]).to_string(),
        name: name.to_owned(),
        version,
        status: *rng.pick(&[Status::Draft, Status::Sealed]),
        kind: *rng.pick(&[Kind::Current, Kind::Frozen, Kind::Split, Kind::Raw, Kind::State]),
        floor: 1 + rng.below(3) as u32,
        names: (0..rng.below(2)).map(|_| "old \"name\"\\".to_owned()).collect(),
        edge: (0..rng.below(2))
            .map(|_| "since a = \"\u{7}\n\t\"".to_owned())
            .collect(),
        rev: rng.below(3) as u32,
        shape: (!rng.once_in(5)).then(|| Outline::of(event(rng))),
        earlier: (0..rng.below(3))
            .map(|_| Outline::of(event(rng)).fingerprint())
            .collect(),
    }
}

proptest! {
    #[test]
    fn any_lock_is_read_as_what_it_was_written_from(seed: u64) {
        let mut rng = Rng::new(seed);
        let mut lock = Lock::default();
        for (name, version) in [("b", 1), ("a", 2), ("a", 10), ("c", 1)] {
            lock.events.push(entry(&mut rng, name, version));
        }
        lock.releases.push(Release { name: "2".into(), live: false, reads: Vec::new() });
        let text = lock.to_text();
        lock.sort();
        prop_assert_eq!(Lock::parse(&text), Ok(lock.clone()));
        prop_assert_eq!(lock.to_text(), text);
    }

    /// Damage is an error with a line that the file has, or it changed nothing that counts.
    #[test]
    fn no_text_makes_the_reader_panic(place: prop::sample::Index, cut in 0usize..40, letter in r#"[\[\]"\\#=,a0<\n]{0,2}"#) {
        let text = full();
        let from = place.index(text.len());
        let until = text.len().min(from + cut);
        let damaged = format!("{}{letter}{}", &text[..from], &text[until..]);
        match Lock::parse(&damaged) {
            Ok(lock) => prop_assert!(Lock::parse(&lock.to_text()).is_ok()),
            Err(error) => prop_assert!(error.line() <= 1 + damaged.lines().count() && !error.problem().is_empty()),
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_its_line() {
    let text = full();
    let wrong = |from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        Lock::parse(&text.replacen(from, to, 1)).expect_err(to).to_string()
    };
    for (from, to, says) in [
        (
            "format = 1",
            "format = 2",
            "line 1 of events.lock: the file has format 2, and this build reads up to 1: it was written by a newer recount, so update yours",
        ),
        (
            "format = 1\n",
            "",
            "line 1 of events.lock: `format` is missing: add `format = 1`",
        ),
        (
            "floor = 1",
            "flor = 1",
            "line 10 of events.lock: `flor` is unknown here: the keys are `context`, `name`, `version`, `status`, `kind`, `floor`, `rev`, `names`, `edge`, `hash`, `earlier`, `examples`, `shape`",
        ),
        (
            "floor = 1\n",
            "",
            "line 4 of events.lock: `floor` is missing: add `floor = 1`",
        ),
        (
            "floor = 1",
            "floor = \"1\"",
            "line 10 of events.lock: `floor` is written `floor = 1`",
        ),
        (
            "floor = 1",
            "floor = 99999999999",
            "line 10 of events.lock: the number is too large",
        ),
        (
            "floor = 1",
            "floor = one",
            "line 10 of events.lock: `one` is no value of this file: write a text, a number, `true`, `false` or a list of texts",
        ),
        (
            "floor = 1",
            "floor = 1 2",
            "line 10 of events.lock: `2` is too much on this line",
        ),
        (
            "floor = 1",
            "floor = 1\nfloor = 1",
            "line 11 of events.lock: `floor` is given twice: two entries have run together, or one line is left from a merge",
        ),
        (
            "floor = 1",
            "floor",
            "line 10 of events.lock: `=` is missing after `floor`",
        ),
        (
            "sealed",
            "closed",
            "line 8 of events.lock: `status` is one of `draft`, `sealed`",
        ),
        (
            "[[event]]",
            "[[evens]]",
            "line 4 of events.lock: `[[evens]]` is unknown: the tables are `[[event]]` and `[[release]]`",
        ),
        (
            "[[event]]",
            "<<<<<<< HEAD",
            "line 4 of events.lock: a merge was not finished: leave git's marks, `RECOUNT_UPDATE=always cargo test \
             --test event_schema` puts both sides together",
        ),
        (
            "[[event]]",
            "[event]",
            "line 4 of events.lock: `[event]` is neither a key nor `[[event]]` or `[[release]]`",
        ),
        (
            "account.deposited\"",
            "account.deposited",
            "line 14 of events.lock: the quote is not closed on its line",
        ),
        (
            "memo?: string",
            "memo?: text",
            "line 27 of events.lock: `memo?: text or null`: `text` is no kind of value; a format of its own is written `scalar text`",
        ),
        ("memo?: string or null\",", "memo?: string or null\"", ""),
        (
            "memo?: string or null\",\n]",
            "memo?: string or null\",\n",
            "line 24 of events.lock: this list has no end: `]` is missing before line 30",
        ),
        (
            "\"8ab86dd0e3",
            "\"8AB86dd0e3",
            "line 22 of events.lock: `8AB86dd0e3a8996153c2f1d07be94a15`: a fingerprint is 32 digits of 0 to 9 and a to f",
        ),
        (
            "decimal/1: ",
            "decimal/1 ",
            "line 23 of events.lock: an example is written \"format: json\"",
        ),
    ] {
        if says.is_empty() {
            assert_eq!(
                Lock::parse(&text.replacen(from, to, 1))
                    .expect("the last comma is not needed")
                    .to_text(),
                text
            );
        } else {
            assert_eq!(wrong(from, to), says);
        }
    }
    let twice = wrong(
        "name = \"account.deposited\"\nversion = 2",
        "name = \"account.blinked\"\nversion = 1",
    );
    assert_eq!(
        twice,
        "line 12 of events.lock: `account.blinked` v1 stands here and in line 4: keep one, then run `RECOUNT_UPDATE=always`"
    );
    let edited = wrong("memo?: string", "memo?: bool");
    assert!(
        edited.starts_with("line 12 of events.lock: `hash` is not that of `shape`, which is \""),
        "{edited}"
    );
}

fn locked(names: &[(&str, u32, &str)]) -> Lock {
    let mut lock = Lock::default();
    for (name, version, lines) in names {
        lock.put(Entry {
            context: "bank".into(),
            name: (*name).to_owned(),
            version: *version,
            status: Status::Draft,
            kind: Kind::Current,
            floor: 1,
            names: Vec::new(),
            edge: Vec::new(),
            rev: 0,
            shape: Some(Outline::parse(lines.split("; ")).expect("an outline")),
            earlier: Vec::new(),
        });
    }
    lock
}

/// What `git merge` makes of two branches; `None` for a conflict.
#[expect(clippy::disallowed_methods, reason = "git reads files; no store is near")]
fn merged(base: &Lock, ours: &Lock, theirs: &Lock) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, lock: &Lock| {
        let path = folder.path().join(name);
        fs::write(&path, lock.to_text()).expect("a file");
        path
    };
    let (base, ours, theirs) = (write("base", base), write("ours", ours), write("theirs", theirs));
    let output = Command::new("git")
        .args(["merge-file", "--stdout"])
        .args([&ours, &base, &theirs])
        .output()
        .expect("it ran before");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    output.status.success().then_some(text)
}

#[test]
fn two_branches_merge_unless_they_touch_one_event_or_one_gap() {
    if Command::new("git").arg("--version").output().is_err() {
        let skipped = b"\nNOT TESTED: git is not installed, so nothing shows how two locks merge\n";
        std::io::stderr().write_all(skipped).expect("stderr");
        return;
    }
    let base = || {
        locked(&[
            ("b", 1, "a: u8; z: u8"),
            ("d", 1, "a: u8; z: u8"),
            ("f", 1, "a: u8; z: u8"),
        ])
    };
    let with = |change: &dyn Fn(&mut Lock)| {
        let mut lock = base();
        change(&mut lock);
        lock
    };
    let add = |name: &'static str, version| {
        move |lock: &mut Lock| lock.put(locked(&[(name, version, "k: string")]).events.remove(0))
    };
    fn of<'a>(lock: &'a mut Lock, name: &str) -> &'a mut Entry {
        let mut events = lock.events.iter_mut();
        events.find(|entry| entry.name == name).expect("it is there")
    }
    let change = |name: &'static str| {
        let shape = Outline::parse(["a: u8", "z: u16"]).expect("an outline");
        move |lock: &mut Lock| of(lock, name).shape = Some(shape.clone())
    };
    let seal = |name: &'static str| move |lock: &mut Lock| of(lock, name).status = Status::Sealed;
    let stamp = |lock: &mut Lock| {
        lock.releases.clear();
        lock.releases.push(Release {
            name: "2.4.0".into(),
            live: true,
            reads: vec!["b 1".into()],
        });
    };
    let merges = |ours: &dyn Fn(&mut Lock), theirs: &dyn Fn(&mut Lock)| {
        let merged = merged(&base(), &with(ours), &with(theirs))?;
        let expected = with(&|lock| {
            ours(lock);
            theirs(lock);
        });
        assert_eq!(merged, expected.to_text());
        Some(())
    };
    type Edit<'a> = &'a dyn Fn(&mut Lock);
    let anything: [(&str, Edit<'_>); 11] = [
        ("a", &add("a", 1)),
        ("b", &change("b")),
        ("b", &seal("b")),
        ("c", &add("c", 1)),
        ("c", &add("b", 2)),
        ("d", &change("d")),
        ("d", &seal("d")),
        ("e", &add("e", 1)),
        ("f", &change("f")),
        ("g", &add("g", 1)),
        ("h", &stamp),
    ];
    for (at, ours) in &anything {
        for (other, theirs) in &anything {
            // Behind the last event, `g` and `h` are one gap.
            let one_place = at == other || [*at, *other].iter().all(|at| "gh".contains(at));
            let clean = merges(ours, theirs).is_some();
            assert!(clean || one_place, "{at} and {other} conflict");
        }
    }
    assert!(
        merges(&add("c", 1), &add("c", 2)).is_none(),
        "git began to merge what is added into one gap: say so in the docs"
    );
}

/// Both sides of a conflict are kept as they are, in any order: the next run writes them in theirs.
#[test]
fn a_conflict_is_solved_by_keeping_both() {
    let (one, two) = (locked(&[("c", 1, "k: string")]), locked(&[("a", 1, "k: string")]));
    let body = |lock: &Lock| {
        lock.to_text()
            .split_once("\n\n")
            .map(|(_, body)| body.to_owned())
            .expect("an entry")
    };
    let both = format!("{}\n{}", one.to_text(), body(&two));
    assert_eq!(
        Lock::parse(&both),
        Ok(locked(&[("a", 1, "k: string"), ("c", 1, "k: string")]))
    );
}

/// What git leaves where two branches add an event each between the same neighbours: its marks cut through the entries, and both come whole
/// out of it.
#[test]
fn a_conflict_in_one_gap_is_put_together_by_entries() {
    let base = locked(&[("b", 1, "a: u8"), ("f", 1, "a: u8")]);
    let (mut ours, mut theirs) = (base.clone(), base.clone());
    ours.put(locked(&[("c", 1, "a: u8; k: u8")]).events.remove(0));
    theirs.put(locked(&[("d", 1, "k: u8; z: u16")]).events.remove(0));
    // As git writes it: the lines that both entries have stand once.
    let text = ours.to_text();
    let (_, c) = text.split_once("name = \"c\"\n").expect("it was added");
    let c = &c[..c.find("]\n").expect("its shape ends")];
    let d = theirs.to_text();
    let (_, d) = d.split_once("name = \"d\"\n").expect("it was added");
    let d = &d[..d.find("]\n").expect("its shape ends")];
    let marked = text.replace(
        &format!("name = \"c\"\n{c}"),
        &format!("<<<<<<< HEAD\nname = \"c\"\n{c}||||||| base\n=======\nname = \"d\"\n{d}>>>>>>> theirs\n"),
    );
    let merged = Lock::merge_sides(&marked).expect("marks").expect("two new entries");
    let names: Vec<&str> = merged.events.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["b", "c", "d", "f"]);
    for side in [&ours, &theirs] {
        let is_there = |entry: &Entry| merged.events.contains(entry);
        assert!(side.events.iter().all(is_there), "each side came whole out of it");
    }
    assert!(Lock::merge_sides(&text).is_none());
}

#[test]
fn a_merge_takes_what_one_side_did_and_asks_where_both_did() {
    let base = locked(&[("a", 1, "x: u8"), ("b", 1, "x: u8"), ("c", 1, "x: u8")]);
    let with = |change: &dyn Fn(&mut Lock)| {
        let mut lock = base.clone();
        change(&mut lock);
        lock
    };
    let shape = |name: &'static str, line: &'static str, status| {
        move |lock: &mut Lock| {
            let entry = lock
                .events
                .iter_mut()
                .find(|entry| entry.name == name)
                .expect("it is there");
            (entry.shape, entry.status) = (Some(Outline::parse([line]).expect("an outline")), status);
        }
    };
    let remove = |lock: &mut Lock| lock.events.retain(|entry| entry.name != "b");
    let merged = |ours: &Lock, theirs: &Lock| Lock::merge(Some(&base), ours.clone(), theirs.clone());

    let (removed, changed) = (with(&remove), with(&shape("a", "x: u16", Status::Sealed)));
    let both = merged(&removed, &changed).expect("two places");
    assert_eq!(both, merged(&changed, &removed).expect("two places"));
    assert_eq!(both.events.len(), 2);
    assert_eq!(both.find("bank", "a", 1), changed.find("bank", "a", 1));

    let other = with(&shape("a", "x: string", Status::Draft));
    let sealed = merged(&other, &changed).expect("a draft gives way");
    assert_eq!(sealed.find("bank", "a", 1), changed.find("bank", "a", 1));
    let other = with(&shape("a", "x: string", Status::Sealed));
    let conflict = merged(&other, &changed).expect_err("both are sealed");
    assert_eq!((conflict.name.as_str(), conflict.version), ("a", 1));
}
