//! The house rules that a compiler does not hold: what may use what, how long a file is, how it begins, who names serde_json.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The runtime: a module uses the floors below its own, and none beside it. `ARCHITECTURE.md` shows the same table.
const RUNTIME: &[(u32, &[&str])] = &[
    (9, &["program", "testing"]),
    (8, &["runtime", "sqlite"]),
    (7, &["projection"]),
    (6, &["command", "consumer", "snapshot"]),
    (5, &["aggregate", "split", "unknown", "upcast"]),
    (4, &["event"]),
    (3, &["store", "model"]),
    (2, &["envelope", "schema"]),
    (1, &["causes", "codec", "constant", "clock", "stream"]),
];

/// They may use any floor, and no floor uses them: code for generated code, and the suite for stores.
const OUTSIDE: &[&str] = &["private/", "store/conformance/", "lib.rs"];

/// The macros: reading, checking and writing know nothing of one another.
const MACROS: &[(u32, &[&str])] = &[
    (5, &["lib"]),
    (4, &["flow"]),
    (3, &["read", "check", "expand"]),
    (2, &["model"]),
    (1, &["lock", "support"]),
];

/// The most lines of a file, without the tests in it, and of a file of tests.
const LINES: usize = 350;
const LINES_OF_TESTS: usize = 520;

/// Files above that, each with the lines it has at most and why. The list only shrinks.
const LONG: &[(&str, usize, &str)] = &[];

struct Source {
    /// Below the folder that was asked for.
    path: String,
    text: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &str) -> Vec<Source> {
    let base = root().join(folder);
    let (mut left, mut found) = (vec![base.clone()], Vec::new());
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry of a folder").path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).expect("a source is UTF-8");
                let path = path
                    .strip_prefix(&base)
                    .expect("it was found there")
                    .to_string_lossy()
                    .replace('\\', "/");
                found.push(Source { path, text });
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no sources");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// Without comments, and without the tests at the end.
fn code(source: &str) -> String {
    let lines = source.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
    lines
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// The modules of its own crate that a source names: `crate::name` and `crate::{a, b::c}`.
fn used(code: &str) -> BTreeSet<String> {
    let word = |text: &str| {
        text.chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect::<String>()
    };
    let mut names = BTreeSet::new();
    for (place, crate_) in code.match_indices("crate::") {
        let rest = &code[place + crate_.len()..];
        // An exported macro stands at the root, wherever its file does; what else is named there is held to the floors.
        if code[..place].ends_with('$') && rest[word(rest).len()..].starts_with('!') {
            continue;
        }
        let Some(list) = rest.strip_prefix('{') else {
            names.insert(word(rest));
            continue;
        };
        let (mut depth, mut start) = (0, true);
        for (place, letter) in list.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => start = true,
                letter if start && !letter.is_whitespace() => {
                    names.insert(word(&list[place..]));
                    start = false;
                }
                _ => {}
            }
        }
    }
    names.remove("");
    names
}

fn floor(table: &[(u32, &[&str])], module: &str) -> Option<u32> {
    table
        .iter()
        .find(|(_, modules)| modules.contains(&module))
        .map(|(floor, _)| *floor)
}

fn holds(folder: &str, table: &[(u32, &[&str])], outside: &[&str]) {
    let mut broken = Vec::new();
    for source in sources(folder) {
        let is_test = source.path == "tests.rs" || source.path.contains("tests/") || source.path.ends_with("/tests.rs");
        if is_test || outside.iter().any(|outside| source.path.starts_with(outside)) {
            continue;
        }
        let own = source.path.split(['/', '.']).next().unwrap_or_default();
        let Some(own_floor) = floor(table, own) else {
            broken.push(format!(
                "{}: `{own}` has no floor: give it one in the table",
                source.path
            ));
            continue;
        };
        for used in used(&code(&source.text)) {
            // What is not in the table is a name that the crate's root exports, which is the top.
            let is_below = used == own || floor(table, &used).is_some_and(|floor| floor < own_floor);
            if !is_below {
                broken.push(format!("{}: `{own}` may not use `{used}`", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_runtime_uses_only_floors_below() {
    holds("runtime/src", RUNTIME, OUTSIDE);
}

#[test]
fn the_macros_use_only_floors_below() {
    // The programs whose expansions are shown are data of the tests.
    holds("macros/src", MACROS, &["examples.rs", "examples/"]);
}

#[test]
fn architecture_shows_the_same_table() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).expect("ARCHITECTURE.md");
    let shown: Vec<(u32, BTreeSet<&str>)> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split_once(" | "))
        .filter_map(|(floor, rest)| Some((floor.parse().ok()?, rest.split('|').next()?)))
        .map(|(floor, modules)| (floor, modules.split('`').skip(1).step_by(2).collect()))
        .collect();
    let table: Vec<(u32, BTreeSet<&str>)> = RUNTIME
        .iter()
        .map(|(floor, modules)| (*floor, modules.iter().copied().collect()))
        .collect();
    assert_eq!(shown, table, "the floors of ARCHITECTURE.md are not those of this test");
}

#[test]
fn nobody_uses_what_stands_outside() {
    for source in sources("runtime/src") {
        if OUTSIDE.iter().any(|outside| source.path.starts_with(outside)) {
            continue;
        }
        let code = code(&source.text);
        for name in ["__private", "conformance::"] {
            assert!(!code.contains(name), "{}: no floor uses `{name}`", source.path);
        }
    }
}

#[test]
fn only_the_codec_names_serde_json() {
    for source in sources("runtime/src") {
        let is_codec = source.path.starts_with("codec/") || source.path == "codec.rs";
        assert!(
            is_codec || !code(&source.text).contains("serde_json"),
            "{}: only `codec/` names serde_json",
            source.path
        );
    }
}

#[test]
fn every_file_says_what_it_holds() {
    for folder in ["runtime/src", "macros/src", "cli/src", "cli/tests", "examples", "tests"] {
        for source in sources(folder) {
            // Compile-fail cases are compared with the compiler's words, line by line.
            if folder == "tests" && (source.path.starts_with("ui/") || source.path.starts_with("wip/")) {
                continue;
            }
            assert!(
                source.text.starts_with("//! "),
                "{folder}/{}: begin with one `//!` sentence: what it holds",
                source.path
            );
        }
    }
}

#[test]
fn files_are_short() {
    let mut broken = Vec::new();
    for folder in ["runtime/src", "macros/src", "cli/src", "cli/tests", "examples", "tests"] {
        for source in sources(folder) {
            let path = format!("{folder}/{}", source.path);
            let is_test = folder.ends_with("tests")
                || path.contains("/tests/")
                || path.ends_with("tests.rs")
                || path.ends_with("_test.rs");
            let lines = source
                .text
                .lines()
                .take_while(|line| is_test || !line.starts_with("#[cfg(test)]"))
                .count();
            let usual = if is_test { LINES_OF_TESTS } else { LINES };
            match LONG.iter().find(|(long, ..)| *long == path) {
                Some((_, most, why)) if lines > *most => {
                    broken.push(format!("{path} has {lines} lines, at most {most}: {why}"));
                }
                Some(_) if lines <= usual => {
                    broken.push(format!("{path} has {lines} lines: it needs no exception any more"));
                }
                Some(_) => {}
                None if lines > usual => {
                    broken.push(format!("{path} has {lines} lines, at most {usual}: split it by noun"));
                }
                None => {}
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn the_checks_can_fail() {
    assert_eq!(
        used("use crate::a::B; crate::{c, d::{e, f}, g}"),
        ["a", "c", "d", "g"].map(str::to_owned).into()
    );
    assert_eq!(
        used(&code(
            "// crate::a\nuse crate::b;\n#[cfg(test)]\nmod tests { use crate::c; }"
        )),
        ["b".to_owned()].into()
    );
    assert_eq!(
        used("$crate::laws!(a); $crate::b::c!(d); $crate::e; crate::f!(g)"),
        ["b", "e", "f"].map(str::to_owned).into()
    );
    assert_eq!(floor(RUNTIME, "store"), Some(3));
    assert_eq!(floor(RUNTIME, "nothing"), None);
}

/// A macro crate can export nothing, so it holds the reader of `events.lock` a second time: the same bytes.
#[test]
fn both_crates_read_the_lock_by_the_same_code() {
    let of = |folder: &str| {
        let mut files: Vec<(String, String)> = sources(folder)
            .into_iter()
            .map(|source| (source.path, source.text))
            .collect();
        files.sort();
        files
    };
    let (runtime, macros) = (of("runtime/src/schema/lock"), of("macros/src/lock"));
    assert!(!runtime.is_empty());
    assert!(
        runtime == macros,
        "rm -r macros/src/lock && cp -r runtime/src/schema/lock macros/src/lock"
    );
}
